"""Turns the reader's two logits into one confidence, by constants that were fitted on the choosing list.

The constants stand in a JSON file beside the weights, with how they were fitted. Nothing is fitted here.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

from szai_qa.errors import ModelError


@dataclass(frozen=True, slots=True)
class Decision:
    """A logistic curve over span and answerable logit, and the confidence below which an answer is refused."""

    span: float = 1.0
    answerable: float = 1.0
    offset: float = 0.0
    threshold: float = 0.5

    def __post_init__(self) -> None:
        if not 0 <= self.threshold <= 1:
            raise ValueError(f"a threshold lies between 0 and 1, not at {self.threshold}")

    def confidence(self, span: float, answerable: float) -> float:
        """Return how likely the span answers, 0 to 1."""
        logit = self.span * span + self.answerable * answerable + self.offset
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, logit))))

    def refuses(self, confidence: float) -> bool:
        """Tell whether an answer of this confidence is withheld."""
        return confidence < self.threshold


def load_decision(path: Path) -> Decision:
    """Return the constants of a file; raises ModelError where it is missing or holds something else."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))["constants"]
        return Decision(**{name: float(value) for name, value in values.items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"The reader's constants {path} cannot be read: {error}.", "Reinstall szai-qa.") from error
