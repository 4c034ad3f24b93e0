"""The fit of a confidence, on scores whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from szai_qa.answering.evidence import FEATURES
from szai_qa.training.calibrate import Row, fit, logistic, most_right, refusing_at_most, weigh

ANSWERABLE, COVERAGE = FEATURES.index("answerable"), FEATURES.index("coverage")


def span(answerable: float, coverage: float) -> list[float]:
    values = [0.0] * len(FEATURES)
    values[ANSWERABLE], values[COVERAGE] = answerable, coverage
    return values


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """Answerable: the right span is covered more. Unanswerable: the reader is unsure of every span."""
    chance = np.random.default_rng(1)
    made = []
    for i in range(120):
        answerable = i % 3 > 0
        sure = chance.normal(2.0 if answerable else -2.0, 1.0)
        evidence = [span(sure, chance.uniform(0.5, 1.0)), span(sure, chance.uniform(0.0, 0.6))]
        made.append(Row(str(i), "zh-Hans", answerable, evidence, [answerable, False]))
    return made


def test_what_sets_right_spans_above_wrong_ones_gets_weight(rows: list[Row]) -> None:
    weights = weigh(rows, [])
    assert weights[COVERAGE] > 1.0
    assert weights[ANSWERABLE] > 0.5


def test_evidence_never_counts_against_its_meaning() -> None:
    # The right span is covered less, and the wrong one names what is absent: neither is believed.
    row = Row("1", "zh-Hans", True, [span(1.0, 0.0), span(1.0, 1.0)], [True, False])
    row.evidence[0][FEATURES.index("absent")] = 1.0
    weights = weigh([row], [])
    assert weights[COVERAGE] == 0.0
    assert weights[FEATURES.index("absent")] == 0.0


def test_a_question_on_the_news_teaches_the_order_of_spans_alone() -> None:
    row = Row("1", "zh-Hans", True, [span(1.0, 0.1), span(1.0, 0.9)], [False, True])
    weights = weigh([], [row])
    assert weights[COVERAGE] > 0.0
    assert weights[-1] == pytest.approx(0.0)


def test_the_slope_is_that_of_the_loss(rows: list[Row]) -> None:
    # At the minimum found, moving any weight makes the likelihood no better.
    weights = weigh(rows, [])
    assert log_likelihood(rows, weights) >= max(
        log_likelihood(rows, weights + step) for i in (ANSWERABLE, COVERAGE, -1) for step in (unit(i), -unit(i))
    )


def unit(i: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    step = np.zeros(len(FEATURES) + 1)
    step[i] = 0.05
    return step


def log_likelihood(rows: list[Row], weights: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    total = -0.05 * float(weights[:-1] @ weights[:-1]) / 2
    for row in rows:
        scores = [0.0, *(float(np.dot(weights[:-1], e) + weights[-1]) for e in row.evidence)]
        right = [not any(row.right), *row.right]
        share = sum(np.exp(s) for s, r in zip(scores, right, strict=True) if r) / sum(np.exp(s) for s in scores)
        total += float(np.log(share))
    return total


def test_the_constants_name_the_evidence_and_the_threshold_parts_the_questions(rows: list[Row]) -> None:
    fitted = fit(rows)
    assert list(fitted.weights) == list(FEATURES)
    assert fitted.weights["absent"] <= 0.0
    assert 0.05 <= most_right(fitted) <= 0.95
    assert fitted.constants(0.4)["threshold"] == 0.4


def test_the_threshold_refuses_no_more_answerable_questions_than_allowed(rows: list[Row]) -> None:
    fitted = fit(rows)
    refused = fitted.chance[fitted.answerable] < refusing_at_most(fitted, 0.08)
    assert 0.05 <= refused.mean() <= 0.08


def test_the_probability_is_true_on_average(rows: list[Row]) -> None:
    fitted = fit(rows)
    assert fitted.chance.mean() == pytest.approx(fitted.right.mean(), abs=0.01)


def test_the_logistic_fit_finds_the_curve_that_made_the_data() -> None:
    rng = np.random.default_rng(3)
    features = np.column_stack([rng.normal(size=(20000, 2)) * 3, np.ones(20000)])
    truth = np.array([0.8, 0.4, -0.5])
    right = (rng.random(20000) < 1 / (1 + np.exp(-features @ truth))).astype(float)
    assert logistic(features, right) == pytest.approx(truth, abs=0.06)
