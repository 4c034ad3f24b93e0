"""Chooses the sentences to quote. It makes quotes out of offsets and never touches a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from szai_qa.answering.retrieve import Retrieved
from szai_qa.reading.spans import SpanScore
from szai_qa.records import Document, Quote, Sentence, Span


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span that may answer: article-absolute, with the reader's score (logits, higher is better)."""

    document: Document
    span: Span
    score: float

    def quotes(self) -> list[Quote]:
        """Return the sentences that the span touches, each with its part of the span as highlight."""
        found = []
        for sentence in self.document.sentences:
            start, end = max(self.span.start, sentence.span.start), min(self.span.end, sentence.span.end)
            if start < end:
                found.append(Quote(self.document, sentence, Span(start, end)))
        return found


def candidates(retrieved: Sequence[Retrieved], readings: Sequence[Sequence[SpanScore]]) -> list[Candidate]:
    """Return all spans that were read, best first, each spot of an article once."""
    best: dict[tuple[str, int, int], Candidate] = {}
    for item, spans in zip(retrieved, readings, strict=True):
        base = item.passage.span.start
        for read in spans:
            key = (item.document.article.id, base + read.start, base + read.end)
            if key not in best or best[key].score < read.score:
                best[key] = Candidate(item.document, Span(key[1], key[2]), read.score)
    # Rounded, so that the last bits of another batch or processor never decide between equal spans.
    return sorted(best.values(), key=lambda c: (-round(c.score, 3), c.document.article.id, c.span))


def choose_quotes(ranked: Sequence[Candidate], margin: float, limit: int) -> tuple[Quote, ...]:
    """Return the sentences of the best candidate, then those of others within `margin` of its score.

    A sentence is quoted once, with the highlight of its best candidate.
    """
    chosen: dict[tuple[str, Sentence], Quote] = {}
    for candidate in ranked:
        if candidate.score < ranked[0].score - margin:
            break
        for quote in candidate.quotes():
            chosen.setdefault((quote.document.article.id, quote.sentence), quote)
    return tuple(chosen.values())[:limit]
