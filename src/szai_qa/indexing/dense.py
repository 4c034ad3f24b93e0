"""Exact nearest-neighbour search over unit vectors with FAISS. It never embeds anything itself.

A flat index compares the question with every vector: exact, and a few milliseconds up to some 50,000 vectors.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


class DenseIndex:
    """Vectors of shape (n, dimension), float32, each of length 1."""

    def __init__(self, index: Any) -> None:  # noqa: ANN401 - faiss carries no types
        self._index = index

    @classmethod
    def build(cls, vectors: Vectors) -> DenseIndex:
        """Return an index over vectors of shape (n, dimension)."""
        import faiss

        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> DenseIndex:
        """Return the index kept in a file, which has passed its checksum before."""
        import faiss

        return cls(faiss.read_index(str(path)))

    def save(self, path: Path) -> None:
        """Write the index to a file."""
        import faiss

        faiss.write_index(self._index, str(path))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """The length of each vector."""
        return int(self._index.d)

    def vectors(self) -> Vectors:
        """Return all vectors, shape (n, dimension)."""
        found: Vectors = self._index.reconstruct_n(0, len(self))
        return found

    def search(self, query: Vectors, k: int) -> tuple[list[int], list[float]]:
        """Return the `k` nearest positions to one vector of shape (dimension,), and their cosines, best first."""
        scores, positions = self._index.search(query.reshape(1, -1), min(k, len(self)))
        return positions[0].tolist(), scores[0].tolist()
