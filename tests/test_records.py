from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stand_ins import document_of
from szai_qa.records import (
    Answer,
    Article,
    Passage,
    Quote,
    Refusal,
    RefusalReason,
    Sentence,
    SentenceKind,
    Span,
)

DOCUMENT = document_of("一、甲\n第一句。第二句。\n二、乙\n图为会场。张三 摄\n")
QUOTE = Quote(DOCUMENT, DOCUMENT.sentences[1])
REFUSAL = Refusal(RefusalReason.OFF_TOPIC, "没有谈到。")


@given(st.integers(-5, 20), st.integers(-5, 20))
def test_a_span_is_a_range_that_is_never_empty(start: int, end: int) -> None:
    if 0 <= start < end:
        assert len(Span(start, end)) == end - start
    else:
        with pytest.raises(ValueError, match="0 <= start < end"):
            Span(start, end)


@given(st.text(min_size=1), st.data())
def test_a_span_slices_what_it_names(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert Span(start, end).of(text) == text[start:end]
    assert Span(start, end) in Span(0, len(text))


@given(st.integers(0, 9), st.integers(1, 9), st.integers(0, 9), st.integers(1, 9))
def test_a_span_lies_in_another_where_all_its_points_do(a: int, m: int, b: int, n: int) -> None:
    inner, outer = Span(a, a + m), Span(b, b + n)
    assert (inner in outer) == (set(range(a, a + m)) <= set(range(b, b + n)))


def test_an_articles_hash_has_to_fit_its_text() -> None:
    with pytest.raises(ValueError, match="sha256"):
        replace(DOCUMENT.article, text=DOCUMENT.article.text + "。")


def test_values_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        QUOTE.highlight = Span(0, 1)  # type: ignore[misc]


@pytest.mark.parametrize("kind", list(SentenceKind))
@pytest.mark.parametrize("paragraph", [None, 1])
def test_only_a_heading_has_no_paragraph_number(kind: SentenceKind, paragraph: int | None) -> None:
    if (kind is SentenceKind.HEADING) == (paragraph is None):
        assert Sentence(Span(0, 1), kind, 0, paragraph).kind is kind
    else:
        with pytest.raises(ValueError, match="paragraph number"):
            Sentence(Span(0, 1), kind, 0, paragraph)


def test_a_passage_holds_at_least_one_sentence() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Passage(Span(0, 1), 0, 2, 1)


def test_a_quotes_words_are_the_articles() -> None:
    assert QUOTE.text == DOCUMENT.article.text[QUOTE.sentence.span.start : QUOTE.sentence.span.end] == "第一句。"


@given(st.integers(0, 60), st.integers(1, 20))
def test_a_highlight_stands_inside_its_sentence(start: int, length: int) -> None:
    highlight, span = Span(start, start + length), QUOTE.sentence.span
    if span.start <= start and start + length <= span.end:
        assert Quote(DOCUMENT, QUOTE.sentence, highlight).highlight == highlight
    else:
        with pytest.raises(ValueError, match="inside its sentence"):
            Quote(DOCUMENT, QUOTE.sentence, highlight)


@pytest.mark.parametrize(("quotes", "refusal"), [((), None), ((QUOTE,), REFUSAL)])
def test_an_answer_holds_quotes_or_a_refusal_never_both_or_neither(
    quotes: tuple[Quote, ...], refusal: Refusal | None
) -> None:
    with pytest.raises(ValueError, match="either quotes or a refusal"):
        Answer("问", quotes, refusal, 0.5)


@given(st.floats())
def test_a_confidence_is_between_zero_and_one(confidence: float) -> None:
    if 0.0 <= confidence <= 1.0:
        assert not Answer("问", (QUOTE,), None, confidence).refused
    else:
        with pytest.raises(ValueError, match="between 0 and 1"):
            Answer("问", (QUOTE,), None, confidence)


def test_the_answer_object_has_the_fields_that_are_documented() -> None:
    value = Answer("问", (replace(QUOTE, highlight=QUOTE.sentence.span),), None, 0.93).as_json("A001")
    assert value.keys() == {
        "id", "question", "resolved_question", "refused", "refusal", "confidence", "latency_ms", "quotes"
    }  # fmt: skip
    assert value["quotes"][0].keys() >= {
        "article_id", "article_sha256", "start", "end", "text", "highlight", "title", "heading", "paragraph", "url"
    }  # fmt: skip
    json.dumps(value)


def test_offsets_in_the_answer_object_slice_the_article() -> None:
    quote = replace(QUOTE, highlight=Span(QUOTE.sentence.span.start + 1, QUOTE.sentence.span.start + 2)).as_json()
    text, mark = DOCUMENT.article.text, quote["highlight"]
    assert quote["text"] == text[quote["start"] : quote["end"]]
    assert mark["text"] == text[mark["start"] : mark["end"]] == "一"


def test_a_refusal_in_the_answer_object_has_its_reason_in_words_and_code() -> None:
    value = Answer("问", (), Refusal(RefusalReason.MISSING_DETAIL, "没有写到。", ("2023年",), (QUOTE,)), 0.2).as_json()
    assert value["refused"] is True
    assert value["quotes"] == []
    assert value["refusal"]["reason"] == "missing_detail"
    assert value["refusal"]["missing"] == ["2023年"]
    assert value["refusal"]["nearest"][0]["text"] == "第一句。"


def test_the_section_and_heading_of_a_quote_are_those_it_stands_in() -> None:
    caption = Quote(DOCUMENT, DOCUMENT.sentences[-1]).as_json()
    assert (caption["heading"], caption["section"], caption["paragraph"], caption["kind"]) == (
        "二、乙",
        2,
        1,
        "caption",
    )


def test_an_article_is_compared_by_what_it_holds() -> None:
    again = document_of("一、甲\n第一句。第二句。\n二、乙\n图为会场。张三 摄\n")
    assert again == DOCUMENT
    assert isinstance(again.article, Article)
