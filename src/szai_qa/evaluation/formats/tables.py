"""Reads CSV and XLSX: one question a row, under a header row that names the columns (docs/evaluation.md)."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from szai_qa.errors import InputError
from szai_qa.evaluation.formats.problems import MAX_COLUMN_CHARS, BadRowError, Rows
from szai_qa.evaluation.gold import Example

SEPARATOR = "|"
"""Between several accepted answers of one cell."""
_HEADER = "Begin with a header row: question, answer, source."


def read_csv(text: str, name: str) -> Rows:
    """Return the rows of a CSV file, separated by commas (`.tsv`: by tabs).

    Raises:
        InputError: it has no header row with a question column, or its quotation marks don't close.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if name.endswith(".tsv") else ",", strict=True)

    def numbered() -> Iterator[tuple[str, Sequence[str]]]:
        try:
            for cells in reader:
                yield f"line {reader.line_num}", cells
        except csv.Error as problem:
            raise InputError(
                f"{name}, line {reader.line_num}: no CSV ({problem}).", "Save it as CSV UTF-8 again."
            ) from problem

    return _read(numbered(), name)


def read_xlsx(path: Path) -> Rows:
    """Return the rows of a workbook's first sheet; formulas count with the values that were saved.

    Raises:
        InputError: it is no workbook, or has no header row with a question column.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError) as problem:
        raise InputError(f"{path.name} is no XLSX workbook ({problem}).", "Save it as .xlsx again.") from problem
    try:
        sheet = book.worksheets[0]
        cells = (["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True))
        return _read(((f"row {number}", row) for number, row in enumerate(cells, start=1)), path.name)
    finally:
        book.close()


def _known_columns() -> dict[str, str]:
    table = json.loads((Path(__file__).parent / "columns.json").read_text(encoding="utf-8"))
    return {title: field for field, titles in table.items() for title in titles}


def _read(lines: Iterable[tuple[str, Sequence[str]]], name: str) -> Rows:
    rows = Rows()
    header: list[str] = []
    known = _known_columns()
    for where, cells in lines:
        texts = [cell.strip() for cell in cells]
        if not any(texts):
            continue
        if not header:
            header = [known.get(text.lower(), text) for text in texts]
            _check_header(header, name)
            continue
        try:
            rows.add(_example(where, dict(zip(header, texts, strict=False)), len(texts) - len(header)))
        except BadRowError as problem:
            rows.wrong(where, problem)
    if not header:
        raise InputError(f"{name} is empty.", _HEADER)
    return rows


def _check_header(header: Sequence[str], name: str) -> None:
    if "question" not in header or not {"answer", "evidence"} & set(header):
        raise InputError(f"{name}: its first row has no columns for question and answer.", _HEADER)
    twice = [title for title in header if title and list(header).count(title) > 1]
    if twice:
        raise InputError(f"{name}: the column {twice[0]!r} stands twice.", "Give each column its own title.")


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(SEPARATOR) if part.strip())


def _example(where: str, cells: dict[str, str], surplus: int) -> Example:
    if surplus > 0:
        raise BadRowError(
            "row", f"has {surplus} cells more than the header.", "Put cells with commas in quotation marks."
        )
    question = cells.get("question", "")
    if not question:
        raise BadRowError("question", "is empty.", "Write the question.")
    answers, evidence = _parts(cells.get("answer", "")), _parts(cells.get("evidence", ""))
    known = {"id", "question", "answer", "evidence", "source", ""}
    columns = {title: text for title, text in cells.items() if title not in known and 0 < len(text) <= MAX_COLUMN_CHARS}
    name = cells.get("id") or where.replace("line ", "L").replace("row ", "R")
    gold = evidence or answers  # neither: the question has no answer in the articles
    groups = (gold,) if gold else ()
    source = cells.get("source") or None
    return Example(name, question, name, bool(gold), (), answers, groups, source if gold else None, {}, columns, where)
