"""Turns scored rows into figures: the list of all metrics, each with its direction, over all rows and by slice.

docs/metrics.md defines every name that stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from szai_qa.evaluation import statistics as st
from szai_qa.evaluation.ranking import NAMES as RANKING_NAMES
from szai_qa.evaluation.report import Figure, Figures
from szai_qa.evaluation.rows import Failure, Row

MAX_SLICES = 30
"""A column with more values is an id and no slice."""
MEANS = (
    "credit",
    "right",
    "wrong",
    "exact_match",
    "f1",
    "squad_exact_match",
    "squad_f1",
    "highlight",
    "evidence_precision",
    "evidence_recall",
    "evidence_f1",
    "citation_precision",
    "citation_recall",
    "first",
    "verbatim",
    "whole",
    "refusal_precision",
    "refusal_recall",
    "false_refusal",
    *RANKING_NAMES,
)
"""Figures that are the mean of the score of the same name."""
_WEIGHTS = {"verbatim": "quotes", "whole": "quotes"}
LOWER_IS_BETTER = frozenset(
    {"wrong", "false_refusal", "aurc", "ece", "latency_p50_ms", "latency_p95_ms", "latency_p99_ms"}
)
_QUANTILES = {"latency_p50_ms": 0.5, "latency_p95_ms": 0.95, "latency_p99_ms": 0.99}
NAMES = (*MEANS, "refusal_f1", "auroc", "aurc", "ece", *_QUANTILES)
"""Every figure of a report."""


@dataclass
class ScoreTable:
    """The scores of a run, column by column, nan where a row has none: all that figures need, and no texts."""

    ids: list[str] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    columns: list[Mapping[str, str]] = field(default_factory=list)
    failures: list[Failure | None] = field(default_factory=list)
    _scores: dict[str, list[float]] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        """Add a scored row."""
        known = len(self.ids)
        self.ids.append(row.example.id)
        self.units.append(row.example.unit)
        answerable = {} if row.example.answerable is None else {"answerable": "yes" if row.example.answerable else "no"}
        self.columns.append({**answerable, **row.example.columns})
        self.failures.append(row.failure)
        for name in {*self._scores, *row.scores}:
            value = row.scores.get(name)
            self._scores.setdefault(name, [np.nan] * known).append(np.nan if value is None else value)

    def score(self, name: str) -> st.Floats:
        """Return a score of every row, shape (n,), nan where a row has none."""
        return np.array(self._scores.get(name, [np.nan] * len(self.ids)), dtype=np.float64)

    def unit_numbers(self) -> st.Ints:
        """Return a number for every row, equal for rows of one unit."""
        numbers = {unit: i for i, unit in enumerate(dict.fromkeys(self.units))}
        return np.array([numbers[unit] for unit in self.units], dtype=np.int64)

    def slices(self, names: Sequence[str] | None = None) -> dict[str, dict[str, st.Ints]]:
        """Return row positions by column and value: the named columns, else those with 2 to MAX_SLICES values."""
        found: dict[str, dict[str, list[int]]] = {}
        for i, columns in enumerate(self.columns):
            for column, value in columns.items():
                if names is None or column in names:
                    found.setdefault(column, {}).setdefault(value, []).append(i)
        return {
            column: {value: np.array(rows, dtype=np.int64) for value, rows in sorted(values.items())}
            for column, values in found.items()
            if names is not None or 2 <= len(values) <= MAX_SLICES
        }


def all_rows(table: ScoreTable) -> st.Ints:
    """Return the positions of all rows."""
    return np.arange(len(table.ids), dtype=np.int64)


def figures_of(table: ScoreTable, rows: st.Ints, resamples: int, seed: int, *, intervals: bool = True) -> Figures:
    """Return every figure over some rows; `intervals` False leaves out those that take long (not those of means)."""
    units = table.unit_numbers()[rows]
    figures = {name: _mean(table, name, rows, units, resamples, seed) for name in MEANS}
    for name, (scores, statistic) in _statistics().items():
        columns = [table.score(score)[rows] for score in scores]
        there = ~np.isnan(columns[0])
        kept, kept_units = [column[there] for column in columns], units[there]
        value = statistic(*kept) if len(kept_units) else None
        if value is None:
            figures[name] = Figure(None, None, None, 0)
            continue
        low, high = (None, None)
        if intervals:
            low, high = st.resampled(_drawn(statistic, kept), kept_units, resamples, seed)
        figures[name] = Figure(value, low, high, len(kept_units))
    return figures


Statistic = Callable[..., float | None]


def _drawn(statistic: Statistic, columns: Sequence[st.Floats]) -> Callable[[st.Ints], float | None]:
    return lambda positions: statistic(*(column[positions] for column in columns))


def _mean(table: ScoreTable, name: str, rows: st.Ints, units: st.Ints, resamples: int, seed: int) -> Figure:
    values = table.score(name)[rows]
    there = ~np.isnan(values)
    weights = table.score(_WEIGHTS[name])[rows][there] if name in _WEIGHTS else np.ones(int(there.sum()))
    return st.mean_figure(values[there], weights, units[there], resamples, seed)


def _statistics() -> dict[str, tuple[tuple[str, ...], Statistic]]:
    """Return the figures that are no mean: the scores they take, and how they are computed."""
    latency: dict[str, tuple[tuple[str, ...], Statistic]] = {
        name: (("latency_ms",), _quantile(share)) for name, share in _QUANTILES.items()
    }
    return {
        "refusal_f1": (("refused", "answerable"), refusal_f1),
        "auroc": (("confidence", "answerable"), lambda c, a: st.auroc(c, a > 0)),
        "aurc": (("confidence", "correct"), st.aurc),
        "ece": (("confidence", "correct"), st.expected_calibration_error),
        **latency,
    }


def _quantile(share: float) -> Statistic:
    return lambda values: float(np.quantile(values, share))


def refusal_f1(refused: st.Floats, answerable: st.Floats) -> float | None:
    """Return the harmonic mean of refusal precision and recall, None where nothing is unanswerable."""
    unanswerable = answerable == 0
    if not unanswerable.any():
        return None
    return float(2 * (refused * unanswerable).sum() / (refused.sum() + unanswerable.sum()))


def curves_of(table: ScoreTable) -> dict[str, list[dict[str, float | None]]]:
    """Return the curves that a report draws; empty where there are no confidences."""
    confidence, correct = table.score("confidence"), table.score("correct")
    there = ~np.isnan(confidence)
    if not there.any():
        return {}
    coverage, risk, threshold = st.risk_coverage(confidence[there], correct[there])
    points = zip(coverage.tolist(), risk.tolist(), threshold.tolist(), strict=True)
    latency = table.score("latency_ms")
    return {
        "risk_coverage": [{"coverage": c, "risk": r, "threshold": t} for c, r, t in points],
        "reliability": st.reliability(confidence[there], correct[there]),
        "latency_ms": st.histogram(latency[~np.isnan(latency)].tolist()),
    }


def failures_of(table: ScoreTable) -> dict[str, int]:
    """Return how many rows went wrong in each way, and how many did not."""
    judged = [f for f, right in zip(table.failures, table.score("right"), strict=True) if not np.isnan(right)]
    counts: dict[str, int] = {"right": sum(failure is None for failure in judged)}
    return counts | {kind.value: sum(failure is kind for failure in judged) for kind in Failure}


def table_of(rows: Iterable[Row]) -> ScoreTable:
    """Return the scores of rows."""
    table = ScoreTable()
    for row in rows:
        table.add(row)
    return table
