"""Reads a BEIR folder: corpus.jsonl, queries.jsonl and qrels/*.tsv. Only retrieval can be measured on it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from szai_qa.errors import InputError
from szai_qa.evaluation.formats.problems import BadRowError, Rows, columns_of, text_of
from szai_qa.evaluation.formats.squad import Paragraphs
from szai_qa.evaluation.gold import Example

_KNOWN = frozenset({"_id", "text", "title", "metadata"})
_SPLITS = ("test", "dev", "train")


def is_beir(folder: Path) -> bool:
    """Tell whether a folder holds a BEIR set."""
    return (folder / "corpus.jsonl").is_file() and (folder / "queries.jsonl").is_file()


def files_of(folder: Path) -> list[Path]:
    """Return the files that are read: corpus, queries, and the judgements of test, else dev, else train.

    Raises:
        InputError: there are no judgements.
    """
    judged = sorted((folder / "qrels").glob("*.tsv"))
    chosen = next((path for split in _SPLITS for path in judged if path.stem == split), None) or next(
        iter(judged), None
    )
    if chosen is None:
        raise InputError(f"{folder} has no qrels/*.tsv.", "Put the judgements there: query-id, corpus-id, score.")
    return [folder / "corpus.jsonl", folder / "queries.jsonl", chosen]


def read_beir(folder: Path) -> Paragraphs:
    """Return the judged queries and all texts; a query without a judgement is not measured, as BEIR does it."""
    corpus, queries, judged = files_of(folder)
    rows, texts, titles = Rows(), {}, {}
    for where, document in _objects(corpus, rows):
        try:
            name = text_of(document, "_id")
            title = str(document.get("title") or "")
            texts[name] = str(document.get("text") or "") or title
            titles[name] = title
        except BadRowError as problem:
            rows.wrong(where, problem)
    relevant = _judgements(judged, texts, rows)
    for where, query in _objects(queries, rows):
        try:
            name, question = text_of(query, "_id"), text_of(query, "text")
        except BadRowError as problem:
            rows.wrong(where, problem)
            continue
        if grades := relevant.get(name):
            columns = columns_of(query.get("metadata") or {}, _KNOWN)
            rows.add(Example(name, question, name, None, relevant=grades, columns=columns, where=where))
    return Paragraphs(rows, texts, titles, "beir")


def _objects(path: Path, rows: Rows) -> Iterator[tuple[str, dict[str, Any]]]:
    with path.open(encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines, start=1):
            where = f"{path.name}, line {number}"
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except ValueError as problem:
                rows.wrong(where, BadRowError("line", f"is no JSON ({problem}).", "Write one JSON object a line."))
                continue
            if isinstance(value, dict):
                yield where, value
            else:
                rows.wrong(where, BadRowError("line", "is no JSON object.", 'Write {"_id": "...", "text": "..."}.'))


def _judgements(path: Path, texts: dict[str, str], rows: Rows) -> dict[str, dict[str, int]]:
    relevant: dict[str, dict[str, int]] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for number, cells in enumerate(csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE), start=1):
            where = f"qrels/{path.name}, line {number}"
            if not cells or cells[0] == "query-id":
                continue
            try:
                query, document, grade = cells[0], cells[1], int(cells[2])
            except (IndexError, ValueError):
                rows.wrong(
                    where, BadRowError("line", "is no judgement.", "Write query-id, corpus-id, score, tabs between.")
                )
                continue
            if document not in texts:
                rows.wrong(where, BadRowError("corpus-id", f"{document!r} is not in corpus.jsonl.", "Add the text."))
            elif grade > 0:
                relevant.setdefault(query, {})[document] = grade
    return relevant
