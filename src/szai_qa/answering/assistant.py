"""Answers one question: sorts it, retrieves, reads, decides, and quotes. The one way in for every interface.

It keeps nothing between questions, so the same question with the same history always gets the same answer.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from szai_qa import __version__
from szai_qa.answering.candidates import Candidate, Weigher
from szai_qa.answering.compose import choose_quotes, rank
from szai_qa.answering.confidence import ConfidenceModel
from szai_qa.answering.dialogue import retrieval_queries, unclear_word, understood_as
from szai_qa.answering.missing import missing_parts
from szai_qa.answering.question import Form, Language, asks_for_several, form_of, language_of
from szai_qa.answering.refuse import refusal
from szai_qa.answering.retrieve import Retrieved, Retriever
from szai_qa.errors import InputError
from szai_qa.records import Answer, Document, Quote, RefusalReason, Sentence, SentenceKind, System
from szai_qa.settings import Settings

if TYPE_CHECKING:
    from szai_qa.indexing.embedder import Embedder
    from szai_qa.indexing.store import Index
    from szai_qa.reading.reader import Reader

NEAREST = 2
"""How many quotes a refusal shows as near."""
SPANS_PER_PASSAGE = 3
CONSIDERED = 6
"""How many sentences an answer names that were weighed and not quoted."""
MISSING_BELOW = 0.8
"""Share of the threshold below which a refusal says that the article lacks what is asked for. On the choosing list .94
of the refused questions below it had no answer, and .67 of those above: there, the refusal says that it isn't sure."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one search and reading gave: the candidates, most probable first."""

    retrieved: Sequence[Retrieved]
    ranked: Sequence[Candidate]


class Assistant:
    """Answers questions over the articles of one index."""

    def __init__(
        self,
        index: Index,
        embedder: Embedder,
        reader: Reader,
        confidence: ConfidenceModel,
        settings: Settings,
        suggestions: Sequence[str] = (),
    ) -> None:
        """Take the parts; of the suggestions, those that the articles do not answer are left out."""
        self._index = index
        self._embedder = embedder
        self._retriever = Retriever(index, embedder)
        self._reader = reader
        self._confidence = confidence
        self._settings = settings
        self._threshold = confidence.threshold if settings.threshold is None else settings.threshold
        self._offered = tuple(suggestions)
        self._suggestions = tuple(question for question in self._offered if not self.ask(question).refused)

    @property
    def suggestions(self) -> Sequence[str]:
        """Questions to offer, each known to be answered."""
        return self._suggestions

    @property
    def threshold(self) -> float:
        """The confidence below which an answer is refused."""
        return self._threshold

    @property
    def retriever(self) -> Retriever:
        """What finds passages for it."""
        return self._retriever

    @property
    def reader_identity(self) -> str:
        """Which reader it has."""
        return self._reader.identity

    def at_threshold(self, threshold: float) -> Assistant:
        """Return an assistant with the same parts and another threshold; suggestions are checked anew."""
        settings = self._settings.model_copy(update={"threshold": threshold})
        return Assistant(self._index, self._embedder, self._reader, self._confidence, settings, self._offered)

    @property
    def system(self) -> System:
        """What answers: the index, the threshold, and the versions of the parts."""
        parts = {"szai-qa": __version__, "embedder": self._embedder.identity, "reader": self._reader.identity}
        return System(self._index.id, self._threshold, tuple(parts.items()))

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
        if unclear := unclear_word(question, earlier):
            return Answer(question, (), refusal(RefusalReason.UNCLEAR_FOLLOWUP, language, (unclear,)), 0.0)
        found = self.find(question, earlier)
        confidence = self._confidence.confidence(found.ranked[0].evidence) if found.ranked else 0.0
        if form is Form.REQUEST:
            confidence = round(confidence * REQUEST_FACTOR, 4)
        resolved = understood_as(question, earlier)
        if found.ranked and confidence >= self._threshold:
            quotes = self._quotes(question, found.ranked)
            return Answer(question, quotes, None, confidence, resolved, considered=_others(found, quotes))
        reason = RefusalReason.OFF_TOPIC if form is Form.REQUEST else self._reason(found, confidence, language)
        nearest: tuple[Quote, ...] = ()
        if reason is not RefusalReason.OFF_TOPIC:
            nearest = tuple(replace(q, highlight=None) for q in choose_quotes(found.ranked, NEAREST)[:NEAREST])
        missing: tuple[str, ...] = ()
        if reason is RefusalReason.MISSING_DETAIL and found.ranked:
            article = found.ranked[0].document.article
            missing = missing_parts(question, resolved, article.text, article.published)
        refused = refusal(reason, language, missing, nearest)
        return Answer(question, (), refused, confidence, resolved, considered=_others(found, nearest))

    def find(self, question: str, history: Sequence[str]) -> Found:
        """Search and read for a question, and weigh what was read; nothing is decided yet."""
        retrieved = self._retriever.retrieve(retrieval_queries(question, history), self._settings.read_windows)
        texts = [item.document.text_of(item.passage) for item in retrieved]
        weigher = Weigher(retrieved, question, understood_as(question, history), self._retriever.vocabulary)
        candidates = weigher.candidates(self._reader.read(question, history, texts, SPANS_PER_PASSAGE))
        ranked = rank(candidates, self._confidence)
        return Found(retrieved, ranked)

    def _quotes(self, question: str, ranked: Sequence[Candidate]) -> tuple[Quote, ...]:
        """Return the best candidate's sentences; where several are asked for, those of others nearly as good too.

        Each of these would have been an answer by itself.
        """
        if not asks_for_several(question):
            return choose_quotes(ranked[:1], self._settings.max_quotes)
        lowest = self._confidence.logit(ranked[0].evidence) - self._settings.quote_margin
        near = [c for c in ranked if self._confidence.logit(c.evidence) >= lowest]
        sure = [c for c in near if self._confidence.confidence(c.evidence) >= self._threshold]
        return choose_quotes(sure or ranked[:1], self._settings.max_quotes)

    def _reason(self, found: Found, confidence: float, language: Language) -> RefusalReason:
        nearest = max((item.cosine for item in found.retrieved), default=-1.0)
        if nearest < self._confidence.topic_cosine[language]:
            return RefusalReason.OFF_TOPIC
        names_absent = bool(found.ranked) and found.ranked[0].evidence.absent > 0
        if names_absent or confidence < self._threshold * MISSING_BELOW:
            return RefusalReason.MISSING_DETAIL
        return RefusalReason.LOW_CONFIDENCE

    def _outline(self, question: str) -> tuple[Quote, ...]:
        """Return the numbered headings of the article that the question is nearest to."""
        best = self._retriever.retrieve([question], 1)
        return _numbered_headings(best[0].document) if best else ()


def _others(found: Found, shown: Sequence[Quote]) -> tuple[Quote, ...]:
    """Return the best sentences that were weighed and are not shown."""
    places = {(quote.document.article.id, quote.sentence) for quote in shown}
    weighed = choose_quotes(found.ranked, CONSIDERED + len(shown))
    return tuple(q for q in weighed if (q.document.article.id, q.sentence) not in places)[:CONSIDERED]


def _numbered_headings(document: Document) -> tuple[Quote, ...]:
    def numbered(sentence: Sentence) -> bool:
        return sentence.kind is SentenceKind.HEADING and document.sections[sentence.section].number is not None

    return tuple(Quote(document, sentence) for sentence in document.sentences if numbered(sentence))


REQUEST_FACTOR = 0.05
"""What is left of the confidence where the system is told to do something else than to look in the articles."""
