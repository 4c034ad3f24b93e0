"""Measures a reader on questions of a list: whole articles read, and the same articles without the evidence.

It makes the lines that `szai-qa read` writes, so any scorer of those takes them; and it computes the few figures of the
learning curve.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tqdm import tqdm

from szai_qa.reading.answer_line import answer_line
from szai_qa.reading.decision import Decision
from szai_qa.reading.reader import ArticleSpan, ExtractiveReader, question_text
from szai_qa.training.data import Item, without
from szai_qa.training.windows import text_without_evidence

_GROUP = 16  # questions read together: enough for full batches


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read for the line `key`: the text, and its best span (None where there is no text)."""

    key: str
    text: str
    best: ArticleSpan | None

    def line(self, decision: Decision) -> dict[str, Any]:
        """Return the line that `szai-qa read` would write, with the span's two logits and their sum beside it."""
        line = answer_line(self.key, [self.text], self.best, decision)
        if self.best is None:
            return line | {"score": -100.0}
        return line | {"span": self.best.span, "answerable": self.best.answerable, "score": self.best.score}


def read_items(reader: ExtractiveReader, items: Sequence[Item]) -> list[Reading]:
    """Return what was read for each item, and for each answerable one without its evidence too (key "ID#cut")."""
    readings: list[Reading] = []
    for at in tqdm(range(0, len(items), _GROUP), desc="reading", unit_scale=_GROUP, unit="q", disable=None):
        asked = [(key, item, text) for item in items[at : at + _GROUP] for key, text in _texts(item)]
        found = reader.read_articles([(question_text(item.question, item.history), [text]) for _, item, text in asked])
        readings += [Reading(key, text, best) for (key, _, text), best in zip(asked, found, strict=True)]
    return readings


def _texts(item: Item) -> Iterator[tuple[str, str]]:
    yield item.id, item.text
    if item.answerable:
        yield item.id + "#cut", without(item.text, item.evidence)[0]


def curve_figures(reader: ExtractiveReader, items: Sequence[Item]) -> dict[str, float]:
    """Return sentence (best span in an evidence sentence), AUROC and contrast of these items, each 0 to 1."""
    hits, pairs, right, wrong = [], [], [], []
    for item in items:
        best = reader.read_article(item.question, item.history, [item.text])
        score = best.score if best else -math.inf
        if not item.answerable:
            wrong.append(score)
            continue
        right.append(score)
        hits.append(bool(best) and any(s.start <= best.start and best.end <= s.end for s in item.evidence if best))
        cut = text_without_evidence(item)
        if cut:
            other = reader.read_article(item.question, item.history, [cut[0]])
            pairs.append(score > (other.score if other else -math.inf))
    return {
        "sentence": round(sum(hits) / max(1, len(hits)), 4),
        "contrast": round(sum(pairs) / max(1, len(pairs)), 4),
        "auroc": round(auroc(right, wrong), 4),
    }


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Return the share of pairs whose positive scores higher; ties count half, and no pair gives 0.5."""
    if not positive or not negative:
        return 0.5
    wins = sum((p > n) + 0.5 * (p == n) for p in positive for n in negative)
    return wins / (len(positive) * len(negative))
