"""The values of a test set: what is asked, what would be right, and which rows of the file were left out.

Nothing here reads a file or scores an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """Gold evidence by offsets: half-open, in code points of the article's whole text; `text` is checked if given."""

    article_id: str
    start: int
    end: int
    text: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a place needs 0 <= start < end, not {self.start}:{self.end}")


@dataclass(frozen=True, slots=True)
class Example:
    """One question with its gold.

    `history` holds the earlier questions of its conversation, oldest first; `unit` names what is resampled as one (the
    conversation, or the question itself). Each group of `groups` is needed, within a group any one alternative does;
    an alternative is a quote, or a place that is turned into one when the articles are known. `source` is the article
    that the gold stands in, None where any does. `relevant` grades whole texts by id (BEIR), higher is better.
    `columns` are what figures may be sliced by. `answerable` None: unknown, only retrieval is measured.
    """

    id: str
    question: str
    unit: str
    answerable: bool | None
    history: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    groups: tuple[tuple[str | Place, ...], ...] = ()
    source: str | None = None
    relevant: Mapping[str, int] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    where: str = ""

    def __post_init__(self) -> None:
        if not self.id or not self.unit:
            raise ValueError("an example has an id and a unit")
        if self.answerable and not self.groups:
            raise ValueError(f"{self.id}: answerable, and without gold evidence")
        if not self.answerable and (self.answers or self.groups):
            raise ValueError(f"{self.id}: not answerable, and with gold")

    @property
    def quotes(self) -> tuple[tuple[str, ...], ...]:
        """The groups as texts; raises ValueError where a place has not been bound to an article."""
        if any(isinstance(alternative, Place) for group in self.groups for alternative in group):
            raise ValueError(f"{self.id}: its offsets have not been looked up in the articles")
        return tuple(tuple(str(alternative) for alternative in group) for group in self.groups)

    def with_groups(self, groups: tuple[tuple[str, ...], ...], source: str | None) -> Example:
        """Return the example with its evidence as texts, and its source as an article's id."""
        return replace(self, groups=groups, source=source)

    def as_json(self) -> dict[str, Any]:
        """Return the gold as `rows.jsonl` has it; places have to be bound."""
        return {
            "id": self.id,
            "question": self.question,
            "unit": self.unit,
            "answerable": self.answerable,
            "history": list(self.history),
            "answers": list(self.answers),
            "groups": [list(group) for group in self.quotes],
            "source": self.source,
            "relevant": dict(self.relevant),
            "columns": dict(self.columns),
            "where": self.where,
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> Example:
        """Return the example that `as_json` wrote."""
        groups = tuple(tuple(group) for group in value["groups"])
        texts = {name: tuple(value[name]) for name in ("history", "answers")}
        return Example(**{**value, **texts, "groups": groups})


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row that can't be used: where (`line 12`, `row 7`, `data[0].paragraphs[3]`), which field, what, how to mend."""

    where: str
    field: str
    message: str
    hint: str

    def as_json(self) -> dict[str, str]:
        """Return the problem as `report.json` has it."""
        return {"where": self.where, "field": self.field, "message": self.message, "hint": self.hint}

    def __str__(self) -> str:
        return f"{self.where}, {self.field}: {self.message} {self.hint}".strip()


class Against(StrEnum):
    """What a set's questions were asked of."""

    INDEX = "index"
    """The project's own index."""
    OWN = "own"
    """An index in memory over the texts that the set brings along, each text an article."""
    PARAGRAPH = "paragraph"
    """Each question's own paragraph, read without any search."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """A test set as it was read: usable rows, the others with their problems, and the texts that it brings along.

    `name` is the file's name, `sha256` of its bytes (for a folder: of its files' names and bytes).
    `texts` maps a text's id to the text; empty where the set has none. A text's first line may be its title only
    where `titles` says so.
    """

    name: str
    format: str
    sha256: str
    examples: tuple[Example, ...]
    problems: tuple[RowProblem, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len({example.id for example in self.examples}) < len(self.examples):
            raise ValueError(f"{self.name}: an id stands twice")

    @property
    def units(self) -> int:
        """The number of conversations and single questions."""
        return len({example.unit for example in self.examples})
