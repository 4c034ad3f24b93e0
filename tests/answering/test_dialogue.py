from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from szai_qa.answering.dialogue import is_elliptical, retrieval_queries, unclear_word, understood_as

EARLIER = "8月的茶博会办了几场对接会？"
ENGLISH = "How many visitors came to the fifth Yunling Tea Fair in August?"


@pytest.mark.parametrize(
    ("question", "before", "understood"),
    [
        ("那9月那场呢？", EARLIER, "9月的茶博会办了几场对接会？"),
        ("第六届呢", "第五届茶博会来了多少观众？", "第六届茶博会来了多少观众？"),
        ("上海呢？", "深圳有多少家人工智能企业？", "上海有多少家人工智能企业？"),
        ("环比呢？", "7月出厂价格同比跌了多少？", "7月出厂价格环比跌了多少？"),
        ("信用债呢？", "云岭基金说利率债的收益率怎么走？", "云岭基金说信用债的收益率怎么走？"),
        ("第二件呢？", "云岭日报评出的十件大事，第一件是什么？", "云岭日报评出的十件大事，第二件是什么？"),
        ("施工方呢？", "青石大桥的设计师是谁？", "青石大桥的施工方是谁？"),
        ("What about September?", ENGLISH, "How many visitors came to the fifth Yunling Tea Fair in September?"),
        ("And Beiyue?", "Which model did Anlan release in 2024?", "Which model did Beiyue release in 2024?"),
    ],
)
def test_what_is_of_its_kind_gives_way_to_what_is_asked_anew(question: str, before: str, understood: str) -> None:
    assert is_elliptical(question)
    assert understood_as(question, [before]) == understood
    assert retrieval_queries(question, [before]) == [question, understood, f"{before} {question}"]


@pytest.mark.parametrize(
    ("question", "before", "understood"),
    [
        ("它的主办方是谁？", EARLIER, "8月的茶博会的主办方是谁？"),
        ("他多大年纪？", "校长陈立在河湾小学说了什么？", "陈立多大年纪？"),
        ("他多大年纪？", "河湾小学的校长是谁？", "河湾小学的校长多大年纪？"),
        ("它们来自哪里？", "茶博会签约的有哪几家企业？", "茶博会签约的企业来自哪里？"),
        ("第二家是做什么的？", "茶博会签约的有哪几家企业？", "茶博会签约的企业，第二家是做什么的？"),
        ("Who organised it?", ENGLISH, "Who organised the fifth Yunling Tea Fair?"),
        ("How many were students?", ENGLISH, "the fifth Yunling Tea Fair: How many were students?"),
    ],
)
def test_a_pronoun_gives_way_to_what_it_points_to(question: str, before: str, understood: str) -> None:
    assert understood_as(question, [before]) == understood


def test_a_question_without_a_subject_gets_that_of_the_one_before() -> None:
    assert understood_as("门票多少钱？", [EARLIER]) == "8月的茶博会门票多少钱？"


def test_a_year_that_is_named_anew_replaces_the_one_before() -> None:
    assert understood_as("2023年有几场？", ["2024年茶博会办了几场？"]) == "茶博会2023年有几场？"


def test_a_chain_of_follow_ups_keeps_its_subject() -> None:
    history = ["第五届茶博会来了多少观众？", "门票呢？", "第六届呢？"]
    assert understood_as("在哪里举行？", history) == "第六届茶博会在哪里举行？"


@pytest.mark.parametrize(
    ("question", "before"),
    [
        ("第五届深圳国际人工智能展来了多少观众？", EARLIER),
        ("腾讯总部在哪里？", "深圳有多少家人工智能企业？"),
        ("How many companies took part in the September Exhibition?", ENGLISH),
    ],
)
def test_a_question_that_stands_alone_is_left_alone(question: str, before: str) -> None:
    assert retrieval_queries(question, [before]) == [question]
    assert understood_as(question, [before]) is None


def test_another_topic_is_announced_and_begun() -> None:
    assert understood_as("换个话题，青石大桥有多长？", [EARLIER]) == "青石大桥有多长？"
    history = [EARLIER, "换个话题，青石大桥有多长？"]
    assert retrieval_queries("它哪天通车？", history)[-1] == "青石大桥有多长？ 它哪天通车？"
    assert understood_as("它哪天通车？", history) == "青石大桥哪天通车？"


def test_a_follow_up_in_another_language_keeps_the_question_before_it() -> None:
    assert understood_as("What about Shanghai?", [EARLIER]) == f"{EARLIER} What about Shanghai?"


def test_the_first_question_of_a_conversation_is_never_a_follow_up() -> None:
    assert retrieval_queries("那9月那场呢？", []) == ["那9月那场呢？"]
    assert understood_as("那9月那场呢？", [" "]) is None


WORDS = st.sampled_from([*"那它呢？是的展 ", "8月", "云岭", "茶博会", "第二个", "多少", "what", "it"])
TEXTS = st.text(alphabet=st.characters(), max_size=40)


@given(st.lists(WORDS, max_size=8), st.lists(st.lists(WORDS, max_size=8), max_size=3))
def test_a_follow_up_is_written_in_characters_of_the_conversation(asked: list[str], before: list[list[str]]) -> None:
    question, history = "".join(asked), ["".join(words) for words in before]
    understood = understood_as(question, history)
    assert set(understood or "") <= set(question + "".join(history)) | set("的，呢？ :,?and'sat")


@given(TEXTS, st.lists(TEXTS, max_size=3))
def test_no_text_breaks_the_understanding(question: str, history: list[str]) -> None:
    assert understood_as(question, history) != question


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
