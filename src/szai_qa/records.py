"""The values that pass between the parts of szai-qa: frozen, and checked when made.

An answer is made of pointers into an article, never of text: a `Quote` knows an article, a sentence of it and
a highlight, and its words are sliced out of the article when they are asked for. No step can alter a word.
All offsets are half-open, count Unicode code points of `Article.text`, and are article-absolute.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of code points, never empty."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a span needs 0 <= start < end, not {self.start}:{self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def __contains__(self, other: Span) -> bool:
        """Tell whether the other span lies inside this one."""
        return self.start <= other.start and other.end <= self.end

    def of(self, text: str) -> str:
        """Return the slice of `text` that this span names."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Article:
    """One source article as it is stored: `text` is the whole file, header included."""

    id: str
    title: str
    publisher: str | None
    published: date | None
    published_from_url: bool
    url: str | None
    text: str
    sha256: str

    def __post_init__(self) -> None:
        if self.sha256 != text_sha256(self.text):
            raise ValueError(f"article {self.id}: sha256 does not fit the text")


def text_sha256(text: str) -> str:
    """Return the sha256 of a text's UTF-8 bytes, in hex."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


class SentenceKind(StrEnum):
    """What a quotable piece is: headings and captions are one piece each, whatever stands in them."""

    BODY = "body"
    HEADING = "heading"
    CAPTION = "caption"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an article under one heading; `number` is the heading's own (一、 is 1), if it has one."""

    heading: Span | None
    number: int | None


@dataclass(frozen=True, slots=True)
class Sentence:
    """The smallest piece that may be quoted.

    `section` is a position in `Document.sections`; `paragraph` counts from 1 in the section, None for a heading.
    """

    span: Span
    kind: SentenceKind
    section: int
    paragraph: int | None

    def __post_init__(self) -> None:
        if (self.kind is SentenceKind.HEADING) != (self.paragraph is None):
            raise ValueError("a heading, and only a heading, has no paragraph number")


@dataclass(frozen=True, slots=True)
class Passage:
    """Neighbouring sentences of one section that are retrieved and read together.

    `first` and `last` are positions in `Document.sentences`, both included.
    """

    span: Span
    section: int
    first: int
    last: int

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError("a passage holds at least one sentence")


@dataclass(frozen=True, slots=True)
class Document:
    """An article with its structure, all of it as offsets into the article's text."""

    article: Article
    sections: tuple[Section, ...]
    sentences: tuple[Sentence, ...]
    passages: tuple[Passage, ...]

    def text_of(self, piece: Sentence | Passage) -> str:
        """Return the words of a sentence or passage."""
        return piece.span.of(self.article.text)

    def heading_of(self, piece: Sentence | Passage) -> Span | None:
        """Return where the heading of a piece's section stands."""
        return self.sections[piece.section].heading


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of an article, with the shortest part of it that answers, if there is one."""

    document: Document
    sentence: Sentence
    highlight: Span | None = None

    def __post_init__(self) -> None:
        if self.highlight is not None and self.highlight not in self.sentence.span:
            raise ValueError("a highlight stands inside its sentence")

    @property
    def text(self) -> str:
        """The quoted words, sliced from the article."""
        return self.document.text_of(self.sentence)

    @property
    def heading(self) -> str | None:
        """The heading of the section that the sentence stands in."""
        heading = self.document.heading_of(self.sentence)
        return heading.of(self.document.article.text) if heading else None

    def as_json(self) -> dict[str, Any]:
        """Return the quote as the answer object has it."""
        article, span, mark = self.document.article, self.sentence.span, self.highlight
        return {
            "article_id": article.id,
            "article_sha256": article.sha256,
            "start": span.start,
            "end": span.end,
            "text": self.text,
            "highlight": mark and {"start": mark.start, "end": mark.end, "text": mark.of(article.text)},
            "title": article.title,
            "heading": self.heading,
            "section": self.document.sections[self.sentence.section].number,
            "paragraph": self.sentence.paragraph,
            "kind": self.sentence.kind.value,
            "url": article.url,
        }


class RefusalReason(StrEnum):
    """Why there is no answer."""

    MISSING_DETAIL = "missing_detail"
    OFF_TOPIC = "off_topic"
    OPINION = "opinion"
    LOW_CONFIDENCE = "low_confidence"
    UNCLEAR_FOLLOWUP = "unclear_followup"
    NOT_A_QUESTION = "not_a_question"


@dataclass(frozen=True, slots=True)
class Refusal:
    """No answer, and why: `missing` names what the articles lack, `nearest` is close and does not answer."""

    reason: RefusalReason
    message: str
    missing: tuple[str, ...] = ()
    nearest: tuple[Quote, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the refusal as the answer object has it."""
        return {
            "reason": self.reason.value,
            "message": self.message,
            "missing": list(self.missing),
            "nearest": [quote.as_json() for quote in self.nearest],
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of one question: quotes, best first, or a refusal; never both, never neither.

    `confidence` is from 0 to 1, higher means more likely that the quotes answer the question. `considered` holds
    other sentences that were weighed, most probable first; they are for staff and no part of the answer object.
    """

    question: str
    quotes: tuple[Quote, ...]
    refusal: Refusal | None
    confidence: float
    resolved_question: str | None = None
    latency_ms: float = 0.0
    considered: tuple[Quote, ...] = ()

    def __post_init__(self) -> None:
        if bool(self.quotes) == (self.refusal is not None):
            raise ValueError("an answer holds either quotes or a refusal")
        if not 0.0 <= self.confidence <= 1.0:
            raise ValueError(f"confidence {self.confidence} is not between 0 and 1")

    @property
    def refused(self) -> bool:
        """Whether there is no answer."""
        return self.refusal is not None

    def as_json(self, answer_id: str | None = None) -> dict[str, Any]:
        """Return the answer object that the documentation describes."""
        return {
            "id": answer_id,
            "question": self.question,
            "resolved_question": self.resolved_question,
            "refused": self.refused,
            "refusal": self.refusal.as_json() if self.refusal else None,
            "confidence": round(self.confidence, 4),
            "latency_ms": round(self.latency_ms, 1),
            "quotes": [quote.as_json() for quote in self.quotes],
        }


@dataclass(frozen=True, slots=True)
class System:
    """What answers: which index, below which confidence it refuses, and the versions of its parts by name."""

    index_id: str
    threshold: float
    versions: tuple[tuple[str, str], ...]

    def __post_init__(self) -> None:
        if not 0.0 <= self.threshold <= 1.0:
            raise ValueError(f"a threshold lies between 0 and 1, not at {self.threshold}")
