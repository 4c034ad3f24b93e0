"""Windows: whole sentences, half overlapping, nothing lost."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from szai_qa.corpus.sentences import split_sentences
from szai_qa.reading.windows import WINDOW_CHARS, split_windows

TEXT = st.text(st.sampled_from("深圳人工智能a1 。！？；”\n\u3000😀"), max_size=900)


@given(TEXT)
def test_no_window_is_longer_than_the_limit(text: str) -> None:
    assert all(len(window) <= WINDOW_CHARS for window in split_windows(text))


@given(TEXT)
def test_every_sentence_stands_whole_in_a_window_or_is_longer_than_one(text: str) -> None:
    windows = split_windows(text)
    for sentence in split_sentences(text):
        if len(sentence) <= WINDOW_CHARS:
            assert any(sentence in window for window in windows)
        else:
            for at in range(sentence.start, sentence.end):
                assert any(window.start <= at < window.end for window in windows)


@given(TEXT)
def test_windows_begin_in_order_and_each_reaches_further(text: str) -> None:
    windows = split_windows(text)
    assert windows == sorted(set(windows))
    assert [w.end for w in windows] == sorted({w.end for w in windows})


def test_neighbours_overlap_by_about_half() -> None:
    text = "".join(f"这是第{i:03d}句话，说的是一件小事。" for i in range(60))
    windows = split_windows(text)
    overlaps = [a.end - b.start for a, b in pairwise(windows)]
    assert min(overlaps) > WINDOW_CHARS // 3


def test_a_blank_text_has_no_window() -> None:
    assert split_windows(" \n\u3000") == []


def test_a_short_text_is_one_window() -> None:
    assert [w.of("深圳有很多企业。") for w in split_windows("深圳有很多企业。")] == ["深圳有很多企业。"]
