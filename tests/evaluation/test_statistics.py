"""Statistics against libraries and against slow, obvious ways."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from szai_qa.evaluation import statistics as stats

TENTHS = st.integers(0, 10).map(lambda i: i / 10)
JUDGED = st.lists(st.tuples(TENTHS, st.booleans()), min_size=1, max_size=40)


def split(judged: list[tuple[float, bool]]) -> tuple[stats.Floats, stats.Floats]:
    return np.array([c for c, _ in judged]), np.array([float(right) for _, right in judged])


@given(JUDGED)
def test_auroc_is_that_of_scikit_learn(judged: list[tuple[float, bool]]) -> None:
    confidence, right = split(judged)
    measured = stats.auroc(confidence, right > 0)
    if len(set(right.tolist())) < 2:
        assert measured is None
    else:
        assert measured == pytest.approx(roc_auc_score(right, confidence))


@given(st.lists(st.tuples(TENTHS, st.booleans()), min_size=1, max_size=5))
def test_aurc_is_the_mean_over_all_orders_that_the_confidences_allow(judged: list[tuple[float, bool]]) -> None:
    confidence, right = split(judged)
    areas = []
    for order in permutations(range(len(judged))):
        if all(confidence[a] >= confidence[b] for a, b in pairwise(order)):
            wrong = 1 - right[list(order)]
            areas.append(np.mean([wrong[:k].mean() for k in range(1, len(wrong) + 1)]))
    assert stats.aurc(confidence, right) == pytest.approx(np.mean(areas))


@given(JUDGED)
def test_the_risk_at_a_threshold_is_the_share_of_wrong_ones_at_or_above_it(judged: list[tuple[float, bool]]) -> None:
    confidence, right = split(judged)
    for coverage, risk, threshold in zip(*stats.risk_coverage(confidence, right), strict=True):
        given_ones = [ok for c, ok in judged if c >= threshold]
        assert coverage == pytest.approx(len(given_ones) / len(judged))
        assert risk == pytest.approx(1 - sum(given_ones) / len(given_ones))


@given(JUDGED)
def test_calibration_error_is_the_weighted_gap_of_ten_bins(judged: list[tuple[float, bool]]) -> None:
    confidence, right = split(judged)
    gap = 0.0
    for i in range(10):
        inside = [(c, ok) for c, ok in judged if round(c * 10) == i or (i == 9 and c == 1)]
        gap += abs(sum(c for c, _ in inside) - sum(ok for _, ok in inside))
    assert stats.expected_calibration_error(confidence, right) == pytest.approx(gap / len(judged))
    assert sum(row["n"] or 0 for row in stats.reliability(confidence, right)) == len(judged)


def test_the_interval_of_a_mean_is_near_the_normal_one() -> None:
    values = np.random.default_rng(1).normal(3.0, 2.0, 400)
    figure = stats.mean_figure(values, np.ones(400), np.arange(400), 2000, 0)
    half = norm.ppf(0.975) * values.std(ddof=1) / 20
    assert figure.value == pytest.approx(values.mean())
    assert (figure.low, figure.high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.03)


def test_a_conversation_is_resampled_as_one() -> None:
    values = np.repeat([0.0, 1.0] * 10, 20)
    alone = stats.mean_figure(values, np.ones(400), np.arange(400), 2000, 0)
    together = stats.mean_figure(values, np.ones(400), np.repeat(np.arange(20), 20), 2000, 0)
    assert alone.value == together.value == 0.5
    assert together.high - together.low > 3 * (alone.high - alone.low)


def test_fifty_of_fifty_has_an_interval_with_width() -> None:
    figure = stats.mean_figure(np.ones(50), np.ones(50), np.arange(50), 200, 0)
    assert (figure.value, figure.high) == (1.0, 1.0)
    assert figure.low == pytest.approx(0.9287, abs=1e-3)


def test_one_conversation_alone_says_nothing_about_others() -> None:
    figure = stats.mean_figure(np.array([0.0, 1.0]), np.ones(2), np.zeros(2, dtype=np.int64), 200, 0)
    assert (figure.low, figure.high) == (0.0, 1.0)


def test_weights_make_a_mean_over_quotes() -> None:
    figure = stats.mean_figure(np.array([1.0, 0.0]), np.array([3.0, 1.0]), np.arange(2), 200, 0)
    assert figure.value == 0.75


def test_an_interval_of_any_statistic_agrees_with_that_of_the_mean() -> None:
    values = np.random.default_rng(2).random(200)
    units = np.repeat(np.arange(50), 4)
    low, high = stats.resampled(lambda rows: float(values[rows].mean()), units, 2000, 0)
    figure = stats.mean_figure(values, np.ones(200), units, 2000, 0)
    assert (low, high) == pytest.approx((figure.low, figure.high), abs=0.01)


def test_the_same_seed_gives_the_same_interval() -> None:
    values = np.random.default_rng(3).random(30)
    first, second = (stats.mean_figure(values, np.ones(30), np.arange(30), 100, 7) for _ in range(2))
    assert first == second
