"""The lexical index: BM25 over characters, their pairs, and Latin and digit runs (`corpus.tokens`)."""

from __future__ import annotations

from collections.abc import Sequence, Set
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from szai_qa.corpus.tokens import tokenize
from szai_qa.errors import ArticleError


class SparseIndex:
    """BM25 (Lucene's variant, k1 1.5, b 0.75, the library's defaults) over texts in a fixed order."""

    def __init__(self, bm25: Any) -> None:  # noqa: ANN401 - bm25s carries no types
        self._bm25 = bm25

    @classmethod
    def build(cls, texts: Sequence[str]) -> SparseIndex:
        """Return an index over texts.

        Raises:
            ArticleError: there is no token in any of them.
        """
        import bm25s

        bm25 = bm25s.BM25(method="lucene")
        tokenized = [tokenize(text) for text in texts]
        # Numbered in sorted order, so that the same texts give the same files.
        vocabulary = {token: i for i, token in enumerate(sorted({t for tokens in tokenized for t in tokens}))}
        if not vocabulary:
            raise ArticleError("No article holds a Chinese character, Latin letter or digit.", "Check their folder.")
        numbers = [[vocabulary[token] for token in tokens] for tokens in tokenized]
        bm25.index((numbers, vocabulary), show_progress=False)
        return cls(bm25)

    @classmethod
    def load(cls, folder: Path) -> SparseIndex:
        """Return the index kept in a folder, whose files have passed their checksums before."""
        import bm25s

        return cls(bm25s.BM25.load(str(folder)))

    def save(self, folder: Path) -> None:
        """Write the index to a folder."""
        self._bm25.save(str(folder), show_progress=False)

    @property
    def vocabulary(self) -> Set[str]:
        """The tokens that stand in some text."""
        tokens: Set[str] = self._bm25.vocab_dict.keys()
        return tokens

    def known_share(self, query: str) -> float:
        """Return which share of the query's different tokens stands in the index, from 0 to 1."""
        tokens = set(tokenize(query))
        return len(tokens & self.vocabulary) / len(tokens) if tokens else 0.0

    def scores(self, query: str) -> npt.NDArray[np.float32]:
        """Return the score of each text, shape (n,), higher is better, 0 where no token is shared."""
        # Sorted and unique: a word said twice asks for no more, and the order of a set is not the same everywhere.
        tokens = sorted(set(tokenize(query)) & self.vocabulary)
        if not tokens:
            return np.zeros(self._bm25.scores["num_docs"], dtype=np.float32)
        found: npt.NDArray[np.float32] = self._bm25.get_scores(tokens)
        return found
