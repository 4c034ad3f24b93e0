"""Takes the journal out: every answer as JSON lines, or as a table for a spreadsheet. It only reads."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from szai_qa.journal.database import Database
from szai_qa.journal.entries import Entry, Pointer
from szai_qa.journal.store import article_lookup, entry_of
from szai_qa.journal.verdicts import all_judgements

BATCH = 500
COLUMNS = (
    "public_id",
    "time",
    "conversation",
    "channel",
    "language",
    "question",
    "resolved_question",
    "refused",
    "reason",
    "missing",
    "quotes",
    "confidence",
    "threshold",
    "index_id",
    "latency_ms",
    "feedback",
    "feedback_reason",
    "verdicts",
)
# A spreadsheet takes a cell that begins so for a formula, and runs it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def entries(database: Database) -> Iterator[Entry]:
    """Give every answer on record, oldest first, without holding them all."""
    from sqlalchemy import select

    from szai_qa.journal.tables import answers

    last = 0
    while True:
        query = select(answers).where(answers.c.id > last).order_by(answers.c.id).limit(BATCH)
        with database.reading() as connection:
            rows = connection.execute(query).all()
        if not rows:
            return
        yield from map(entry_of, rows)
        last = rows[-1].id


def as_objects(database: Database) -> Iterator[dict[str, Any]]:
    """Give every answer as a JSON object, its pointers with their words, its verdicts in force under "verdicts"."""
    texts = article_lookup(database)
    judged: dict[str, list[dict[str, Any]]] = {}
    for each in all_judgements(database):
        judged.setdefault(each.answer, []).append(
            {
                "reviewer": each.reviewer,
                "verdict": each.verdict.value,
                "sentences": [_with_words(pointer, texts) for pointer in each.sentences],
                "note": each.note,
                "time": each.time.isoformat(),
            }
        )
    for entry in entries(database):
        pointers = {
            name: [_with_words(pointer, texts) for pointer in getattr(entry, name)]
            for name in ("quotes", "nearest", "considered")
        }
        yield entry.as_json() | pointers | {"verdicts": judged.get(entry.public_id, [])}


def _with_words(pointer: Pointer, texts: Mapping[str, str]) -> dict[str, Any]:
    return pointer.as_json() | {"text": pointer.span.of(texts[pointer.article_sha256])}


def json_lines(objects: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Give each object as a line."""
    for value in objects:
        yield json.dumps(value, ensure_ascii=False) + "\n"


def csv_lines(objects: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Give objects of `as_objects` as the lines of a CSV table, its head first."""
    yield csv_line(COLUMNS)
    for value in objects:
        flat = dict(value)
        flat["missing"] = " | ".join(value["missing"])
        flat["quotes"] = " | ".join(quote["text"] for quote in value["quotes"])
        flat["verdicts"] = " | ".join(f"{each['reviewer']}: {each['verdict']}" for each in value["verdicts"])
        yield csv_line(flat[name] for name in COLUMNS)


def csv_line(cells: Iterable[object]) -> str:
    """Return a line of a CSV table; text that a spreadsheet would run gets an apostrophe before it."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([_harmless(cell) for cell in cells])
    return text.getvalue()


def _harmless(cell: object) -> object:
    if isinstance(cell, str) and cell.lstrip(" \u3000").startswith(_FORMULA):
        return f"'{cell}"
    return "" if cell is None else cell
