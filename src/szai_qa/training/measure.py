"""Measures a reader on questions of a list: whole articles read, and the same articles without the evidence.

It makes the lines that `szai-qa read` would write (confidence: the raw score through a logistic curve), so any scorer
of those takes them; and it computes the few figures of the learning curve.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from szai_qa.reading.decision import Decision
from szai_qa.reading.reader import ArticleSpan, ExtractiveReader, question_text
from szai_qa.training.data import Item, without
from szai_qa.training.windows import text_without_evidence

_GROUP = 16  # questions read together: enough for full batches


def read_lines(reader: ExtractiveReader, items: Sequence[Item], decision: Decision) -> list[dict[str, Any]]:
    """Return one answer line for each item, and for each answerable one a line "ID#cut" without its evidence."""
    lines = []
    for at in range(0, len(items), _GROUP):
        asked = [(key, item, text) for item in items[at : at + _GROUP] for key, text in _texts(item)]
        found = reader.read_articles([(question_text(item.question, item.history), [text]) for _, item, text in asked])
        lines += [_line(key, text, best, decision) for (key, _, text), best in zip(asked, found, strict=True)]
    return lines


def _texts(item: Item) -> Iterator[tuple[str, str]]:
    yield item.id, item.text
    if item.answerable:
        yield item.id + "#cut", without(item.text, item.evidence)[0]


def _line(key: str, text: str, best: ArticleSpan | None, decision: Decision) -> dict[str, Any]:
    if best is None:
        none = {"answer": "", "best_answer": None, "passage": None, "start": None, "end": None}
        return {"id": key, "refused": True, **none, "confidence": 0.0, "score": -100.0}
    confidence = decision.confidence(best.span, best.answerable)
    words = text[best.start : best.end]
    refused = confidence < decision.threshold
    return {
        "id": key,
        "refused": refused,
        "answer": "" if refused else words,
        "best_answer": words,
        "passage": best.passage,
        "start": best.start,
        "end": best.end,
        "confidence": confidence,
        "span": best.span,
        "answerable": best.answerable,
        "score": best.score,
    }


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
