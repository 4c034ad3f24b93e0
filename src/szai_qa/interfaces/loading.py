"""Puts the parts together from the settings: the one place that knows which embedder and reader are used."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from szai_qa.settings import Settings

if TYPE_CHECKING:
    from szai_qa.answering.assistant import Assistant
    from szai_qa.indexing.embedder import Embedder


def load_embedder(settings: Settings) -> Embedder:
    """Return the embedder that the settings name."""
    from szai_qa.indexing.embedder import SentenceTransformersEmbedder

    return SentenceTransformersEmbedder(
        settings.embedding_model or None, settings.query_prefix, settings.passage_prefix
    )


def load_assistant(settings: Settings, index: Path, articles: Path) -> Assistant:
    """Open the index and load the models.

    Raises:
        NotFoundError, IndexMismatchError, ModelError: something is missing or does not fit.
    """
    from szai_qa.answering.assistant import Assistant
    from szai_qa.indexing.store import open_index
    from szai_qa.reading.shipped import shipped_calibration, shipped_reader

    embedder = load_embedder(settings)
    opened = open_index(index, articles, embedder)
    return Assistant(opened, embedder, shipped_reader(), shipped_calibration(), settings)
