"""Weighs a span's evidence into the probability that it answers the question.

A logistic curve; its weights were fitted on articles kept for choosing (docs/reader-model-card.md) and come with the
package beside the threshold: `confidence.json` for the answer path, `passages.json` for reading without an index.
Nothing is fitted here.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from szai_qa.answering.evidence import FEATURES, Evidence
from szai_qa.answering.question import Language
from szai_qa.errors import ModelError

SHIPPED = Path(__file__).parent / "confidence.json"


@dataclass(frozen=True, slots=True)
class ConfidenceModel:
    """confidence = 1 / (1 + exp(-(offset + Σ weight · evidence))); below `threshold` an answer is refused.

    `topic_cosine` says for each language of a question from which best cosine on the articles speak of its subject; it
    is empty where nothing is retrieved.
    """

    weights: Mapping[str, float]
    offset: float
    threshold: float
    topic_cosine: Mapping[str, float]

    def __post_init__(self) -> None:
        if set(self.weights) != set(FEATURES):
            raise ValueError(f"the weights are of {sorted(self.weights)}, the evidence is {sorted(FEATURES)}")
        if not 0.0 <= self.threshold <= 1.0:
            raise ValueError("a threshold is a probability")
        if self.topic_cosine and set(self.topic_cosine) != set(Language):
            raise ValueError(f"topic_cosine has {sorted(self.topic_cosine)}, the languages are {sorted(Language)}")

    def logit(self, evidence: Evidence) -> float:
        """Return the weighted evidence; higher is better. Rounded, so that a batch's last bits decide nothing."""
        pairs = zip(FEATURES, evidence.values(), strict=True)
        return round(self.offset + sum(self.weights[name] * value for name, value in pairs), 3)

    def confidence(self, evidence: Evidence) -> float:
        """Return the probability, 0 to 1, that the span answers.

        It has the four decimals that are written, so that what is shown is what a threshold was compared with.
        """
        return round(1.0 / (1.0 + math.exp(max(-700.0, min(700.0, -self.logit(evidence))))), 4)


def load_confidence(path: Path = SHIPPED) -> ConfidenceModel:
    """Return the model kept in a JSON file.

    Raises:
        ModelError: the file is missing or does not fit this version.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        weights, topic = _numbers(values["weights"]), _numbers(values.get("topic_cosine", {}))
        return ConfidenceModel(weights, float(values["offset"]), float(values["threshold"]), topic)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise ModelError(f"{path} holds no confidence model ({problem}).", "Install szai-qa again.") from problem


def _numbers(values: Mapping[str, float]) -> Mapping[str, float]:
    return MappingProxyType({name: float(value) for name, value in values.items()})
