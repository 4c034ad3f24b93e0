"""Statistics over rows: means with bootstrap intervals, ranking of confidences, calibration, quantiles.

Rows of one unit (a conversation) are resampled together. Formulas and sources: docs/metrics.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from szai_qa.evaluation.report import Figure

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CONFIDENCE_LEVEL = 0.95
BINS = 10
"""Bins of equal width of the calibration error and of the reliability diagram."""


def mean_figure(values: Floats, weights: Floats, units: Ints, resamples: int, seed: int) -> Figure:
    """Return the weighted mean with its percentile bootstrap interval (Efron 1979); all arrays are of shape (n,).

    Where all values are the same, a bootstrap would give an interval without width: a share then gets Wilson's (1927).
    """
    from scipy.stats import bootstrap

    if not len(values):
        return Figure(None, None, None, 0)
    value = float(np.average(values, weights=weights))
    _, unit = np.unique(units, return_inverse=True)
    sums, totals = np.bincount(unit, values * weights), np.bincount(unit, weights)
    if np.all(values == values[0]):
        low, high = _constant_interval(value, len(sums))
    elif len(sums) < 2:
        low, high = 0.0, 1.0
    else:
        interval = bootstrap(
            (sums, totals),
            lambda s, t, axis: s.sum(axis) / t.sum(axis),
            paired=True,
            vectorized=True,
            n_resamples=resamples,
            batch=max(1, 2_000_000 // len(sums)),  # bounds the memory that the draws take
            confidence_level=CONFIDENCE_LEVEL,
            method="percentile",
            rng=np.random.default_rng(seed),
        ).confidence_interval
        low, high = float(interval.low), float(interval.high)
    return Figure(value, low, high, len(values))


def _constant_interval(value: float, units: int) -> tuple[float, float]:
    """Return Wilson's interval for none or all of `units`, else a point."""
    from scipy.stats import binomtest

    if value not in {0.0, 1.0}:
        return value, value
    interval = binomtest(round(value * units), units).proportion_ci(CONFIDENCE_LEVEL, method="wilson")
    return float(interval.low), float(interval.high)


def resampled(
    statistic: Callable[[Ints], float | None], units: Ints, resamples: int, seed: int
) -> tuple[float | None, float | None]:
    """Return the percentile bootstrap interval of a statistic of row positions; draws where it is None don't count."""
    names, unit = np.unique(units, return_inverse=True)
    rows = [np.flatnonzero(unit == i) for i in range(len(names))] if len(names) < len(units) else None
    rng = np.random.default_rng(seed)
    drawn: list[float] = []
    for _ in range(resamples):
        picked = rng.integers(len(names), size=len(names))
        positions = picked if rows is None else np.concatenate([rows[i] for i in picked])
        value = statistic(positions)
        if value is not None:
            drawn.append(value)
    if not drawn:
        return None, None
    tail = (1 - CONFIDENCE_LEVEL) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return float(low), float(high)


def auroc(confidence: Floats, positive: npt.NDArray[np.bool_]) -> float | None:
    """Return the chance that a positive has the higher confidence than a negative, equal ones counting half.

    None without both. (Mann and Whitney 1947; Hanley and McNeil 1982.)
    """
    n = int(positive.sum())
    others = len(positive) - n
    if not n or not others:
        return None
    _, inverse, counts = np.unique(confidence, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks = (ends - (counts - 1) / 2)[inverse]  # equal values share their mean rank
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * others))


def risk_coverage(confidence: Floats, correct: Floats) -> tuple[Floats, Floats, Floats]:
    """Return (coverage, risk, threshold) at each distinct confidence, from strict to loose.

    Coverage is the share of all rows at or above the threshold, risk the share of these that are not right.
    """
    levels, inverse, counts = np.unique(-confidence, return_inverse=True, return_counts=True)
    answered = np.cumsum(counts)
    errors = np.cumsum(np.bincount(inverse, 1 - correct, minlength=len(levels)))
    return answered / len(confidence), errors / answered, -levels


def aurc(confidence: Floats, correct: Floats) -> float | None:
    """Return the area under the risk-coverage curve: the mean risk of the k most confident rows, k = 1 to n.

    Lower is better. Among equal confidences each order counts alike, so errors are spread evenly over them.
    (Geifman and El-Yaniv 2017.)
    """
    if not len(confidence):
        return None
    _, inverse, counts = np.unique(-confidence, return_inverse=True, return_counts=True)
    share = np.bincount(inverse, 1 - correct, minlength=len(counts)) / counts
    spread = np.repeat(share, counts)
    return float(np.mean(np.cumsum(spread) / np.arange(1, len(spread) + 1)))


def reliability(confidence: Floats, correct: Floats) -> list[dict[str, float | None]]:
    """Return for each bin of confidence its bounds, rows, mean confidence and share of right ones.

    Bins are half-open, the last one closed; an empty one has None.
    """
    bins = _bins(confidence)
    rows: list[dict[str, float | None]] = []
    for i in range(BINS):
        inside = bins == i
        n = int(inside.sum())
        means = (float(confidence[inside].mean()), float(correct[inside].mean())) if n else (None, None)
        rows.append({"low": i / BINS, "high": (i + 1) / BINS, "n": n, "confidence": means[0], "correct": means[1]})
    return rows


def expected_calibration_error(confidence: Floats, correct: Floats) -> float | None:
    """Return the mean distance of confidence from the share of right ones, bin by bin, weighted by rows.

    Lower is better. (Naeini, Cooper and Hauskrecht 2015; Guo et al. 2017.)
    """
    if not len(confidence):
        return None
    gaps = np.bincount(_bins(confidence), confidence - correct, minlength=BINS)
    return float(np.abs(gaps).sum() / len(confidence))


def _bins(confidence: Floats) -> Ints:
    # Confidences have four decimals: rounding keeps 0.7 * 10 from landing in the bin below.
    return np.minimum(np.floor(np.round(confidence * BINS, 6)).astype(np.int64), BINS - 1)


def histogram(values: Sequence[float], bins: int = 20) -> list[dict[str, float | None]]:
    """Return counts by bins of equal width from 0 to the largest value."""
    if not len(values):
        return []
    counts, edges = np.histogram(values, bins=bins, range=(0.0, max(float(np.max(values)), 1e-9)))
    return [{"low": float(edges[i]), "high": float(edges[i + 1]), "n": int(n)} for i, n in enumerate(counts)]
