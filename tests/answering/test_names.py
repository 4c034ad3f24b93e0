from __future__ import annotations

import pytest

from szai_qa.answering.names import names_in, stands_in


def test_persons_places_organisations_and_quoted_names_are_found() -> None:
    assert names_in("北京的王芳在“青石大桥”说了什么？") == ("北京", "王芳", "青石大桥")


def test_a_question_without_names_has_none() -> None:
    assert names_in("一共来了多少人？") == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("工信部", "工业和信息化部办公厅公布"),
        ("刘营军", "主任刘迎军表示"),
        ("云岭茶博会", "第三届云岭茶叶博览会开幕"),
        ("深圳市", "深圳现有企业"),
    ],
)
def test_a_short_a_long_and_a_misspelt_form_stand_for_the_name(name: str, text: str) -> None:
    assert stands_in(name, text)


@pytest.mark.parametrize(("name", "text"), [("北京", "南京和东北"), ("王芳", "王小明与李芳"), ("华为云", "腾讯云")])
def test_another_name_does_not_stand_for_it(name: str, text: str) -> None:
    assert not stands_in(name, text)
