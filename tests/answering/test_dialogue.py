from __future__ import annotations

import pytest

from szai_qa.answering.dialogue import is_elliptical, retrieval_queries, understood_as

EARLIER = "8月的通用大会来了多少观众？"


@pytest.mark.parametrize("question", ["那9月那场呢？", "它是哪家公司的？", "What about September?", "观众呢", "多少？"])
def test_a_question_that_points_back_needs_the_one_before(question: str) -> None:
    assert is_elliptical(question)
    assert retrieval_queries(question, [EARLIER]) == [question, f"{EARLIER} {question}"]
    assert understood_as(question, [EARLIER]) == f"{EARLIER} {question}"


@pytest.mark.parametrize(
    "question", ["第五届深圳国际人工智能展来了多少观众？", "How many companies took part in the September exhibition?"]
)
def test_a_question_that_stands_alone_is_left_alone(question: str) -> None:
    assert retrieval_queries(question, [EARLIER]) == [question]
    assert understood_as(question, [EARLIER]) is None


def test_the_first_question_of_a_conversation_is_never_a_follow_up() -> None:
    assert retrieval_queries("那9月那场呢？", []) == ["那9月那场呢？"]
    assert understood_as("那9月那场呢？", []) is None


def test_only_the_question_right_before_is_taken_up() -> None:
    assert "第一问" not in str(retrieval_queries("那场呢？", ["第一问", EARLIER]))
