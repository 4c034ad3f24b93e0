"""What all tests share: a clean environment, a small archive, and an honest last line about what did not run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

from stand_ins import HashingEmbedder, write_archive

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

# A busy machine is slow, which is no fault of the code.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")

ROOT = Path(__file__).parents[1]
REQUIRE_BROWSER = "SZAI_QA_REQUIRE_BROWSER"
NO_BROWSER = "no chromium"
_KEPT = {"SZAI_QA_CACHE", REQUIRE_BROWSER}


def find_chromium() -> str | None:
    """Return the path of a Chromium or Chrome: of the system, else the one that Playwright installed."""
    for name in ("chromium", "chromium-browser", "google-chrome", "chrome"):
        if found := shutil.which(name):
            return found
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache" / "ms-playwright"))
    return next((str(path) for path in sorted(cache.glob("chromium*/*/chrome"))), None)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's path; only for tests marked `browser`, which don't run without one."""
    found = find_chromium()
    assert found, NO_BROWSER
    return found


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") and find_chromium() is None:
        if os.environ.get(REQUIRE_BROWSER) == "1":
            pytest.fail(f"{NO_BROWSER}, and {REQUIRE_BROWSER}=1 asks for one", pytrace=False)
        pytest.skip(NO_BROWSER)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, None, None]:
    """Say last of all how many browser tests did not run, so that a green line is never taken for more than it is."""
    yield
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    skipped = [report for report in reporter.stats.get("skipped", []) if "browser" in report.keywords]
    if skipped:
        reasons = {report.longrepr[2].removeprefix("Skipped: ") for report in skipped}
        reporter.write_line(f"NOT RUN: {len(skipped)} browser tests: {'; '.join(sorted(reasons))}")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests decides what they show."""
    for name in [name for name in os.environ if name.startswith("SZAI_QA_") and name not in _KEPT]:
        monkeypatch.delenv(name)


@pytest.fixture
def embedder() -> HashingEmbedder:
    return HashingEmbedder()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A folder of three small articles."""
    return write_archive(tmp_path / "articles")
