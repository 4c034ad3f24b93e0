"""Answers one question: sorts it, retrieves, reads, decides, and quotes. The one way in for every interface.

It keeps nothing between questions, so the same question with the same history always gets the same answer.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from szai_qa.answering.compose import Candidate, candidates, choose_quotes
from szai_qa.answering.dialogue import retrieval_queries, understood_as
from szai_qa.answering.question import Form, form_of, language_of
from szai_qa.answering.refuse import refusal
from szai_qa.answering.retrieve import Retrieved, Retriever
from szai_qa.errors import InputError
from szai_qa.records import Answer, Document, Quote, RefusalReason, Sentence, SentenceKind
from szai_qa.settings import Settings

if TYPE_CHECKING:
    from szai_qa.indexing.embedder import Embedder
    from szai_qa.indexing.store import Index
    from szai_qa.reading.calibration import Calibration
    from szai_qa.reading.reader import Reader

NEAREST = 2
"""How many quotes a refusal shows as near."""
SPANS_PER_PASSAGE = 3


@dataclass(frozen=True, slots=True)
class _Found:
    """What reading gave: candidates, best first, and how sure the best one is (0 to 1)."""

    retrieved: Sequence[Retrieved]
    ranked: Sequence[Candidate]
    confidence: float


class Assistant:
    """Answers questions over the articles of one index."""

    def __init__(
        self, index: Index, embedder: Embedder, reader: Reader, calibration: Calibration, settings: Settings
    ) -> None:
        self._index = index
        self._retriever = Retriever(index, embedder)
        self._reader = reader
        self._calibration = calibration
        self._settings = settings
        self._threshold = calibration.threshold if settings.threshold is None else settings.threshold

    @property
    def threshold(self) -> float:
        """The confidence below which an answer is refused."""
        return self._threshold

    @property
    def documents(self) -> Sequence[Document]:
        """The articles, in the order of their ids."""
        return self._index.documents

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        """Return the answer to a question; `history` holds the earlier questions, oldest first.

        Raises:
            InputError: the question is longer than the setting `max_question_chars`.
        """
        limit = self._settings.max_question_chars
        if len(question) > limit:
            raise InputError(
                f"The question has {len(question)} characters, {limit} are allowed.",
                f"Shorten it by {len(question) - limit}, and ask one thing at a time.",
            )
        started = time.perf_counter()
        answer = self._answer(question, history)
        return replace(answer, latency_ms=(time.perf_counter() - started) * 1000)

    def _answer(self, question: str, history: Sequence[str]) -> Answer:
        form = form_of(question)
        language = language_of(question)
        if form is Form.NOTHING:
            return Answer(question, (), refusal(RefusalReason.NOT_A_QUESTION, language), 0.0)
        if form is Form.OPINION:
            return Answer(question, (), refusal(RefusalReason.OPINION, language), 0.0)
        if form is Form.OUTLINE and (headings := self._outline(question)):
            return Answer(question, headings, None, 1.0)
        earlier = [q for q in history if form_of(q) is not Form.NOTHING]
        found = self._find(question, earlier)
        resolved = understood_as(question, earlier)
        confidence = found.confidence
        if form is Form.REQUEST:
            confidence *= REQUEST_FACTOR
        quotes = choose_quotes(found.ranked, self._settings.quote_margin, self._settings.max_quotes)
        if confidence >= self._threshold and quotes:
            return Answer(question, quotes, None, confidence, resolved)
        reason = RefusalReason.OFF_TOPIC if form is Form.REQUEST else self._reason(found)
        nearest = choose_quotes(found.ranked, float("inf"), NEAREST) if reason is not RefusalReason.OFF_TOPIC else ()
        plain = tuple(replace(quote, highlight=None) for quote in nearest)
        return Answer(question, (), refusal(reason, language, (), plain), confidence, resolved)

    def _find(self, question: str, history: Sequence[str]) -> _Found:
        retrieved = self._retriever.retrieve(retrieval_queries(question, history), self._settings.read_windows)
        texts = [item.document.text_of(item.passage) for item in retrieved]
        ranked = candidates(retrieved, self._reader.read(question, history, texts, SPANS_PER_PASSAGE))
        confidence = self._calibration.confidence(ranked[0].score) if ranked else 0.0
        return _Found(retrieved, ranked, confidence)

    def _reason(self, found: _Found) -> RefusalReason:
        if not found.retrieved or max(item.cosine for item in found.retrieved) < self._settings.topic_cosine:
            return RefusalReason.OFF_TOPIC
        near_threshold = found.confidence >= self._threshold / 2
        return RefusalReason.LOW_CONFIDENCE if near_threshold else RefusalReason.MISSING_DETAIL

    def _outline(self, question: str) -> tuple[Quote, ...]:
        """Return the numbered headings of the article that the question is nearest to."""
        best = self._retriever.retrieve([question], 1)
        return _numbered_headings(best[0].document) if best else ()


def _numbered_headings(document: Document) -> tuple[Quote, ...]:
    def numbered(sentence: Sentence) -> bool:
        return sentence.kind is SentenceKind.HEADING and document.sections[sentence.section].number is not None

    return tuple(Quote(document, sentence) for sentence in document.sentences if numbered(sentence))


REQUEST_FACTOR = 0.05
"""What is left of the confidence where the system is told to do something else than to look in the articles."""
