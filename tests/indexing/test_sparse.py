from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from szai_qa.corpus.tokens import tokenize
from szai_qa.errors import ArticleError
from szai_qa.indexing.sparse import SparseIndex

TEXTS = [
    "深圳现有人工智能企业2200余家。",
    "全市已建和在建训力超55E。",
    "企业企业企业，还是企业。",
    "The first AI exhibition in 深圳",
    "",
    "！？",
]
QUERIES = ["深圳有多少家人工智能企业？", "企业 企业", "AI", "55e", "企業", "火星", "", "！"]


def slow_bm25(query: str, texts: list[str], k1: float = 1.5, b: float = 0.75) -> list[float]:
    """BM25 as Lucene has it, written down term by term (Robertson and Zaragoza 2009; no factor k1 + 1)."""
    documents = [tokenize(text) for text in texts]
    average = sum(map(len, documents)) / len(documents)
    scores = []
    for document in documents:
        counts, score = Counter(document), 0.0
        for token in set(tokenize(query)):
            holding = sum(token in other for other in documents)
            if holding and counts[token]:
                idf = math.log(1 + (len(documents) - holding + 0.5) / (holding + 0.5))
                length = k1 * (1 - b + b * len(document) / average)
                score += idf * counts[token] / (counts[token] + length)
        scores.append(score)
    return scores


@pytest.mark.parametrize("query", QUERIES)
def test_scores_are_those_of_bm25_written_down_term_by_term(query: str) -> None:
    np.testing.assert_allclose(SparseIndex.build(TEXTS).scores(query), slow_bm25(query, TEXTS), rtol=1e-5)


words = st.text(alphabet="深圳企业人ai3 。", max_size=12)


@settings(max_examples=60)
@given(st.lists(words, min_size=1, max_size=6), words)
def test_scores_are_those_of_the_slow_way_on_any_texts(texts: list[str], query: str) -> None:
    if any(map(tokenize, texts)):
        np.testing.assert_allclose(SparseIndex.build(texts).scores(query), slow_bm25(query, texts), rtol=1e-4)


def test_texts_without_any_token_cannot_be_indexed() -> None:
    with pytest.raises(ArticleError, match="No article holds"):
        SparseIndex.build(["！？", "……"])


def test_a_word_said_twice_asks_for_no_more() -> None:
    index = SparseIndex.build(TEXTS)
    np.testing.assert_array_equal(index.scores("企业"), index.scores("企业，企业"))


def test_the_known_share_counts_different_tokens() -> None:
    index = SparseIndex.build(["深圳"])
    assert index.known_share("深圳") == 1.0
    assert index.known_share("深海") == pytest.approx(1 / 3)  # 深, and neither 海 nor 深海
    assert index.known_share("！") == 0.0


def test_a_saved_index_gives_the_same_scores(tmp_path: Path) -> None:
    index = SparseIndex.build(TEXTS)
    index.save(tmp_path / "lexical")
    loaded = SparseIndex.load(tmp_path / "lexical")
    for query in QUERIES:
        np.testing.assert_array_equal(loaded.scores(query), index.scores(query))


def test_the_same_texts_give_the_same_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        SparseIndex.build(TEXTS).save(tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert all((tmp_path / "a" / f).read_bytes() == (tmp_path / "b" / f).read_bytes() for f in files)
