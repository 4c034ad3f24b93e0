"""The evaluator's commands as others drive them. The system that is measured is a stand-in, or none is needed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from command_line import run
from stand_ins import ARTICLES, HashingEmbedder
from szai_qa.errors import InputError, ProofError
from szai_qa.evaluation.evaluate import EvaluationSettings, Subject, evaluate
from szai_qa.evaluation.folder import RunFolder
from szai_qa.evaluation.gold import Against, Example
from szai_qa.evaluation.promises import read_promise
from szai_qa.evaluation.rows import Reply
from szai_qa.indexing.store import build_index, verify_index
from szai_qa.interfaces import cli_evaluate, measured_systems
from szai_qa.interfaces.evaluating import prepare
from szai_qa.interfaces.risk import conditions_of, valid_promise, with_promise
from szai_qa.settings import Settings
from worked_run import answer, quote

SENTENCE = "大桥全长1280米，双向六车道！"
LINES = [{"id": f"Q{i}", "question": f"第{i}问：大桥多长？", "answers": ["1280米"]} for i in range(60)]


@pytest.fixture
def home(tmp_path: Path, archive: Path, embedder: HashingEmbedder) -> Path:
    """A project's folder with a test set."""
    (tmp_path / "home" / "docs").mkdir(parents=True)
    archive.rename(tmp_path / "home" / "docs" / "articles")
    build_index(tmp_path / "home" / "index", tmp_path / "home" / "docs" / "articles", embedder)
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in LINES)
    (tmp_path / "home" / "set.jsonl").write_text(text, encoding="utf-8")
    return tmp_path / "home"


def standing_in(home: Path, wrong: frozenset[int] = frozenset()) -> Subject:
    """Return a system that knows the answer to all questions but some."""

    def answerer(examples: Sequence[Example]) -> list[Reply]:
        return [
            Reply(
                answer(
                    example.question,
                    quote(
                        "青石大桥昨天通车。" if int(example.id[1:]) in wrong else SENTENCE,
                        article=ARTICLES["bridge"],
                        name="bridge",
                    ),
                    confidence=0.99 - int(example.id[1:]) / 1000,
                )
            )
            for example in examples
        ]

    conditions = conditions_of(home / "index", "reader-1")
    system = {name: getattr(conditions, name) for name in conditions.__slots__}
    return Subject(answerer, ARTICLES, Against.INDEX, system, {"szai-qa": "0"})


def measured(home: Path, name: str, wrong: frozenset[int] = frozenset()) -> None:
    """Leave a finished run in a folder of the project's."""
    prepared = prepare(home / "set.jsonl", Settings(), index=home / "index", articles=home / "docs" / "articles")
    evaluate(prepared.dataset, standing_in(home, wrong), RunFolder(home / name), EvaluationSettings(resamples=20))


@pytest.mark.parametrize("command", ["evaluate", "compare", "calibrate"])
def test_every_command_has_a_help_with_an_example(command: str, tmp_path: Path) -> None:
    done = run(command, "--help", cwd=tmp_path)
    assert done.code == 0
    assert f"Example: szai-qa {command}" in done.out


def test_wrong_rows_are_one_line_and_exit_code_two(home: Path) -> None:
    (home / "set.csv").write_text("question,answer\n多长？,八千米\n,甲\n", encoding="utf-8")
    done = run("evaluate", "--dataset", "set.csv", "--output", "out", cwd=home)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    for word in ("set.csv", "line 3", "question", "is empty", "1 more rows are wrong", "--skip-invalid"):
        assert word in done.err
    assert not (home / "out").exists()


def test_a_set_is_checked_row_by_row_without_a_model(home: Path) -> None:
    (home / "set.csv").write_text("question,answer\n多长？,1280米\n多长？,八千米\n,甲\n", encoding="utf-8")
    done = run("evaluate", "--dataset", "set.csv", "--check", "--json", cwd=home)
    found = json.loads(done.out)
    assert (done.code, found["usable"], found["against"]) == (0, 1, "index")
    assert [(p["where"], p["field"]) for p in found["problems"]] == [("line 4", "question"), ("line 3", "evidence")]
    assert "line 3, evidence" in run("evaluate", "--dataset", "set.csv", "--check", cwd=home).out


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--min", "f9=1"], "'f9' is no figure"),
        (["--min", "f1"], "no NAME=VALUE"),
        (["--max-regression", "f1=0.1"], "--baseline DIR"),
        (["--max-regression", "f1=0.1", "--baseline", "none"], "No report in none"),
        (["--against", "nothing"], "There are: index, own, paragraph"),
        (["--against", "own"], "brings no texts along"),
        (["--format", "xml"], "'xml' is no format"),
        (["--dataset", "none.jsonl"], "cannot be read"),
    ],
)
def test_wrong_usage_is_found_before_anything_is_answered(home: Path, more: list[str], says: str) -> None:
    done = run("evaluate", "--dataset", "set.jsonl", "--output", "out", *more, cwd=home)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert says in done.err


def test_a_gate_fails_with_the_worse_system_and_passes_with_the_better(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(home)
    systems = {"good": standing_in(home), "bad": standing_in(home, frozenset(range(20)))}
    for name, system in systems.items():
        monkeypatch.setattr(measured_systems, "index_subject", lambda *_, system=system: system)
        options = {"minimum": ["credit=0.9"], "maximum": ["wrong=0.05"]}
        if name == "bad":
            options |= {"regression": ["credit=0.02"], "baseline": Path("good")}  # type: ignore[dict-item]
            with pytest.raises(ProofError, match=r"3 of 3 gates failed: credit is 0.6667, min 0.9; wrong is 0.3333"):
                cli_evaluate.evaluate(Path("set.jsonl"), Path(name), **options)  # type: ignore[arg-type]
        else:
            cli_evaluate.evaluate(Path("set.jsonl"), Path(name), **options)  # type: ignore[arg-type]
    assert [gate["passed"] for gate in json.loads(Path("bad/report.json").read_text())["gates"]] == [False] * 3
    assert "60 questions, 0 rows left out" in capsys.readouterr().out


def test_a_baseline_of_another_set_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measured(home, "before")
    (home / "set.jsonl").write_text('{"question": "问？", "answer": "1280米"}', encoding="utf-8")
    monkeypatch.chdir(home)
    with pytest.raises(InputError, match="of another set"):
        cli_evaluate.evaluate(Path("set.jsonl"), Path("out"), regression=["f1=0.1"], baseline=Path("before"))


def test_two_runs_are_compared(home: Path) -> None:
    measured(home, "a", frozenset({3, 4}))
    measured(home, "b", frozenset({4}))
    done = run("compare", "a", "b", "--output", "both", "--json", cwd=home)
    found = json.loads(done.out)
    assert (done.code, [item["id"] for item in found["better"]], found["worse"]) == (0, ["Q3"], [])
    assert json.loads((home / "both" / "compare.json").read_text(encoding="utf-8")) == found
    assert "better: Q3" in run("compare", "a", "b", "--output", "both", cwd=home).out


def test_a_promise_has_a_threshold_and_its_coverage(home: Path) -> None:
    measured(home, "run")
    done = run("calibrate", "--dataset", "set.jsonl", "--run", "run", "--risk", "0.05", "--json", cwd=home)
    found = json.loads(done.out)
    assert (done.code, found["promised"], found["coverage"], found["stored"]) == (0, True, 1.0, None)
    assert found["threshold"] == pytest.approx(0.931)
    assert not (home / "index" / "risk.json").exists()


def test_a_set_that_is_too_small_is_a_refusal_to_promise(home: Path) -> None:
    measured(home, "run")
    done = run("calibrate", "--dataset", "set.jsonl", "--run", "run", "--risk", "0.02", "--json", "--store", cwd=home)
    assert (done.code, json.loads(done.out)["promised"]) == (3, False)
    assert (
        "it takes 114 questions answered without an error, there are 60 at most"
        in json.loads(done.err)["error"]["message"]
    )
    assert not (home / "index" / "risk.json").exists()


def stored_promise(home: Path) -> None:
    measured(home, "run")
    done = run("calibrate", "--dataset", "set.jsonl", "--run", "run", "--risk", "0.05", "--store", cwd=home)
    assert done.code == 0
    assert "At most 5 % of the answers are wrong" in done.out


def test_a_stored_promise_is_in_force_for_its_index_and_reader(home: Path) -> None:
    stored_promise(home)
    assert with_promise(Settings(), home / "index", "reader-1").threshold == pytest.approx(0.931)
    assert with_promise(Settings(threshold=0.2), home / "index", "reader-1").threshold == 0.2
    stored = read_promise(home / "index")
    assert stored is not None
    assert (stored.dataset["name"], stored.dataset["questions"]) == ("set.jsonl", 60)


def test_a_promise_for_another_reader_is_void_and_said_so(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    stored_promise(home)
    assert valid_promise(home / "index", "reader-2") is None
    assert "void: it was measured with another reader" in caplog.text


def test_a_new_index_voids_the_promise_and_neither_build_nor_verify_minds_the_file(
    home: Path, embedder: HashingEmbedder
) -> None:
    stored_promise(home)
    articles = home / "docs" / "articles"
    verify_index(home / "index", articles, embedder)
    (articles / "school.txt").unlink()
    build_index(home / "index", articles, embedder)
    verify_index(home / "index", articles, embedder)
    assert (home / "index" / "risk.json").exists()
    assert valid_promise(home / "index", "reader-1") is None


def test_a_run_of_another_set_is_not_calibrated_on(home: Path) -> None:
    measured(home, "run")
    (home / "other.jsonl").write_text('{"question": "问？", "answer": "1280米"}', encoding="utf-8")
    done = run("calibrate", "--dataset", "other.jsonl", "--run", "run", "--risk", "0.05", cwd=home)
    assert done.code == 2
    assert "no finished run of other.jsonl" in done.err


@pytest.mark.parametrize("risk", ["0", "0.9", "much"])
def test_a_limit_outside_its_bounds_is_wrong_usage(home: Path, risk: str) -> None:
    done = run("calibrate", "--dataset", "set.jsonl", "--risk", risk, cwd=home)
    assert (done.code, done.err.count("\n")) == (2, 1)
