"""Measures how well a span answers: what the reader says, and how what the question names fits the text around it.

One row of numbers for each span that was read, the same for a passage of an index and for one that was handed in.
`confidence.py` weighs them; nothing is weighed here.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import astuple, dataclass, fields
from datetime import date
from functools import lru_cache

from szai_qa.answering.constraints import Element, absent, elements
from szai_qa.answering.names import names_in, stands_in
from szai_qa.corpus.normalize import to_simplified
from szai_qa.corpus.tokens import tokenize
from szai_qa.reading.spans import SpanScore
from szai_qa.records import Span


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a span and against it.

    `span`, `answerable`: the reader's logits. `coverage`: share of the question's pairs of characters and Latin words,
    as far as the articles hold them, that stand in its sentence or heading. `agreements`: how many elements of the
    question (year, month, edition …, the same in any language) hold for its sentence; `conflicts`: of how many kinds
    of them only other values hold. What a sentence does not name itself, the nearest one before it in its section does.
    `absent`: how many elements and names of the question stand nowhere in the text. The passage's rank and the
    sentence's cosine were tried too and told nothing more.
    """

    span: float
    answerable: float
    coverage: float
    agreements: float
    conflicts: float
    absent: float

    def values(self) -> tuple[float, ...]:
        """Return the numbers in the order of FEATURES."""
        return astuple(self)


FEATURES = tuple(field.name for field in fields(Evidence))


@lru_cache(maxsize=20_000)
def elements_of(text: str) -> frozenset[Element]:
    """Return the elements that a text names."""
    return frozenset(elements(text))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question names: elements that compare, names, and its pairs of characters and Latin words."""

    elements: frozenset[Element]
    names: tuple[str, ...]
    pairs: frozenset[str]

    @classmethod
    def of(cls, question: str, understood: str | None, vocabulary: Set[str]) -> Asked:
        """Return what a question names; `vocabulary` are the tokens that any of the texts holds.

        `understood` is a follow-up together with what it continues: its words count as the question's own, its elements
        only where the follow-up names none (“那9月那场呢？” after a question on August asks of September).
        """
        pairs = {token for token in tokenize(understood or question) if len(token) > 1} & vocabulary
        named = elements_of(question) or elements_of(understood or "")
        return cls(named, names_in(question), frozenset(pairs))


@dataclass(frozen=True)
class Source:
    """One text to find answers in: its sentences in order, and for each the heading of its section, if it has one."""

    text: str
    sentences: Sequence[Span]
    headings: Sequence[Span | None]
    published: date | None = None

    def __post_init__(self) -> None:
        if len(self.sentences) != len(self.headings):
            raise ValueError("each sentence has its heading, or None")

    def touched(self, span: Span) -> list[int]:
        """Return the positions of the sentences that a span touches."""
        return [i for i, s in enumerate(self.sentences) if s.start < span.end and span.start < s.end]

    def evidence(self, asked: Asked, span: Span, read: SpanScore) -> Evidence:
        """Return the evidence for a span, which `read` scored."""
        positions = self.touched(span)
        words = " ".join(self.sentences[i].of(self.text) for i in positions)
        heading = self.headings[positions[0]] if positions else None
        context = f"{heading.of(self.text)} {words}" if heading else words
        agree, conflict = self._fit(asked.elements, positions)
        return Evidence(
            span=read.span,
            answerable=read.answerable,
            coverage=len(asked.pairs & set(tokenize(context))) / len(asked.pairs) if asked.pairs else 0.0,
            agreements=float(agree),
            conflicts=float(conflict),
            absent=float(len(self.missing(asked))),
        )

    def missing(self, asked: Asked) -> list[str]:
        """Return the elements (in the question's words, normalised) and the names that stand nowhere in the text."""
        if not asked.elements and not asked.names:
            return []
        there = elements_of(self.text) | _of_date(self.published)
        plain = _simplified(self.text)
        named = [element.words for element in absent(asked.elements, there)]
        return named + [name for name in asked.names if not stands_in(name, plain)]

    def _fit(self, asked: frozenset[Element], positions: Sequence[int]) -> tuple[int, int]:
        """Return how many elements hold for the sentences, and of how many kinds only others hold."""
        agree = conflict = 0
        for kind in {element.kind for element in asked} - {"name"}:
            values = {element.value for element in asked if element.kind == kind}
            holding = self._holding(kind, positions)
            agree += len(values & holding)
            conflict += bool(holding) and not values & holding  # of two that are compared, one has to hold
        return agree, conflict

    def _holding(self, kind: str, positions: Sequence[int]) -> set[str]:
        """Return the values of a kind that the sentences name, else those of the nearest one before in the section."""
        found: set[str] = set()
        for i in positions:
            found |= _values(self.sentences[i].of(self.text), kind)
        before = positions[0] - 1 if positions else -1
        while not found and before >= 0 and self.headings[before] == self.headings[positions[0]]:
            found = _values(self.sentences[before].of(self.text), kind)
            before -= 1
        return found


def _values(text: str, kind: str) -> set[str]:
    return {element.value for element in elements_of(text) if element.kind == kind}


@lru_cache(maxsize=64)
def _simplified(text: str) -> str:
    return to_simplified(text)


def _of_date(published: date | None) -> frozenset[Element]:
    """Return the year and month that an article is of: it speaks of them without naming them."""
    return elements_of(f"{published.year}年{published.month}月") if published else frozenset()
