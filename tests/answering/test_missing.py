from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from szai_qa.answering.missing import absent_elements, missing_parts

ARTICLE = "2024年第五届云岭茶博会8月28日举行，中国石化参展，工业和信息化部到场，盐城工学院材料学院协办，观众10万人次。"


def missing(question: str, understood: str | None = None) -> tuple[str, ...]:
    return missing_parts(question, understood, ARTICLE, date(2024, 8, 29))


@pytest.mark.parametrize(
    ("question", "element"),
    [
        ("2023年的茶博会来了多少观众？", "2023年"),
        ("第六届茶博会来了多少观众？", "第六届"),
        ("8月30日的观众有多少？", "8月30日"),
        ("去年的观众有多少？", "去年"),
        ("上一届茶博会有几天？", "上一届"),
        ("中国石油的展位有多大？", "中国石油"),
        ("「雲茶三號」哪天上市？", "雲茶三號"),
    ],
)
def test_an_element_that_the_article_lacks_is_named(question: str, element: str) -> None:
    assert element in missing(question)[0]


@pytest.mark.parametrize(
    "question",
    ["8月28日的观众有多少？", "第五届有多少家企业？", "工信部来了谁？", "盐工材料学院的院长是谁？", "中国石化来了吗？"],
)
def test_what_stands_in_the_article_or_is_short_for_it_is_not_absent(question: str) -> None:
    assert list(absent_elements(question, ARTICLE, date(2024, 8, 29))) == []


def test_without_an_absent_element_the_attribute_alone_is_named() -> None:
    assert missing("茶博会的主办方是谁？") == ("茶博会的主办方",)


def test_the_element_stands_before_the_attribute_that_a_long_question_cut_it_from() -> None:
    question = "2023年在云岭会展中心举办的春茶采购商专场推介活动一共签了多少订单？"
    assert missing(question)[0].startswith("2023年")
    assert missing(question)[0].endswith("订单数量")


def test_a_time_belongs_to_what_is_asked_for_though_the_article_has_it() -> None:
    question = "8月28日云岭会展中心举办的春茶采购商专场推介活动来了多少客商？"
    assert missing(question)[0].startswith("8月28日")


def test_a_follow_up_is_named_as_it_was_understood() -> None:
    assert missing("门票呢？", "茶博会的门票多少钱？") == ("茶博会的门票的金额",)


def test_an_english_question_is_named_in_english() -> None:
    assert missing("What was the ticket price in 2019?") == ("the ticket price in 2019",)
    understood = "Yunling Fair: What will that cost?"
    assert missing("What will that cost?", understood) == ("what will that cost (Yunling Fair)",)


def test_a_traditional_question_is_named_in_traditional_characters() -> None:
    assert missing("第六屆茶博會的門票多少錢？") == ("第六屆茶博會的門票的金額",)


@given(st.text(alphabet=st.characters(), max_size=60), st.text(alphabet=st.characters(), max_size=60))
def test_no_text_breaks_the_naming_of_what_is_missing(question: str, article: str) -> None:
    assert all(part.strip() for part in missing_parts(question, None, article, None))
