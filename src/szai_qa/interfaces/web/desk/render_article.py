"""The HTML of the source column: an article whose sentences can be picked, with what the answer took from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from szai_qa.interfaces.web.markup import Html, icon, join, tag
from szai_qa.interfaces.web.render_quote import article_date, quote_words
from szai_qa.interfaces.web.words import Words
from szai_qa.records import Document, Quote, Sentence, SentenceKind, Span


def sentence_place(document: Document, sentence: Sentence, words: Words) -> str:
    """Return where a sentence stands: section, paragraph, sentence."""
    section = document.sections[sentence.section]
    parts = []
    if section.number is not None:
        parts.append(words("place.section", s=words.numeral(section.number)))
    if sentence.kind is SentenceKind.HEADING:
        parts.append(words("place.heading"))
    elif sentence.kind is SentenceKind.CAPTION:
        parts.append(words("place.caption"))
    else:
        where = (sentence.section, sentence.paragraph)
        mates = [s for s in document.sentences if (s.section, s.paragraph) == where]
        parts.append(words("place.paragraph", p=sentence.paragraph))
        parts.append(words("place.sentence", k=mates.index(sentence) + 1))
    return " · ".join(parts)


def render_article(
    document: Document | None,
    taken: Mapping[Span, tuple[int, Quote]],
    near: bool,
    choices: Sequence[tuple[str, str]],
    is_current: bool,
    words: Words,
) -> Html:
    """Return the source column.

    `taken` holds the answer's sentences of this article with their numbers; `near` tells that they are close ones of
    a refusal. `choices` are the hashes and titles of the articles that can be shown.
    """
    legend = [("system", words("legend.near" if near else "legend.system")), ("yours", words("legend.yours"))]
    return tag(
        "section",
        tag(
            "header",
            tag("h2", words("source")),
            tag("span", words("pick"), class_="hint"),
            tag("span", *(tag("span", text, class_=f"key-{name}") for name, text in legend), class_="legend"),
            class_="source-head",
        ),
        _choose(document, choices, words),
        _article(document, taken, near, is_current, words) if document else tag("p", words("source.none")),
        id="source",
        aria_label=words("source.aria"),
        class_="near" if near else None,
    )


def _choose(document: Document | None, choices: Sequence[tuple[str, str]], words: Words) -> Html | None:
    if len(choices) < 2 and document:
        return None
    options = [
        tag("option", title, value=sha256, selected=document is not None and document.article.sha256 == sha256)
        for sha256, title in choices
    ]
    if document is None:
        options.insert(0, tag("option", "—", value=""))
    return tag(
        "p",
        tag("label", words("source.choose"), for_="article"),
        tag("select", *options, id="article", lang="zh-Hans"),
        class_="choose",
    )


def _article(
    document: Document, taken: Mapping[Span, tuple[int, Quote]], near: bool, is_current: bool, words: Words
) -> Html:
    article = document.article
    meta = [article.publisher, article_date(article, words), None if is_current else words("source.moved")]
    link = None
    if article.url and article.url.startswith(("https://", "http://")):
        link = tag(
            "a",
            icon("external"),
            words("source.open"),
            href=article.url,
            target="_blank",
            rel="noopener noreferrer",
            id="original",
        )
    blocks = groupby(document.sentences, key=lambda s: (s.section, s.paragraph))
    body = [_block(document, list(sentences), taken, near, words) for _, sentences in blocks]
    return tag(
        "div",
        tag("h3", article.title, lang="zh-Hans", class_="article-title"),
        tag("p", " · ".join(part for part in meta if part), link, class_="article-meta"),
        tag("div", *body, class_="article", lang="zh-Hans", data_sha=article.sha256),
        class_="scroll",
    )


def _block(
    document: Document,
    sentences: Sequence[Sentence],
    taken: Mapping[Span, tuple[int, Quote]],
    near: bool,
    words: Words,
) -> Html:
    text = document.article.text
    parts: list[str | Html] = []
    end = sentences[0].span.start
    for sentence in sentences:
        parts.append(text[end : sentence.span.start])
        number, quote = taken.get(sentence.span, (0, None))
        parts.append(_sentence(document, sentence, number, quote, near, words))
        if quote:
            label = words("label.near" if near else "label.system", n=number)
            parts.append(tag("span", label, class_="label", lang=words.language))
        end = sentence.span.end
    kind = sentences[0].kind
    name = "h4" if kind is SentenceKind.HEADING else "p"
    return tag(name, join(*parts), class_="caption" if kind is SentenceKind.CAPTION else None)


def _sentence(
    document: Document, sentence: Sentence, number: int, quote: Quote | None, near: bool, words: Words
) -> Html:
    # A checkbox, which the space bar picks and Enter leaves alone: Enter submits the verdict.
    return tag(
        "span",
        quote_words(quote, marked=not near) if quote else document.text_of(sentence),
        class_="sentence system" if quote else "sentence",
        role="checkbox",
        aria_checked="false",
        tabindex=-1,
        data_start=sentence.span.start,
        data_end=sentence.span.end,
        data_n=number or None,
        data_place=sentence_place(document, sentence, words),
    )
