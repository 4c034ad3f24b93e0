"""The files of one run: what was answered so far, the scored rows, the report. They hold all that it takes to go on.

| file | holds |
|---|---|
| `run.json` | what is run on what; a run goes on only where all of it is the same |
| `answers.jsonl` | one line a finished question, appended |
| `rows.jsonl`, `rows.csv` | gold, answer, what was retrieved, scores and failure; scores only |
| `run.trec` | what was retrieved |
| `report.json` | the figures |
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from szai_qa.errors import InputError, NotFoundError
from szai_qa.evaluation.report import Report
from szai_qa.evaluation.rows import Reply, Row

RUN, ANSWERS, ROWS, TABLE, TREC, REPORT = (
    "run.json",
    "answers.jsonl",
    "rows.jsonl",
    "rows.csv",
    "run.trec",
    "report.json",
)
_AGAIN = "Name the folder that szai-qa evaluate wrote."


def encode(value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Return a value as one line of JSON in UTF-8, lone surrogates as escapes."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace")


def replace_file(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file that appears whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as stream:
            stream.writelines(chunks)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def pretty(value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Return a value as indented JSON with a line end."""
    return json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace") + b"\n"


class RunFolder:
    """The folder of one run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def claim(self, identity: Mapping[str, Any]) -> None:
        """Make the folder this run's; what was answered there before is kept where the run is the same.

        Raises:
            InputError: the folder holds another run, or can't be made.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise InputError(f"{self.path} can't be made: {problem.strerror}.", "Name a folder.") from problem
        record = self.path / RUN
        if not record.is_file():
            if (self.path / ANSWERS).exists():
                raise InputError(f"{self.path} holds answers without {RUN}.", "Name an empty folder.")
            replace_file(record, [pretty(identity)])
            return
        differs = _differences(read_json(record), json.loads(json.dumps(identity)))
        if differs:
            raise InputError(
                f"{self.path} holds a run with another {', '.join(differs)}.",
                "Name an empty folder, or remove this one.",
            )

    def finished(self) -> list[str]:
        """Return the ids that are answered already; a line that a killed run left half-written is cut off."""
        path = self.path / ANSWERS
        if not path.is_file():
            return []
        ids = []
        end = 0
        with path.open("r+b") as stream:
            for line in stream:
                if not line.endswith(b"\n"):
                    break
                ids.append(str(json.loads(line)["id"]))
                end += len(line)
            stream.truncate(end)
        return ids

    def append_to(self) -> IO[bytes]:
        """Open the file of answers for further ones."""
        return (self.path / ANSWERS).open("ab")

    def answers(self) -> Iterator[tuple[str, Reply]]:
        """Yield (id, reply) in the order of answering."""
        for value in read_lines(self.path / ANSWERS):
            yield value["id"], Reply.from_json(value)

    def rows(self) -> Iterator[Row]:
        """Yield the scored rows; raises NotFoundError where there are none."""
        if not (self.path / ROWS).is_file():
            raise NotFoundError(f"No finished run in {self.path}.", _AGAIN)
        return (Row.from_json(value) for value in read_lines(self.path / ROWS))

    def report(self) -> Report:
        """Return the report.

        Raises:
            NotFoundError: there is none.
            InputError: it can't be read.
        """
        path = self.path / REPORT
        if not path.is_file():
            raise NotFoundError(f"No report in {self.path}.", _AGAIN)
        try:
            return Report.from_json(read_json(path))
        except (KeyError, TypeError, AttributeError) as problem:
            raise InputError(
                f"{path} is no report of this version ({problem}).", "Run szai-qa evaluate again."
            ) from problem

    def write_report(self, report: Report) -> None:
        """Write `report.json`."""
        replace_file(self.path / REPORT, [pretty(report.as_json())])


def read_json(path: Path) -> Any:  # noqa: ANN401 - any JSON value
    """Return a JSON file's value; raises InputError where it holds none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as problem:
        raise InputError(f"{path} is damaged ({problem}).", _AGAIN) from problem


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file of JSON lines, one at a time."""
    if not path.is_file():
        return
    with path.open("rb") as stream:
        for line in stream:
            yield json.loads(line)


def _differences(old: Mapping[str, Any], new: Mapping[str, Any], before: str = "") -> list[str]:
    """Return the names of what differs, nested ones with dots."""
    names: list[str] = []
    for name in sorted(old.keys() | new.keys()):
        first, second = old.get(name), new.get(name)
        if isinstance(first, dict) and isinstance(second, dict):
            names += _differences(first, second, f"{before}{name}.")
        elif first != second:
            names.append(before + name)
    return names


_RISKY = ("=", "+", "-", "@", "\t", "\r")


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: an apostrophe goes before what begins like one."""
    return f"'{cell}" if cell.lstrip().startswith(_RISKY) or cell.startswith(_RISKY) else cell


def write_table(path: Path, rows: Iterable[Row], scores: Sequence[str], columns: Sequence[str]) -> None:
    """Write `rows.csv`: UTF-8 with a mark, so that spreadsheets read Chinese; texts are guarded against formulas."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["id", "question", "gold", "answer", "failure", *map(guarded, columns), *scores])
            for row in rows:
                writer.writerow(_cells(row, scores, columns))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _cells(row: Row, scores: Sequence[str], columns: Sequence[str]) -> list[str]:
    example, answer = row.example, row.reply.answer or {}
    gold = "|".join(example.answers) or "|".join(group[0] for group in example.quotes)
    quoted = "\n".join(quote["text"] for quote in answer.get("quotes", ()))
    texts = [example.id, example.question, gold, quoted, row.failure.value if row.failure else ""]
    texts += [example.columns.get(column, "") for column in columns]
    values = [row.scores.get(name) for name in scores]
    return [*map(guarded, texts), *("" if value is None else f"{value:.6g}" for value in values)]
