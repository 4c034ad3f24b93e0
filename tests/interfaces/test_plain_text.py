from __future__ import annotations

from stand_ins import ARTICLES
from szai_qa.corpus.article import parse_article
from szai_qa.interfaces.plain_text import answer_text
from szai_qa.records import Answer, Quote, Refusal, RefusalReason

DOCUMENT = parse_article("bridge", ARTICLES["bridge"])
QUOTE = Quote(DOCUMENT, DOCUMENT.sentences[1])


def test_an_answer_shows_the_quote_as_it_stands_and_where_from() -> None:
    text = answer_text(Answer("问", (QUOTE,), None, 0.9))
    span = QUOTE.sentence.span
    assert f"[1] {QUOTE.text}\n" in text
    assert all(part in text for part in ["青石大桥通车", "云岭日报", "2024-05-06", f"bridge {span.start}:{span.end}"])
    assert text.endswith("\n")


def test_a_refusal_says_so_first_and_marks_what_is_near() -> None:
    refusal = Refusal(RefusalReason.MISSING_DETAIL, "原文没有回答这个问题。", (), (QUOTE,))
    lines = answer_text(Answer("问", (), refusal, 0.1)).splitlines()
    assert lines[0] == "原文没有回答这个问题。"
    assert lines[1].startswith("≈ [1] ")


def test_a_follow_up_says_how_it_was_understood() -> None:
    text = answer_text(Answer("那它呢？", (QUOTE,), None, 0.9, "大桥多长？ 那它呢？"))
    assert text.startswith("→ 大桥多长？ 那它呢？\n")


def test_an_article_without_an_address_leaves_no_blank_line() -> None:
    school = parse_article("school", ARTICLES["school"])
    text = answer_text(Answer("问", (Quote(school, school.sentences[0]),), None, 0.9))
    assert len(text.splitlines()) == 2
