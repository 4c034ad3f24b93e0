from __future__ import annotations

import numpy as np
import pytest

from szai_qa.answering.evidence import FEATURES
from szai_qa.training.answering import Row, fit, ranking

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
    weights = ranking(rows)
    assert weights[COVERAGE] > 1.0
    assert abs(weights[ANSWERABLE]) < 1e-6  # the same for both spans of each question


def test_questions_without_a_wrong_or_a_right_span_teach_nothing() -> None:
    row = Row("1", "zh-Hans", True, [span(1.0, 0.1), span(1.0, 0.9)], [True, False])
    one_sided = Row("2", "zh-Hans", True, [span(1.0, 0.0), span(1.0, 1.0)], [True, True])
    empty = Row("3", "zh-Hans", False, [], [])
    assert ranking([row, one_sided, empty]) == pytest.approx(ranking([row]))


def test_the_constants_name_the_evidence_and_the_threshold_parts_the_questions(rows: list[Row]) -> None:
    constants = fit(rows, [])
    assert list(constants["weights"]) == list(FEATURES)  # type: ignore[call-overload]
    assert constants["weights"]["absent"] <= 0.0  # type: ignore[index]
    assert 0.05 <= constants["threshold"] <= 0.95  # type: ignore[operator]
