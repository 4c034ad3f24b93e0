from __future__ import annotations

import pytest

from szai_qa.answering.dialogue import is_elliptical, retrieval_queries, unclear_word, understood_as

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


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("那9月那场呢？", "那9月那场"),
        ("它有多少展品？", "它"),
        ("What about ByteDance?", "What about"),
        ("They won?", "They"),
    ],
)
def test_a_first_question_that_points_back_is_unclear(question: str, word: str) -> None:
    assert unclear_word(question, []) == word
    assert unclear_word(question, ["8月的大会有多少人？"]) is None


@pytest.mark.parametrize("question", ["那场8月的大会办了几场对接会？", "他人投资多少？", "这家企业是谁？"])
def test_a_first_question_that_names_its_subject_is_clear(question: str) -> None:
    assert unclear_word(question, []) is None
