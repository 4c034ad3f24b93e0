"""Spans that may answer, as places of an article with their evidence."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from szai_qa.answering.evidence import Asked, Evidence, Source
from szai_qa.answering.retrieve import Retrieved
from szai_qa.reading.spans import SpanScore
from szai_qa.records import Document, Quote, Sentence, Span


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


def source_of(document: Document) -> Source:
    """Return an article as a text to find answers in."""
    article = document.article
    headings = [document.heading_of(sentence) for sentence in document.sentences]
    return Source(article.text, [sentence.span for sentence in document.sentences], headings, article.published)


class Weigher:
    """Measures the spans that were read for one question (see `Asked.of` for the arguments)."""

    def __init__(
        self, retrieved: Sequence[Retrieved], question: str, understood: str | None, vocabulary: Set[str]
    ) -> None:
        self._retrieved = retrieved
        self._asked = Asked.of(question, understood, vocabulary)
        self._sources: dict[str, Source] = {}

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

    def missing(self, document: Document) -> list[str]:
        """Return what the question names and an article nowhere has."""
        return self._source(document).missing(self._asked)

    def _candidate(self, document: Document, base: int, read: SpanScore) -> Candidate:
        span = Span(base + read.start, base + read.end)
        source = self._source(document)
        sentences = tuple(document.sentences[i] for i in source.touched(span))
        return Candidate(document, span, sentences, source.evidence(self._asked, span, read))

    def _source(self, document: Document) -> Source:
        if document.article.id not in self._sources:
            self._sources[document.article.id] = source_of(document)
        return self._sources[document.article.id]
