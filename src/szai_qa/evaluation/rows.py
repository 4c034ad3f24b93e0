"""The values of a run: what was answered to each question, how it scored, and what went wrong.

An answer is the answer object in its JSON shape (docs/answer-format.md); nothing here knows how it was made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from szai_qa.evaluation.gold import Example


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A passage that was found: half-open offsets in its article; its rank is its position, best first."""

    article_id: str
    start: int
    end: int
    text: str
    score: float

    def as_json(self) -> dict[str, Any]:
        """Return the passage as `answers.jsonl` has it."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a question got: the answer object (None where only retrieval is measured) and what was retrieved.

    `retrieved` is None where nothing was searched. `best` is the best span in words where the answerer gives one for
    refusals too; `would_quote` the quote that would have been given without a threshold, None where it is not known.
    """

    answer: Mapping[str, Any] | None
    retrieved: tuple[Retrieved, ...] | None = None
    best: str | None = None
    would_quote: Mapping[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the reply as `answers.jsonl` has it."""
        return {
            "answer": self.answer,
            "best": self.best,
            "would_quote": self.would_quote,
            "retrieved": None if self.retrieved is None else [item.as_json() for item in self.retrieved],
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> Reply:
        """Return the reply that `as_json` wrote."""
        found = value["retrieved"]
        retrieved = None if found is None else tuple(Retrieved(**item) for item in found)
        return Reply(value["answer"], retrieved, value["best"], value["would_quote"])


Answerer = Callable[[Sequence[Example]], Sequence[Reply]]
"""Answers some questions, each with the questions before it and never looking at its gold; one reply each, in order."""


class Failure(StrEnum):
    """What went wrong with a question."""

    NOT_RETRIEVED = "not_retrieved"
    """Answerable; no retrieved passage holds its evidence."""
    NOT_PICKED = "not_picked"
    """The evidence was retrieved (or nothing was searched), and another sentence was quoted."""
    WRONG_SPAN = "wrong_span"
    """The right sentence, with a highlight that shares less than half with every accepted answer."""
    WRONGLY_REFUSED = "wrongly_refused"
    """Answerable and refused, although the evidence was retrieved."""
    WRONGLY_ANSWERED = "wrongly_answered"
    """Not answerable, and answered."""


@dataclass(frozen=True, slots=True)
class Row:
    """One question of a finished run, with all that a report shows of it.

    `scores` maps a figure's name to its value for this question, None where it has none (docs/metrics.md).
    """

    example: Example
    reply: Reply
    scores: Mapping[str, float | None] = field(default_factory=dict)
    failure: Failure | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the row as `rows.jsonl` has it."""
        return {
            "gold": self.example.as_json(),
            **self.reply.as_json(),
            "scores": dict(self.scores),
            "failure": self.failure and self.failure.value,
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> Row:
        """Return the row that `as_json` wrote."""
        failure = value["failure"] and Failure(value["failure"])
        return Row(Example.from_json(value["gold"]), Reply.from_json(value), value["scores"], failure)
