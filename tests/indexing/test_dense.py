from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from szai_qa.indexing.dense import DenseIndex

Floats = npt.NDArray[np.float32]


def unit_vectors(count: int, dimension: int = 24, seed: int = 0) -> Floats:
    vectors = np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.mark.parametrize("count", [1, 7, 300])
@pytest.mark.parametrize("k", [1, 5, 1000])
def test_the_nearest_vectors_are_those_that_comparing_with_each_one_finds(count: int, k: int) -> None:
    vectors, queries = unit_vectors(count), unit_vectors(20, seed=1)
    index = DenseIndex.build(vectors)
    for query in queries:
        cosines = vectors @ query
        best = np.argsort(-cosines, kind="stable")[:k]
        positions, scores = index.search(query, k)
        assert positions == best.tolist()
        np.testing.assert_allclose(scores, cosines[best], atol=1e-6)


def test_a_vector_is_its_own_nearest_with_cosine_one() -> None:
    vectors = unit_vectors(50)
    positions, scores = DenseIndex.build(vectors).search(vectors[17], 1)
    assert positions == [17]
    assert scores[0] == pytest.approx(1.0, abs=1e-6)


def test_a_saved_index_is_the_same_when_loaded(tmp_path: Path) -> None:
    vectors = unit_vectors(30)
    DenseIndex.build(vectors).save(tmp_path / "v.faiss")
    loaded = DenseIndex.load(tmp_path / "v.faiss")
    assert (len(loaded), loaded.dimension) == (30, 24)
    np.testing.assert_array_equal(loaded.vectors(), vectors)


def test_the_same_vectors_give_the_same_file(tmp_path: Path) -> None:
    for name in ("a", "b"):
        DenseIndex.build(unit_vectors(30)).save(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
