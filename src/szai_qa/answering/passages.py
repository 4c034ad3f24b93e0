"""Reads passages that are handed in, without an index: the work behind `szai-qa read`.

Every window is read, the spans are weighed by the same evidence as those of the index's passages, and the most probable
one is given. It copies no words but a slice of a passage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from szai_qa.answering.confidence import ConfidenceModel, load_confidence
from szai_qa.answering.dialogue import understood_as
from szai_qa.answering.evidence import Asked, Evidence, Source
from szai_qa.corpus.sentences import split_sentences
from szai_qa.corpus.tokens import tokenize
from szai_qa.reading.reader import ExtractiveReader, PassageSpan, question_text
from szai_qa.records import Span

SHIPPED = Path(__file__).parent / "passages.json"
SPANS_PER_WINDOW = 3


@dataclass(frozen=True, slots=True)
class Asking:
    """A question, the earlier questions of its conversation (oldest first), and the passages to read for it."""

    question: str
    history: Sequence[str]
    passages: Sequence[str]


@dataclass(frozen=True, slots=True)
class Found:
    """A span (offsets of that passage) that may answer, and its evidence."""

    passage: int
    span: Span
    evidence: Evidence


def find_spans(reader: ExtractiveReader, asked: Sequence[Asking]) -> list[list[Found]]:
    """Return for each question the spans that were read, in the order of the text; all windows are read together."""
    texts = [(question_text(a.question, a.history), a.passages) for a in asked]
    return [_weighed(a, spans) for a, spans in zip(asked, reader.read_passages(texts, SPANS_PER_WINDOW), strict=True)]


def _weighed(asking: Asking, spans: Sequence[PassageSpan]) -> list[Found]:
    vocabulary = {token for passage in asking.passages for token in tokenize(passage)}
    asked = Asked.of(asking.question, understood_as(asking.question, asking.history), vocabulary)
    sources = [_source(passage) for passage in asking.passages]
    found: dict[tuple[int, Span], Found] = {}
    for read in sorted(spans, key=lambda s: (s.passage, s.span, -s.read.score)):
        place = (read.passage, read.span)
        if place not in found:  # its best reading
            found[place] = Found(*place, sources[read.passage].evidence(asked, read.span, read.read))
    return list(found.values())


def _source(passage: str) -> Source:
    sentences = split_sentences(passage)
    return Source(passage, sentences, [None] * len(sentences))


def best_of(found: Sequence[Found], confidence: ConfidenceModel) -> Found | None:
    """Return the most probable span, the earliest of equals; None where there is none."""
    return max(found, key=lambda f: (confidence.logit(f.evidence), -f.passage, -f.span.start), default=None)


def answer_line(
    key: str, passages: Sequence[str], best: Found | None, confidence: ConfidenceModel, threshold: float | None = None
) -> dict[str, Any]:
    """Return the line that `szai-qa read` writes for the question `key`; None: there is no text at all.

    `threshold` is the confidence below which the answer is withheld; without one the model's own is taken.
    """
    if best is None:
        nothing = dict.fromkeys(("best_answer", "passage", "start", "end"))
        return {"id": key, "refused": True, "answer": "", **nothing, "confidence": 0.0}
    words = best.span.of(passages[best.passage])
    sure = confidence.confidence(best.evidence)
    refused = sure < (confidence.threshold if threshold is None else threshold)
    return {
        "id": key,
        "refused": refused,
        "answer": "" if refused else words,
        "best_answer": words,
        "passage": best.passage,
        "start": best.span.start,
        "end": best.span.end,
        "confidence": sure,
    }


def shipped_confidence() -> ConfidenceModel:
    """Return the constants that were fitted for passages; raises ModelError where they are missing."""
    return load_confidence(SHIPPED)
