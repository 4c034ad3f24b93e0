"""Puts the parts together from the settings: the one place that knows which embedder and reader are used."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from szai_qa.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from szai_qa.answering.assistant import Assistant
    from szai_qa.errors import SzaiQaError
    from szai_qa.indexing.embedder import Embedder
    from szai_qa.interfaces.web.chat import Chat
    from szai_qa.interfaces.web.desk.office import Office
    from szai_qa.interfaces.web.evaluate.workbench import Workbench
    from szai_qa.journal.recorder import Recorder
    from szai_qa.records import Document


def load_embedder(settings: Settings) -> Embedder:
    """Return the embedder that the settings name."""
    from szai_qa.indexing.embedder import SentenceTransformersEmbedder

    return SentenceTransformersEmbedder(
        settings.embedding_model or None, settings.query_prefix, settings.passage_prefix
    )


def read_suggestions(articles: Path, longest: int) -> list[str]:
    """Return the questions of `suggestions.txt` beside the articles' folder, one a line; none where it is absent.

    A line of more than `longest` characters could not be asked, and is left out.
    """
    path = articles.parent / "suggestions.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return [line.strip() for line in lines if 0 < len(line.strip()) <= longest]


def load_assistant(settings: Settings, index: Path, articles: Path, suggestions: Sequence[str] = ()) -> Assistant:
    """Open the index and load the models; `suggestions` that are not answered are left out.

    A threshold that was promised for this index is in force, unless another one is set.

    Raises:
        NotFoundError, IndexMismatchError, ModelError: something is missing or does not fit.
    """
    from szai_qa.answering.assistant import Assistant
    from szai_qa.answering.confidence import load_confidence
    from szai_qa.indexing.store import open_index
    from szai_qa.interfaces.risk import with_promise
    from szai_qa.reading.shipped import shipped_reader

    embedder = load_embedder(settings)
    opened = open_index(index, articles, embedder)
    reader = shipped_reader()
    settings = with_promise(settings, index, reader.identity)
    assistant = Assistant(opened, embedder, reader, load_confidence(), settings, suggestions)
    release_memory()
    return assistant


def release_memory() -> None:
    """Give back to the system what loading took and freed: the C library would keep it (some 100 MB)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc has it, musl has not
    if trim:
        trim(0)


def open_recorder(settings: Settings, assistant: Assistant, channel: str) -> Recorder | None:
    """Return where an assistant's answers are put on record, None where the settings say nowhere.

    Raises:
        SettingsError: the journal's URL is none, or its driver is not installed.
    """
    from szai_qa.journal.recorder import Recorder

    if not settings.journal:
        return None
    return Recorder(settings.journal, assistant.system, channel, settings.journal_days)


def open_workbench(
    settings: Settings,
    index: Path,
    articles: Path,
    chat: Callable[[], Chat | None],
    failed: Callable[[], SzaiQaError | None],
) -> Workbench:
    """Return the evaluation page's state; its jobs are kept in the data folder, changes of the threshold on record."""
    from szai_qa.interfaces.web.evaluate import workbench
    from szai_qa.interfaces.web.evaluate.system import SiteSystem
    from szai_qa.journal.trail import log_action

    def record(who: str, change: Mapping[str, Any]) -> None:
        current = chat()
        if current and current.recorder:
            # The chat knows less of both than they are: `serve` made them with the functions here.
            recorder = cast("Recorder", current.recorder)
            recorder.system = cast("Assistant", current.assistant).system
            log_action(recorder.database, who, "threshold changed", "threshold", change)

    system = SiteSystem(settings, index, articles, chat, failed)
    return workbench.Workbench(settings.data_dir / "evaluations", system, record=record)


def open_office(settings: Settings, documents: Callable[[], Sequence[Document]]) -> Office | None:
    """Return the pages behind the login, None where no journal is kept that they could show.

    Raises:
        SettingsError: others may read the key that cookies are signed with.
    """
    from szai_qa.interfaces.web.desk.office import Office

    return Office(settings.journal, settings.data_dir, documents) if settings.journal else None
