"""Finds the passages that are worth reading: vectors and words together, joined by rank.

Three rankings of passages are fused by reciprocal rank (Cormack, Clarke and Büttcher 2009): by the passage's own
vector, by the vector of its best sentence, and by BM25. Ranks are fused and not scores, since a cosine and a BM25
score share no scale. BM25 counts by the share of the question's tokens that the index knows: a question in English
shares only a name or a number with a Chinese passage, and its word ranking is mostly chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

import numpy as np

from szai_qa.corpus.normalize import to_simplified
from szai_qa.indexing.dense import Vectors
from szai_qa.indexing.embedder import Embedder
from szai_qa.indexing.store import Index
from szai_qa.records import Document, Passage

RANK_CONSTANT = 60
"""The constant of reciprocal rank fusion, as published."""
CANDIDATES = 100
"""How deep each ranking goes."""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A passage with its fused score (higher is better) and the cosine of its best vector (-1 to 1)."""

    document: Document
    passage: Passage
    score: float
    cosine: float


class Retriever:
    """Ranks the passages of an index for a question."""

    def __init__(self, index: Index, embedder: Embedder) -> None:
        self._index = index
        self._embedder = embedder
        self._passages_of_sentence: list[list[int]] = [[] for _ in index.sentences]
        first_sentence: dict[str, int] = {}
        total = 0
        for document in index.documents:
            first_sentence[document.article.id] = total
            total += len(document.sentences)
        for row, (document, passage) in enumerate(index.passages):
            base = first_sentence[document.article.id]
            for i in range(base + passage.first, base + passage.last + 1):
                self._passages_of_sentence[i].append(row)

    @property
    def vocabulary(self) -> Set[str]:
        """The tokens that stand in some passage."""
        return self._index.lexical.vocabulary

    def retrieve(self, questions: Sequence[str], k: int) -> list[Retrieved]:
        """Return at most `k` passages for one or several wordings of a question, best first.

        Equal scores keep the order of the articles.
        """
        queries = self._embedder.embed_queries([to_simplified(question) for question in questions])
        rankings: list[tuple[Iterable[int], float]] = []
        cosine_of: dict[int, float] = {}
        for question, query in zip(questions, queries, strict=True):
            rankings.extend(self._rankings(question, query, cosine_of))
        fused = fuse(rankings)
        ranked = sorted(fused, key=lambda row: (-round(fused[row], 9), row))[:k]
        return [Retrieved(*self._index.passages[row], fused[row], cosine_of.get(row, 0.0)) for row in ranked]

    def _rankings(
        self, question: str, query: Vectors, cosine_of: dict[int, float]
    ) -> list[tuple[Iterable[int], float]]:
        """Return three rankings of passages with their weights; enter each passage's best cosine in `cosine_of`."""
        passages, cosines = self._index.passage_vectors.search(query, CANDIDATES)
        found = list(zip(passages, cosines, strict=True))
        by_sentence: dict[int, None] = {}
        for sentence, cosine in zip(*self._index.sentence_vectors.search(query, CANDIDATES), strict=True):
            for row in self._passages_of_sentence[sentence]:
                by_sentence.setdefault(row)
                found.append((row, cosine))
        for row, cosine in found:
            cosine_of[row] = max(cosine_of.get(row, -1.0), cosine)
        lexical = self._index.lexical.scores(question)
        by_words = [int(row) for row in np.argsort(-lexical, kind="stable")[:CANDIDATES] if lexical[row] > 0]
        return [(passages, 1.0), (by_sentence, 1.0), (by_words, self._index.lexical.known_share(question))]


def fuse(rankings: Iterable[tuple[Iterable[int], float]]) -> dict[int, float]:
    """Return each item's sum of weight / (RANK_CONSTANT + rank) over (ranking, weight) pairs; ranks count from 1."""
    scores: dict[int, float] = {}
    for ranking, weight in rankings:
        for rank, item in enumerate(ranking, start=1):
            scores[item] = scores.get(item, 0.0) + weight / (RANK_CONSTANT + rank)
    return scores
