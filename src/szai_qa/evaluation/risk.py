"""The risk dial: the loosest threshold that keeps the share of wrong answers among those given below a limit.

Learn then Test (Angelopoulos, Bates, Candès, Jordan and Lei 2021) with a fixed sequence of binomial tests from strict
to loose. Each test's hypothesis is that the risk is above the limit; the sequence stops at the first that can't be
rejected, so the chance that a promise is false is at most 1 - confidence, for questions like those of the set.

A unit is a conversation or a single question. It counts as answered where one of its turns is, and as wrong where an
answered turn is wrong: turns of a conversation depend on each other, and count once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from szai_qa.evaluation.rows import Row
from szai_qa.evaluation.statistics import Floats, Ints


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled question: would its answer be right, and how confident is it (0 to 1; 0 is never answered)."""

    unit: str
    confidence: float
    correct: bool


class Reason(StrEnum):
    """Why nothing is promised."""

    TOO_SMALL = "too_small"
    """Fewer questions can be answered than it takes without one error."""
    TOO_MANY_ERRORS = "too_many_errors"
    """Even the strictest threshold tested answers too many wrongly."""


@dataclass(frozen=True, slots=True)
class Promise:
    """At most `risk` of the answers at or above `threshold` are wrong, with this confidence.

    `units`, `answered_units` and `wrong_units` are what was tested; `coverage` is the share of all questions that are
    answered, `answered` and `wrong` count questions.
    """

    risk: float
    confidence: float
    threshold: float
    coverage: float
    questions: int
    answered: int
    wrong: int
    units: int
    answered_units: int
    wrong_units: int

    def __post_init__(self) -> None:
        if not self.answered or not 0 < self.threshold <= 1:
            raise ValueError("a promise answers something, at a threshold above 0")

    def as_json(self) -> dict[str, Any]:
        """Return the promise as `szai-qa calibrate --json` prints it."""
        return {"promised": True, **asdict(self)}


@dataclass(frozen=True, slots=True)
class Declined:
    """Nothing can be promised; `needed` units have to be answered without an error, `available` could be at most."""

    risk: float
    confidence: float
    reason: Reason
    needed: int
    available: int

    def as_json(self) -> dict[str, Any]:
        """Return the refusal to promise as `szai-qa calibrate --json` prints it."""
        return {"promised": False, **asdict(self), "reason": self.reason.value}

    def __str__(self) -> str:
        share = f"{100 * self.risk:g} %"
        if self.reason is Reason.TOO_SMALL:
            return (
                f"The set is too small to promise {share}: it takes {self.needed} questions answered without an error, "
                f"there are {self.available} at most."
            )
        return f"{share} can't be promised: too many of the surest answers are wrong."


def needed_units(risk: float, confidence: float) -> int:
    """Return how many units have to be answered without one error to promise: n with (1 - risk)^n <= 1 - confidence."""
    if not (0 < risk < 1 and 0 < confidence < 1):
        raise ValueError("risk and confidence lie between 0 and 1")
    # The quotient may be a hair above a whole number, as for 0.5 and 0.75.
    return math.ceil(round(math.log(1 - confidence) / math.log(1 - risk), 9))


def judged_rows(rows: Iterable[Row]) -> list[Judged]:
    """Return what the dial needs of scored rows; rows without an answer are left out."""
    return [
        Judged(row.example.unit, confidence, bool(row.scores["correct"]))
        for row in rows
        if (confidence := row.scores.get("confidence")) is not None
    ]


def calibrate(judged: Sequence[Judged], risk: float, confidence: float) -> Promise | Declined:
    """Return the loosest threshold that can be promised, or why there is none.

    The first threshold tested answers about twice as many units as are needed without an error: a stricter one could
    not pass with a single error, and would stop the sequence at once. A set that has fewer begins where just as many
    are answered as are needed.
    """
    from scipy.stats import binom

    needed = needed_units(risk, confidence)
    levels, answered, wrong = unit_counts(judged)
    available = int(answered[-1]) if len(answered) else 0
    if available < needed:
        return Declined(risk, confidence, Reason.TOO_SMALL, needed, available)
    first = int(np.argmax(answered >= (2 * needed if available >= 2 * needed else needed)))
    failed = np.flatnonzero(binom.cdf(wrong[first:], answered[first:], risk) > 1 - confidence)
    passed = first + int(failed[0]) - 1 if len(failed) else len(levels) - 1
    if passed < first:
        return Declined(risk, confidence, Reason.TOO_MANY_ERRORS, needed, available)
    return _promise(judged, risk, confidence, float(levels[passed]), (int(answered[passed]), int(wrong[passed])))


def _promise(
    judged: Sequence[Judged], risk: float, confidence: float, threshold: float, units: tuple[int, int]
) -> Promise:
    given = [item for item in judged if item.confidence >= threshold]
    return Promise(
        risk=risk,
        confidence=confidence,
        threshold=threshold,
        coverage=len(given) / len(judged),
        questions=len(judged),
        answered=len(given),
        wrong=sum(not item.correct for item in given),
        units=len({item.unit for item in judged}),
        answered_units=units[0],
        wrong_units=units[1],
    )


def unit_counts(judged: Sequence[Judged]) -> tuple[Floats, Ints, Ints]:
    """Return (thresholds, answered units, wrong units) from strict to loose, at each distinct confidence above 0."""
    answered_from: dict[str, float] = {}
    wrong_from: dict[str, float] = {}
    for item in judged:
        if item.confidence <= 0:
            continue
        answered_from[item.unit] = max(answered_from.get(item.unit, 0.0), item.confidence)
        if not item.correct:
            wrong_from[item.unit] = max(wrong_from.get(item.unit, 0.0), item.confidence)
    levels = np.array(
        sorted({item.confidence for item in judged if item.confidence > 0}, reverse=True), dtype=np.float64
    )
    return levels, _at_or_above(answered_from.values(), levels), _at_or_above(wrong_from.values(), levels)


def _at_or_above(values: Iterable[float], levels: Floats) -> Ints:
    """Return for each level how many values reach it."""
    ordered = np.sort(np.array(list(values), dtype=np.float64))
    counts: Ints = len(ordered) - np.searchsorted(ordered, levels, side="left")
    return counts
