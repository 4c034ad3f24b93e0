"""The evaluation page in a real browser: upload, progress, a reload in the middle, report, download, the dial."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from szai_qa.interfaces.web.evaluate.workbench import Workbench

from .evaluating import Desk, StandInSystem, bench_of, cookie_for, csv_of, many, serving
from .fakes import COMPANIES, VISITORS
from .serving import _is_local

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
BAD = many(9) + b"\n" + csv_of([(VISITORS, "没有这样写"), ("", "x")]).partition(b"\n")[2]


@pytest.fixture
def system() -> StandInSystem:
    return StandInSystem(gate=threading.Semaphore(0))


@pytest.fixture
def bench(tmp_path: Path, system: StandInSystem) -> Workbench:
    return bench_of(tmp_path / "evaluations", system)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@contextmanager
def opened(browser: Browser, desk: Desk, url: str, **options: Any) -> Iterator[Page]:  # noqa: ANN401
    """Open the page as one who is logged in; it fails as `watched` does."""
    settings: dict[str, Any] = {"viewport": {"width": 1280, "height": 1000}, "accept_downloads": True} | options
    context = browser.new_context(**settings)
    context.add_cookies(cookie_for(desk, url))  # type: ignore[arg-type]  # a plain dictionary
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda m: faults.append(f"console: {m.text}") if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda e: faults.append(f"script: {e}"))
    page.on("response", lambda r: faults.append(f"{r.status}: {r.url}") if r.status >= 400 else None)
    page.on("request", lambda r: faults.append(f"other host: {r.url}") if not _is_local(r.url, url) else None)
    page.goto(f"{url}evaluate")
    yield page
    context.close()
    assert not faults


@pytest.fixture
def page(browser: Browser, desk: Desk, bench: Workbench) -> Iterator[Page]:
    with serving(desk, bench) as url, opened(browser, desk, url) as page:
        yield page


def choose(page: Page, name: str, data: bytes) -> None:
    page.set_input_files("#file", files=[{"name": name, "mimeType": "text/csv", "buffer": data}])
    page.wait_for_selector(f"#set strong >> text={name}")


def until(page: Page, condition: str, seconds: float = 20) -> None:
    """Wait until a script's expression is true. Playwright's own waiting would need `unsafe-eval`."""
    end = time.monotonic() + seconds
    while not page.evaluate(condition):
        assert time.monotonic() < end, condition
        time.sleep(0.05)


def let(system: StandInSystem, questions: int) -> None:
    assert system.gate
    system.gate.release(questions)


def run(page: Page, system: StandInSystem, name: str, n: int) -> None:
    before = page.locator("#past a").count()
    choose(page, name, many(n))
    page.click("#start")
    let(system, n)
    until(page, f"document.querySelectorAll('#past tbody a').length > {before}")


def test_from_upload_over_a_reload_to_the_report_and_its_download(page: Page, system: StandInSystem) -> None:
    choose(page, "desk.csv", BAD)
    assert "9 行可用" in page.inner_text("#set .counts")
    assert "2 行有错" in page.inner_text("#set .counts")
    assert page.is_disabled("#start")
    page.check("#skip")
    page.click("#start")
    page.wait_for_selector("#running progress")
    let(system, 4)
    until(page, "document.querySelector('#running progress')?.value >= 3")
    page.reload()
    assert page.get_attribute("#running progress", "max") == "9"
    assert float(page.evaluate("document.querySelector('#running progress').value")) >= 3
    let(system, 5)
    page.click("#past >> text=看报告")
    page.wait_for_selector("iframe#report")
    frame = page.frame_locator("#report")
    frame.locator("h1 >> text=desk.csv").wait_for()
    assert frame.locator(".figure .big").first.inner_text() == "100%"
    with page.expect_download() as download:
        page.click("text=下载 HTML")
    assert download.value.suggested_filename == "desk-report.html"
    assert "desk.csv" in Path(download.value.path()).read_text(encoding="utf-8")


def test_the_report_filters_sorts_and_opens_a_question(page: Page, system: StandInSystem) -> None:
    system.threshold = 0.5
    choose(page, "a.csv", csv_of([(COMPANIES, "2200余家"), (VISITORS, "810家企业"), ("他呢？", "")]))
    page.click("#start")
    let(system, 3)
    page.click("#past >> text=看报告")
    frame = page.frame_locator("#report")
    assert frame.locator("#questions tr[data-number]:visible").count() == 1
    frame.locator("#questions tr:visible .open").click()
    assert "标准原文" in frame.locator("tr.detail").inner_text()
    frame.locator(".filters >> text=全部").click()
    assert frame.locator("#questions tr[data-number]:visible").count() == 3
    frame.locator("th[data-key=confidence] button").click()
    assert frame.locator("#questions tbody tr").first.get_attribute("data-confidence") == "0.2"
    frame.locator("#search").fill("观众")
    assert frame.locator("#questions tr[data-number]:visible").count() == 1
    frame.locator("#language").click()
    assert frame.locator("h1").inner_text().startswith("Evaluation report")


def test_a_job_is_stopped_kept_and_goes_on(page: Page, system: StandInSystem) -> None:
    system.slow_s = 0.3
    let(system, 60)
    choose(page, "a.csv", many(60))
    page.click("#start")
    until(page, "document.querySelector('#running progress')?.value >= 2")
    page.click("#running [data-do=stop]")
    page.wait_for_selector("#past >> text=已停止")
    assert page.inner_text("#running").strip().endswith("现在没有测评在跑。")
    system.slow_s = 0.0
    page.click("#past [data-do=resume]")
    page.wait_for_selector("#past .tag.low", state="detached")
    assert len(system.assistant.asked) == 60


def test_two_runs_are_compared_and_others_are_not(page: Page, system: StandInSystem) -> None:
    for name, n in (("a.csv", 6), ("a.csv", 6), ("b.csv", 9)):
        run(page, system, name, n)
    picks = page.locator("input.pick")
    picks.nth(1).check()
    assert page.is_disabled("#compare")
    picks.nth(2).check()
    page.click("#compare")
    page.frame_locator("#report").locator("h1 >> text=两次测评的比较").wait_for()
    page.click("text=回到测评")
    page.locator("input.pick").nth(0).check()
    page.locator("input.pick").nth(2).check()
    page.click("#compare")
    page.wait_for_selector("text=两次用的测试集不同，不能比较")


def test_the_dial_asks_before_it_changes_the_threshold(page: Page, system: StandInSystem) -> None:
    run(page, system, "a.csv", 90)
    page.wait_for_selector("#apply")
    assert page.is_disabled("#risk-2")
    assert "这套题太小，不能承诺 2%。" in page.inner_text("#dial")
    page.fill("#custom", "8")
    page.press("#custom", "Enter")
    page.check("#risk-8")
    page.click("#apply")
    assert "0.5 改为 0.9" in page.inner_text("#ask")
    page.keyboard.press("Escape")
    assert system.threshold == 0.5
    page.click("#apply")
    page.click("#ask .primary")
    page.wait_for_selector("#dial >> text=门槛 0.9")
    assert system.threshold == 0.9


def test_the_page_goes_on_after_the_server_was_started_again(
    browser: Browser, desk: Desk, tmp_path: Path, system: StandInSystem
) -> None:
    folder = tmp_path / "evaluations"
    with serving(desk, bench_of(folder, system)) as url:
        context = browser.new_context()
        context.add_cookies(cookie_for(desk, url))  # type: ignore[arg-type]  # a plain dictionary
        page = context.new_page()
        page.goto(f"{url}evaluate")
        choose(page, "a.csv", many(9))
        page.click("#start")
        let(system, 4)
        until(page, "document.querySelector('#running progress')?.value >= 3")
        threading.Timer(0.5, let, (system, 1)).start()  # the question in hand, when the server ends
    with serving(desk, bench_of(folder, system), int(url.rstrip("/").rpartition(":")[2])):
        page.wait_for_selector("#past >> text=被中断", timeout=20_000)
        page.click("#past [data-do=resume]")
        let(system, 9)
        page.wait_for_selector("#past .tag.low", state="detached")
        assert len(system.assistant.asked) == 9
        context.close()


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True), (320, False)])
def test_nothing_runs_over_the_edge(
    browser: Browser, desk: Desk, bench: Workbench, system: StandInSystem, width: int, dark: bool
) -> None:
    scheme = "dark" if dark else "light"
    size = {"width": width, "height": 844}
    with serving(desk, bench) as url, opened(browser, desk, url, viewport=size, color_scheme=scheme) as page:
        run(page, system, "a.csv", 6)
        choose(page, "desk.csv", BAD)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate("document.documentElement.classList.contains('dark')") is dark
        page.click("#past >> text=看报告")
        page.frame_locator("#report").locator("h1").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_a_set_is_started_by_the_keyboard_alone(page: Page, system: StandInSystem) -> None:
    choose(page, "desk.csv", BAD)
    page.focus("#file")
    page.keyboard.press("Tab")
    for _ in range(12):
        if page.evaluate("document.activeElement.id") == "skip":
            page.keyboard.press("Space")
        if page.evaluate("document.activeElement.id") == "start":
            page.keyboard.press("Enter")
            break
        page.keyboard.press("Tab")
    page.wait_for_selector("#running progress")
    let(system, 9)
    page.wait_for_selector("#past >> text=看报告")
