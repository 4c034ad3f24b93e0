"""Gates: limits, regressions against a baseline, and what is said where one fails."""

from __future__ import annotations

from dataclasses import replace

import pytest

import worked_run
from szai_qa.errors import InputError, ProofError
from szai_qa.evaluation.figures import NAMES
from szai_qa.evaluation.gates import Gate, Kind, parse_gates, require_passed
from szai_qa.evaluation.report import Figure, Report


def report(f1: float | None = 0.8, wrong: float = 0.05) -> Report:
    figures = {"f1": Figure(f1, None, None, int(f1 is not None)), "wrong": Figure(wrong, None, None, 20)}
    return replace(worked_run.report(), metrics=figures)


@pytest.mark.parametrize(
    ("kind", "name", "limit", "passed"),
    [
        (Kind.MIN, "f1", 0.8, True),
        (Kind.MIN, "f1", 0.81, False),
        (Kind.MAX, "wrong", 0.05, True),
        (Kind.MAX, "wrong", 0.04, False),
    ],
)
def test_a_limit_itself_is_allowed(kind: Kind, name: str, limit: float, passed: bool) -> None:
    assert Gate(kind, name, limit).judge(report(), None)["passed"] is passed


@pytest.mark.parametrize(
    ("name", "now", "passed"),
    [
        ("f1", report(f1=0.79), True),
        ("f1", report(f1=0.78), True),
        ("f1", report(f1=0.77), False),
        ("f1", report(f1=0.9), True),
        ("wrong", report(wrong=0.07), True),
        ("wrong", report(wrong=0.08), False),
        ("wrong", report(wrong=0.0), True),
    ],
)
def test_a_regression_is_what_is_worse_than_the_baseline(name: str, now: Report, passed: bool) -> None:
    assert Gate(Kind.MAX_REGRESSION, name, 0.02).judge(now, report())["passed"] is passed


def test_what_could_not_be_measured_fails() -> None:
    result = Gate(Kind.MIN, "f1", 0.1).judge(report(f1=None), None)
    assert (result["value"], result["passed"]) == (None, False)
    assert not Gate(Kind.MAX_REGRESSION, "f1", 0.1).judge(report(), report(f1=None))["passed"]


def test_all_gates_that_failed_are_named_with_exit_code_three() -> None:
    gates = [Gate(Kind.MIN, "f1", 0.9), Gate(Kind.MAX, "wrong", 0.01), Gate(Kind.MAX, "f1", 1.0)]
    with pytest.raises(
        ProofError, match=r"2 of 3 gates failed: f1 is 0.8000, min 0.9; wrong is 0.0500, max 0.01"
    ) as it:
        require_passed([gate.judge(report(), None) for gate in gates])
    assert it.value.exit_code == 3


def test_gates_that_pass_say_nothing() -> None:
    require_passed([Gate(Kind.MIN, "f1", 0.5).judge(report(), None)])


@pytest.mark.parametrize("text", ["f1", "f1=", "f1=high", "f1=nan", "=0.5", "f2=0.5"])
def test_a_gate_of_another_form_or_name_is_bad_input(text: str) -> None:
    with pytest.raises(InputError, match="--min"):
        parse_gates(Kind.MIN, [text], NAMES)


def test_gates_are_read_from_texts() -> None:
    assert parse_gates(Kind.MAX, ["wrong=0.05"], NAMES) == [Gate(Kind.MAX, "wrong", 0.05)]
