from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from szai_qa.corpus.normalize import for_matching, readable, to_simplified


def test_simplifying_keeps_the_length_of_every_code_point_of_the_basic_plane() -> None:
    for code in range(0x10000):
        assert len(to_simplified(chr(code))) == 1, f"U+{code:04X}"


def test_simplifying_keeps_the_length_of_all_han_characters_in_a_row() -> None:
    han = "".join(chr(code) for code in range(0x3400, 0xA000))
    simplified = to_simplified(han)
    assert len(simplified) == len(han)
    assert simplified != han


@given(st.text(alphabet=st.characters(), max_size=40))
def test_simplifying_keeps_the_length_of_any_text(text: str) -> None:
    assert len(to_simplified(text)) == len(text)


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("深圳有多少家人工智慧企業", "深圳有多少家人工智慧企业"),
        ("使用者", "使用者"),
        ("著急", "着急"),
        ("乾隆", "乾隆"),
    ],
)
def test_traditional_characters_become_simplified_ones_and_words_stay(traditional: str, simplified: str) -> None:
    assert to_simplified(traditional) == simplified


@pytest.mark.parametrize("plus", ["﹢", "＋", "+"])
def test_all_plus_signs_match_each_other(plus: str) -> None:
    assert for_matching(f"人工智能{plus}") == "人工智能+"


def test_full_width_letters_and_digits_match_plain_ones() -> None:
    assert for_matching("ＡＩ　３．５") == "ai 3.5"


def test_a_lone_surrogate_and_a_nul_are_replaced_and_raise_nothing() -> None:
    assert readable("a\ud800b\0c") == "a\ufffdb\ufffdc"
    assert for_matching("企業\udfff") == "企业\ufffd"


@given(st.text(max_size=40))
def test_what_is_normalised_once_stays_the_same(text: str) -> None:
    once = for_matching(unicodedata.normalize("NFKC", text))
    assert for_matching(once) == once
