from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from szai_qa.corpus.sentences import split_lines, split_sentences, trimmed

# Pieces that real and spoilt articles are made of.
TRAPS = [
    "同一句话。", "同一句话。", "😀", "👨‍👩‍👧", "\r\n", "\r", "\n", "\n\n", "\u3000\u3000", "e\u0301", "\u2028", "\x85",
    "。”", "！？", "？！", "；", "）", "“他说：‘好。’”", "8月28日-30日", "3.0", "10.2万", "。。。", "……",
    "》。", "A. B! C?", "\ufeff", "\u200b", "𠮷", " ", "\t", "\ud800",
]  # fmt: skip
trap_texts = st.lists(st.sampled_from(TRAPS) | st.text(max_size=5), max_size=30).map("".join)


def words_of(text: str) -> list[str]:
    return [span.of(text) for span in split_sentences(text)]


@given(trap_texts)
def test_sentences_and_the_white_space_between_them_rebuild_any_text(text: str) -> None:
    at, rebuilt = 0, ""
    for span in split_sentences(text):
        gap = text[at : span.start]
        assert gap.strip() == ""
        rebuilt += gap + span.of(text)
        at = span.end
    assert text[at:].strip() == ""
    assert rebuilt + text[at:] == text


@given(trap_texts)
def test_no_sentence_is_blank_or_begins_or_ends_with_white_space(text: str) -> None:
    assert all(words and words == words.strip() for words in words_of(text))


@given(trap_texts)
def test_no_sentence_crosses_the_end_of_a_line(text: str) -> None:
    assert not any("\n" in words or "\r" in words for words in words_of(text))


@given(trap_texts, st.integers(0, 20), st.integers(0, 20))
def test_a_part_of_a_text_is_split_at_the_offsets_of_the_whole(text: str, skip: int, drop: int) -> None:
    start, end = min(skip, len(text)), max(min(skip, len(text)), len(text) - drop)
    alone = split_sentences(text[start:end])
    assert [(s.start - start, s.end - start) for s in split_sentences(text, start, end)] == [
        (s.start, s.end) for s in alone
    ]


@given(trap_texts)
def test_lines_hold_all_sentences(text: str) -> None:
    lines = split_lines(text)
    assert all(any(sentence in line for line in lines) for sentence in split_sentences(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("他说：“好。”她笑了。", ["他说：“好。”", "她笑了。"]),
        ("（见表一。）下文。", ["（见表一。）", "下文。"]),
        ("《好吗？》出版。", ["《好吗？》", "出版。"]),
        ("真的？！是的。", ["真的？！", "是的。"]),
        ("一；二；三", ["一；", "二；", "三"]),
        ("8月28日-30日举行，观众10.2万人次。", ["8月28日-30日举行，观众10.2万人次。"]),
        ("盘古大模型3.0发布", ["盘古大模型3.0发布"]),
        ("8:30开始; 见 a.b/c?d!", ["8:30开始; 见 a.b/c?d!"]),
        ("没有句号\n下一行", ["没有句号", "下一行"]),
        ("　　缩进。　", ["缩进。"]),
        ("一行\r\n\r\n\r另一行\r", ["一行", "另一行"]),
        ("。。。", ["。。。"]),
        ("", []),
        (" \u3000\r\n", []),
    ],
)
def test_a_sentence_ends_after_its_stops_and_the_closing_marks_that_follow(text: str, expected: list[str]) -> None:
    assert words_of(text) == expected


def test_repeated_sentences_have_offsets_of_their_own() -> None:
    assert [(s.start, s.end) for s in split_sentences("好。好。好。")] == [(0, 2), (2, 4), (4, 6)]


def test_trimming_a_blank_range_leaves_nothing() -> None:
    assert trimmed("a \u3000 b", 1, 4) is None
