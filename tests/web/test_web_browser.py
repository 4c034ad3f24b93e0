"""The page in a real browser: what is quoted, what is opened, what goes wrong."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
from fakes import (
    BOTH,
    BROKEN,
    COMPANIES,
    COMPARISON,
    FOLLOW_UP,
    MISSING,
    OPEN_SOURCE,
    OUTLINE,
    SLOW,
    VISITORS,
    FakeAssistant,
    TwoArticles,
)
from serving import running, watched

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

QUOTES = """() => [...document.querySelectorAll("#talk .quote")].map((quote) => ({
    text: quote.querySelector("blockquote").textContent,
    start: Number(quote.dataset.start), end: Number(quote.dataset.end),
    marks: [...quote.querySelectorAll("mark")].map((mark) => mark.textContent),
    mark: quote.dataset.markStart && [Number(quote.dataset.markStart), Number(quote.dataset.markEnd)],
}))"""
MARKED = """() => [...document.querySelectorAll("#panel .quoted")].map((span) => span.textContent)"""
BAD = [
    "<b>粗</b><script>alert(1)</script><img src=x onerror=alert(1)>",
    "**粗** _斜_ `码` [链](javascript:alert(1)) $$a^2$$ ${alert(1)} {{value}}",
    "控制\x00\x07\x1b符 \u202e反向",
    "🐉🐉🐉 ❓",
    "&lt;b&gt; &amp; \\n",
]


def ask(page: Page, question: str) -> None:
    """Ask by the keyboard and wait for the result."""
    page.fill("#question", question)
    page.press("#question", "Enter")
    await_result(page, question)


def await_result(page: Page, question: str) -> None:
    page.wait_for_function(
        """(question) => document.getElementById("pending").hidden
            && [...document.querySelectorAll(".turn h2 bdi")].at(-1)?.textContent === question""",
        arg=question,
    )


def check_quotes(page: Page, assistant: FakeAssistant) -> int:
    """Compare every quote and highlight on the page with the article; return how many there are."""
    text = assistant.documents[0].article.text
    quotes = page.evaluate(QUOTES)
    for quote in quotes:
        assert quote["text"] == text[quote["start"] : quote["end"]]
        assert quote["marks"] == ([text[slice(*quote["mark"])]] if quote["mark"] else [])
    return len(quotes)


def test_answers_are_the_articles_words_and_the_source_opens_at_them(desktop: Page, assistant: FakeAssistant) -> None:
    text = assistant.documents[0].article.text
    ask(desktop, COMPANIES)
    assert desktop.inner_text(".lead") == "2200余家"
    assert "2200余家" in desktop.inner_text("#talk blockquote")
    ask(desktop, COMPARISON)
    desktop.locator(".turn:last-child .source").nth(1).click()
    assert desktop.inner_text("#panel .count") == "引文 2 / 2"
    assert desktop.evaluate(MARKED) == [text[3172:3341], text[3341:3494]]
    current = desktop.locator("#panel .quoted.current")
    assert current.inner_text() == text[3341:3494]
    assert current.locator("mark").inner_text() == "253家人工智能企业"
    assert desktop.locator("#panel .article").inner_text().count("以展兴产，深圳人工智能展会") == 1
    desktop.keyboard.press("[")
    assert desktop.inner_text("#panel .count") == "引文 1 / 2"
    href = desktop.get_attribute("#panel .original", "href") or ""
    assert href.startswith("https://www.sznews.com/news/content/2025-01/16/content_31440312.htm#:~:text=2024")
    assert check_quotes(desktop, assistant) == 3
    ask(desktop, OUTLINE)
    ask(desktop, OPEN_SOURCE)
    ask(desktop, MISSING)
    assert check_quotes(desktop, assistant) == 16


def test_escape_closes_the_source_and_the_focus_goes_back(desktop: Page) -> None:
    ask(desktop, COMPANIES)
    assert desktop.evaluate("document.activeElement.id") == "question"
    desktop.locator(".turn .cite").focus()
    desktop.keyboard.press("Enter")
    desktop.keyboard.press("Escape")
    assert not desktop.is_visible("#panel")
    assert desktop.evaluate("document.activeElement.className") == "cite"
    desktop.keyboard.press("Enter")
    assert desktop.is_visible("#panel .quoted.current")


def test_a_refusal_and_a_fault_look_different_and_a_fault_can_be_tried_again(desktop: Page) -> None:
    ask(desktop, MISSING)
    assert desktop.inner_text(".turn:last-child h3") == "原文没有回答这个问题"
    near = desktop.locator(".turn:last-child .quote.near").first
    assert near.evaluate("(element) => getComputedStyle(element).borderLeftStyle") == "dashed"
    assert desktop.locator(".turn:last-child mark").count() == 0
    ask(desktop, BROKEN)
    number = desktop.inner_text(".turn:last-child .error-number")
    assert number.startswith("错误编号 E-")
    desktop.click(".turn:last-child [data-do=ask]")
    desktop.wait_for_function("(old) => document.querySelector('.error-number').textContent !== old", arg=number)
    assert desktop.locator(".turn").count() == 2


def test_bad_input_shows_as_it_was_typed(browser: Browser, address: str) -> None:
    with watched(browser, address, color_scheme="dark") as page:
        for question in BAD:
            page.fill("#question", question)
            page.press("#question", "Enter")
            page.wait_for_function(
                "(n) => document.querySelectorAll('.turn').length === n", arg=BAD.index(question) + 1
            )
            shown = page.locator(".turn h2 bdi").last.text_content()
            assert shown == "".join("\ufffd" if c in "\x00\x07\x1b" else c for c in question)
        # A lone surrogate cannot be typed by the test's own channel, so the page makes it.
        page.evaluate("document.getElementById('question').value = '坏' + String.fromCharCode(0xd800)")
        page.press("#question", "Enter")
        page.wait_for_function("() => [...document.querySelectorAll('.turn h2 bdi')].at(-1).textContent === '坏\ufffd'")
        assert page.locator("#talk :is(script, img, b, form, iframe)").count() == 0


def test_a_question_that_is_too_long_is_not_cut_and_cannot_be_sent(desktop: Page) -> None:
    desktop.fill("#question", "问" * 160)
    assert desktop.inner_text("#counter .count") == "160 / 200"
    desktop.fill("#question", "问" * 10_000)
    assert desktop.inner_text("#excess") == "太长了，请删去 9800 字"
    assert desktop.is_disabled("#send")
    desktop.press("#question", "Enter")
    assert desktop.locator(".turn").count() == 0
    assert len(desktop.input_value("#question")) == 10_000
    desktop.fill("#question", " \n ")
    assert desktop.is_disabled("#send")


def test_a_slow_question_shows_at_once_then_bars_and_is_sent_once(desktop: Page, assistant: FakeAssistant) -> None:
    asked = len(assistant.asked)
    desktop.fill("#question", SLOW)
    desktop.evaluate("for (const _ of [1, 2, 3]) document.getElementById('send').click()")
    assert desktop.inner_text(".pending-question") == SLOW
    assert desktop.input_value("#question") == ""
    assert not desktop.is_visible(".searching")
    desktop.wait_for_selector(".searching", timeout=700)
    await_result(desktop, SLOW)
    assert len(assistant.asked) == asked + 1
    desktop.press("#question", "ArrowUp")
    assert desktop.input_value("#question") == SLOW


def test_on_a_phone_the_source_is_a_sheet_that_back_closes(phone: Page, assistant: FakeAssistant) -> None:
    ask(phone, VISITORS)
    ask(phone, FOLLOW_UP)
    assert "理解为：9月的国际人工智能展来了多少观众？" in phone.inner_text(".turn:last-child")
    assert not phone.is_visible(".turn:first-child blockquote")
    phone.click(".turn:first-child .fold")
    assert phone.is_visible(".turn:first-child blockquote")
    phone.locator(".turn:last-child .source").tap()
    phone.wait_for_selector("#panel .quoted.current")
    assert phone.evaluate("document.getElementById('main').inert")
    assert phone.evaluate("document.activeElement.dataset.do") == "close"
    phone.go_back()
    phone.wait_for_selector("#panel", state="hidden")
    assert not phone.evaluate("document.getElementById('main').inert")
    assert phone.evaluate("document.activeElement.className") == "source"
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    assert check_quotes(phone, assistant) == 2


def test_a_new_conversation_starts_empty_after_asking(desktop: Page) -> None:
    desktop.click(f".chip:has-text('{COMPANIES}')")
    await_result(desktop, COMPANIES)
    desktop.click("[data-do=new]")
    desktop.click("[data-do=new-yes]")
    desktop.wait_for_selector(".first")
    assert desktop.locator("#panel .quoted").count() == 0
    desktop.click("[data-do=about] >> visible=true")
    assert "2025-01-16（据网址）" in desktop.inner_text("#about")
    desktop.keyboard.press("Escape")
    desktop.click("[data-do=theme]")
    assert desktop.evaluate("document.documentElement.className") == "dark"
    desktop.reload()
    desktop.wait_for_selector(".first")
    assert desktop.evaluate("[document.documentElement.className, document.documentElement.lang]") == [
        "dark",
        "zh-Hans",
    ]


def test_a_citation_can_be_copied_with_its_source(browser: Browser, address: str) -> None:
    with watched(browser, address, permissions=["clipboard-read", "clipboard-write"]) as page:
        ask(page, COMPANIES)
        page.click("[data-do=copy]")
        page.wait_for_selector("text=已复制，含出处")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.startswith(
            page.inner_text("#talk blockquote") + "\n——《回望2024·深圳人工智能发展大事》，深圳新闻网"
        )


def test_a_question_asked_while_the_index_loads_is_answered_by_itself(browser: Browser) -> None:
    go_on = threading.Event()

    def load() -> FakeAssistant:
        go_on.wait(20)
        return FakeAssistant()

    with running(load) as url, watched(browser, url) as page:
        assert "索引载入中" in page.inner_text(".first")
        page.fill("#question", COMPANIES)
        page.press("#question", "Enter")
        go_on.set()
        await_result(page, COMPANIES)
        assert page.inner_text(".lead") == "2200余家"


def test_a_question_asked_before_the_page_is_ready_is_asked_once(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(address)
    page.wait_for_selector("#question")
    ask(page, VISITORS)
    assert page.inner_text(".lead") == "10.2万人次"
    page.wait_for_timeout(200)
    assert page.locator(".turn").count() == 1
    page.close()


def test_offsets_hold_beside_emoji_and_quotes_lead_from_article_to_article(browser: Browser) -> None:
    assistant = TwoArticles()
    with running(lambda: assistant) as url, watched(browser, url) as page:
        ask(page, BOTH)
        quotes = page.evaluate(QUOTES)
        for quote, document in zip(quotes, assistant.documents, strict=True):
            assert quote["text"] == document.article.text[quote["start"] : quote["end"]]
        page.locator(".source").first.click()
        assert page.text_content("#panel .quoted.current") == quotes[0]["text"]
        assert page.text_content("#panel .quoted.current mark") == "12\u3000家🐉"
        page.keyboard.press("]")
        page.wait_for_selector("#panel .sheet[data-article=szai-2024-review] .quoted.current")
        assert page.text_content("#panel .quoted.current mark") == "2200余家"
        assert page.inner_text("#panel .count") == "引文 2 / 2"
        page.locator("#panel [data-do=next]").click()
        page.wait_for_selector("#panel .sheet[data-article=trap] .quoted.current")
        page.click("[data-do=about] >> visible=true")
        page.click("#about [data-article=szai-2024-review]")
        page.wait_for_selector("#panel .sheet[data-article=szai-2024-review]")
        assert page.locator("#panel .quoted").count() == 0


def test_a_browser_without_a_network_still_asks_a_server_on_its_own_machine(browser: Browser, address: str) -> None:
    context = browser.new_context()
    context.add_init_script("Object.defineProperty(Navigator.prototype, 'onLine', { get: () => false })")
    page = context.new_page()
    page.goto(address)
    ask(page, COMPANIES)
    assert not page.is_visible("#offline")
    context.close()


def test_the_language_changes_around_the_quotes_and_not_in_them(desktop: Page, assistant: FakeAssistant) -> None:
    ask(desktop, COMPARISON)
    desktop.locator(".source").nth(1).click()
    desktop.fill("#question", "草稿")
    for language, verbatim, count in (
        ("zh-Hant", "與原文逐字一致", "引文 2 / 2"),
        ("en", "Checked against the article", "Quote 2 of 2"),
    ):
        desktop.click(f"[data-language={language}]")
        desktop.wait_for_selector(f".turn >> text={verbatim}")
        assert desktop.evaluate("document.documentElement.lang") == language
        assert desktop.inner_text("#panel .count") == count
        assert desktop.inner_text("#panel .quoted.current mark") == "253家人工智能企业"
        assert check_quotes(desktop, assistant) == 2
    assert desktop.input_value("#question") == "草稿"


def test_a_lost_server_is_told_and_the_question_is_kept(browser: Browser, assistant: FakeAssistant) -> None:
    with running(lambda: assistant) as url:
        port = int(url.rstrip("/").rpartition(":")[2])
        context = browser.new_context()
        page = context.new_page()
        page.goto(url)
        page.wait_for_selector(".first")
        ask(page, COMPANIES)
    page.fill("#question", COMPARISON)
    page.press("#question", "Enter")
    page.wait_for_selector("#offline")
    assert page.is_visible(".lost .card.red")
    assert page.is_visible("#talk blockquote")
    with running(lambda: assistant, port):
        page.wait_for_selector("#offline", state="hidden")
        page.click(".lost [data-do=ask]")
        await_result(page, COMPARISON)
        assert "之前的对话没有保留" in page.inner_text("#talk .notice")
        context.close()


def test_a_quote_is_on_the_page_soon_after_the_question(desktop: Page) -> None:
    times = []
    for question in (COMPANIES, VISITORS, COMPANIES, VISITORS, COMPANIES):
        began = time.perf_counter()
        ask(desktop, question)
        times.append(time.perf_counter() - began)
    assert sorted(times)[2] < 1.0
