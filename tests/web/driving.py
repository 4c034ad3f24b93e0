"""Asks on a page and compares what it quotes with the article."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .fakes import FakeAssistant

if TYPE_CHECKING:
    from playwright.sync_api import Page

QUOTES = """() => [...document.querySelectorAll("#talk .quote")].map((quote) => ({
    text: quote.querySelector("blockquote").textContent,
    start: Number(quote.dataset.start), end: Number(quote.dataset.end),
    marks: [...quote.querySelectorAll("mark")].map((mark) => mark.textContent),
    mark: quote.dataset.markStart && [Number(quote.dataset.markStart), Number(quote.dataset.markEnd)],
}))"""
MARKED = """() => [...document.querySelectorAll("#panel .quoted")].map((span) => span.textContent)"""


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
