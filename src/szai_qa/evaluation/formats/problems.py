"""Collects the rows of one file: good ones as examples, the others as problems with place, field and mend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from szai_qa.evaluation.gold import Example, RowProblem

MAX_COLUMN_CHARS = 60
"""A longer text is a remark and no column to slice by."""


class BadRowError(Exception):
    """Stops the reading of one row; never leaves this package."""

    def __init__(self, field: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.field, self.message, self.hint = field, message, hint


class Rows:
    """The rows of one file, as they are read."""

    def __init__(self) -> None:
        self.examples: list[Example] = []
        self.problems: list[RowProblem] = []
        self._seen: dict[str, str] = {}

    def add(self, example: Example) -> None:
        """Add a good row, or a problem where its id stands in another row too."""
        if example.id in self._seen:
            hint = "Give each row its own id."
            self.wrong(
                example.where, BadRowError("id", f"{example.id!r} stands in {self._seen[example.id]} too.", hint)
            )
            return
        self._seen[example.id] = example.where
        self.examples.append(example)

    def wrong(self, where: str, problem: BadRowError) -> None:
        """Add a row that can't be used."""
        self.problems.append(RowProblem(where, problem.field, problem.message, problem.hint))


def text_of(value: Mapping[str, Any], field: str, hint: str = "") -> str:
    """Return a field that has to be a text with words in it; raises BadRowError."""
    found = value.get(field)
    if not isinstance(found, str) or not found.strip():
        what = "is missing" if found is None else "is empty" if isinstance(found, str) else "is no text"
        raise BadRowError(field, f"{what}.", hint or f"Write {field!r} as a text.")
    return found


def list_of(value: Mapping[str, Any], field: str) -> list[Any]:
    """Return a field that has to be a list, [] where it is absent; raises BadRowError."""
    found = value.get(field)
    if found is None:
        return []
    if not isinstance(found, list):
        raise BadRowError(field, "is no list.", f"Write {field!r} as [..., ...].")
    return found


def texts_of(value: Mapping[str, Any], field: str) -> tuple[str, ...]:
    """Return a field that has to be a list of texts, () where it is absent; raises BadRowError."""
    found = list_of(value, field)
    if not all(isinstance(item, str) and item.strip() for item in found):
        raise BadRowError(field, "holds something else than texts.", f"Write {field!r} as [text, text].")
    return tuple(found)


def columns_of(value: Mapping[str, Any], known: frozenset[str]) -> dict[str, str]:
    """Return the further fields that figures may be sliced by: short texts, numbers, true and false."""
    return {
        name: str(item)
        for name, item in value.items()
        if name not in known and isinstance(item, (str, int, bool)) and 0 < len(str(item)) <= MAX_COLUMN_CHARS
    }
