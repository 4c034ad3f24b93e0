"""Turns questions and passages into unit vectors, by any sentence-transformers model.

The one place that imports sentence-transformers. It never searches and never stores a vector.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from szai_qa.encoder.cache import encoder_checksum, encoder_folder
from szai_qa.encoder.weights import encoder_tensors, encoder_vocabulary
from szai_qa.errors import ModelError

FloatArray = npt.NDArray[np.float32]

_WEIGHT_SUFFIXES = (".safetensors", ".bin", ".json", ".model", ".txt")


class Embedder(Protocol):
    """What the dense index needs of a model."""

    @property
    def identity(self) -> str:
        """A text that changes whenever weights, tokenizer or prefixes change."""

    @property
    def dimension(self) -> int:
        """The length of a vector."""

    def embed_queries(self, texts: Sequence[str]) -> FloatArray:
        """Return one unit vector a question: float32, (len(texts), dimension)."""

    def embed_passages(self, texts: Sequence[str], progress: bool = False) -> FloatArray:
        """Return one unit vector a passage: float32, (len(texts), dimension); `progress` draws a bar."""


class SentenceTransformersEmbedder:
    """An `Embedder` by sentence-transformers, on the CPU in float32.

    `model` None means the encoder that comes with the project; else it is any sentence-transformers model's
    name or folder. A text's vector is the same alone or in any batch (to 1e-4; padding is masked, nothing
    is quantised). Raises ModelError where the model cannot be loaded.
    """

    def __init__(
        self,
        model: str | None = None,
        query_prefix: str = "query: ",
        passage_prefix: str = "passage: ",
        batch_size: int = 32,
    ) -> None:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        # A bar for half a second of loading is noise in every command.
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        source = str(encoder_folder()) if model is None else model
        try:
            self._model = SentenceTransformer(source, device="cpu")
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise ModelError(
                f"The embedding model {source} cannot be loaded: {error}",
                "Give the name or the folder of a sentence-transformers model.",
            ) from error
        if model is None:
            _share(self._model[0])
        self._model.eval()
        dimension = self._model.get_embedding_dimension()
        if dimension is None:
            raise ModelError(f"The embedding model {source} does not tell its dimension.")
        self._dimension = dimension
        self._query_prefix = query_prefix
        self._passage_prefix = passage_prefix
        self._batch_size = batch_size
        weights = encoder_checksum() if model is None else _fingerprint(source)
        self._identity = _identity(weights, query_prefix, passage_prefix)

    @property
    def identity(self) -> str:
        """A text that changes whenever weights, tokenizer or prefixes change."""
        return self._identity

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return self._dimension

    def embed_queries(self, texts: Sequence[str]) -> FloatArray:
        """Return one unit vector a question: float32, (len(texts), dimension)."""
        return self._embed(self._query_prefix, texts, progress=False)

    def embed_passages(self, texts: Sequence[str], progress: bool = False) -> FloatArray:
        """Return one unit vector a passage: float32, (len(texts), dimension); `progress` draws a bar."""
        return self._embed(self._passage_prefix, texts, progress)

    def _embed(self, prefix: str, texts: Sequence[str], progress: bool) -> FloatArray:
        if not texts:
            return np.zeros((0, self._dimension), np.float32)
        vectors = self._model.encode(
            [prefix + text for text in texts],
            prompt="",  # the prefix is ours: a model's own default prompt must not come on top
            batch_size=self._batch_size,
            show_progress_bar=progress,
            normalize_embeddings=True,
            convert_to_numpy=True,
        )
        return np.ascontiguousarray(vectors, dtype=np.float32)


def _share(transformer: Any) -> None:  # noqa: ANN401 - sentence-transformers gives its modules no type
    """Put the tensors and the vocabulary that the reader has too in the place of the encoder's own copies."""
    folder = encoder_folder()
    transformer.auto_model.load_state_dict(encoder_tensors(folder), assign=True)
    transformer.tokenizer.backend_tokenizer.model = encoder_vocabulary(folder)


def _identity(weights: str, query_prefix: str, passage_prefix: str) -> str:
    parts = "\0".join((weights, query_prefix, passage_prefix))
    return "st-" + hashlib.sha256(parts.encode()).hexdigest()[:32]


def _fingerprint(source: str) -> str:
    """Return a hash of a folder's files, or of a hub model's name (its files are the hub's to pin)."""
    folder = Path(source)
    if not folder.is_dir():
        return source
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in _WEIGHT_SUFFIXES:
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
