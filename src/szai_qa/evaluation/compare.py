"""Compares two runs on the same set, question by question: differences with intervals and tests, better and worse.

A difference is B - A. Units (conversations) are resampled and exchanged whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from szai_qa.errors import InputError
from szai_qa.evaluation import statistics as st
from szai_qa.evaluation.figures import LOWER_IS_BETTER, MEANS, ScoreTable, table_of
from szai_qa.evaluation.folder import RunFolder

BINARY = ("right", "wrong", "exact_match", "first", "refusal_recall", "false_refusal")
"""Scores that are 0 or 1 for each question: McNemar's test is for these."""
_TELLING = ("credit", "f1", "mrr_at_10")
"""By which figure a question got better: the first that the runs have."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How a figure differs over the `n` questions that have it in both runs.

    `low` and `high` bound the 95 % interval (paired bootstrap), `p` is of the paired permutation test; `gained` and
    `lost` count the questions where only B, only A has a 1, `mcnemar` is the exact test's p (binary scores only).
    """

    a: float
    b: float
    difference: float
    low: float
    high: float
    p: float
    n: int
    lower_is_better: bool
    gained: int | None = None
    lost: int | None = None
    mcnemar: float | None = None

    @property
    def significant(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Changed:
    """A question that got better or worse: the telling score before and after."""

    id: str
    a: float
    b: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs compared; `by` is the score that better and worse were told by, the largest change first."""

    a: str
    b: str
    dataset: dict[str, Any]
    differences: dict[str, Difference]
    by: str
    better: tuple[Changed, ...]
    worse: tuple[Changed, ...]

    def as_json(self) -> dict[str, Any]:
        """Return what `compare.json` holds."""
        value = asdict(self)
        for name, difference in self.differences.items():
            value["differences"][name]["significant"] = difference.significant
        return value


def compare(a: RunFolder, b: RunFolder, resamples: int = 2000, seed: int = 0) -> Comparison:
    """Compare two finished runs.

    Raises:
        InputError: they are of different sets, or of different questions of it.
        NotFoundError: one of them is no finished run.
    """
    first, second = a.report(), b.report()
    if first.run.dataset["sha256"] != second.run.dataset["sha256"]:
        hashes = " and ".join(str(report.run.dataset["sha256"])[:12] for report in (first, second))
        raise InputError(f"The runs are of different sets ({hashes}).", "Compare two runs of the same file.")
    tables = table_of(a.rows()), table_of(b.rows())
    if tables[0].ids != tables[1].ids:
        raise InputError("The runs have answered different questions of the set.", "Let both go on to their ends.")
    differences = {
        name: found for name in MEANS if (found := _difference(name, *tables, resamples=resamples, seed=seed))
    }
    by = next((name for name in _TELLING if name in differences), next(iter(differences), ""))
    better, worse = _changed(by, *tables)
    return Comparison(str(a.path), str(b.path), dict(first.run.dataset), differences, by, better, worse)


def _difference(name: str, a: ScoreTable, b: ScoreTable, resamples: int, seed: int) -> Difference | None:
    before, after = a.score(name), b.score(name)
    both = ~np.isnan(before) & ~np.isnan(after)
    if not both.any():
        return None
    before, after, units = before[both], after[both], a.unit_numbers()[both]
    figure = st.mean_figure(after - before, np.ones(len(before)), units, resamples, seed)
    value = float(np.mean(after - before))
    low, high = (figure.low, figure.high) if np.ptp(after - before) else (value, value)
    return Difference(
        a=float(before.mean()),
        b=float(after.mean()),
        difference=value,
        low=value if low is None else low,
        high=value if high is None else high,
        p=permutation_p(after - before, units, resamples, seed),
        n=len(before),
        lower_is_better=name in LOWER_IS_BETTER,
        **(_mcnemar(before, after) if name in BINARY else {}),
    )


def permutation_p(differences: st.Floats, units: st.Ints, resamples: int, seed: int) -> float:
    """Return the two-sided p of the paired permutation test (Fisher 1935): each unit's sign is exchanged at random."""
    from scipy.stats import permutation_test

    _, unit = np.unique(units, return_inverse=True)
    sums = np.bincount(unit, differences)
    if len(sums) < 2 or not sums.any():  # one unit's sign tells nothing
        return 1.0
    result = permutation_test(
        (sums,),
        lambda x, axis: x.sum(axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=resamples,
        batch=max(1, 2_000_000 // len(sums)),
        rng=np.random.default_rng(seed),
    )
    return float(result.pvalue)


def _mcnemar(before: st.Floats, after: st.Floats) -> dict[str, Any]:
    """Return the discordant pairs and the exact test's p (McNemar 1947): half of them are expected on either side."""
    from scipy.stats import binomtest

    gained, lost = int(np.sum((before == 0) & (after == 1))), int(np.sum((before == 1) & (after == 0)))
    p = float(binomtest(gained, gained + lost, 0.5).pvalue) if gained + lost else 1.0
    return {"gained": gained, "lost": lost, "mcnemar": p}


def _changed(name: str, a: ScoreTable, b: ScoreTable) -> tuple[tuple[Changed, ...], tuple[Changed, ...]]:
    """Return the questions that got better and worse by a score for which higher is better."""
    pairs: Sequence[tuple[str, float, float]] = list(
        zip(a.ids, a.score(name).tolist(), b.score(name).tolist(), strict=True)
    )
    changed = [Changed(*pair) for pair in pairs if pair[1] != pair[2] and pair[1] == pair[1] and pair[2] == pair[2]]
    changed.sort(key=lambda item: -abs(item.b - item.a))
    return tuple(item for item in changed if item.b > item.a), tuple(item for item in changed if item.b < item.a)
