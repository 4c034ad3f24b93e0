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

from szai_qa.answering.confidence import ConfidenceModel
from szai_qa.answering.passages import Asking, Found, answer_line, best_of, find_spans
from szai_qa.reading.reader import ExtractiveReader, question_text
from szai_qa.records import Span
from szai_qa.training.calibrate import Row
from szai_qa.training.data import Item, without
from szai_qa.training.windows import text_without_evidence

_GROUP = 16  # questions read together: enough for full batches


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read for the line `key`: the question, the text, and its spans."""

    key: str
    item: Item
    text: str
    spans: Sequence[Found]

    def line(self, confidence: ConfidenceModel) -> dict[str, Any]:
        """Return the line that `szai-qa read` would write."""
        return answer_line(self.key, [self.text], best_of(self.spans, confidence), confidence)

    def row(self) -> Row:
        """Return the evidence of the spans, and which of them lie in an evidence sentence (for whole texts alone)."""
        item = self.item
        right = [item.answerable and any(f.span in sentence for sentence in item.evidence) for f in self.spans]
        return Row(self.key, item.lang, item.answerable, [list(f.evidence.values()) for f in self.spans], right)


def read_items(reader: ExtractiveReader, items: Sequence[Item]) -> list[Reading]:
    """Return what was read for each item, and for each answerable one without its evidence too (key "ID#cut")."""
    readings: list[Reading] = []
    for at in tqdm(range(0, len(items), _GROUP), desc="reading", unit_scale=_GROUP, unit="q", disable=None):
        asked = [(key, item, text) for item in items[at : at + _GROUP] for key, text in _texts(item)]
        found = find_spans(reader, [Asking(item.question, item.history, [text]) for _, item, text in asked])
        readings += [Reading(key, item, text, spans) for (key, item, text), spans in zip(asked, found, strict=True)]
    return readings


def _texts(item: Item) -> Iterator[tuple[str, str]]:
    yield item.id, item.text
    if item.answerable:
        yield item.id + "#cut", without(item.text, item.evidence)[0]


def curve_figures(reader: ExtractiveReader, items: Sequence[Item]) -> dict[str, float]:
    """Return sentence (best span in an evidence sentence), AUROC and contrast of these items, each 0 to 1.

    They are the reader's alone: its score decides, no other evidence.
    """
    hits, pairs, right, wrong = [], [], [], []
    for item in items:
        score, best = _best(reader, item, item.text)
        if not item.answerable:
            wrong.append(score)
            continue
        right.append(score)
        hits.append(best is not None and any(best in sentence for sentence in item.evidence))
        cut = text_without_evidence(item)
        if cut:
            pairs.append(score > _best(reader, item, cut[0])[0])
    return {
        "sentence": round(sum(hits) / max(1, len(hits)), 4),
        "contrast": round(sum(pairs) / max(1, len(pairs)), 4),
        "auroc": round(auroc(right, wrong), 4),
    }


def _best(reader: ExtractiveReader, item: Item, text: str) -> tuple[float, Span | None]:
    spans = reader.read_passages([(question_text(item.question, item.history), [text])])[0]
    best = max(spans, key=lambda span: span.read.score, default=None)
    return (best.read.score, best.span) if best else (-math.inf, None)


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Return the share of pairs whose positive scores higher; ties count half, and no pair gives 0.5."""
    if not positive or not negative:
        return 0.5
    wins = sum((p > n) + 0.5 * (p == n) for p in positive for n in negative)
    return wins / (len(positive) * len(negative))
