"""What the page shows of a set before it is run: counts, wrong rows with their mends, the first good rows."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from typing import Any

from szai_qa.evaluation.folder import guarded
from szai_qa.evaluation.gold import Example, RowProblem
from szai_qa.interfaces.evaluating import Prepared

FIRST_ROWS = 3
SHOWN_PROBLEMS = 20
"""So many wrong rows stand on the page; all of them in the list that can be downloaded."""


def preview_of(prepared: Prepared) -> dict[str, Any]:
    """Return the preview of a set whose gold has been looked up."""
    dataset = prepared.dataset
    unanswerable = sum(example.answerable is False for example in dataset.examples)
    return {
        "format": dataset.format,
        "against": prepared.against.value,
        "sha256": dataset.sha256,
        "usable": len(dataset.examples),
        "wrong": len(dataset.problems),
        "unanswerable": unanswerable,
        "first": [_first(example) for example in dataset.examples[:FIRST_ROWS]],
        "problems": [problem.as_json() for problem in sorted(dataset.problems, key=_place)],
    }


def _place(problem: RowProblem) -> list[tuple[int, str]]:
    """Return a key that sorts `line 9` before `line 10`."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", problem.where)]


def _first(example: Example) -> dict[str, Any]:
    gold = example.answers[:1] or tuple(group[0] for group in example.quotes[:1])
    return {
        "id": example.id,
        "question": example.question,
        "gold": gold[0] if gold else None,
        "answerable": example.answerable,
    }


def problems_csv(problems: Iterable[Mapping[str, str]]) -> bytes:
    """Return the wrong rows as a table that spreadsheets open, in UTF-8 with a mark."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(["where", "field", "message", "hint"])
    for problem in problems:
        writer.writerow([guarded(problem[name]) for name in ("where", "field", "message", "hint")])
    return stream.getvalue().encode("utf-8-sig", "backslashreplace")
