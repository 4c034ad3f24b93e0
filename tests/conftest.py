"""What all tests share: a clean environment, a small archive, and an honest last line about what did not run."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from hypothesis import settings

from project import find_chromium, find_postgres
from stand_ins import HashingEmbedder, write_archive

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

# A busy machine is slow, which is no fault of the code.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")

REQUIRE_BROWSER = "SZAI_QA_REQUIRE_BROWSER"
REQUIRE_POSTGRES = "SZAI_QA_REQUIRE_POSTGRES"
# What a mark needs: how it is found, what is said where it is not, what makes its absence a failure.
NEEDS: dict[str, tuple[Callable[[], object], str, str]] = {
    "browser": (find_chromium, "no chromium", REQUIRE_BROWSER),
    "postgres": (find_postgres, "no PostgreSQL server (apt-get install postgresql)", REQUIRE_POSTGRES),
}
_KEPT = {"SZAI_QA_CACHE", REQUIRE_BROWSER, REQUIRE_POSTGRES}


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark, (find, absent, require) in NEEDS.items():
        if item.get_closest_marker(mark) and not find():
            if os.environ.get(require) == "1":
                pytest.fail(f"{absent}, and {require}=1 asks for one", pytrace=False)
            pytest.skip(absent)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, None, None]:
    """Say last of all what did not run, so that a green line is never taken for more than it is."""
    yield
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    for mark in NEEDS:
        skipped = [report for report in reporter.stats.get("skipped", []) if mark in report.keywords]
        if skipped:
            reasons = {report.longrepr[2].removeprefix("Skipped: ") for report in skipped}
            reporter.write_line(f"NOT RUN: {len(skipped)} {mark} tests: {'; '.join(sorted(reasons))}")


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
