"""What an evaluation measures: the assistant over an index, an assistant over a set's own texts, or the reader alone.

Each becomes a `Subject`: a callable that answers, the texts that its quotes point into, and a record of what it is.
None of them looks at the gold of what it answers.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from szai_qa import __version__
from szai_qa.evaluation.evaluate import Subject
from szai_qa.evaluation.gold import Against, Dataset, Example
from szai_qa.evaluation.rows import Reply, Retrieved
from szai_qa.interfaces.batch import ReadingTask, Task, answer_task, read_task
from szai_qa.interfaces.loading import load_embedder
from szai_qa.settings import Settings

if TYPE_CHECKING:
    from szai_qa.answering.assistant import Assistant
    from szai_qa.answering.confidence import ConfidenceModel
    from szai_qa.answering.retrieve import Retriever
    from szai_qa.indexing.embedder import Embedder
    from szai_qa.indexing.store import Index
    from szai_qa.reading.reader import ExtractiveReader, Reader
    from szai_qa.records import Document, Quote

RANKED = 10
"""How many passages are retrieved for the figures of ranking."""
SHAPING = (
    "embedding_model",
    "query_prefix",
    "passage_prefix",
    "max_question_chars",
    "read_windows",
    "threshold",
    "quote_margin",
    "max_quotes",
)
"""The settings that a report records."""
_LIBRARIES = ("torch", "transformers", "faiss-cpu", "bm25s", "numpy", "scipy", "ir-measures")


def versions() -> dict[str, str]:
    """Return the versions that a report records."""
    libraries = {name: version(name) for name in _LIBRARIES}
    return {"szai-qa": __version__, "python": platform.python_version(), **libraries}


def index_subject(settings: Settings, index: Path, articles: Path) -> Subject:
    """Return the assistant over an index, as every other interface uses it, a promised threshold in force.

    Raises:
        NotFoundError, IndexMismatchError, ModelError: something is missing or does not fit.
    """
    from szai_qa.indexing.store import open_index
    from szai_qa.interfaces.risk import with_promise
    from szai_qa.reading.shipped import shipped_reader

    embedder = load_embedder(settings)
    opened = open_index(index, articles, embedder)
    reader = shipped_reader()
    settings = with_promise(settings, index, reader.identity)
    return site_subject(settings, index, make_assistant(settings, opened, embedder, reader))


def site_subject(settings: Settings, index: Path, assistant: Assistant) -> Subject:
    """Return an assistant over the index in a folder that is loaded already; `settings` are those it was made with."""
    from szai_qa.interfaces.risk import conditions_of

    settings = settings.model_copy(update={"threshold": assistant.threshold})
    identity = asdict(conditions_of(index, assistant.reader_identity))
    texts = {document.article.id: document.article.text for document in assistant.documents}
    answerer = AskAssistant(assistant, assistant.retriever)
    return Subject(answerer, texts, Against.INDEX, identity | _recorded(settings, assistant.threshold), versions())


def own_subject(settings: Settings, dataset: Dataset) -> Subject:
    """Return an assistant over an index in memory of the texts that a set brings along, each text an article."""
    from szai_qa.answering.confidence import SHIPPED
    from szai_qa.indexing.manifest import file_sha256
    from szai_qa.indexing.store import make_index
    from szai_qa.reading.shipped import shipped_reader

    embedder = load_embedder(settings)
    documents = [own_document(name, text, dataset.titles.get(name, "")) for name, text in dataset.texts.items()]
    opened = make_index(documents, embedder)
    reader = shipped_reader()
    assistant = make_assistant(settings, opened, embedder, reader)
    identity = {
        "index_id": f"own-{dataset.sha256[:12]}",
        "reader": reader.identity,
        "confidence_model": file_sha256(SHIPPED),
    }
    return Subject(
        AskAssistant(assistant, _retriever(opened, embedder)),
        {document.article.id: document.article.text for document in documents},
        Against.OWN,
        identity | _recorded(settings, assistant.threshold),
        versions(),
    )


def paragraph_subject(settings: Settings, dataset: Dataset) -> Subject:
    """Return the reader alone, which reads each question's own paragraph (as `szai-qa read` does)."""
    from szai_qa.answering.passages import SHIPPED, shipped_confidence
    from szai_qa.indexing.manifest import file_sha256
    from szai_qa.reading.shipped import shipped_reader

    reader, confidence = shipped_reader(), shipped_confidence()
    threshold = confidence.threshold if settings.threshold is None else settings.threshold
    system = {"index_id": None, "reader": reader.identity, "confidence_model": file_sha256(SHIPPED)}
    return Subject(
        ReadParagraph(reader, confidence, threshold, dataset.texts),
        dataset.texts,
        Against.PARAGRAPH,
        system | _recorded(settings, threshold),
        versions(),
    )


def _recorded(settings: Settings, threshold: float) -> dict[str, Any]:
    # What shapes answers; where the program keeps its data is nobody's business who reads a report.
    kept = settings.model_dump(mode="json", include=set(SHAPING))
    return {"threshold": threshold, "settings": kept}


def make_assistant(settings: Settings, opened: Index, embedder: Embedder, reader: Reader) -> Assistant:
    """Return the assistant over an open index."""
    from szai_qa.answering.assistant import Assistant
    from szai_qa.answering.confidence import load_confidence

    return Assistant(opened, embedder, reader, load_confidence(), settings)


def _retriever(opened: Index, embedder: Embedder) -> Retriever:
    from szai_qa.answering.retrieve import Retriever

    return Retriever(opened, embedder)


def own_document(name: str, text: str, title: str) -> Document:
    """Return a text that a set brought along as an article of that id; without a title of its own it has its id's."""
    from szai_qa.corpus.article import parse_article

    return parse_article(name, f"Title: {' '.join((title.strip() or name).split())}\nDate: None\nURL: None\n\n{text}\n")


class _Retrieves(Protocol):
    """What is needed of a retriever."""

    def retrieve(self, questions: Sequence[str], k: int) -> Sequence[Any]:
        """Return the best passages for one or several wordings of a question."""


class AskAssistant:
    """Answers by the assistant; records the ten best passages, and for a refusal what would have been quoted."""

    def __init__(self, assistant: Assistant, retriever: _Retrieves) -> None:
        self._assistant = assistant
        self._retriever = retriever

    def __call__(self, examples: Sequence[Example]) -> list[Reply]:
        """Answer questions one by one; a question without gold but its judged texts is only searched for."""
        return [self._reply(example) for example in examples]

    def _reply(self, example: Example) -> Reply:
        retrieved = self._retrieve(example)
        if example.answerable is None:
            return Reply(None, retrieved)
        answer = answer_task(self._assistant, Task(example.id, example.question, example.history))
        would = None
        if answer.refusal is not None and answer.confidence > 0:
            near = answer.refusal.nearest[:1] or self._best_quote(example)
            would = near[0].as_json() if near else None
        return Reply(answer.as_json(example.id), retrieved, None, would)

    def _earlier(self, example: Example) -> list[str]:
        """Return the earlier questions that count, as the assistant takes them."""
        from szai_qa.answering.question import Form, form_of

        return [question for question in example.history if form_of(question) is not Form.NOTHING]

    def _retrieve(self, example: Example) -> tuple[Retrieved, ...]:
        from szai_qa.answering.dialogue import retrieval_queries

        found = self._retriever.retrieve(retrieval_queries(example.question, self._earlier(example)), RANKED)
        return tuple(
            Retrieved(
                item.document.article.id,
                item.passage.span.start,
                item.passage.span.end,
                item.document.text_of(item.passage),
                round(item.score, 6),
            )
            for item in found
        )

    def _best_quote(self, example: Example) -> tuple[Quote, ...]:
        """Return the sentences of the best candidate, which a refusal off the topic does not show."""
        found = self._assistant.find(example.question, self._earlier(example))
        return tuple(found.ranked[0].quotes()) if found.ranked else ()


class ReadParagraph:
    """Answers by reading each question's own paragraph; quotes the sentences that hold the best span."""

    def __init__(
        self, reader: ExtractiveReader, confidence: ConfidenceModel, threshold: float, texts: Mapping[str, str]
    ) -> None:
        self._reader = reader
        self._confidence = confidence
        self._threshold = threshold
        self._texts = texts

    def __call__(self, examples: Sequence[Example]) -> list[Reply]:
        """Answer questions one by one."""
        return [self._reply(example) for example in examples]

    def _reply(self, example: Example) -> Reply:
        name = str(example.source)
        started = time.perf_counter()
        task = ReadingTask(example.id, example.question, example.history, [self._texts[name]])
        result = read_task(self._reader, self._confidence, self._threshold, task)
        latency = (time.perf_counter() - started) * 1000
        quotes = paragraph_quotes(name, self._texts[name], result["start"], result["end"])
        return paragraph_reply(example, result, quotes, latency)


def paragraph_quotes(name: str, text: str, start: int | None, end: int | None) -> list[dict[str, Any]]:
    """Return the sentences that share a character with a span, each with its part of the span as its highlight."""
    from szai_qa.corpus.sentences import split_sentences
    from szai_qa.records import text_sha256

    if start is None or end is None:
        return []
    held = [span for span in split_sentences(text) if span.start < end and start < span.end]
    return [
        {
            "article_id": name,
            "article_sha256": text_sha256(text),
            "start": span.start,
            "end": span.end,
            "text": span.of(text),
            "highlight": _highlight(text, max(start, span.start), min(end, span.end)),
            "title": "",
            "heading": None,
            "section": None,
            "paragraph": None,
            "kind": "body",
            "url": None,
        }
        for span in held
    ]


def _highlight(text: str, start: int, end: int) -> dict[str, Any]:
    return {"start": start, "end": end, "text": text[start:end]}


def paragraph_reply(
    example: Example, result: Mapping[str, Any], quotes: Sequence[Mapping[str, Any]], latency_ms: float
) -> Reply:
    """Return a reading result as an answer object with its best span."""
    refused = result["refused"] or not quotes
    refusal = {"reason": "low_confidence", "message": "", "missing": [], "nearest": []}
    answer = {
        "id": example.id,
        "question": example.question,
        "resolved_question": None,
        "refused": refused,
        "refusal": refusal if refused else None,
        "confidence": result["confidence"],
        "latency_ms": round(latency_ms, 1),
        "quotes": [] if refused else list(quotes),
    }
    return Reply(answer, None, result["best_answer"] or "", quotes[0] if refused and quotes else None)
