"""The HTML of each state, from answers of the fake assistant."""

from __future__ import annotations

import pytest
from fakes import (
    COMPANIES,
    COMPARISON,
    FOLLOW_UP,
    MISSING,
    OFF_TOPIC,
    OPEN_SOURCE,
    OUTLINE,
    SLOW,
    UNCLEAR,
    UNSURE,
    FakeAssistant,
    quote_with,
)
from test_web_markup import Parsed

from szai_qa.corpus.article import parse_article
from szai_qa.interfaces.web.chat import Conversation, Fault, Turn
from szai_qa.interfaces.web.render import render_conversation, render_first_visit, render_turn
from szai_qa.interfaces.web.render_frame import render_box
from szai_qa.interfaces.web.render_quote import (
    citation,
    fragment_url,
    is_outline,
    lead_of,
    place,
    quote_words,
    render_quote,
)
from szai_qa.interfaces.web.render_source import render_about, render_source
from szai_qa.interfaces.web.words import languages, load_words
from szai_qa.records import Quote

WORDS = load_words()


def shown(assistant: FakeAssistant, question: str, *history: str, suggestions: tuple[str, ...] = ()) -> str:
    """Render a question's turn."""
    return render_turn(Turn("1", question, assistant.ask(question, history)), WORDS, suggestions, False)


def test_a_quotes_markup_holds_exactly_its_slice(assistant: FakeAssistant) -> None:
    for sentence in assistant.documents[0].sentences:
        quote = Quote(assistant.documents[0], sentence, sentence.span)
        assert Parsed(quote_words(quote)).text == quote.text
        assert Parsed(quote_words(quote, marked=False)).text == quote.text


def test_the_highlight_stands_in_one_mark(assistant: FakeAssistant) -> None:
    quote = assistant.ask(COMPANIES).quotes[0]
    assert quote_words(quote).count("<mark") == 1
    assert '<mark class="unbroken">2200余家</mark>' in quote_words(quote)


def test_a_short_highlight_is_shown_as_the_lead_with_its_number(assistant: FakeAssistant) -> None:
    html = shown(assistant, COMPANIES)
    assert '<strong class="lead" lang="zh-Hans">2200余家</strong>' in html
    assert "原文是这样写的" not in html


def test_several_quotes_have_their_leads_side_by_side(assistant: FakeAssistant) -> None:
    html = shown(assistant, COMPARISON)
    assert html.count('class="lead"') == 2
    assert html.count('class="actions"') == 1
    assert "第九节 · 第1段 · 第1句" in html


def test_a_yes_or_no_question_has_no_lead(assistant: FakeAssistant) -> None:
    html = shown(assistant, OPEN_SOURCE)
    assert 'class="lead"' not in html
    assert "原文是这样写的" in html
    assert "<mark" in html


def test_a_long_highlight_or_none_is_no_lead(assistant: FakeAssistant) -> None:
    article = assistant.documents[0]
    assert lead_of(quote_with(article, "产业链覆盖", "产业链覆盖芯片、模型、硬件及应用等全环节")) is None
    assert 'class="lead"' not in shown(assistant, SLOW)


def test_headings_are_listed_under_one_bar_in_their_order(assistant: FakeAssistant) -> None:
    html = shown(assistant, OUTLINE)
    assert html.count("<blockquote") == 10
    assert html.count('class="outline"') == 1
    assert "原文的 10 个小标题，按原文顺序" in html
    assert not is_outline(assistant.ask(COMPARISON).quotes)


def test_a_followup_says_how_it_was_understood_and_a_first_question_does_not(assistant: FakeAssistant) -> None:
    assert "理解为：9月的国际人工智能展来了多少观众？" in shown(assistant, FOLLOW_UP, "8月呢？")
    assert "理解为" not in shown(assistant, COMPANIES)


def test_a_refusal_names_what_is_missing_and_says_that_near_quotes_are_no_answer(assistant: FakeAssistant) -> None:
    html = shown(assistant, MISSING, suggestions=(COMPANIES,))
    assert "原文没有回答这个问题" in html
    assert '<span class="tag">缺</span><strong>2023年底</strong>' in html
    assert html.index("不是答案") < html.index("<blockquote")
    assert "<mark" not in html
    assert "data-mark-start" not in html
    assert "可以改问" in html
    assert "逐字一致" not in html


@pytest.mark.parametrize(
    ("question", "title"),
    [
        (OFF_TOPIC, "收录的文章没有谈到这件事"),
        (UNSURE, "把握不够，这次不答"),
        (UNCLEAR, "不清楚“他”指什么"),
        ("？？？", "没看懂这个问题"),
        ("明年深圳的人工智能企业会有多少家？", "这要看法或预测，原文没有"),
    ],
)
def test_each_reason_to_refuse_has_its_own_title(assistant: FakeAssistant, question: str, title: str) -> None:
    html = shown(assistant, question)
    assert title in html
    assert "card plain" in html
    assert 'class="tag"' not in html


def test_a_fault_looks_unlike_a_refusal_and_can_be_tried_again() -> None:
    html = render_turn(Turn("1", "问", fault=Fault.ERROR, number="E-7c1f"), WORDS, (), False)
    assert "card red" in html
    assert 'role="alert"' in html
    assert "错误编号 E-7c1f" in html
    assert 'data-do="ask" data-text="问"' in html
    assert "没有回答" not in html


def test_a_question_that_is_too_long_says_by_how_much() -> None:
    html = render_turn(Turn("1", "问…", fault=Fault.TOO_LONG, excess=36), WORDS, (), False)
    assert "太长了，请删去 36 字" in html
    assert "card amber" in html


def test_suggestions_stand_under_the_last_turn_only(assistant: FakeAssistant) -> None:
    turns = tuple(Turn(q, q, assistant.ask(q)) for q in (COMPANIES, COMPARISON))
    html = render_conversation(Conversation(turns), WORDS, [OUTLINE])
    assert html.count(f'data-text="{OUTLINE}"') == 1
    assert html.index(COMPARISON) < html.index(f'data-text="{OUTLINE}"')


def test_the_first_visit_shows_the_promise_questions_and_dates(assistant: FakeAssistant) -> None:
    html = render_first_visit(WORDS, assistant.documents, assistant.suggestions)
    assert "文章没写的，会直说" in html
    assert html.count('class="chip"') == len(assistant.suggestions)
    assert "现收录 1 篇文章 · 2025-01-16（据网址）" in html


def test_several_articles_are_counted_with_their_dates(assistant: FakeAssistant) -> None:
    other = parse_article("b", "Title: 乙\nDate: 2023-02-01\nURL: None\n\n正文。\n")
    html = render_first_visit(WORDS, [*assistant.documents, other], ())
    assert "现收录 2 篇文章，2023-02-01 至 2025-01-16" in html
    assert "乙" in render_about([*assistant.documents, other], WORDS)


def test_an_article_without_date_or_address_says_so_and_links_nowhere() -> None:
    article = parse_article("x", "Title: 题\nDate: None\nURL: None\n\n正文一。\n")
    html = render_source(article, WORDS)
    assert "日期未注明" in html
    assert "<a " not in html


def test_an_address_that_is_no_web_address_is_no_link() -> None:
    article = parse_article("x", "Title: 题\nDate: None\nURL: javascript:alert(1)\n\n正文一。\n")
    assert article.article.url
    assert "<a " not in render_source(article, WORDS)
    assert fragment_url(Quote(article, article.sentences[0])) is None


def test_the_source_shows_every_sentence_once_with_its_offsets(assistant: FakeAssistant) -> None:
    document = assistant.documents[0]
    html = render_source(document, WORDS)
    for sentence in document.sentences:
        span = f'<span data-start="{sentence.span.start}" data-end="{sentence.span.end}">'
        assert html.count(span) == 1
    assert document.text_of(document.sentences[-1]) in Parsed(html).text


def test_markup_in_an_article_shows_as_its_words() -> None:
    header = "Title: <b>题</b>_<i>报\nDate: None\nURL: None\n\n"
    document = parse_article("<x>", header + "一、<script>alert(1)</script>\n正文<img src=x>。\n二、&amp;\n完。\n")
    quotes = [Quote(document, s, s.span) for s in document.sentences]
    html = render_source(document, WORDS) + render_about([document], WORDS)
    html += "".join(render_quote(q, 1, quotes, WORDS, True) for q in quotes)
    assert not {"script", "img", "i", "b"} & set(Parsed(html).tags)
    assert "一、<script>alert(1)</script>" in Parsed(html).text


def test_a_citation_has_the_sentence_and_its_source(assistant: FakeAssistant) -> None:
    quote = assistant.ask(COMPANIES).quotes[0]
    text, source = citation([quote], WORDS).split("\n")
    assert text == quote.text
    assert source.startswith("——《回望2024·深圳人工智能发展大事》，深圳新闻网，2025-01-16（据网址），一、2200余家")
    assert source.endswith(fragment_url(quote) or "none")


def test_a_text_fragment_names_both_ends_of_a_sentence_and_escapes_hyphens(assistant: FakeAssistant) -> None:
    quote = quote_with(assistant.documents[0], "以“魅力AI·无限未来”")
    url = fragment_url(quote)
    assert url
    fragment = url.partition("#:~:text=")[2]
    assert fragment.count(",") == 1
    assert "-" not in fragment


def test_a_caption_and_a_heading_are_named_as_such(assistant: FakeAssistant) -> None:
    article = assistant.documents[0]
    caption, heading = quote_with(article, "图为腾讯展厅"), quote_with(article, "十、以赛促产")
    assert place(caption, [caption], WORDS) == "第一节 · 图片说明"
    assert place(heading, [heading], WORDS) == "第十节 · 小标题"


def test_section_numbers_are_written_in_chinese() -> None:
    assert [WORDS.numeral(n) for n in (1, 10, 12, 20, 35, 120)] == ["一", "十", "十二", "二十", "三十五", "120"]


def test_the_box_never_cuts_what_is_pasted() -> None:
    assert "maxlength" not in render_box(WORDS, 200)


def test_every_language_has_the_same_keys_and_values_to_fill_in() -> None:
    import re

    first = load_words(languages()[0])
    for language in languages():
        words = load_words(language)
        assert words.texts.keys() == first.texts.keys()
        for key, text in words.texts.items():
            assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", first.texts[key])), (language, key)


def test_a_turn_has_an_answer_or_a_fault() -> None:
    with pytest.raises(ValueError, match="either"):
        Turn("1", "问")
