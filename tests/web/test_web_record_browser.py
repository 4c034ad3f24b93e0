"""Answers on record in a real browser: judged, taken back, disputed, opened at their permanent page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from szai_qa.journal.entries import DownReason, Feedback
from szai_qa.journal.queue import Filter, Show, queue_page
from szai_qa.journal.recorder import Recorder
from szai_qa.journal.store import get_entry

from .driving import ask
from .fakes import COMPANIES, COMPARISON, MISSING, FakeAssistant
from .serving import running, watched
from .test_web_record import SYSTEM, break_journal

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
SIZES = [(1280, 900), (390, 844)]


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return Recorder(f"sqlite:///{tmp_path}/journal.sqlite", SYSTEM, "web")


@pytest.fixture
def site(recorder: Recorder) -> Iterator[str]:
    with running(FakeAssistant, open_journal=lambda _: recorder) as url:
        yield url


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    with watched(browser, site, permissions=["clipboard-read", "clipboard-write"]) as page:
        yield page


def id_on(page: Page) -> str:
    return (page.get_attribute(".turn:last-child .actions a", "href") or "").removeprefix("/a/")


def test_a_thumb_down_is_sent_with_its_reason_and_can_be_taken_back(page: Page, recorder: Recorder) -> None:
    ask(page, COMPANIES)
    public_id = id_on(page)
    assert not page.is_visible(".reasons")
    page.click("[data-do=reasons]")
    page.click(".reasons >> text=不完整")
    page.wait_for_selector(".said >> text=谢谢，编辑会核对。")
    assert not page.is_visible(".reasons")
    assert page.get_attribute("[data-do=reasons]", "aria-pressed") == "true"
    page.wait_for_function("document.getElementById('status').textContent.includes('编辑会核对')")
    entry = get_entry(recorder.database, public_id)
    assert (entry.feedback, entry.feedback_reason) == (Feedback.DOWN, DownReason.INCOMPLETE)
    page.click(".said >> text=撤回")
    page.wait_for_selector(".said", state="detached")
    assert get_entry(recorder.database, public_id).feedback is None
    page.click("[aria-label=有用]")
    page.wait_for_selector(".said >> text=谢谢。")
    assert get_entry(recorder.database, public_id).feedback is Feedback.UP


def test_the_reasons_are_reached_by_the_keyboard(page: Page, recorder: Recorder) -> None:
    ask(page, COMPANIES)
    page.focus("[data-do=reasons]")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.textContent") == "引错了"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".said >> text=没答到点上")
    assert get_entry(recorder.database, id_on(page)).feedback_reason is DownReason.BESIDE_THE_POINT


def test_a_refusal_is_disputed_and_found_in_the_queue(page: Page, recorder: Recorder) -> None:
    ask(page, MISSING)
    page.click("text=我认为原文里有答案")
    page.wait_for_selector(".said")
    (item,) = queue_page(recorder.database, Filter(Show.DISPUTED)).items
    assert (item.public_id, item.question) == (id_on(page), MISSING)


def test_what_is_copied_ends_with_the_permanent_address_and_leads_to_the_same_words(page: Page, site: str) -> None:
    ask(page, COMPARISON)
    quotes = page.locator("#talk blockquote").all_text_contents()
    page.click("[data-do=copy]")
    copied = page.evaluate("navigator.clipboard.readText()")
    address = re.search(r"永久链接：(\S+)$", copied)
    assert address
    assert address[1] == f"{site}a/{id_on(page)}"
    page.goto(address[1])
    assert page.locator("blockquote").all_text_contents() == quotes
    marked = page.locator("#panel .quoted").all_text_contents()
    assert sorted(marked) == sorted(quotes)
    page.click("[data-do=copy]")
    page.wait_for_selector("text=已复制，含出处")
    assert page.evaluate("navigator.clipboard.readText()") == copied


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_permanent_page_fits_the_screen_and_steps_to_the_quote(
    browser: Browser, site: str, width: int, height: int, scheme: str
) -> None:
    with watched(browser, site, viewport={"width": width, "height": height}, color_scheme=scheme) as page:
        ask(page, COMPANIES)
        page.goto(f"{site}a/{id_on(page)}?lang=en")
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate("document.documentElement.className") == ("dark" if scheme == "dark" else "")
        page.click(".source")
        assert urlsplit(page.url).fragment == "q1"
        box = page.locator("#q1").bounding_box()
        assert box
        assert 0 <= box["y"] < height
        with page.expect_download() as download:
            page.click("text=Download receipt")
        assert download.value.suggested_filename.startswith("szai-qa-")
        page.click("#languages >> text=繁")
        assert page.get_attribute("html", "lang") == "zh-Hant"


def test_an_answer_that_could_not_be_kept_says_so_on_the_page(page: Page, recorder: Recorder) -> None:
    break_journal(recorder)
    ask(page, COMPANIES)
    assert page.is_visible("text=这次没能存档，所以没有永久链接。")
    assert page.locator("[data-do=reasons]").count() == 0
    assert page.locator("#talk blockquote").count() == 1
