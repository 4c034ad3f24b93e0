"""Gates: limits that a run has to keep, for continuous integration. A figure that can't be measured fails its gate."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from szai_qa.errors import InputError, ProofError
from szai_qa.evaluation.figures import LOWER_IS_BETTER
from szai_qa.evaluation.report import Report


class Kind(StrEnum):
    """What a gate compares."""

    MIN = "min"
    MAX = "max"
    MAX_REGRESSION = "max-regression"
    """How much worse than a baseline a figure may be: lower, or higher for those where lower is better."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A limit for one figure."""

    kind: Kind
    name: str
    limit: float

    def judge(self, report: Report, baseline: Report | None) -> dict[str, Any]:
        """Return {name, kind, limit, value, passed} as `report.json` has it; `value` is what was compared."""
        value = report.metrics[self.name].value
        if self.kind is Kind.MAX_REGRESSION:
            before = baseline.metrics[self.name].value if baseline and self.name in baseline.metrics else None
            sign = 1.0 if self.name in LOWER_IS_BETTER else -1.0
            value = None if value is None or before is None else sign * (value - before)
        if value is None:
            passed = False
        else:
            passed = value >= self.limit if self.kind is Kind.MIN else value <= self.limit
            passed = passed or math.isclose(value, self.limit, abs_tol=1e-12)
        return {"name": self.name, "kind": self.kind.value, "limit": self.limit, "value": value, "passed": passed}


def parse_gates(kind: Kind, given: Iterable[str], known: Iterable[str]) -> list[Gate]:
    """Return the gates of `NAME=VALUE` texts.

    Raises:
        InputError: one has another form, or names no figure.
    """
    names = sorted(known)
    gates = []
    for text in given:
        name, sign, number = text.partition("=")
        try:
            limit = float(number)
        except ValueError:
            limit = math.nan
        if not sign or not math.isfinite(limit):
            raise InputError(f"--{kind.value} {text}: no NAME=VALUE.", f"Write --{kind.value} f1=0.8.")
        if name not in names:
            raise InputError(f"--{kind.value} {text}: {name!r} is no figure.", f"There are: {', '.join(names)}.")
        gates.append(Gate(kind, name, limit))
    return gates


def require_passed(results: Sequence[Mapping[str, Any]]) -> None:
    """Raise ProofError where a gate failed; its message names all that did."""
    failed = [_told(result) for result in results if not result["passed"]]
    if failed:
        raise ProofError(f"{len(failed)} of {len(results)} gates failed: {'; '.join(failed)}.")


def _told(result: Mapping[str, Any]) -> str:
    value, limit = result["value"], result["limit"]
    if value is None:
        return f"{result['name']} has nothing to be measured on"
    if result["kind"] == Kind.MAX_REGRESSION:
        return f"{result['name']} is {value:.4f} worse than the baseline, {limit:g} allowed"
    return f"{result['name']} is {value:.4f}, {result['kind']} {limit:g}"
