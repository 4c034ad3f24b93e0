from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from stand_ins import document_of
from szai_qa.corpus.passages import windows
from szai_qa.records import Span


def _spans(lengths: list[tuple[int, int]]) -> list[Span]:
    spans, at = [], 0
    for gap, length in lengths:
        spans.append(Span(at + gap, at + gap + length))
        at += gap + length
    return spans


sentence_lists = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 400)), max_size=25).map(_spans)
limits = st.integers(10, 300)


@given(sentence_lists, limits)
def test_windows_cover_every_sentence(sentences: list[Span], limit: int) -> None:
    covered = {i for first, last in windows(sentences, limit) for i in range(first, last + 1)}
    assert covered == set(range(len(sentences)))


@given(sentence_lists, limits)
def test_only_a_single_sentence_makes_a_window_longer_than_the_limit(sentences: list[Span], limit: int) -> None:
    for first, last in windows(sentences, limit):
        assert first == last or sentences[last].end - sentences[first].start <= limit


@given(sentence_lists, limits)
def test_windows_move_forward_and_none_lies_in_another(sentences: list[Span], limit: int) -> None:
    found = windows(sentences, limit)
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in itertools.pairwise(found))


def test_neighbours_at_the_edge_of_a_window_stand_together_in_the_next_one() -> None:
    sentences = _spans([(0, 10)] * 8)
    found = windows(sentences, 40)
    assert all(any(first <= i and i + 1 <= last for first, last in found) for i in range(7))


def test_a_window_may_be_as_long_as_the_limit_and_no_longer() -> None:
    assert windows(_spans([(0, 10)] * 4), 40) == [(0, 3)]
    assert windows(_spans([(0, 10)] * 4), 39)[0] == (0, 2)


def test_a_passage_never_crosses_a_heading() -> None:
    document = document_of("一、甲\n第一句。\n二、乙\n第二句。\n")
    assert [document.text_of(passage) for passage in document.passages] == ["一、甲\n第一句。", "二、乙\n第二句。"]
