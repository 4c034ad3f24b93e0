"""Fits the reader's confidence on the choosing list: a logistic curve, then the threshold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from szai_qa.reading.decision import Decision
from szai_qa.training.data import Item

FloatArray = npt.NDArray[np.float64]


def is_right(item: Item, line: Mapping[str, Any]) -> bool:
    """Tell whether a line's best span lies in one of the question's evidence sentences."""
    if line["start"] is None:
        return False
    return any(s.start <= line["start"] and line["end"] <= s.end for s in item.evidence)


def fit(items: Sequence[Item], lines: Mapping[str, Mapping[str, Any]], false_refusal: float) -> Decision:
    """Return the curve and the threshold that refuses at most this share of the answerable questions.

    The curve is fitted to "the span lies in an evidence sentence" over all questions, answerable or not; articles with
    the evidence cut out are left out, for nobody asks those. `lines` are answer lines by id, with both logits.
    """
    rows = [(item, lines[item.id]) for item in items if lines[item.id]["start"] is not None]
    features = np.array([[line["span"], line["answerable"], 1.0] for _, line in rows])
    right = np.array([item.answerable and is_right(item, line) for item, line in rows], dtype=np.float64)
    span, answerable, offset = (float(round(value, 5)) for value in logistic(features, right))
    curve = Decision(span, answerable, offset, threshold=0.0)
    answered = [curve.confidence(line["span"], line["answerable"]) for item, line in rows if item.answerable]
    threshold = float(np.quantile(answered, false_refusal, method="lower"))
    return Decision(curve.span, curve.answerable, curve.offset, round(threshold - 5e-5, 4))


def logistic(features: FloatArray, right: FloatArray, ridge: float = 1e-3, steps: int = 50) -> FloatArray:
    """Return the weights of a logistic regression (Newton's method, a little ridge so that it always ends)."""
    weights = np.zeros(features.shape[1])
    penalty = ridge * np.eye(len(weights))
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-np.clip(features @ weights, -50, 50)))
        gradient = features.T @ (chance - right) + penalty @ weights
        curvature = features.T @ (features * (chance * (1 - chance))[:, None]) + penalty
        step = np.linalg.solve(curvature, gradient)
        weights = weights - step
        if np.abs(step).max() < 1e-9:
            break
    return weights
