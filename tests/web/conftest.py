"""A real server with the fake assistant, and a real browser that fails on anything suspicious."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .fakes import FakeAssistant
from .serving import running, watched

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def assistant() -> FakeAssistant:
    return FakeAssistant()


@pytest.fixture(scope="session")
def address(assistant: FakeAssistant) -> Iterator[str]:
    with running(lambda: assistant) as url:
        yield url


# Playwright keeps an event loop running in this thread, so it is stopped before other modules run theirs.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    missing = [
        name
        for name, there in (
            ("playwright (pip install 'szai-qa[test]')", importlib.util.find_spec("playwright") is not None),
            (f"{CHROMIUM} (apt install chromium)", CHROMIUM.exists()),
        )
        if not there
    ]
    if missing:
        reason = f"the browser tests need {' and '.join(missing)}"
        if os.environ.get("SZAI_QA_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def desktop(browser: Browser, address: str) -> Iterator[Page]:
    with watched(browser, address) as page:
        yield page


@pytest.fixture
def phone(browser: Browser, address: str) -> Iterator[Page]:
    size = {"width": 390, "height": 844}
    with watched(browser, address, viewport=size, has_touch=True, is_mobile=True) as page:
        yield page
