"""The desk in a real browser: from a thumbs down to a test, by mouse and by keys alone, and what goes wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from szai_qa.accounts.tables import sessions
from szai_qa.accounts.users import Role
from szai_qa.journal.entries import Feedback, Verdict
from szai_qa.journal.judged import judged_questions
from szai_qa.journal.store import give_feedback
from szai_qa.journal.verdicts import judge, judgements
from szai_qa.records import Answer

from .desk import PASSWORD, Desk
from .driving import ask
from .fakes import COMPANIES, COMPARISON, FOLLOW_UP, MISSING, VISITORS
from .serving import running, watched

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
SENTENCES = """() => [...document.querySelectorAll("#source .sentence")].map((each) => ({
    text: each.textContent, start: Number(each.dataset.start), end: Number(each.dataset.end) }))"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    desk.hire("chen")
    yield desk
    desk.close()


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    with running(lambda: desk.assistant, open_journal=desk.open_journal, open_office=desk.open_office) as url:
        yield url


@contextmanager
def logged_in(browser: Browser, address: str, name: str = "chen", **options: object) -> Iterator[Page]:
    """Open the review page as somebody; no console error, HTTP error or other host is let pass."""
    with watched(browser, address, **options) as page:
        page.goto(f"{address}staff")
        log_in(page, name)
        page.wait_for_selector("body[data-ready]")
        yield page


def log_in(page: Page, name: str = "chen") -> None:
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")


def said(page: Page, words: str) -> None:
    page.wait_for_function("(words) => document.getElementById('message').textContent.includes(words)", arg=words)


def opened(page: Page, question: str) -> None:
    page.wait_for_selector("body[data-ready]")  # the page itself is there before its script
    page.wait_for_function("(q) => document.querySelector('#case .question')?.textContent === q", arg=question)


def test_a_readers_thumbs_down_becomes_a_test_that_fails_before_a_fix_and_passes_after(
    browser: Browser, desk: Desk, address: str
) -> None:
    desk.put(COMPANIES)
    with watched(browser, address) as page:
        ask(page, VISITORS)
        page.click(".turn [data-do=reasons]")
        page.click(".turn [data-reason=wrong_quote]")
        page.wait_for_selector(".turn [data-do=reasons][aria-pressed=true]")
    with logged_in(browser, address) as page:
        assert page.inner_text("#queue .rows li:first-child .tags").startswith("读者：引错了")
        opened(page, VISITORS)
        assert "10.2万人次" in page.inner_text("#source .sentence.system mark")
        page.click("#verdict label:has([value=wrong_quote])")
        page.locator("#source .sentence", has_text="现场观众人数达3.71万人次").click()
        assert page.inner_text("#picked .where") == "第九节 · 第1段 · 第2句"
        page.fill("#note", "问的是九月那场")
        page.click("#verdict .primary")
        said(page, "已记为“引错了”")
        opened(page, COMPANIES)
        page.goto(f"{address}staff/insight")
        with page.expect_download() as download:
            page.click("[href$='judged-tests.jsonl']")
        test = json.loads(download.value.path().read_text("utf-8"))
    assert (test["question"], test["answerable"]) == (VISITORS, True)
    assert "3.71万人次" in test["evidence"][0]
    (judged,) = judged_questions(desk.database)
    fixed = desk.assistant.ask(FOLLOW_UP, [VISITORS])
    assert not judged.passes(desk.assistant.ask(VISITORS))
    assert judged.passes(Answer(VISITORS, fixed.quotes, None, 0.9))


def test_ten_verdicts_by_keys_alone(browser: Browser, desk: Desk, address: str) -> None:
    answers = [desk.put(COMPARISON if n % 2 else MISSING) for n in range(10)]
    with logged_in(browser, address) as page:
        for number in range(10):
            waiting = 10 - number
            page.wait_for_function("(n) => document.querySelectorAll('#queue .rows a').length === n", arg=waiting)
            if page.inner_text("#case .question") == MISSING:
                page.keyboard.press("5")
                for key in ("s", "ArrowDown", "ArrowUp", "ArrowDown", " "):
                    page.keyboard.press(key)
                page.keyboard.press("n")
                page.keyboard.insert_text("见此句")
                page.keyboard.press("Control+Enter")
            else:
                page.keyboard.press("1")
                page.keyboard.press("Enter")
            said(page, "已记为")
        page.wait_for_selector(".empty")
        assert "都看完了，今天判了 10 条" in page.inner_text("#queue")
    found = [judgements(desk.database, answer)[0] for answer in answers]
    assert {j.verdict for j in found} == {Verdict.RIGHT, Verdict.SHOULD_HAVE_ANSWERED}
    assert all(j.note == "见此句" and len(j.sentences) == 1 for j in found if j.verdict is not Verdict.RIGHT)


def test_every_sentence_on_the_page_is_its_slice_of_the_article(browser: Browser, desk: Desk, address: str) -> None:
    desk.put(COMPARISON)
    text = desk.assistant.documents[0].article.text
    with logged_in(browser, address) as page:
        found = page.evaluate(SENTENCES)
        assert len(found) == len(desk.assistant.documents[0].sentences)
        assert all(each["text"] == text[each["start"] : each["end"]] for each in found)
        quotes = page.evaluate("() => [...document.querySelectorAll('#case blockquote')].map((q) => q.textContent)")
        assert quotes == [quote.text for quote in desk.assistant.ask(COMPARISON).quotes]


def test_enter_without_a_sentence_leads_to_the_article_and_says_why(browser: Browser, desk: Desk, address: str) -> None:
    answer = desk.put(VISITORS)
    with logged_in(browser, address) as page:
        page.keyboard.press("Enter")
        assert page.inner_text("#needed") == "请先选一个判定"
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("3")
        page.keyboard.press("Enter")
        assert page.inner_text("#needed") == "请先在原文里点出正确的句子"
        assert page.evaluate("document.activeElement.className") == "sentence system"
        page.keyboard.press("4")
        page.keyboard.press(" ")
        page.keyboard.press("Enter")
        assert page.inner_text("#needed") == "这个判定不用选句子，请先取消所选"
        assert judgements(desk.database, answer) == []
        page.keyboard.press(" ")
        page.keyboard.press("Enter")
        said(page, "已记为“不该答”")
        page.keyboard.press("u")
        said(page, "已撤回“不该答”")
        opened(page, VISITORS)
    assert judgements(desk.database, answer) == []


def test_keys_move_search_help_and_can_be_switched_off(browser: Browser, desk: Desk, address: str) -> None:
    for question in (VISITORS, COMPANIES, MISSING):
        desk.put(question)
    with logged_in(browser, address) as page:
        opened(page, MISSING)
        page.keyboard.press("j")
        opened(page, COMPANIES)
        page.keyboard.press("k")
        opened(page, MISSING)
        page.keyboard.press("j")
        opened(page, COMPANIES)
        page.reload()
        opened(page, COMPANIES)
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "search"
        page.keyboard.insert_text("观众")
        page.keyboard.press("Enter")
        opened(page, VISITORS)
        page.keyboard.press("?")
        page.uncheck("#single-keys")
        page.keyboard.press("Escape")
        page.keyboard.press("1")
        assert page.locator("[name=verdict]:checked").count() == 0
        page.keyboard.press("?")
        assert not page.locator("#keys").evaluate("(sheet) => sheet.open")


def test_a_session_that_ends_keeps_the_note_and_the_picks(browser: Browser, desk: Desk, address: str) -> None:
    answer = desk.put(VISITORS)
    # Not watched: that the server turns the verdict away is what happens here.
    with browser.new_context() as context, context.new_page() as page:
        page.goto(f"{address}staff")
        log_in(page)
        opened(page, VISITORS)
        page.keyboard.press("3")
        page.locator("#source .sentence", has_text="3.71万人次").click()
        page.fill("#note", "快要写完了")
        with desk.database.writing() as connection:
            connection.execute(sessions.delete())
        page.click("#verdict .primary")
        said(page, "登录已过期，备注还在，请重新登录")
        page.click("#message a")
        assert "登录已过期" in page.inner_text(".notice")
        log_in(page)
        opened(page, VISITORS)
        assert page.input_value("#note") == "快要写完了"
        assert page.inner_text("#picked .where") == "第九节 · 第1段 · 第2句"
        page.click("#verdict .primary")
        said(page, "已记为“引错了”")
    assert judgements(desk.database, answer)[0].note == "快要写完了"


def test_a_lost_connection_keeps_the_verdict_and_sends_it_later(browser: Browser, desk: Desk, address: str) -> None:
    answer = desk.put(VISITORS)
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}staff")
    log_in(page)
    opened(page, VISITORS)
    context.set_offline(True)
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    said(page, "尚未保存，恢复连接后自动保存")
    assert judgements(desk.database, answer) == []
    context.set_offline(False)
    said(page, "已记为“正确”")
    assert judgements(desk.database, answer)[0].verdict is Verdict.RIGHT
    context.close()


def test_a_second_opinion_that_differs_says_so_and_shows_both(browser: Browser, desk: Desk, address: str) -> None:
    answer = desk.put(VISITORS)
    judge(desk.database, answer, "li", Verdict.ARTICLE_WRONG, note="数字有误")
    with logged_in(browser, address) as page:
        page.goto(f"{address}staff?show=all")
        opened(page, VISITORS)
        assert "数字有误" not in page.content()
        page.keyboard.press("1")
        page.keyboard.press("Enter")
        said(page, "两人判定不同")
        page.click("#message button")
        page.wait_for_selector(".others-verdicts table")
        assert page.locator(".others-verdicts strong").all_inner_texts()[:2] == ["正确", "原文有误"]
        page.click("#case [data-do=withdraw]")
        said(page, "已撤回“正确”")
        assert "数字有误" not in page.content()


def test_on_a_phone_queue_answer_and_article_are_three_tabs(browser: Browser, desk: Desk, address: str) -> None:
    give_feedback(desk.database, desk.put(VISITORS), Feedback.DOWN)
    size = {"width": 390, "height": 844}
    with logged_in(browser, address, viewport=size, has_touch=True, is_mobile=True) as page:
        assert page.is_visible("#case")
        assert not page.is_visible("#source")
        page.tap("#tabs [data-tab=source]")
        page.locator("#source .sentence", has_text="3.71万人次").tap()
        page.tap("#tabs [data-tab=case]")
        page.tap("#verdict label:has([value=incomplete])")
        page.tap("#verdict .primary")
        said(page, "已记为“不完整”")
        for address_ in ("staff", "staff/insight", "account"):
            page.goto(f"{address}{address_}")
            assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_evaluator_who_logs_in_does_not_see_the_queue(browser: Browser, desk: Desk, address: str) -> None:
    desk.hire("eva", Role.EVALUATOR)
    desk.put(VISITORS)
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}staff")
    log_in(page, "eva")
    page.wait_for_url("**/evaluate/**")
    assert VISITORS not in page.content()
    page.goto(f"{address}staff")
    assert page.inner_text(".notice") == "eva 已登录，但这一页要别的角色。"
    context.close()
