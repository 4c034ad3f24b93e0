"""Small real implementations that tests use in place of the models: they compute, they don't pretend."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from szai_qa.answering.confidence import ConfidenceModel
from szai_qa.answering.evidence import FEATURES
from szai_qa.answering.question import Language
from szai_qa.corpus.article import parse_article
from szai_qa.reading.spans import SpanScore
from szai_qa.records import Document

FloatArray = npt.NDArray[np.float32]

ARTICLES = {
    "bridge": (
        "Title: 青石大桥通车_云岭日报\nDate: 2024-05-06\nURL: https://example.org/a\n\n"
        "青石大桥昨天通车。大桥全长1280米，双向六车道！\n"
        "市民王芳说：“上班近了半小时。”她每天过江。\n"
        "青石大桥全景。记者 李明 摄\n"
    ),
    "fair": (
        "Title: 云岭茶博会开幕\nDate: None\nURL: https://example.org/2024/03/08/b.htm\n\n"
        "一、参展商超过三百家\n第三届云岭茶博会3月8日-10日举行，参展商306家。观众10.2万人次；成交2.5亿元。\n"
        "二、新品首发\n现场首发新品41种。\n"
    ),
    "school": (
        "Title: 河湾小学开学\nDate: 2024-09-01\nURL: None\n\n"
        "河湾小学今天开学，新生240人。校长陈立介绍，学校新建了图书馆。\n"
    ),
}


def write_archive(folder: Path, articles: Mapping[str, str] = ARTICLES) -> Path:
    """Write articles into a new folder; return it."""
    folder.mkdir(parents=True)
    for name, text in articles.items():
        (folder / f"{name}.txt").write_bytes(text.encode())
    return folder


def document_of(body: str, title: str = "标题", article_id: str = "x") -> Document:
    """Return an article with this text after its header."""
    return parse_article(article_id, f"Title: {title}\nDate: None\nURL: None\n\n{body}")


@dataclass(frozen=True)
class HashingEmbedder:
    """An embedder that hashes characters: texts that share characters lie near each other."""

    identity: str = "hashing-1"
    dimension: int = 64

    def embed_queries(self, texts: Sequence[str]) -> FloatArray:
        return self.embed_passages(texts)

    def embed_passages(self, texts: Sequence[str], progress: bool = False) -> FloatArray:
        vectors = np.full((len(texts), self.dimension), 1e-3, dtype=np.float32)
        for row, text in enumerate(texts):
            for character in text:
                vectors[row, hashlib.sha256(character.encode()).digest()[0] % self.dimension] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@dataclass
class PhraseReader:
    """A reader with known scores: it finds given phrases and gives each its score, in logits."""

    phrases: Mapping[str, float] = field(default_factory=dict)
    identity: str = "phrases-1"
    seen: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = field(default_factory=list)

    def read(
        self, question: str, history: Sequence[str], windows: Sequence[str], top: int = 1
    ) -> list[list[SpanScore]]:
        self.seen.append((question, tuple(history), tuple(windows)))
        return [self._spans(window)[:top] for window in windows]

    def _spans(self, window: str) -> list[SpanScore]:
        found = [
            SpanScore(window.index(phrase), window.index(phrase) + len(phrase), score, 0.0)
            for phrase, score in self.phrases.items()
            if phrase in window
        ]
        return sorted(found, key=lambda span: -span.score)


def confidence_in_span(threshold: float = 0.5, topic_cosine: float = -1.0, **weights: float) -> ConfidenceModel:
    """Return a confidence that looks at the span's own logit, and at other evidence only where a weight is given."""
    topic = dict.fromkeys(Language, topic_cosine)
    return ConfidenceModel(dict.fromkeys(FEATURES, 0.0) | {"span": 1.0} | weights, 0.0, threshold, topic)


@dataclass(frozen=True)
class BreakingEmbedder(HashingEmbedder):
    """An embedder that fails at its second call: a build with it stops half-way."""

    calls: list[int] = field(default_factory=list)
    failure: Callable[[], BaseException] = lambda: RuntimeError("the power went out")

    def embed_passages(self, texts: Sequence[str], progress: bool = False) -> FloatArray:
        self.calls.append(len(texts))
        if len(self.calls) == 2:
            raise self.failure()
        return super().embed_passages(texts, progress)
