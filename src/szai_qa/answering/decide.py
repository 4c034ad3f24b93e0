"""Turns what was read into one confidence, and a confidence below the threshold into a reason.

The confidence is the probability that the quotes answer the question, a logistic function of the reader's best score
(Platt 1999), with the constants that come with the reader's weights.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Calibration:
    """confidence = 1 / (1 + exp(-(slope * score + intercept)))."""

    slope: float
    intercept: float

    def __post_init__(self) -> None:
        if self.slope <= 0:
            raise ValueError("a higher score has to mean more confidence")

    def confidence(self, score: float) -> float:
        """Return the probability, from 0 to 1, that a span of this score answers."""
        exponent = -(self.slope * score + self.intercept)
        return 1.0 / (1.0 + math.exp(min(exponent, 700.0)))
