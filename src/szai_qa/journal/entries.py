"""The values that the journal takes and gives: pointers, answers on record, feedback, verdicts.

They hold no words of an article, only where these stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from szai_qa.records import Quote, Span


@dataclass(frozen=True, slots=True)
class Pointer:
    """A quote without its words: the article and its text's hash, the sentence, the highlight in it."""

    article_id: str
    article_sha256: str
    span: Span
    highlight: Span | None = None

    def __post_init__(self) -> None:
        if self.highlight is not None and self.highlight not in self.span:
            raise ValueError("a highlight stands inside its sentence")

    @classmethod
    def to(cls, quote: Quote) -> Pointer:
        """Return the pointer to a quote."""
        article = quote.document.article
        return cls(article.id, article.sha256, quote.sentence.span, quote.highlight)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Pointer:
        """Read what `as_json` gave."""
        mark = value["highlight"]
        span = Span(value["start"], value["end"])
        return cls(value["article_id"], value["article_sha256"], span, Span(*mark) if mark else None)

    def as_json(self) -> dict[str, Any]:
        """Return the pointer as it is stored."""
        mark = self.highlight
        return {
            "article_id": self.article_id,
            "article_sha256": self.article_sha256,
            "start": self.span.start,
            "end": self.span.end,
            "highlight": mark and [mark.start, mark.end],
        }


@dataclass(frozen=True, slots=True)
class KeptArticle:
    """The whole text of an article as it was when it was quoted."""

    id: str
    sha256: str
    text: str


class Feedback(StrEnum):
    """What a reader says: of an answer up or down, of a refusal that the articles do answer."""

    UP = "up"
    DOWN = "down"
    DISPUTED = "disputed"


class DownReason(StrEnum):
    """Why an answer is no good."""

    WRONG_QUOTE = "wrong_quote"
    INCOMPLETE = "incomplete"
    BESIDE_THE_POINT = "beside_the_point"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer or refusal on record. Personal data in what the reader wrote is masked."""

    public_id: str
    time: datetime
    conversation: str
    history: tuple[str, ...]
    question: str
    resolved_question: str | None
    refused: bool
    reason: str | None
    missing: tuple[str, ...]
    quotes: tuple[Pointer, ...]
    nearest: tuple[Pointer, ...]
    considered: tuple[Pointer, ...]
    confidence: float
    threshold: float
    index_id: str
    versions: Mapping[str, str]
    latency_ms: float
    channel: str
    language: str
    feedback: Feedback | None
    feedback_reason: DownReason | None

    def as_json(self) -> dict[str, Any]:
        """Return all of it as JSON values."""
        value = {name: getattr(self, name) for name in self.__dataclass_fields__}
        pointers = {name: [p.as_json() for p in value[name]] for name in ("quotes", "nearest", "considered")}
        lists = {name: list(value[name]) for name in ("history", "missing")}
        return value | pointers | lists | {"time": self.time.isoformat(), "versions": dict(self.versions)}


class Verdict(StrEnum):
    """What a reviewer finds of an answer."""

    RIGHT = "right"
    INCOMPLETE = "incomplete"
    WRONG_QUOTE = "wrong_quote"
    SHOULD_HAVE_REFUSED = "should_have_refused"
    SHOULD_HAVE_ANSWERED = "should_have_answered"
    ARTICLE_WRONG = "article_wrong"

    @property
    def needs_sentences(self) -> bool:
        """Whether it has to say which sentences answer."""
        return self in {Verdict.INCOMPLETE, Verdict.WRONG_QUOTE, Verdict.SHOULD_HAVE_ANSWERED}


@dataclass(frozen=True, slots=True)
class Judgement:
    """One reviewer's verdict on one answer; `sentences` are those that answer, in the reviewer's eyes."""

    id: int
    answer: str
    reviewer: str
    verdict: Verdict
    sentences: tuple[Pointer, ...]
    note: str
    time: datetime
    withdrawn: datetime | None = None
