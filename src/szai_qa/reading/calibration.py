"""Turns the reader's score into the probability that its span answers the question.

A logistic function of the score (Platt 1999), fitted on articles that the reader was not trained on. The constants
belong to one set of weights and are kept beside them.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

from szai_qa.errors import ModelError


@dataclass(frozen=True, slots=True)
class Calibration:
    """confidence = 1 / (1 + exp(-(slope * score + intercept))); below `threshold` an answer is refused."""

    slope: float
    intercept: float
    threshold: float

    def __post_init__(self) -> None:
        if self.slope <= 0:
            raise ValueError("a higher score has to mean more confidence")
        if not 0.0 <= self.threshold <= 1.0:
            raise ValueError("a threshold is a probability")

    def confidence(self, score: float) -> float:
        """Return the probability, from 0 to 1, that a span of this score answers.

        It has the four decimals that are written, so that what is shown is what a threshold was compared with.
        """
        exponent = -(self.slope * score + self.intercept)
        return round(1.0 / (1.0 + math.exp(min(exponent, 700.0))), 4)


def load_calibration(path: Path) -> Calibration:
    """Return the calibration kept in a JSON file.

    Raises:
        ModelError: the file is missing or holds no calibration.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return Calibration(float(values["slope"]), float(values["intercept"]), float(values["threshold"]))
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise ModelError(f"{path} holds no calibration ({problem}).", "Install szai-qa again.") from problem
