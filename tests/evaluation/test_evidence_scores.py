"""Evidence on quotes: coverage, precision by characters, offsets, against slow ways to say the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from szai_qa.evaluation.evidence import Gold, covers, is_verbatim, is_whole, locate, sentences
from worked_run import ARTICLE, LONG, OPENED, TEXTS, quote

TEXT = "甲开始了。乙说：“好！”丙也来；丁\n戊在第二行。。己。"


@given(st.text(alphabet="甲乙。！；”\n ", max_size=30))
def test_sentences_begin_after_an_ending_mark_or_a_line(text: str) -> None:
    for start, end in sentences(text):
        assert start == 0 or text[start - 1] in "。！？；”\n"
        assert not set(text[start:end].rstrip("。！？；”’」』）)")) & set("。！？；\n")


def test_a_sentence_keeps_its_closing_marks() -> None:
    assert [TEXT[a:b] for a, b in sentences(TEXT)] == [
        "甲开始了。",
        "乙说：“好！”",
        "丙也来；",
        "丁",
        "戊在第二行。",
        "己。",
    ]


def test_a_quote_covers_what_it_holds_and_what_it_is_a_part_of() -> None:
    assert covers("大桥全长1280米，双向六车道！", ["全长1280米"], [])
    assert covers("全长1280米", ["大桥全长1280米"], ["1280米"])
    assert not covers("大桥全长", ["大桥全长1280米"], ["1280米"])


def test_evidence_in_another_article_does_not_count_where_the_source_is_known() -> None:
    assert Gold(((LONG,),), (), "bridge").covered_by(LONG, "bridge") == {0}
    assert Gold(((LONG,),), (), "bridge").covered_by(LONG, "other") == set()
    assert Gold(((LONG,),), (), None).covered_by(LONG, "other") == {0}


def slow_precision(quotes: list[dict[str, Any]], gold: str) -> float:
    """Mark every character of a sentence with evidence, then count the quoted ones."""
    good = [any(a <= i < b and gold in ARTICLE[a:b] for a, b in sentences(ARTICLE)) for i in range(len(ARTICLE))]
    quoted = [good[i] for q in quotes for i in range(q["start"], q["end"])]
    return sum(quoted) / len(quoted)


@pytest.mark.parametrize("words", [[LONG], [OPENED], [OPENED, LONG], [OPENED + LONG], ["全长1280米，双向"]])
def test_precision_counts_characters_of_sentences_with_evidence(words: list[str]) -> None:
    quotes = [quote(text) for text in words]
    measured = Gold((("1280米",),), (), None).character_precision(quotes, TEXTS)
    assert measured == pytest.approx(slow_precision(quotes, "1280米"))


def test_a_quote_is_verbatim_only_at_its_own_offsets() -> None:
    good = quote(LONG, "1280米")
    assert is_verbatim(good, TEXTS)
    assert not is_verbatim(good | {"start": good["start"] + 1, "end": good["end"] + 1}, TEXTS)
    assert not is_verbatim(good | {"text": LONG.replace("六", "四")}, TEXTS)
    assert not is_verbatim(good | {"article_id": "other"}, TEXTS)


def test_a_highlight_has_to_stand_inside_its_quote_at_its_own_offsets() -> None:
    good = quote(LONG, "1280米")
    moved = {"start": good["highlight"]["start"] + 1, "end": good["highlight"]["end"] + 1, "text": "1280米"}
    outside = {"start": 0, "end": 5, "text": "Title"}
    assert not is_verbatim(good | {"highlight": moved}, TEXTS)
    assert not is_verbatim(good | {"highlight": outside}, TEXTS)


def test_a_whole_quote_begins_and_ends_with_sentences() -> None:
    assert is_whole(quote(LONG), TEXTS)
    assert is_whole(quote(OPENED + LONG), TEXTS)
    assert not is_whole(quote("全长1280米"), TEXTS)


def test_references_inside_one_sentence_are_alternatives_of_one_group() -> None:
    found = locate(TEXT, [("好", TEXT.index("好")), ("丙", TEXT.index("丙"))])
    assert found.groups == (("乙说：“好！”", "丙也来；"),)


def test_a_wrong_offset_goes_to_the_nearest_place() -> None:
    text = "甲一。乙。甲二。"
    assert locate(text, [("甲", 4)]).groups == (("甲二。",),)
    assert locate(text, [("甲", 1)]).groups == (("甲一。",),)


def test_words_that_stand_nowhere_stay_answers_without_evidence() -> None:
    found = locate(TEXT, [("庚", 3), ("丁", None)])
    assert found.answers == ("庚", "丁")
    assert found.groups == (("丁",),)


def test_an_answer_over_several_sentences_needs_each_of_them() -> None:
    assert locate(TEXT, [("开始了。乙说", 1)]).groups == (("甲开始了。",), ("乙说：“好！”",))
