"""Runs a test set through a callable that answers, scores it, and writes the report. It can stop and go on.

Every finished question is on the disk before the next ones begin; scores alone are kept in memory. An error of the
callable ends the run, and what was answered stays: a failure of the system is never counted as a refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import TypeVar

from szai_qa.evaluation.figures import ScoreTable, all_rows, curves_of, failures_of, figures_of, table_of
from szai_qa.evaluation.folder import ROWS, TABLE, TREC, RunFolder, encode, replace_file, write_table
from szai_qa.evaluation.gold import Against, Dataset, Example
from szai_qa.evaluation.ranking import measure_rankings, trec_lines
from szai_qa.evaluation.report import Report, RunRecord
from szai_qa.evaluation.rows import Answerer, Reply, Row
from szai_qa.evaluation.scoring import score_row

_CHUNK = 200
"""Rows that are scored at a time."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class EvaluationSettings:
    """How figures are computed: draws of the bootstrap and their seed; columns to slice by, None for all that fit.

    `batch` is how many questions are answered at a time.
    """

    resamples: int = 2000
    seed: int = 0
    slices: tuple[str, ...] | None = None
    batch: int = 1

    def __post_init__(self) -> None:
        if self.resamples < 1 or self.batch < 1:
            raise ValueError("resamples and batch are at least 1")


@dataclass(frozen=True, slots=True)
class Subject:
    """What is measured: `answerer` and the articles that its quotes point into (id → whole text).

    `system` and `versions` are recorded: index_id, reader, threshold, settings; program and libraries.
    """

    answerer: Answerer
    texts: Mapping[str, str]
    against: Against
    system: Mapping[str, object]
    versions: Mapping[str, str]


def evaluate(
    dataset: Dataset,
    subject: Subject,
    folder: RunFolder,
    settings: EvaluationSettings = EvaluationSettings(),
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    stop: Callable[[], bool] = lambda: False,
) -> Report:
    """Answer, score and report a bound set; go on where an earlier run of the same stopped.

    `on_progress` gets (done, all) at the start and after every batch. Where `stop` says so, the run ends after the
    batch in hand, and the report is of what was done (`complete` False).

    Raises:
        InputError: the folder holds another run.
    """
    record = _record(dataset, subject, settings)
    table, complete = answer_and_score(dataset, subject, folder, settings.batch, on_progress, stop)
    problems = tuple(problem.as_json() for problem in dataset.problems)
    report = replace(measured(table, record), problems=problems, complete=complete)
    report = replace(report, run=replace(record, finished=_now()))
    folder.write_report(report)
    return report


def answer_and_score(
    dataset: Dataset,
    subject: Subject,
    folder: RunFolder,
    batch: int = 1,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    stop: Callable[[], bool] = lambda: False,
) -> tuple[ScoreTable, bool]:
    """Answer and score a bound set; return its scores, and whether all of it was answered. No report is made.

    Raises:
        InputError: the folder holds another run.
    """
    folder.claim({"dataset": _described(dataset), "against": subject.against.value, "system": subject.system})
    complete = _answer(dataset.examples, subject.answerer, folder, batch, on_progress, stop)
    return _score(dataset, subject, folder), complete


def measured(table: ScoreTable, record: RunRecord) -> Report:
    """Return the report of scored rows; the same rows and settings give the same figures."""
    resamples, seed = record.settings["resamples"], record.settings["seed"]
    slices = {
        column: {value: figures_of(table, rows, resamples, seed, intervals=False) for value, rows in values.items()}
        for column, values in table.slices(record.settings["slices"]).items()
    }
    return Report(
        run=record,
        metrics=figures_of(table, all_rows(table), resamples, seed),
        slices=slices,
        curves=curves_of(table),
        failures=failures_of(table),
    )


def measured_again(folder: RunFolder) -> Report:
    """Compute the report of a finished run from its rows and its own record."""
    old = folder.report()
    return replace(
        measured(table_of(folder.rows()), old.run), problems=old.problems, complete=old.complete, gates=old.gates
    )


def _chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def _record(dataset: Dataset, subject: Subject, settings: EvaluationSettings) -> RunRecord:
    return RunRecord(
        dataset=_described(dataset),
        against=subject.against.value,
        system=subject.system,
        settings={name: value for name, value in asdict(settings).items() if name != "batch"},
        versions=subject.versions,
        started=_now(),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _described(dataset: Dataset) -> dict[str, object]:
    return {
        "name": dataset.name,
        "format": dataset.format,
        "sha256": dataset.sha256,
        "questions": len(dataset.examples),
        "units": dataset.units,
        "left_out": len(dataset.problems),
    }


def _answer(
    examples: Sequence[Example],
    answerer: Answerer,
    folder: RunFolder,
    batch: int,
    on_progress: Callable[[int, int], None],
    stop: Callable[[], bool],
) -> bool:
    """Answer what is not answered yet; return whether all is."""
    finished = set(folder.finished())
    left = [example for example in examples if example.id not in finished]
    done = len(examples) - len(left)
    on_progress(done, len(examples))
    with folder.append_to() as stream:
        for some in _chunks(left, batch):
            if stop():
                return False
            replies = answerer(some)
            for example, reply in zip(some, replies, strict=True):
                stream.write(encode({"id": example.id, **reply.as_json()}) + b"\n")
            stream.flush()
            done += len(some)
            on_progress(done, len(examples))
    return True


def _score(dataset: Dataset, subject: Subject, folder: RunFolder) -> ScoreTable:
    """Score all answers, write the rows' files, and return the scores."""
    by_id = {example.id: example for example in dataset.examples}
    table = ScoreTable()

    def lines() -> Iterator[bytes]:
        for row in _scored(by_id, subject.texts, folder):
            table.add(row)
            yield encode(row.as_json()) + b"\n"

    replace_file(folder.path / ROWS, lines())
    scores = sorted({name for row in folder.rows() for name in row.scores})
    columns = list(dict.fromkeys(name for example in dataset.examples for name in example.columns))
    write_table(folder.path / TABLE, folder.rows(), scores, columns)
    ranked = (trec_lines(by_id[name], reply) for name, reply in folder.answers() if reply.retrieved is not None)
    replace_file(folder.path / TREC, (f"{line}\n".encode() for found in ranked for line in found))
    return table


def _scored(by_id: Mapping[str, Example], texts: Mapping[str, str], folder: RunFolder) -> Iterator[Row]:
    for some in _chunks(folder.answers(), _CHUNK):
        asked: list[tuple[Example, Reply]] = [(by_id[name], reply) for name, reply in some]
        rankings = measure_rankings(asked)
        for example, reply in asked:
            yield score_row(example, reply, texts, rankings.get(example.id, {}))
