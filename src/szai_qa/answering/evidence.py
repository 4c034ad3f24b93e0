"""Measures how well a span answers: what the reader says, how it was retrieved, and what the question names.

One row of numbers for each span that was read. `confidence.py` weighs them; nothing is weighed here.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import astuple, dataclass, fields
from datetime import date

from szai_qa.answering.constraints import Element, absent, agreements, conflicts, elements
from szai_qa.answering.retrieve import Retrieved
from szai_qa.corpus.tokens import tokenize
from szai_qa.reading.spans import SpanScore
from szai_qa.records import Document, Quote, Sentence, Span


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a span and against it.

    `span`, `answerable`: the reader's logits. `coverage`: share of the question's pairs of characters and Latin words,
    as far as the articles hold them, that stand in its sentence or heading. `agreements`: elements of the question
    (year, edition …, the same in any language) that its sentence names. `conflicts`: those of which the sentence names
    only others. `absent`: those that stand nowhere in the article. The passage's rank and the sentence's cosine were
    tried too and told nothing more.
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


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span that may answer (article-absolute), the sentences that it touches, and its evidence."""

    document: Document
    span: Span
    sentences: tuple[Sentence, ...]
    evidence: Evidence

    def quotes(self) -> list[Quote]:
        """Return its sentences, each with its part of the span as highlight."""
        return [
            Quote(self.document, s, Span(max(self.span.start, s.span.start), min(self.span.end, s.span.end)))
            for s in self.sentences
        ]


class Weigher:
    """Measures the spans that were read for one question.

    `understood` is a follow-up together with the question it continues: its words count as the question's own, its
    elements only where the follow-up names none (“那9月那场呢？” after a question on August asks of September).
    """

    def __init__(
        self, retrieved: Sequence[Retrieved], question: str, understood: str | None, vocabulary: Set[str]
    ) -> None:
        self._retrieved = retrieved
        self._asked = frozenset(elements(question)) or frozenset(elements(understood or ""))
        self._pairs = {token for token in tokenize(understood or question) if len(token) > 1} & vocabulary
        self._absent: dict[str, int] = {}

    def candidates(self, readings: Sequence[Sequence[SpanScore]]) -> list[Candidate]:
        """Return all spans that were read, each spot of an article once, by its best reading."""
        best: dict[tuple[str, int, int], Candidate] = {}
        for item, spans in zip(self._retrieved, readings, strict=True):
            for read in spans:
                candidate = self._candidate(item.document, item.passage.span.start, read)
                key = (item.document.article.id, candidate.span.start, candidate.span.end)
                if key not in best or best[key].evidence.values() < candidate.evidence.values():
                    best[key] = candidate
        return list(best.values())

    def _candidate(self, document: Document, base: int, read: SpanScore) -> Candidate:
        span = Span(base + read.start, base + read.end)
        positions = [i for i, s in enumerate(document.sentences) if s.span.start < span.end and span.start < s.span.end]
        sentences = tuple(document.sentences[i] for i in positions)
        words = " ".join(document.text_of(s) for s in sentences)
        heading = document.heading_of(sentences[0])
        context = f"{heading.of(document.article.text)} {words}" if heading else words
        named = frozenset(elements(words))
        evidence = Evidence(
            span=read.span,
            answerable=read.answerable,
            coverage=len(self._pairs & set(tokenize(context))) / len(self._pairs) if self._pairs else 0.0,
            agreements=float(agreements(self._asked, named)),
            conflicts=float(conflicts(self._asked, named)),
            absent=float(self._absent_in(document)),
        )
        return Candidate(document, span, sentences, evidence)

    def _absent_in(self, document: Document) -> int:
        key = document.article.id
        if key not in self._absent:
            self._absent[key] = len(self.missing(document))
        return self._absent[key]

    def missing(self, document: Document) -> list[Element]:
        """Return the elements that the question names and that stand nowhere in an article."""
        if not self._asked:
            return []
        return absent(self._asked, frozenset(elements(document.article.text)) | _of_date(document.article.published))


def _of_date(published: date | None) -> frozenset[Element]:
    """Return the year and month that an article is of: it speaks of them without naming them."""
    return frozenset(elements(f"{published.year}年{published.month}月")) if published else frozenset()
