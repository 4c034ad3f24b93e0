from __future__ import annotations

from pathlib import Path

import pytest

from stand_ins import HashingEmbedder
from szai_qa.answering.retrieve import RANK_CONSTANT, Retriever, fuse
from szai_qa.indexing.store import Index, build_index, open_index


@pytest.fixture
def index(tmp_path: Path, archive: Path, embedder: HashingEmbedder) -> Index:
    build_index(tmp_path / "index", archive, embedder)
    return open_index(tmp_path / "index", archive, embedder)


def test_fused_scores_are_sums_of_weighted_reciprocal_ranks() -> None:
    assert RANK_CONSTANT == 60
    fused = fuse([([7, 8], 1.0), ([8, 9], 0.5)])
    assert fused == {7: pytest.approx(1 / 61), 8: pytest.approx(1 / 62 + 0.5 / 61), 9: pytest.approx(0.5 / 62)}


def test_no_rankings_fuse_to_nothing() -> None:
    assert fuse([]) == {}
    assert fuse([([], 1.0)]) == {}


def test_what_two_rankings_agree_on_comes_before_what_one_puts_first() -> None:
    fused = fuse([([1, 2], 1.0), ([3, 2], 1.0)])
    assert max(fused, key=lambda item: fused[item]) == 2


def test_the_passage_that_shares_words_with_the_question_comes_first(index: Index, embedder: HashingEmbedder) -> None:
    best = Retriever(index, embedder).retrieve(["青石大桥全长多少米？"], 3)[0]
    assert "1280米" in best.document.text_of(best.passage)


def test_passages_come_best_first_each_once_and_at_most_as_many_as_asked(
    index: Index, embedder: HashingEmbedder
) -> None:
    found = Retriever(index, embedder).retrieve(["参展商", "观众人次"], 3)
    assert len(found) == 3
    assert len({(item.document.article.id, item.passage.span) for item in found}) == 3
    assert [item.score for item in found] == sorted((item.score for item in found), reverse=True)


def test_cosines_are_those_of_the_best_vector_of_the_passage(index: Index, embedder: HashingEmbedder) -> None:
    for item in Retriever(index, embedder).retrieve(["图书馆"], 10):
        assert -1.0 <= item.cosine <= 1.0 + 1e-6
        assert item.cosine > 0


def test_a_traditional_question_finds_what_the_simplified_one_finds(index: Index, embedder: HashingEmbedder) -> None:
    retriever = Retriever(index, embedder)
    traditional, simplified = (retriever.retrieve([q], 5) for q in ("參展商有多少家？", "参展商有多少家？"))
    assert traditional == simplified


@pytest.mark.parametrize("question", ["", "😀", "\ud800", "\0", "！？", "zzzz"])
def test_no_question_breaks_retrieval(index: Index, embedder: HashingEmbedder, question: str) -> None:
    assert len(Retriever(index, embedder).retrieve([question], 2)) == 2
