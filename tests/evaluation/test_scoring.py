"""One question's scores, and what is said to have gone wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from szai_qa.evaluation.gold import Example
from szai_qa.evaluation.rows import Failure, Reply, Retrieved, Row
from szai_qa.evaluation.scoring import score_row
from worked_run import FOUND, LONG, OPENED, TEXTS, answer, quote

ASKED = Example("Q", "大桥多长？", "Q", True, answers=("1280米",), groups=(("全长1280米",),))
NO_ANSWER = Example("N", "花了多少钱？", "N", False)
ELSEWHERE = (Retrieved("bridge", 0, 5, "Title", 0.1),)


def scored(
    example: Example,
    *quotes: dict[str, Any],
    retrieved: tuple[Retrieved, ...] | None = FOUND,
    best: str | None = None,
    would_quote: dict[str, Any] | None = None,
) -> Row:
    return score_row(example, Reply(answer(example.question, *quotes), retrieved, best, would_quote), TEXTS, {})


def test_a_right_answer_has_full_marks() -> None:
    row = scored(ASKED, quote(LONG, "1280米"))
    for name in (
        "credit",
        "right",
        "exact_match",
        "f1",
        "squad_f1",
        "highlight",
        "first",
        "verbatim",
        "whole",
        "correct",
    ):
        assert row.scores[name] == 1.0, name
    assert (row.scores["wrong"], row.failure) == (0.0, None)


def test_credit_is_the_harmonic_mean_of_recall_and_precision() -> None:
    row = scored(ASKED, quote(LONG, "1280米"), quote(OPENED))
    precision = len(LONG) / (len(LONG) + len(OPENED))
    assert row.scores["evidence_precision"] == pytest.approx(precision)
    assert row.scores["credit"] == pytest.approx(2 * precision / (1 + precision))
    assert row.scores["citation_precision"] == 0.5


def test_each_evidence_group_is_needed() -> None:
    both = Example("Q", "问？", "Q", True, groups=(("全长1280米",), ("昨天通车",)))
    assert scored(both, quote(LONG)).scores["evidence_recall"] == 0.5
    assert scored(both, quote(OPENED + LONG)).scores["evidence_recall"] == 1.0


@pytest.mark.parametrize(
    ("quotes", "retrieved", "failure"),
    [
        ([quote(LONG, "1280米")], FOUND, None),
        ([quote(LONG)], FOUND, None),
        ([quote(LONG, "大桥")], FOUND, Failure.WRONG_SPAN),
        ([quote(OPENED)], FOUND, Failure.NOT_PICKED),
        ([quote(OPENED)], ELSEWHERE, Failure.NOT_RETRIEVED),
        ([quote(OPENED)], None, Failure.NOT_PICKED),
        ([], FOUND, Failure.WRONGLY_REFUSED),
        ([], ELSEWHERE, Failure.NOT_RETRIEVED),
        ([], (), Failure.NOT_RETRIEVED),
    ],
)
def test_what_went_wrong_with_an_answerable_question(
    quotes: Sequence[dict[str, Any]], retrieved: tuple[Retrieved, ...] | None, failure: Failure | None
) -> None:
    row = scored(ASKED, *quotes, retrieved=retrieved)
    assert (row.failure, row.scores["right"]) == (failure, float(failure is None))


def test_an_unanswerable_question_is_right_when_refused() -> None:
    refused, answered = scored(NO_ANSWER), scored(NO_ANSWER, quote(OPENED))
    assert (refused.failure, refused.scores["credit"], refused.scores["refusal_recall"]) == (None, 1.0, 1.0)
    assert (answered.failure, answered.scores["wrong"]) == (Failure.WRONGLY_ANSWERED, 1.0)
    assert (refused.scores["squad_f1"], answered.scores["squad_f1"]) == (1.0, 0.0)
    assert refused.scores["false_refusal"] is None


def test_a_refusal_is_judged_by_what_would_have_been_quoted() -> None:
    assert scored(ASKED, would_quote=quote(LONG)).scores["correct"] == 1.0
    assert scored(ASKED, would_quote=quote(OPENED)).scores["correct"] == 0.0
    assert scored(ASKED).scores["correct"] == 0.0
    assert scored(NO_ANSWER, would_quote=quote(LONG)).scores["correct"] == 0.0


def test_the_best_span_counts_even_where_it_was_refused() -> None:
    row = scored(ASKED, best="1280米")
    assert (row.scores["f1"], row.scores["squad_f1"]) == (1.0, 0.0)


def test_a_question_without_reference_answers_has_no_overlap() -> None:
    row = scored(Example("Q", "问？", "Q", True, groups=(("全长1280米",),)), quote(LONG, "1280米"))
    assert row.scores["f1"] is None
    assert row.failure is None


@pytest.mark.parametrize(
    "broken", [{"refused": True}, {"confidence": 1.5}, {"quotes": [{"text": "甲"}]}, {"quotes": None}]
)
def test_what_is_no_answer_object_stops_the_scoring(broken: dict[str, Any]) -> None:
    value = answer("问？", quote(LONG)) | broken
    with pytest.raises(ValueError, match="no answer object"):
        score_row(ASKED, Reply(value), TEXTS, {})
