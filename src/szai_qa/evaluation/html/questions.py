"""Turns scored rows into what the report's list of questions shows: short cells, and the details of each as data.

Texts pass through unchanged; escaping is the template's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from szai_qa.evaluation.evidence import Gold
from szai_qa.evaluation.rows import Failure, Row

RESULTS = ("right", "wrong_quote", "should_refuse", "false_refusal", "wrong_span", "searched")
"""What a question got: right, another quote, answered where it should not be, refused, another span, only searched."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question's line in the list. `given` None: refused, `reason` then says why (a refusal's code).

    `right` None: only its retrieval was measured. `cause` is a key of the words, with its `values`; "" for none.
    """

    number: int
    id: str
    text: str
    history: tuple[str, ...]
    gold: str | None
    given: str | None
    reason: str
    right: bool | None
    result: str
    cause: str
    values: Mapping[str, str]
    confidence: float | None


@dataclass
class Questions:
    """All lines, and the details that are shown when one is opened; a passage that many share is kept once."""

    lines: list[Question] = field(default_factory=list)
    details: list[dict[str, Any]] = field(default_factory=list)
    passages: list[list[Any]] = field(default_factory=list)
    _known: dict[tuple[str, int, int, str], int] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        """Add a row."""
        self.lines.append(line_of(len(self.lines), row))
        self.details.append(self._details(row))

    def counts(self) -> dict[str, int]:
        """Return how many questions have each result; `missed` counts those that are not right."""
        counts = {name: sum(line.result == name for line in self.lines) for name in RESULTS}
        return counts | {"missed": sum(line.right is False for line in self.lines)}

    def data(self) -> dict[str, Any]:
        """Return the details of all questions, for the report's script."""
        return {"passages": self.passages, "details": self.details}

    def _details(self, row: Row) -> dict[str, Any]:
        example, answer = row.example, row.reply.answer or {}
        gold = Gold(example.quotes, example.answers, example.source)
        found = row.reply.retrieved
        refusal = answer.get("refusal") or {}
        return {
            "history": list(example.history),
            "where": example.where,
            "answers": list(example.answers),
            "groups": [list(group) for group in example.quotes],
            "quotes": [_quote(quote) for quote in answer.get("quotes", ())],
            "reason": refusal.get("reason"),
            "missing": list(refusal.get("missing") or ()),
            "nearest": [_quote(quote) for quote in refusal.get("nearest") or ()],
            "would": _quote(row.reply.would_quote) if row.reply.would_quote else None,
            "retrieved": None
            if found is None
            else [
                [self._passage((item.article_id, item.start, item.end, item.text)), self._holds(row, gold, item)]
                for item in found
            ],
            "scores": {name: round(value, 4) for name, value in row.scores.items() if value is not None},
        }

    @staticmethod
    def _holds(row: Row, gold: Gold, item: Any) -> bool:  # noqa: ANN401 - a retrieved passage
        if row.example.relevant:
            return item.article_id in row.example.relevant
        return bool(gold.covered_by(item.text, item.article_id))

    def _passage(self, passage: tuple[str, int, int, str]) -> int:
        if passage not in self._known:
            self._known[passage] = len(self.passages)
            self.passages.append(list(passage))
        return self._known[passage]


def questions_of(rows: Iterable[Row]) -> Questions:
    """Return the list of all rows, in their order."""
    questions = Questions()
    for row in rows:
        questions.add(row)
    return questions


def line_of(number: int, row: Row) -> Question:
    """Return a row's line; `number` is its position, from 0."""
    example, answer = row.example, row.reply.answer or {}
    gold = example.answers[0] if example.answers else "；".join(group[0] for group in example.quotes)
    result, cause = _result(row), _cause(row)
    return Question(
        number=number,
        id=example.id,
        text=example.question,
        history=example.history,
        gold=gold if example.answerable else None,
        given=_given(answer),
        reason=(answer.get("refusal") or {}).get("reason", ""),
        right=None if result == "searched" else row.failure is None,
        result=result,
        cause=cause,
        values=_values(row, cause),
        confidence=row.scores.get("confidence"),
    )


def _given(answer: Mapping[str, Any]) -> str | None:
    quotes = answer.get("quotes") or ()
    if not quotes:
        return None
    shown = quotes[0]["highlight"] or quotes[0]
    return str(shown["text"])


def _result(row: Row) -> str:
    if row.scores.get("right") is None and row.failure is None and row.reply.answer is None:
        return "searched"
    if row.failure is None:
        return "right"
    if row.failure is Failure.WRONGLY_ANSWERED:
        return "should_refuse"
    if row.failure is Failure.WRONG_SPAN:
        return "wrong_span"
    return "false_refusal" if row.reply.answer and row.reply.answer["refused"] else "wrong_quote"


def _cause(row: Row) -> str:
    if row.failure is None:
        return ""
    return f"cause.{row.failure.value}"


def _values(row: Row, cause: str) -> dict[str, str]:
    if not cause:
        return {}
    confidence, overlap = row.scores.get("confidence"), row.scores.get("highlight")
    return {
        "c": "" if confidence is None else f"{confidence:.2f}",
        "f": "" if overlap is None else f"{100 * overlap:.0f}%",
    }


def _quote(quote: Mapping[str, Any]) -> dict[str, Any]:
    """Return a quote as the script shows it: its words, the highlight in it (from, to), and where it stands."""
    mark = quote["highlight"]
    start = quote["start"]
    return {
        "text": quote["text"],
        "mark": [mark["start"] - start, mark["end"] - start] if mark else None,
        "article": quote["article_id"],
        "span": [start, quote["end"]],
        "title": quote.get("title") or "",
    }
