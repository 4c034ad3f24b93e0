"""The risk dial: what it promises holds, it refuses where it should, and another implementation agrees."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from szai_qa.errors import InputError
from szai_qa.evaluation.promises import NAME, Conditions, StoredPromise, read_promise, store_promise
from szai_qa.evaluation.risk import Declined, Judged, Promise, Reason, calibrate, needed_units, unit_counts

CONDITIONS = Conditions("index", "reader", "model")


def drawn(n: int, rng: np.random.Generator) -> list[Judged]:
    """Draw questions that are wrong the oftener, the lower their confidence: 40 % at 0, none at 1."""
    confidence = np.round(rng.beta(2.0, 1.0, n), 4)
    correct = rng.random(n) >= 0.4 * (1 - confidence)
    return [Judged(f"q{i}", float(c), bool(ok)) for i, (c, ok) in enumerate(zip(confidence, correct, strict=True))]


def true_risk(threshold: float) -> float:
    """Return the share of wrong answers above a threshold among all that could be drawn: 0.4 (1 - E[c | c >= t])."""
    mean = (2 / 3) * (1 - threshold**3) / (1 - threshold**2)
    return 0.4 * (1 - mean)


@pytest.mark.parametrize(("risk", "needed"), [(0.1, 22), (0.05, 45), (0.02, 114)])
def test_a_promise_takes_so_many_answers_without_an_error(risk: float, needed: int) -> None:
    assert needed_units(risk, 0.9) == needed
    clean = [Judged(f"q{i}", 0.9, True) for i in range(needed)]
    assert isinstance(calibrate(clean, risk, 0.9), Promise)
    assert calibrate(clean[1:], risk, 0.9) == Declined(risk, 0.9, Reason.TOO_SMALL, needed, needed - 1)


@given(st.floats(0.005, 0.5), st.floats(0.5, 0.99))
def test_the_needed_number_is_the_smallest_that_passes_the_test(risk: float, confidence: float) -> None:
    n = needed_units(risk, confidence)
    assert (1 - risk) ** n <= (1 - confidence) * (1 + 1e-6)
    assert n == 1 or (1 - risk) ** (n - 1) > (1 - confidence) * (1 - 1e-6)


def test_too_many_errors_among_the_surest_are_a_refusal_to_promise() -> None:
    judged = [Judged(f"q{i}", 0.9 - i / 1000, i % 3 != 0) for i in range(300)]
    found = calibrate(judged, 0.05, 0.9)
    assert isinstance(found, Declined)
    assert found.reason is Reason.TOO_MANY_ERRORS


def test_a_set_of_less_than_twice_the_needed_size_may_still_promise_for_its_surest_answers() -> None:
    judged = [Judged(f"q{i}", 0.9 - i / 1000, i < 30) for i in range(40)]
    found = calibrate(judged, 0.1, 0.9)
    assert isinstance(found, Promise)
    assert (found.answered, found.wrong) == (30, 0)


def test_a_set_without_answers_promises_nothing() -> None:
    assert calibrate([Judged("q", 0.0, False)] * 500, 0.1, 0.9) == Declined(0.1, 0.9, Reason.TOO_SMALL, 22, 0)
    assert isinstance(calibrate([], 0.1, 0.9), Declined)


def test_a_promise_of_no_coverage_can_not_be_made() -> None:
    with pytest.raises(ValueError, match="answers something"):
        Promise(0.1, 0.9, 0.5, 0.0, 10, 0, 0, 10, 0, 0)


def test_a_looser_limit_never_costs_coverage() -> None:
    judged = drawn(800, np.random.default_rng(5))
    found = [calibrate(judged, risk, 0.9) for risk in (0.04, 0.06, 0.1, 0.15)]
    coverage = [promise.coverage for promise in found if isinstance(promise, Promise)]
    assert len(coverage) >= 3
    assert coverage == sorted(coverage)


def test_a_conversation_is_wrong_where_an_answered_turn_is_wrong() -> None:
    judged = [Judged("C", 0.9, True), Judged("C", 0.5, False), Judged("D", 0.7, True), Judged("C", 0.0, False)]
    levels, answered, wrong = unit_counts(judged)
    assert levels.tolist() == [0.9, 0.7, 0.5]
    assert answered.tolist() == [1, 2, 2]
    assert wrong.tolist() == [0, 0, 1]


def test_turns_of_a_conversation_count_once() -> None:
    turns = [Judged(f"C{i // 10}", 0.9, True) for i in range(200)]
    assert calibrate(turns, 0.1, 0.9) == Declined(0.1, 0.9, Reason.TOO_SMALL, 22, 20)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 10), st.booleans()), max_size=20))
def test_counts_equal_plain_counting(items: list[tuple[int, int, bool]]) -> None:
    judged = [Judged(str(unit), c / 10, ok) for unit, c, ok in items]
    for level, answered, wrong in zip(*unit_counts(judged), strict=True):
        given_ones = [item for item in judged if item.confidence >= level]
        assert answered == len({item.unit for item in given_ones})
        assert wrong == len({item.unit for item in given_ones if not item.correct})


@pytest.mark.parametrize("risk", [0.1, 0.15])
def test_the_promise_holds_in_a_thousand_resamplings(risk: float) -> None:
    """At most 10 % of the promises may be broken; three standard errors are left for the luck of the draw."""
    rng = np.random.default_rng(11)
    found = [calibrate(drawn(300, rng), risk, 0.9) for _ in range(1000)]
    promises = [promise for promise in found if isinstance(promise, Promise)]
    broken = sum(true_risk(promise.threshold) > risk for promise in promises)
    assert len(promises) > 500
    assert broken <= 1000 * 0.1 + 3 * math.sqrt(1000 * 0.1 * 0.9)


def test_without_the_sequence_the_same_promise_would_break() -> None:
    """The simulation can fail: a threshold whose observed risk just fits is wrong far more often."""
    rng = np.random.default_rng(11)
    broken = 0
    for _ in range(300):
        levels, answered, wrong = unit_counts(drawn(300, rng))
        fitting = levels[(wrong <= 0.1 * answered) & (answered >= 44)]
        broken += bool(len(fitting)) and true_risk(float(fitting[-1])) > 0.1
    assert broken > 0.25 * 300


def mapies_p_value(wrong: int, answered: int, risk: float) -> float:
    """Return the binomial p-value as MAPIE has it: of a count that it rounds up from a share.

    The share may lie a hair above the count, and then an error more is counted: never a smaller p-value than ours.
    """
    share = 1 - (answered - wrong) / answered
    return float(binom.cdf(np.ceil(share * answered), answered, risk))


@pytest.mark.filterwarnings("ignore:Fixed sequence testing requires a monotonic risk")
@pytest.mark.parametrize("seed", [1, 4, 5])
def test_mapie_finds_the_same_thresholds_but_for_its_rounding(seed: int) -> None:
    from mapie.risk_control import BinaryClassificationController

    judged = drawn(600, np.random.default_rng(seed))
    confidence, correct = np.array([[item.confidence, item.correct] for item in judged]).T
    levels, answered, wrong = unit_counts(judged)
    first = int(np.argmax(answered >= 2 * needed_units(0.1, 0.9)))
    controller = BinaryClassificationController(
        lambda x: np.column_stack([1 - x[:, 0], x[:, 0]]),
        risk="precision",
        target_level=0.9,
        confidence_level=0.9,
        list_predict_params=levels[first:],
        fwer_method="fixed_sequence",
    ).calibrate(confidence[:, None], correct.astype(int))
    passed = []
    for i in range(first, len(levels)):
        if mapies_p_value(int(wrong[i]), int(answered[i]), 0.1) > 0.1:
            break
        passed.append(levels[i])
    assert passed
    assert sorted(controller.valid_predict_params) == pytest.approx(sorted(passed))
    ours = calibrate(judged, 0.1, 0.9)
    assert isinstance(ours, Promise)
    assert ours.threshold <= min(controller.valid_predict_params)


def stored() -> StoredPromise:
    found = calibrate([Judged(f"q{i}", 0.9, True) for i in range(50)], 0.05, 0.9)
    assert isinstance(found, Promise)
    return StoredPromise(
        found, CONDITIONS, {"name": "set.jsonl", "sha256": "a", "questions": 50}, "2025-01-16T08:00:00"
    )


def test_a_stored_promise_is_read_back_as_it_was(tmp_path: Path) -> None:
    store_promise(tmp_path, stored())
    assert read_promise(tmp_path) == stored()


def test_reading_where_there_is_none_writes_nothing(tmp_path: Path) -> None:
    assert read_promise(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("now", "what"),
    [
        (Conditions("other", "reader", "model"), "another index id"),
        (Conditions("index", "other", "model"), "another reader"),
        (Conditions("index", "other", "other"), "another reader and confidence model"),
    ],
)
def test_a_promise_is_void_with_another_index_or_reader_and_says_so(now: Conditions, what: str) -> None:
    assert stored().void_because(CONDITIONS) is None
    assert what in str(stored().void_because(now))


def test_a_damaged_promise_is_an_error_and_never_ignored(tmp_path: Path) -> None:
    for content in ("{", "{}", json.dumps(stored().as_json() | {"promise": {"risk": 1}})):
        (tmp_path / NAME).write_text(content)
        with pytest.raises(InputError, match=r"risk\.json"):
            read_promise(tmp_path)
