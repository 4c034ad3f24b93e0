"""Rows and reports survive being written and read again, and bad values are refused."""

from __future__ import annotations

import json

import pytest

import worked_run as worked
from szai_qa.evaluation.gold import Example, Place
from szai_qa.evaluation.report import Figure, Report
from szai_qa.evaluation.rows import Row


@pytest.mark.parametrize("row", worked.rows(), ids=lambda row: row.example.id)
def test_a_row_is_the_same_after_writing_and_reading(row: Row) -> None:
    assert Row.from_json(json.loads(json.dumps(row.as_json()))) == row


def test_a_report_is_the_same_after_writing_and_reading() -> None:
    report = worked.report()
    assert Report.from_json(json.loads(json.dumps(report.as_json()))) == report


def test_a_report_has_the_figures_where_the_documentation_says() -> None:
    written = worked.report().as_json()
    assert written["metrics"]["f1"] == {"value": 0.5, "low": 0.0, "high": 1.0, "n": 2}
    assert written["slices"]["type"]["number"]["wrong"]["n"] == 3
    assert written["versions"] == {"szai-qa": "0.1.0"}


def test_a_figure_without_rows_has_no_value() -> None:
    with pytest.raises(ValueError, match="exactly where it has rows"):
        Figure(0.0, None, None, 0)


def test_an_answerable_question_needs_gold_and_another_must_have_none() -> None:
    with pytest.raises(ValueError, match="without gold"):
        Example("a", "问？", "a", True)
    with pytest.raises(ValueError, match="with gold"):
        Example("a", "问？", "a", False, answers=("答",))


def test_offsets_are_no_quotes_before_they_are_looked_up() -> None:
    example = Example("a", "问？", "a", True, groups=((Place("x", 0, 3),),))
    with pytest.raises(ValueError, match="looked up"):
        _ = example.quotes
