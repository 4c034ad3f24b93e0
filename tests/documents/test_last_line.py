"""A test run without a browser says so in its last line, and fails where a browser is asked for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from project import ROOT

SAMPLE = """
import pytest

@pytest.mark.browser
@pytest.mark.parametrize("n", [1, 2])
def test_a_page(n): pass

def test_another(): pass
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("conftest.py", "project.py", "stand_ins.py"):
        shutil.copy(ROOT / "tests" / name, tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "test_sample.py").write_text(SAMPLE)
    return tmp_path


def run(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    nowhere = {"PATH": str(folder), "HOME": str(folder), "PLAYWRIGHT_BROWSERS_PATH": str(folder)}
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SZAI_QA_REQUIRE_")} | nowhere | variables
    command = [sys.executable, "-m", "pytest", "-q", "test_sample.py", "-p", "no:cacheprovider"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_without_a_browser_its_tests_are_skipped_and_the_last_line_counts_them(folder: Path) -> None:
    done = run(folder)
    assert done.returncode == 0, done.stdout
    assert "1 passed, 2 skipped" in done.stdout
    assert done.stdout.splitlines()[-1] == "NOT RUN: 2 browser tests: no chromium"


def test_without_postgresql_its_tests_are_counted_too(folder: Path) -> None:
    sample = "import pytest\n\n@pytest.mark.postgres\ndef test_a_table(): pass\n"
    (folder / "test_sample.py").write_text(sample)
    with (folder / "project.py").open("a") as project:
        project.write("\n\ndef find_postgres(): return None\n")
    assert run(folder).stdout.splitlines()[-1].startswith("NOT RUN: 1 postgres tests: no PostgreSQL server")
    assert run(folder, SZAI_QA_REQUIRE_POSTGRES="1").returncode == 1


def test_where_a_browser_is_asked_for_its_tests_fail_without_one(folder: Path) -> None:
    done = run(folder, SZAI_QA_REQUIRE_BROWSER="1")
    assert done.returncode == 1
    assert "2 errors" in done.stdout or "2 failed" in done.stdout
    assert "NOT RUN" not in done.stdout
