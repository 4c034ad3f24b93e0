"""Reading without an index: the most probable span of all windows, weighed by the same evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from stand_ins import confidence_in_span
from szai_qa.answering.passages import Asking, best_of, find_spans, shipped_confidence
from szai_qa.reading.reader import PassageSpan
from szai_qa.reading.spans import SpanScore
from szai_qa.records import Span

FAIRS = "2024年8月，通用大会开幕，企业810家。9月，展览会开幕。对接会办了12场。"


class Phrases:
    """A reader that finds given phrases of the passages, with given scores."""

    def __init__(self, phrases: dict[str, float]) -> None:
        self.phrases = phrases

    def read_passages(self, asked: Sequence[tuple[str, Sequence[str]]], top: int = 1) -> list[list[PassageSpan]]:
        return [[s for i, p in enumerate(passages) for s in self._spans(i, p)] for _, passages in asked]

    def _spans(self, i: int, passage: str) -> list[PassageSpan]:
        at = {phrase: passage.find(phrase) for phrase in self.phrases}
        return [
            PassageSpan(i, Span(start, start + len(phrase)), SpanScore(0, len(phrase), self.phrases[phrase], 0.0))
            for phrase, start in at.items()
            if start >= 0
        ]


def words(question: str, passages: list[str], phrases: dict[str, float], **weights: float) -> str | None:
    reader: Any = Phrases(phrases)
    best = best_of(find_spans(reader, [Asking(question, (), passages)])[0], confidence_in_span(**weights))
    return best.span.of(passages[best.passage]) if best else None


def test_the_best_scored_span_of_all_passages_wins() -> None:
    assert words("多少家？", ["到了9家。", FAIRS], {"9家": 1.0, "810家": 2.0}) == "810家"


def test_a_span_that_belongs_to_another_month_loses() -> None:
    scores = {"810家": 1.0, "12场": 2.0}
    assert words("8月有多少？", [FAIRS], scores, conflicts=-5.0) == "810家"
    assert words("9月有多少？", [FAIRS], scores, conflicts=-5.0) == "12场"


def test_of_equal_spans_the_earliest_is_given() -> None:
    assert words("几家？", ["甲9家。", "乙9家。"], {"9家": 1.0}) == "9家"
    reader: Any = Phrases({"9家": 1.0})
    best = best_of(find_spans(reader, [Asking("几家？", (), ["甲9家。", "乙9家。"])])[0], confidence_in_span())
    assert best
    assert best.passage == 0


def test_nothing_to_read_gives_nothing() -> None:
    assert words("几家？", [], {"9家": 1.0}) is None


def test_the_shipped_constants_are_there_and_refuse_what_is_unlikely() -> None:
    assert 0.0 < shipped_confidence().threshold < 1.0


def test_a_place_of_a_passage_is_a_span_of_it() -> None:
    with pytest.raises(ValueError, match="span"):
        Span(2, 2)
