from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from project import ROOT
from stand_ins import document_of
from szai_qa.corpus.article import load_articles
from szai_qa.corpus.structure import is_caption, numeral_value
from szai_qa.records import Document, SentenceKind

ARTICLES = ROOT / "docs" / "articles"


@pytest.fixture(scope="module")
def review() -> Document:
    return next(d for d in load_articles(ARTICLES) if d.article.id == "szai-2024-review")


def of_kind(document: Document, kind: SentenceKind) -> list[str]:
    return [document.text_of(s) for s in document.sentences if s.kind is kind]


def test_the_review_has_its_ten_numbered_headings(review: Document) -> None:
    headings = [words for words in of_kind(review, SentenceKind.HEADING) if not words.startswith("【")]
    assert [words.partition("、")[0] for words in headings] == list("一二三四五六七八九十")
    assert [s.number for s in review.sections] == [None, *range(1, 11)]


def test_the_review_opens_with_the_editors_note(review: Document) -> None:
    assert review.sections[0].heading is not None
    assert review.sections[0].heading.of(review.article.text) == "【编者按】"
    assert "“人工智能+”行动首次被写入政府工作报告" in review.text_of(review.sentences[2])


def test_the_review_has_a_caption_under_each_heading_and_no_more(review: Document) -> None:
    captions = of_kind(review, SentenceKind.CAPTION)
    assert len(captions) == 10
    assert captions[0] == "深圳现有人工智能企业2200余家，图为腾讯展厅。深圳特区报记者 何龙 摄"


def test_a_date_range_of_the_review_stands_whole_in_its_sentence(review: Document) -> None:
    sentence = next(review.text_of(s) for s in review.sentences if "8月28日-30日" in review.text_of(s))
    assert sentence.startswith("2024年8月28日-30日")
    assert sentence.endswith("意向合同签约超10亿元。")


@pytest.mark.parametrize("path", sorted(ARTICLES.glob("*.txt")), ids=lambda path: path.stem)
def test_every_stored_article_is_rebuilt_from_its_sentences(path: Path) -> None:
    document = next(d for d in load_articles(ARTICLES) if d.article.id == path.stem)
    text, at = document.article.text, document.sentences[0].span.start
    for sentence in document.sentences:
        assert text[at : sentence.span.start].strip() == ""
        at = sentence.span.end
    assert text[at:].strip() == ""


lines = st.sampled_from(
    [
        "一、甲", "二、乙", "三、丙", "四、丁。", "（一）子", "（二）丑", "1、子", "2、丑", "【编者按】",
        "普通的一句。还有一句！", "图为会场。张三 摄", "", "　",
    ]
)  # fmt: skip


@given(st.lists(lines, min_size=1, max_size=15).filter(lambda all_lines: any(line.strip() for line in all_lines)))
def test_sections_paragraphs_and_kinds_hold_together_in_any_order_of_lines(body: list[str]) -> None:
    document = document_of("\n".join(body))
    for sentence in document.sentences:
        heading = document.heading_of(sentence)
        assert (sentence.kind is SentenceKind.HEADING) == (heading == sentence.span)
    covered = {i for p in document.passages for i in range(p.first, p.last + 1)}
    assert covered == set(range(len(document.sentences)))


def test_a_single_numbered_line_is_no_heading() -> None:
    assert of_kind(document_of("一、这只是一个开头\n正文。"), SentenceKind.HEADING) == []


def test_a_numbered_sentence_with_a_full_stop_is_no_heading() -> None:
    assert of_kind(document_of("一、甲。\n二、乙。\n"), SentenceKind.HEADING) == []


def test_numbers_that_do_not_count_from_one_make_no_headings() -> None:
    assert of_kind(document_of("三、丙\n五、戊\n正文。"), SentenceKind.HEADING) == []


def test_a_heading_is_one_piece_whatever_stands_in_it() -> None:
    assert of_kind(document_of("一、好吗？好；真好\n二、乙\n文。"), SentenceKind.HEADING)[0] == "一、好吗？好；真好"


def test_a_caption_is_one_piece_and_has_a_paragraph_number() -> None:
    document = document_of("正文。\n图为会场。大家在听；有人在记。张三 摄\n")
    caption = document.sentences[1]
    assert (caption.kind, caption.paragraph) == (SentenceKind.CAPTION, 2)
    assert document.text_of(caption) == "图为会场。大家在听；有人在记。张三 摄"


def test_paragraphs_count_from_one_in_each_section() -> None:
    document = document_of("一、甲\n子。\n\n丑。寅。\n二、乙\n卯。\n")
    assert [s.paragraph for s in document.sentences] == [None, 1, 2, 2, None, 1]


@pytest.mark.parametrize(("words", "expected"), [("李明 摄", True), ("受访者供图", True), ("他爱摄影。", False)])
def test_a_caption_is_known_by_its_credit(words: str, expected: bool) -> None:
    assert is_caption(words) is expected


@pytest.mark.parametrize(
    ("numeral", "value"), [("一", 1), ("十", 10), ("十一", 11), ("二十", 20), ("二十三", 23), ("九十九", 99), ("7", 7)]
)
def test_numerals_have_their_values(numeral: str, value: int) -> None:
    assert numeral_value(numeral) == value


@pytest.mark.parametrize("numeral", ["一二", "二三", "十十"])
def test_what_is_no_numeral_has_no_value_of_a_heading(numeral: str) -> None:
    assert not 1 <= numeral_value(numeral) <= 99
