"""The HTML of quotes: the words, the lead, where they stand, and the citation to copy.

A quote's words come from `Quote.text` and `Quote.highlight` only. Inside its blockquote stands nothing of ours,
so that the blockquote's text is the article's slice, character for character.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

from szai_qa.interfaces.web.markup import Html, hidden, icon, join, tag
from szai_qa.interfaces.web.words import Words
from szai_qa.journal import receipt
from szai_qa.records import Article, Quote, SentenceKind

MAX_LEAD_CHARS = 16
TAIL_CHARS = 4
MAX_UNBROKEN_CHARS = 10


def lead_of(quote: Quote) -> str | None:
    """Return the highlight where it is short enough to stand alone above its sentence, else None."""
    if quote.highlight is None or quote.sentence.kind is SentenceKind.HEADING:
        return None
    return quote.highlight.of(quote.document.article.text) if len(quote.highlight) <= MAX_LEAD_CHARS else None


def is_outline(quotes: Sequence[Quote]) -> bool:
    """Tell whether quotes are a list of headings."""
    return len(quotes) > 1 and all(quote.sentence.kind is SentenceKind.HEADING for quote in quotes)


def _unbroken_tail(text: str) -> Html:
    """Keep the last characters on one line, so that no 元。 stands alone."""
    return join(text[:-TAIL_CHARS], tag("span", text[-TAIL_CHARS:], class_="unbroken")) if text else Html()


def quote_words(quote: Quote, marked: bool = True) -> Html:
    """Return a quote's words as markup whose text is `Quote.text`, with the highlight in `mark`."""
    text, mark = quote.document.article.text, quote.highlight
    if mark is None or not marked:
        return _unbroken_tail(quote.text)
    span = quote.sentence.span
    short = "unbroken" if len(mark) <= MAX_UNBROKEN_CHARS else None
    return join(
        text[span.start : mark.start],
        tag("mark", mark.of(text), class_=short),
        _unbroken_tail(text[mark.end : span.end]),
    )


def quote_data(quote: Quote, number: int, near: bool = False) -> dict[str, str | int | bool | None]:
    """Return the attributes by which the page finds a quote in its article (offsets in code points)."""
    span, mark = quote.sentence.span, quote.highlight
    return {
        "data_article": quote.document.article.id,
        "data_start": span.start,
        "data_end": span.end,
        "data_mark_start": mark.start if mark and not near else None,
        "data_mark_end": mark.end if mark and not near else None,
        "data_n": number,
        "data_url": fragment_url(quote),
        "data_near": near,
    }


def article_date(article: Article, words: Words) -> str:
    """Return an article's date; one that was taken from the address says so."""
    if article.published is None:
        return words("date.none")
    day = article.published.isoformat()
    return words("date.url", d=day) if article.published_from_url else day


def source_title(article: Article, words: Words) -> str:
    """Return an article's title, with its publisher if known."""
    return article.title + (words("list.comma") + article.publisher if article.publisher else "")


def place(quote: Quote, quotes: Sequence[Quote], words: Words) -> str:
    """Return where a quote stands: section and paragraph, and the sentence where `quotes` share a paragraph."""
    document, sentence = quote.document, quote.sentence
    section = document.sections[sentence.section]
    parts = []
    if section.number is not None:
        parts.append(words("place.section", s=words.numeral(section.number)))
    elif section.heading and sentence.kind is not SentenceKind.HEADING:
        parts.append(section.heading.of(document.article.text))
    if sentence.kind is SentenceKind.HEADING:
        parts.append(words("place.heading"))
    elif sentence.kind is SentenceKind.CAPTION:
        parts.append(words("place.caption"))
    else:
        parts.append(words("place.paragraph", p=sentence.paragraph))
        if sum(_same_paragraph(quote, other) for other in quotes) > 1:
            where = (sentence.section, sentence.paragraph)
            mates = [s for s in document.sentences if (s.section, s.paragraph) == where]
            parts.append(words("place.sentence", k=mates.index(sentence) + 1))
    return " · ".join(parts)


def _same_paragraph(one: Quote, other: Quote) -> bool:
    return (one.document.article.id, one.sentence.section, one.sentence.paragraph) == (
        other.document.article.id,
        other.sentence.section,
        other.sentence.paragraph,
    )


def fragment_url(quote: Quote) -> str | None:
    """Return the address of a quote's words on the original page, None where the article has no address."""
    return receipt.fragment_url(quote.document.article.url, quote.text)


def citation(quotes: Sequence[Quote], words: Words) -> str:
    """Return the plain text that the copy button copies: each sentence, then its source."""
    blocks = []
    for quote in quotes:
        article = quote.document.article
        title = words("quote.open") + article.title + words("quote.close")
        heading = quote.heading if quote.sentence.kind is not SentenceKind.HEADING else None
        source = [title, article.publisher, article_date(article, words), heading, fragment_url(quote)]
        blocks.append(f"{quote.text}\n——{words('list.comma').join(part for part in source if part)}")
    return "\n\n".join(blocks)


def cite_button(number: int, words: Words, *children: str | Html | None, class_: str) -> Html:
    """Return the button that opens the source at quote `number` of its turn."""
    return tag(
        "button",
        *children,
        type="button",
        class_=class_,
        data_do="cite",
        data_n=number,
        aria_label=None if len(children) > 1 else words("cite.aria", n=number),
    )


def source_line(quote: Quote, number: int, quotes: Sequence[Quote], words: Words, hint: str = "") -> Html:
    """Return the button under a quote that says where it stands and opens the source there."""
    return cite_button(
        number,
        words,
        tag("span", str(number), class_="number", aria_hidden="true"),
        hidden(words("cite.aria", n=number)),
        tag("span", place(quote, quotes, words), tag("span", hint, class_="phone") if hint else None, class_="place"),
        class_="source",
    )


def render_quote(quote: Quote, number: int, quotes: Sequence[Quote], words: Words, show_title: bool) -> Html:
    """Return one quote of an answer, with its source line."""
    article = quote.document.article
    return tag(
        "figure",
        tag("blockquote", quote_words(quote), lang="zh-Hans", cite=article.url),
        tag(
            "figcaption",
            source_line(quote, number, quotes, words, f" · {words('context')}"),
            tag("span", source_title(article, words), class_="title", lang="zh-Hans") if show_title else None,
            tag("span", icon("check"), words("verbatim.short"), class_="exact phone"),
            tag("span", article.url, class_="address") if show_title and article.url else None,
        ),
        class_="quote",
        **quote_data(quote, number),
    )


def render_near(quote: Quote, number: int, quotes: Sequence[Quote], words: Words) -> Html:
    """Return a quote that is close and does not answer: it looks unlike an answer and has no highlight."""
    return tag(
        "figure",
        tag("blockquote", quote_words(quote, marked=False), lang="zh-Hans", cite=quote.document.article.url),
        tag("figcaption", source_line(quote, number, quotes, words)),
        class_="quote near",
        **quote_data(quote, number, near=True),
    )


@lru_cache
def _forms_without_lead() -> dict[str, list[str]]:
    forms: dict[str, list[str]] = json.loads(files(__package__).joinpath("no_lead.json").read_text("utf-8"))
    return forms


def wants_lead(question: str) -> bool:
    """Tell whether a few words can answer a question: not one for yes or no, nor one for a reason."""
    forms, asked = _forms_without_lead(), question.rstrip(" ？?。.！!")
    return not asked.endswith(tuple(forms["at_end"])) and not any(form in asked for form in forms["anywhere"])


def render_leads(quotes: Sequence[Quote], words: Words) -> Html | None:
    """Return the short highlights in large type, each with the number of its quote; None if there are none."""
    leads = [
        tag(
            "span",
            hidden(words("lead.aria", n=number)),
            tag("strong", lead, class_="lead", lang="zh-Hans"),
            cite_button(number, words, f"[{number}]", class_="cite"),
            class_="lead-pair",
        )
        for number, quote in enumerate(quotes, 1)
        if (lead := lead_of(quote))
    ]
    return tag("p", *leads, class_="leads") if leads else None


def render_outline(quotes: Sequence[Quote], words: Words) -> Html:
    """Return headings as a list under one bar, each with its number at the right."""
    items = [
        tag(
            "li",
            tag("blockquote", quote_words(quote, marked=False), lang="zh-Hans"),
            cite_button(number, words, tag("span", str(number), class_="number"), class_="cite-number"),
            class_="quote",
            **quote_data(quote, number),
        )
        for number, quote in enumerate(quotes, 1)
    ]
    return tag("ol", *items, class_="outline", aria_label=words("outline", n=len(quotes)))
