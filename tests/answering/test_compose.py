from __future__ import annotations

import pytest

from stand_ins import document_of
from szai_qa.answering.compose import Candidate, candidates, choose_quotes
from szai_qa.answering.retrieve import Retrieved
from szai_qa.reading.spans import SpanScore
from szai_qa.records import Document, Quote, Span

DOCUMENT = document_of("青石大桥通车。全长1280米，双向六车道。市民高兴。\n又一段。\n")


def at(words: str, document: Document = DOCUMENT) -> Span:
    start = document.article.text.index(words)
    return Span(start, start + len(words))


def candidate(words: str, score: float) -> Candidate:
    return Candidate(DOCUMENT, at(words), score)


def shown(quotes: tuple[Quote, ...]) -> list[tuple[str, str | None]]:
    text = DOCUMENT.article.text
    return [(quote.text, quote.highlight.of(text) if quote.highlight else None) for quote in quotes]


def test_a_span_is_quoted_as_its_whole_sentence_with_the_span_as_highlight() -> None:
    assert shown(choose_quotes([candidate("1280米", 5.0)], 0.0, 4)) == [("全长1280米，双向六车道。", "1280米")]


def test_a_span_over_two_sentences_gives_two_quotes_each_with_its_part() -> None:
    quotes = choose_quotes([candidate("六车道。市民", 5.0)], 0.0, 4)
    assert shown(quotes) == [("全长1280米，双向六车道。", "六车道。"), ("市民高兴。", "市民")]


def test_spans_within_the_margin_are_quoted_too_best_first() -> None:
    ranked = [candidate("市民", 5.0), candidate("青石大桥", 3.5), candidate("又一段", 2.9)]
    assert [text for text, _ in shown(choose_quotes(ranked, 2.0, 4))] == ["市民高兴。", "青石大桥通车。"]


def test_a_sentence_is_quoted_once_with_the_highlight_of_its_best_span() -> None:
    ranked = [candidate("1280米", 5.0), candidate("双向六车道", 4.9)]
    assert shown(choose_quotes(ranked, 1.0, 4)) == [("全长1280米，双向六车道。", "1280米")]


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_there_are_no_more_quotes_than_allowed(limit: int) -> None:
    ranked = [candidate("市民", 5.0), candidate("青石大桥", 5.0), candidate("又一段", 5.0)]
    assert len(choose_quotes(ranked, 2.0, limit)) == limit


def test_nothing_read_gives_no_quotes() -> None:
    assert choose_quotes([], 2.0, 4) == ()


def reading(words: str, score: float, passage: int = 0) -> SpanScore:
    base = DOCUMENT.passages[passage].span.start
    return SpanScore(at(words).start - base, at(words).end - base, score, 0.0)


def test_spans_of_passages_become_offsets_of_the_article() -> None:
    item = Retrieved(DOCUMENT, DOCUMENT.passages[0], 1.0, 0.9)
    found = candidates([item], [[reading("1280米", 3.0), reading("市民", 4.0)]])
    assert [(c.span.of(DOCUMENT.article.text), c.score) for c in found] == [("市民", 4.0), ("1280米", 3.0)]


def test_a_spot_that_was_read_in_two_passages_counts_once_with_its_better_score() -> None:
    item = Retrieved(DOCUMENT, DOCUMENT.passages[0], 1.0, 0.9)
    found = candidates([item, item], [[reading("市民", 1.0)], [reading("市民", 2.0)]])
    assert [c.score for c in found] == [2.0]


def test_equal_scores_are_ordered_by_their_place_in_the_article() -> None:
    item = Retrieved(DOCUMENT, DOCUMENT.passages[0], 1.0, 0.9)
    found = candidates([item], [[reading("市民", 2.00004), reading("青石大桥", 2.0)]])
    assert [c.span.of(DOCUMENT.article.text) for c in found] == ["青石大桥", "市民"]
