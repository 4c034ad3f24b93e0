from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from szai_qa.answering.asked import asked_for, asked_things
from szai_qa.answering.asked_english import asked_for_in_english


@pytest.mark.parametrize(
    ("question", "phrase"),
    [
        ("云岭茶博会放出多少个岗位？", "云岭茶博会放出的岗位数量"),
        ("茶博会来了多少人？", "茶博会来的人数"),
        ("大桥什么时候通车？", "大桥通车的时间"),
        ("茶博会在哪里举行？", "茶博会举行的地点"),
        ("谁设计了青石大桥？", "设计青石大桥的人"),
        ("大桥为什么停工？", "大桥停工的原因"),
        ("茶博会办了几天？", "茶博会办的天数"),
        ("大桥有多长？", "大桥的长度"),
        ("本科生占多少？", "本科生的比例"),
        ("这项排名全国第几？", "这项排名全国的名次"),
        ("校长今年多大了？", "校长的年龄"),
        ("新品首发的是哪家企业？", "新品首发的企业"),
        ("这款机器人叫什么？", "这款机器人的名称"),
        ("大桥收不收费？", "大桥收费"),
    ],
)
def test_the_question_word_gives_the_head_and_its_neighbours_the_rest(question: str, phrase: str) -> None:
    assert asked_for(question, "zh-Hans") == (phrase,)


@pytest.mark.parametrize(
    ("question", "phrase"),
    [
        ("河湾小学的校长是谁？", "河湾小学的校长"),
        ("展区面积有多大？", "展区面积"),
        ("咨询电话是几号？", "咨询电话"),
        ("出席的专家有哪几位？", "出席的专家"),
        ("大桥全长多少米？", "大桥全长"),
    ],
)
def test_an_attribute_that_the_question_names_is_named_as_it_is(question: str, phrase: str) -> None:
    assert asked_for(question, "zh-Hans") == (phrase,)


def test_a_quoted_name_holds_no_question_word() -> None:
    assert asked_for("“什么值得买”有多少用户？", "zh-Hans") == ("“什么值得买”的用户数量",)


def test_a_question_in_traditional_characters_keeps_them() -> None:
    assert asked_for("茶博會放出多少個崗位？", "zh-Hant") == ("茶博會放出的崗位數量",)


def test_each_part_of_a_question_is_named() -> None:
    assert asked_for("大桥有多长，什么时候通车？", "zh-Hans") == ("大桥的长度", "通车的时间")


def test_what_comes_after_an_exception_is_not_asked_for() -> None:
    assert asked_for("五家参展企业，除了云岭茶业还有哪些？", "zh-Hans") == ("五家参展企业",)


def test_a_greeting_asks_for_nothing() -> None:
    assert asked_for("你好", "zh-Hans") == ()


def test_the_things_asked_for_come_without_their_number() -> None:
    assert asked_things("茶博会签约的有哪几家企业？") == "茶博会签约的企业"
    assert asked_things("大桥有多长？") == ""


@pytest.mark.parametrize(
    ("question", "phrase"),
    [
        ("How many jobs did the tea fair offer?", "number of jobs the tea fair offer"),
        ("How many guests came to the tea fair?", "how many guests came to the tea fair"),
        ("How much will the bridge cost?", "amount the bridge cost"),
        ("Where is the school?", "place of the school"),
        ("Why was the bridge closed?", "reason why the bridge closed"),
        ("What is the length of the bridge?", "the length of the bridge"),
        ("And which hotel did the guests stay in?", "hotel the guests stay in"),
        ("Who designed the bridge?", "who designed the bridge"),
        ("Was the bridge insured?", "the bridge insured"),
    ],
)
def test_an_english_question_is_named_in_its_own_words(question: str, phrase: str) -> None:
    assert asked_for_in_english(question) == (phrase,)


def test_a_negation_is_never_left_out() -> None:
    assert "can't" in asked_for_in_english("Why can't trucks use the bridge?")[0]


@given(st.text(alphabet=st.characters(), max_size=60))
def test_no_text_breaks_the_naming(text: str) -> None:
    assert all(phrase.strip() for phrase in asked_for(text, "zh-Hant"))
    assert all(phrase.strip() for phrase in asked_for_in_english(text))
