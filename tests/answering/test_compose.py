from __future__ import annotations

import pytest

from stand_ins import confidence_in_span, document_of
from szai_qa.answering.candidates import Candidate
from szai_qa.answering.compose import choose_quotes, rank
from szai_qa.answering.evidence import FEATURES, Evidence
from szai_qa.records import Document, Quote, Span

DOCUMENT = document_of("青石大桥通车。全长1280米，双向六车道。市民高兴。\n又一段。\n")


def at(words: str, document: Document = DOCUMENT) -> Span:
    start = document.article.text.index(words)
    return Span(start, start + len(words))


def candidate(words: str, score: float = 0.0, document: Document = DOCUMENT) -> Candidate:
    span = at(words, document)
    touched = [s for s in document.sentences if s.span.start < span.end and span.start < s.span.end]
    evidence = Evidence(**(dict.fromkeys(FEATURES, 0.0) | {"span": score}))
    return Candidate(document, span, tuple(touched), evidence)


def shown(quotes: tuple[Quote, ...]) -> list[tuple[str, str | None]]:
    text = DOCUMENT.article.text
    return [(quote.text, quote.highlight.of(text) if quote.highlight else None) for quote in quotes]


def words_of(candidates: list[Candidate]) -> list[str]:
    return [c.span.of(c.document.article.text) for c in candidates]


def test_a_span_is_quoted_as_its_whole_sentence_with_the_span_as_highlight() -> None:
    assert shown(choose_quotes([candidate("1280米")], 4)) == [("全长1280米，双向六车道。", "1280米")]


def test_a_span_over_two_sentences_gives_two_quotes_each_with_its_part() -> None:
    quotes = choose_quotes([candidate("六车道。市民")], 4)
    assert shown(quotes) == [("全长1280米，双向六车道。", "六车道。"), ("市民高兴。", "市民")]


def test_a_sentence_is_quoted_once_with_the_highlight_of_its_best_span() -> None:
    quotes = choose_quotes([candidate("1280米"), candidate("双向六车道")], 4)
    assert shown(quotes) == [("全长1280米，双向六车道。", "1280米")]


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_there_are_no_more_quotes_than_allowed(limit: int) -> None:
    ranked = [candidate("市民"), candidate("青石大桥"), candidate("又一段")]
    assert len(choose_quotes(ranked, limit)) == limit


def test_the_best_spans_own_sentences_are_never_cut_to_the_limit() -> None:
    assert len(choose_quotes([candidate("六车道。市民"), candidate("青石大桥")], 1)) == 2


def test_nothing_read_gives_no_quotes() -> None:
    assert choose_quotes([], 4) == ()


def test_candidates_are_ranked_by_their_confidence() -> None:
    ranked = rank([candidate("市民", 1.0), candidate("1280米", 3.0), candidate("又一段", 2.0)], confidence_in_span())
    assert words_of(ranked) == ["1280米", "又一段", "市民"]


def test_equal_candidates_are_ordered_by_article_and_place() -> None:
    other = document_of("市民高兴。", article_id="a")
    ranked = rank(
        [candidate("市民", 2.0), candidate("青石", 2.0003), candidate("市民", 2.0, other)], confidence_in_span()
    )
    assert [(c.document.article.id, c.span.of(c.document.article.text)) for c in ranked] == [
        ("a", "市民"),
        ("x", "青石"),
        ("x", "市民"),
    ]
