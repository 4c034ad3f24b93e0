"""A run: it goes on where it stopped, refuses another run's folder, stays small, and its report comes out again."""

from __future__ import annotations

import csv
import json
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from szai_qa.errors import InputError, NotFoundError
from szai_qa.evaluation.evaluate import EvaluationSettings, Subject, answer_and_score, evaluate, measured_again
from szai_qa.evaluation.folder import RunFolder, guarded
from szai_qa.evaluation.gold import Against, Dataset, Example, RowProblem
from szai_qa.evaluation.report import Report
from szai_qa.evaluation.rows import Answerer, Failure, Reply
from worked_run import FOUND, LONG, OPENED, TEXTS, answer, quote

QUICK = EvaluationSettings(resamples=20)
Stop = Callable[[], bool]


def dataset(n: int = 6) -> Dataset:
    """Return questions of which every third has no answer."""
    examples = []
    for i in range(n):
        answerable = i % 3 != 2
        gold = {"answers": ("1280米",), "groups": (("全长1280米",),)} if answerable else {}
        examples.append(Example(f"Q{i}", f"问{i}？", f"Q{i}", answerable, columns={"type": f"t{i % 2}"}, **gold))
    return Dataset("set.jsonl", "jsonl", "a" * 64, tuple(examples), (RowProblem("line 9", "id", "is wrong.", "Mend."),))


class Careful:
    """Answers the even questions rightly and refuses the others; remembers what it was asked."""

    def __init__(self, breaks_at: str | None = None) -> None:
        self.asked: list[str] = []
        self._breaks_at = breaks_at

    def __call__(self, examples: Sequence[Example]) -> list[Reply]:
        replies = []
        for example in examples:
            if example.id == self._breaks_at:
                raise OSError("the power went out")
            self.asked.append(example.id)
            quotes = (quote(LONG, "1280米"),) if int(example.id[1:]) % 2 == 0 else ()
            confidence = 0.9 if quotes else 0.2
            replies.append(Reply(answer(example.question, *quotes, confidence=confidence), FOUND))
        return replies


def subject(answerer: Answerer | None = None, **system: object) -> Subject:
    return Subject(answerer or Careful(), TEXTS, Against.INDEX, {"index_id": "i1", **system}, {"szai-qa": "0"})


def run(folder: Path, answerer: Answerer | None = None, stop: Stop = lambda: False, **system: object) -> Report:
    return evaluate(dataset(), subject(answerer, **system), RunFolder(folder), QUICK, stop=stop)


def test_a_run_scores_all_and_says_what_was_left_out(tmp_path: Path) -> None:
    report = run(tmp_path / "new" / "run")
    assert (report.metrics["credit"].value, report.metrics["credit"].n) == (pytest.approx(3 / 6), 6)
    assert report.run.dataset["left_out"] == 1
    assert report.problems[0]["where"] == "line 9"
    assert report.complete
    assert set(report.slices) == {"type", "answerable"}


def test_the_report_of_the_contract_is_on_the_disk(tmp_path: Path) -> None:
    report = run(tmp_path)
    written = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert written["metrics"]["wrong"] == {
        "value": report.metrics["wrong"].value,
        "low": report.metrics["wrong"].low,
        "high": report.metrics["wrong"].high,
        "n": 6,
    }
    assert written["versions"] == {"szai-qa": "0"}
    assert written["run"]["system"]["index_id"] == "i1"
    assert RunFolder(tmp_path).report() == report


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    whole = run(tmp_path / "whole")
    with pytest.raises(OSError, match="power"):
        run(tmp_path / "cut", Careful(breaks_at="Q4"))
    again = Careful()
    report = run(tmp_path / "cut", again)
    assert again.asked == ["Q4", "Q5"]
    assert report.metrics == whole.metrics


def test_a_line_that_was_half_written_is_answered_again(tmp_path: Path) -> None:
    run(tmp_path)
    path = tmp_path / "answers.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    again = Careful()
    run(tmp_path, again)
    assert again.asked == ["Q5"]


def test_a_run_may_be_stopped_and_reports_what_was_done(tmp_path: Path) -> None:
    answerer = Careful()
    report = run(tmp_path, answerer, stop=lambda: len(answerer.asked) >= 2)
    assert (report.complete, report.metrics["credit"].n) == (False, 2)
    assert run(tmp_path).complete


def test_progress_counts_what_an_earlier_run_did(tmp_path: Path) -> None:
    answerer = Careful()
    run(tmp_path, answerer, stop=lambda: len(answerer.asked) >= 4)
    seen: list[tuple[int, int]] = []
    evaluate(dataset(), subject(), RunFolder(tmp_path), QUICK, lambda done, total: seen.append((done, total)))
    assert seen == [(4, 6), (5, 6), (6, 6)]


def test_questions_are_answered_in_batches_where_that_is_set(tmp_path: Path) -> None:
    sizes: list[int] = []

    def answerer(examples: Sequence[Example]) -> list[Reply]:
        sizes.append(len(examples))
        return Careful()(examples)

    evaluate(dataset(), subject(answerer), RunFolder(tmp_path), replace(QUICK, batch=4))
    assert sizes == [4, 2]


def test_another_run_does_not_go_on_in_the_same_folder(tmp_path: Path) -> None:
    run(tmp_path)
    with pytest.raises(InputError, match=r"another run|another system.index_id"):
        run(tmp_path, index_id="i2")
    other = replace(dataset(), sha256="b" * 64)
    with pytest.raises(InputError, match=r"another dataset.sha256"):
        evaluate(other, subject(), RunFolder(tmp_path), QUICK)


def test_a_report_comes_out_again_from_its_own_rows(tmp_path: Path) -> None:
    report = run(tmp_path)
    assert measured_again(RunFolder(tmp_path)) == report


def test_the_rows_hold_gold_answer_passages_and_failure(tmp_path: Path) -> None:
    run(tmp_path)
    rows = list(RunFolder(tmp_path).rows())
    assert [row.failure for row in rows[:3]] == [None, Failure.WRONGLY_REFUSED, Failure.WRONGLY_ANSWERED]
    assert rows[0].reply.retrieved == FOUND
    assert rows[0].example.quotes == (("全长1280米",),)
    assert rows[0].reply.answer is not None
    assert rows[0].reply.answer["quotes"][0]["text"] == LONG


def test_the_table_opens_in_a_spreadsheet(tmp_path: Path) -> None:
    run(tmp_path)
    assert (tmp_path / "rows.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "rows.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["id"] for row in rows] == [f"Q{i}" for i in range(6)]
    assert (rows[0]["credit"], rows[2]["failure"], rows[2]["f1"], rows[1]["type"]) == (
        "1",
        "wrongly_answered",
        "",
        "t1",
    )


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1"])
def test_what_begins_like_a_formula_is_guarded(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"
    assert guarded("深圳=好") == "深圳=好"


def test_formulas_in_questions_and_titles_of_columns_are_guarded_in_the_table(tmp_path: Path) -> None:
    risky = Example("Q0", "=HYPERLINK(1)", "Q0", False, columns={"@kind": "+x"})
    answer_and_score(replace(dataset(0), examples=(risky,)), subject(), RunFolder(tmp_path))
    with (tmp_path / "rows.csv").open(encoding="utf-8-sig", newline="") as stream:
        row = next(csv.DictReader(stream))
    assert (row["question"], row["'@kind"]) == ("'=HYPERLINK(1)", "'+x")


def test_the_run_file_of_trec_names_every_passage(tmp_path: Path) -> None:
    run(tmp_path)
    lines = (tmp_path / "run.trec").read_text(encoding="utf-8").splitlines()
    assert lines[0] == f"Q0 Q0 bridge:{FOUND[0].start}-{FOUND[0].end} 1 1.000000 szai-qa"
    assert len(lines) == 6


def test_three_thousand_questions_do_not_fill_the_memory(tmp_path: Path) -> None:
    """The answers take 20 MB on the disk; while they are written and scored, far less is held."""
    padding = OPENED * 100

    def answerer(examples: Sequence[Example]) -> list[Reply]:
        passages = tuple(replace(FOUND[0], text=padding) for _ in range(2))
        return [replace(reply, retrieved=passages) for reply in Careful()(examples)]

    many = dataset(3000)
    tracemalloc.start()
    answer_and_score(many, subject(answerer), RunFolder(tmp_path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (tmp_path / "answers.jsonl").stat().st_size > 15_000_000
    assert peak < 12_000_000


def test_a_folder_without_a_report_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        RunFolder(tmp_path).report()
    with pytest.raises(NotFoundError):
        RunFolder(tmp_path).rows()


def test_a_damaged_report_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text("{}")
    with pytest.raises(InputError, match="szai-qa evaluate again"):
        RunFolder(tmp_path).report()
