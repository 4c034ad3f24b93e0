from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from szai_qa.answering.constraints import absent, elements, number_value


def named(text: str) -> set[tuple[str, str]]:
    return {(element.kind, element.value) for element in elements(text)}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2024年", "二〇二四年"),
        ("8月", "八月"),
        ("8月", "August"),
        ("12月份", "十二月"),
        ("第5届", "第五届"),
        ("第五届", "the 5th fair"),
        ("ＧＰＴ４", "gpt4"),
    ],
)
def test_the_same_thing_said_in_two_ways_has_the_same_value(one: str, other: str) -> None:
    assert named(one) == named(other) != set()


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("2023年底有多少家？", "year", "2023"),
        ("盘古大模型3.0", "version", "3.0"),
        ("Walker S1", "name", "s1"),
        ("第三届展会", "edition", "3"),
        ("十一月", "month", "11"),
    ],
)
def test_years_months_editions_versions_and_names_are_found(text: str, kind: str, value: str) -> None:
    assert (kind, value) in named(text)


@pytest.mark.parametrize("text", ["10.2万人次", "283亿条", "3.71万", "12024年", "3.5%", "个性化", "月份牌"])
def test_amounts_and_common_words_name_nothing(text: str) -> None:
    assert named(text) == set()


@pytest.mark.parametrize(("numeral", "value"), [("十", 10), ("二十三", 23), ("一百零五", 105), ("两百", 200), ("7", 7)])
def test_numerals_have_their_values(numeral: str, value: int) -> None:
    assert number_value(numeral) == value


def test_what_stands_nowhere_in_the_article_is_absent_each_value_once() -> None:
    asked = frozenset(elements("2023年底和2023年的第六届"))
    found = absent(asked, frozenset(elements("2024年第五届")))
    assert [(element.kind, element.value) for element in found] == [("edition", "6"), ("year", "2023")]


def test_what_stands_in_the_article_is_not_absent() -> None:
    assert absent(frozenset(elements("8月")), frozenset(elements("2024年8月28日-30日"))) == []


@given(st.text(alphabet=st.characters(), max_size=60))
def test_no_text_breaks_the_search_for_names(text: str) -> None:
    assert absent(frozenset(elements(text)), frozenset(elements(text))) == []
