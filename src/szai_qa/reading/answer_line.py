"""The line that `szai-qa read` writes for one question: made here alone, so that what is measured is what is written.

It decides by the confidence as it is written, and copies no words but a slice of a passage.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from szai_qa.reading.decision import Decision

if TYPE_CHECKING:
    from szai_qa.reading.reader import ArticleSpan


def answer_line(
    key: str, passages: Sequence[str], best: ArticleSpan | None, decision: Decision, threshold: float | None = None
) -> dict[str, Any]:
    """Return the line of the question `key`, by its best span over the passages (None: there is no text at all).

    `threshold` is the confidence below which the answer is withheld; without one the decision's own is taken.
    """
    if best is None:
        nothing = dict.fromkeys(("best_answer", "passage", "start", "end"))
        return {"id": key, "refused": True, "answer": "", **nothing, "confidence": 0.0}
    words = passages[best.passage][best.start : best.end]
    confidence = round(decision.confidence(best.span, best.answerable), 4)
    refused = confidence < (decision.threshold if threshold is None else threshold)
    return {
        "id": key,
        "refused": refused,
        "answer": "" if refused else words,
        "best_answer": words,
        "passage": best.passage,
        "start": best.start,
        "end": best.end,
        "confidence": confidence,
    }
