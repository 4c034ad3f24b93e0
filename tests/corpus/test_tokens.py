from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from szai_qa.corpus.normalize import for_matching
from szai_qa.corpus.tokens import tokenize


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("深圳市", ["深", "圳", "市", "深圳", "圳市"]),
        ("AI大赛", ["ai", "大", "赛", "大赛"]),
        ("盘古3.0", ["盘", "古", "盘古", "3.0"]),
        ("10.2万", ["10.2", "万"]),
        ("Walker S1", ["walker", "s", "1"]),
        ("企業", ["企", "业", "企业"]),
        ("𠮷", ["𠮷"]),
        ("，。！ \n😀", []),
        ("", []),
    ],
)
def test_han_characters_count_alone_and_in_pairs_other_runs_as_one(text: str, tokens: list[str]) -> None:
    assert tokenize(text) == tokens


def test_no_pair_reaches_over_a_mark() -> None:
    assert "圳有" not in tokenize("深圳，有")


@given(st.text(max_size=60))
def test_every_token_stands_in_the_text_as_it_is_matched(text: str) -> None:
    matched = for_matching(text)
    assert all(token in matched for token in tokenize(text))


@given(st.text(alphabet="深圳企业企業ＡＩai+﹢", max_size=20))
def test_spellings_that_match_have_the_same_tokens(text: str) -> None:
    assert tokenize(text) == tokenize(for_matching(text))
