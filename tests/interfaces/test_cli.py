"""The command line as others drive it: exit codes, one-line errors, JSON. Nothing here loads a model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import szai_qa
from command_line import run
from stand_ins import HashingEmbedder
from szai_qa.indexing.store import build_index

COMMANDS = ["serve", "ask", "batch", "read", "index build", "index verify", "index info", "verify", "publish"]
COMMANDS += [f"journal {name}" for name in ("export", "export-tests", "delete", "prune", "audit", "insight")]
COMMANDS += [f"user {name}" for name in ("add", "list", "remove", "password")]


@pytest.fixture
def home(tmp_path: Path, archive: Path, embedder: HashingEmbedder) -> Path:
    """A project's folder whose index was made with another model."""
    (tmp_path / "home" / "docs").mkdir(parents=True)
    archive.rename(tmp_path / "home" / "docs" / "articles")
    build_index(tmp_path / "home" / "index", tmp_path / "home" / "docs" / "articles", embedder)
    return tmp_path / "home"


def test_the_version_is_the_packages(tmp_path: Path) -> None:
    done = run("--version", cwd=tmp_path)
    assert (done.code, done.out) == (0, f"{szai_qa.__version__}\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help_with_an_example(command: str, tmp_path: Path) -> None:
    done = run(*command.split(), "--help", cwd=tmp_path)
    assert done.code == 0
    assert f"Example: szai-qa {command}" in done.out


@pytest.mark.parametrize("command", [[], ["index"], ["journal"], ["user"]])
def test_a_bare_command_prints_its_help(command: list[str], tmp_path: Path) -> None:
    done = run(*command, cwd=tmp_path)
    assert done.code == 0
    assert "Usage: szai-qa" in done.out


@pytest.mark.parametrize(
    "arguments",
    [
        ["aks"],
        ["ask"],
        ["ask", "问", "--jsno"],
        ["index", "rebuild"],
        ["serve", "--port", "99999"],
        ["serve", "--port", "http"],
        ["batch", "--input", "q.jsonl"],
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_two(arguments: list[str], tmp_path: Path) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert "--help" in done.err


@pytest.mark.parametrize("command", [["ask", "问？"], ["index", "build"], ["index", "verify"], ["index", "info"]])
def test_no_project_here_is_exit_code_two_with_both_ways_out(command: list[str], tmp_path: Path) -> None:
    done = run(*command, cwd=tmp_path)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "project's folder" in done.err
    assert "SZAI_QA_HOME" in done.err


def test_an_error_in_json_has_code_message_and_hint(tmp_path: Path) -> None:
    done = run("ask", "问？", "--json", cwd=tmp_path)
    error = json.loads(done.err)["error"]
    assert done.code == 2
    assert error.keys() == {"code", "message", "hint"}
    assert error["code"] == "not_found"


def test_wrong_usage_is_json_too_where_json_was_asked_for(tmp_path: Path) -> None:
    done = run("ask", "--json", cwd=tmp_path)
    assert json.loads(done.err)["error"]["code"] == "bad_input"


def test_a_question_that_is_too_long_is_bad_input(home: Path) -> None:
    done = run("ask", "长" * 201, cwd=home)
    assert done.code == 2
    assert "201 characters, 200 are allowed" in done.err


def test_an_unknown_setting_is_an_error(home: Path) -> None:
    done = run("ask", "问？", cwd=home, SZAI_QA_TRESHOLD="0.5")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "SZAI_QA_TRESHOLD is no setting" in done.err


def test_home_may_be_named_by_the_environment(home: Path, tmp_path: Path) -> None:
    done = run("index", "info", "--json", cwd=tmp_path, SZAI_QA_HOME=str(home))
    assert done.code == 0
    assert json.loads(done.out)["articles"].keys() == {"bridge", "fair", "school"}


def test_a_damaged_manifest_is_exit_code_one_and_names_the_mend(home: Path) -> None:
    (home / "index" / "manifest.json").write_text("{")
    done = run("index", "info", cwd=home)
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "manifest.json is damaged" in done.err
    assert "szai-qa index build" in done.err


def test_no_index_is_exit_code_two_and_names_the_command(home: Path) -> None:
    done = run("index", "info", "--index", "elsewhere", cwd=home)
    assert done.code == 2
    assert "szai-qa index build" in done.err


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ('{"id": "a", "question": "一？"}\n{"id": "a", "question": "二？"}', "line 2"),
        ('{"id": "a"}', "line 1"),
        ("nonsense", "line 1"),
        ('{"id": "C", "turns": ["一？"]}\n{"id": "C.1", "question": "二？"}', "C.1"),
    ],
)
def test_broken_input_stops_a_batch_before_anything_is_answered(home: Path, lines: str, says: str) -> None:
    (home / "q.jsonl").write_text(lines, encoding="utf-8")
    done = run("batch", "--input", "q.jsonl", "--output", "a.jsonl", cwd=home)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "q.jsonl" in done.err
    assert says in done.err
    assert not (home / "a.jsonl").exists()


def test_a_missing_input_is_bad_input(home: Path) -> None:
    done = run("read", "--input", "none.jsonl", "--output", "p.jsonl", "--json", cwd=home)
    assert (done.code, json.loads(done.err)["error"]["code"]) == (2, "bad_input")
