"""Figures over rows: which rows count, slices, and the refusal figures against plain counting."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score, precision_score, recall_score

import worked_run
from szai_qa.evaluation.figures import (
    NAMES,
    ScoreTable,
    all_rows,
    curves_of,
    failures_of,
    figures_of,
    refusal_f1,
    table_of,
)
from szai_qa.evaluation.gold import Example
from szai_qa.evaluation.rows import Reply, Row
from szai_qa.evaluation.scoring import score_row


def rows() -> list[Row]:
    return [score_row(row.example, row.reply, worked_run.TEXTS, {}) for row in worked_run.rows()]


def table() -> ScoreTable:
    return table_of(rows())


def test_figures_of_the_worked_run() -> None:
    figures = figures_of(table(), all_rows(table()), 200, 0)
    values = {name: figure.value for name, figure in figures.items()}
    assert values["credit"] == pytest.approx(1 / 3)
    assert values["wrong"] == pytest.approx(1 / 3)
    assert (values["false_refusal"], values["refusal_recall"], values["refusal_precision"]) == (0.5, 0.0, 0.0)
    assert values["auroc"] == 0.5
    assert values["latency_p50_ms"] == 40.0
    assert (figures["wrong"].n, figures["false_refusal"].n, figures["refusal_recall"].n) == (3, 2, 1)
    assert set(figures) == set(NAMES)


def test_what_has_nothing_to_be_measured_on_is_null() -> None:
    figures = figures_of(table(), all_rows(table()), 50, 0)
    assert figures["recall_at_5"].value is None
    assert figures["recall_at_5"].n == 0


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=30))
def test_refusal_figures_are_those_of_scikit_learn(pairs: list[tuple[bool, bool]]) -> None:
    refused = np.array([float(a) for a, _ in pairs])
    answerable = np.array([float(b) for _, b in pairs])
    if answerable.all():
        assert refusal_f1(refused, answerable) is None
    else:
        assert refusal_f1(refused, answerable) == pytest.approx(f1_score(1 - answerable, refused, zero_division=0))


def test_refusal_precision_and_recall_are_those_of_scikit_learn() -> None:
    given_rows = rows() * 2
    found = table_of(given_rows)
    figures = figures_of(found, all_rows(found), 50, 0)
    truth, said = 1 - found.score("answerable"), found.score("refused")
    assert figures["refusal_precision"].value == precision_score(truth, said, zero_division=0)
    assert figures["refusal_recall"].value == recall_score(truth, said)


def test_verbatim_is_a_share_of_quotes_and_not_of_questions() -> None:
    example, long, opened = worked_run.rows()[0].example, worked_run.LONG, worked_run.OPENED
    broken = worked_run.quote(opened) | {"text": "青石小桥昨天通车。"}
    replies = [
        Reply(worked_run.answer("问？", worked_run.quote(long), worked_run.quote(opened), worked_run.quote(long))),
        Reply(worked_run.answer("问？", broken)),
    ]
    found = table_of(score_row(example, reply, worked_run.TEXTS, {}) for reply in replies)
    assert figures_of(found, all_rows(found), 50, 0)["verbatim"].value == 0.75


def test_slices_are_columns_with_some_values_or_those_that_are_named() -> None:
    assert set(table().slices()) == {"answerable"}
    assert {name: list(values) for name, values in table().slices(["lang"]).items()} == {"lang": ["zh-Hans"]}
    assert table().slices()["answerable"]["no"].tolist() == [2]


def test_every_failure_is_counted() -> None:
    counts = failures_of(table())
    assert sum(counts.values()) == 3
    assert (counts["right"], counts["wrongly_refused"], counts["wrongly_answered"]) == (1, 1, 1)


def test_curves_are_there_where_there_are_confidences() -> None:
    assert [point["threshold"] for point in curves_of(table())["risk_coverage"]] == [0.93, 0.6, 0.2]
    only_searched = table_of([Row(Example("q", "问？", "q", None), Reply(None, ()))])
    assert curves_of(only_searched) == {}
