"""Fits a confidence on questions whose right spans are known: one softmax over a question's spans and "none of them".

Two users: the answer path (`training/answering.py`) and the reading of passages (`training/report.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, logsumexp

from szai_qa.answering.evidence import FEATURES
from szai_qa.training.data import Item

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

AGAINST = frozenset({"conflicts", "absent"})
"""Evidence that speaks against a span; all other speaks for it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One question: the evidence of each span that was read, and whether it stands in a sentence that answers."""

    id: str
    lang: str
    answerable: bool
    evidence: list[list[float]]
    right: list[bool]

    def __post_init__(self) -> None:
        if len(self.evidence) != len(self.right):
            raise ValueError("each span is right or not")


@dataclass(frozen=True, slots=True)
class Fit:
    """Weights of FEATURES and an offset; for each row with spans the best one's probability, and whether it is right.

    `chance`, `right` and `answerable` are (rows with spans,).
    """

    weights: Mapping[str, float]
    offset: float
    chance: FloatArray
    right: BoolArray
    answerable: BoolArray

    def constants(self, threshold: float) -> dict[str, Any]:
        """Return what a file of constants holds."""
        return {"weights": dict(self.weights), "offset": self.offset, "threshold": threshold}


def fit(rows: Sequence[Row], ranking_only: Sequence[Row] = ()) -> Fit:
    """Return the fit to `rows`; `ranking_only` are known to be answered, and teach the order of spans alone.

    The best span's score goes through a logistic curve, so that it becomes the probability that the span is right.
    """
    weights = weigh(rows, ranking_only)
    best = [(row, (_arrays(row)[0] @ weights)[1:]) for row in rows if row.evidence]
    scores = np.array([values.max() for _, values in best])
    right = np.array([row.right[int(values.argmax())] for row, values in best])
    scale, shift = logistic(np.column_stack([scores, np.ones(len(best))]), right.astype(np.float64))
    named = {name: round(float(scale * weight), 4) for name, weight in zip(FEATURES, weights[:-1], strict=True)}
    answerable = np.array([row.answerable for row, _ in best])
    chance = expit(scale * scores + shift)
    return Fit(named, round(float(scale * weights[-1] + shift), 4), chance, right, answerable)


def weigh(rows: Sequence[Row], ranking_only: Sequence[Row] = (), ridge: float = 0.05) -> FloatArray:
    """Return the weights of FEATURES and an offset that make the right spans, or none where nothing answers, likeliest.

    Signs are bounded: evidence that speaks for a span by its meaning is never counted against it, however few articles
    taught us.
    """
    questions = [(*_arrays(row), True) for row in rows if row.evidence]
    questions += [(*_arrays(row), False) for row in ranking_only if any(row.right)]
    bounds = [(None, 0.0) if name in AGAINST else (0.0, None) for name in FEATURES]

    def loss(weights: FloatArray) -> tuple[float, FloatArray]:
        total, slope = 0.0, np.zeros_like(weights)
        for evidence, right, can_be_none in questions:
            scores = evidence @ weights
            if not can_be_none:
                scores[0] = -np.inf
            wanted = scores[right]
            everything, sought = logsumexp(scores), logsumexp(wanted)
            total += everything - sought
            slope += np.exp(scores - everything) @ evidence - np.exp(wanted - sought) @ evidence[right]
        decay = np.append(weights[:-1], 0.0)
        return total + ridge * float(decay @ decay) / 2, slope + ridge * decay

    start = np.zeros(len(FEATURES) + 1)
    found: FloatArray = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)]).x
    return found


def _arrays(row: Row) -> tuple[FloatArray, BoolArray]:
    """Return the evidence of "none of them" (all 0) and of each span (last column 1), and which of them is right."""
    evidence = np.vstack([np.zeros(len(FEATURES) + 1), np.column_stack([row.evidence, np.ones(len(row.evidence))])])
    return evidence, np.array([not any(row.right), *row.right])


def logistic(features: FloatArray, right: FloatArray, ridge: float = 1e-3) -> FloatArray:
    """Return the weights of a logistic regression with a little ridge, so that it always ends."""

    def loss(weights: FloatArray) -> tuple[float, FloatArray]:
        scores = features @ weights
        total = float((np.logaddexp(0.0, scores) - right * scores).sum()) + ridge * float(weights @ weights) / 2
        return total, features.T @ (expit(scores) - right) + ridge * weights

    found: FloatArray = minimize(loss, np.zeros(features.shape[1]), jac=True, method="L-BFGS-B").x
    return found


def is_right(item: Item, line: Mapping[str, Any]) -> bool:
    """Tell whether a line's best span lies in one of the question's evidence sentences."""
    if line["start"] is None:
        return False
    return any(s.start <= line["start"] and line["end"] <= s.end for s in item.evidence)


def most_right(fitted: Fit, steps: int = 200) -> float:
    """Return the threshold that makes the sum of right answers and right refusals largest."""
    grid = np.linspace(0.05, 0.95, steps)
    gains = [
        float((fitted.right & (fitted.chance >= t)).sum() + (~fitted.answerable & (fitted.chance < t)).sum())
        for t in grid
    ]
    return round(float(grid[int(np.argmax(gains))]), 3)


def refusing_at_most(fitted: Fit, share: float) -> float:
    """Return the threshold that refuses at most this share of the answerable questions."""
    answered = fitted.chance[fitted.answerable]
    return round(float(np.quantile(answered, share, method="lower")) - 5e-5, 4)
