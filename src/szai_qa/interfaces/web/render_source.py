"""The HTML of the source panel and of the dialog that lists the articles.

Quotes are marked in the panel by the page's script, so that an article is sent once and only its marks change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from szai_qa.interfaces.web.markup import Html, icon, icon_button, join, tag
from szai_qa.interfaces.web.render_quote import article_date, quote_words
from szai_qa.interfaces.web.words import Words
from szai_qa.records import Article, Document, Quote, Sentence, SentenceKind


def render_source(document: Document, words: Words) -> Html:
    """Return the source panel with a whole article; quotes are marked in it by the page's script.

    Each sentence stands in an element of its own that carries its offsets.
    """
    article = document.article
    meta = [article.publisher, article_date(article, words), words("panel.kept")]
    return tag(
        "div",
        tag(
            "header",
            tag("p", words("panel"), class_="panel-label"),
            tag("h2", article.title, lang="zh-Hans", tabindex=-1, class_="panel-title"),
            tag("p", " · ".join(part for part in meta if part), class_="panel-meta"),
        ),
        _toolbar(article, words),
        tag("div", render_body(document), class_="article", lang="zh-Hans", tabindex=0, role="document"),
        class_="sheet",
        data_article=article.id,
    )


def _toolbar(article: Article, words: Words) -> Html:
    link = None
    if article.url and article.url.startswith(("https://", "http://")):
        link = tag(
            "a",
            icon("external"),
            words("panel.open"),
            href=article.url,
            data_url=article.url,
            target="_blank",
            rel="noopener noreferrer",
            class_="original",
        )
    steps = tag(
        "div",
        tag("span", class_="count"),
        icon_button("previous", words("panel.previous"), "previous"),
        icon_button("next", words("panel.next"), "next"),
        class_="steps",
        hidden=True,
    )
    return tag("div", steps, link, icon_button("close", words("panel.close"), "close"), class_="toolbar")


def render_body(document: Document, quotes: Sequence[Quote] = (), near: bool = False) -> Html:
    """Return an article's text; `quotes` of it are marked, each with the id `q1`, `q2` … by its place in the list."""
    marked = {quote.sentence: (number, quote) for number, quote in enumerate(quotes, 1) if quote.document is document}
    blocks = groupby(document.sentences, key=lambda s: (s.section, s.paragraph))
    return join(_block(document, list(sentences), marked, near) for _, sentences in blocks)


def _block(
    document: Document, sentences: Sequence[Sentence], marked: Mapping[Sentence, tuple[int, Quote]], near: bool
) -> Html:
    name = {SentenceKind.HEADING: "h3", SentenceKind.BODY: "p", SentenceKind.CAPTION: "p"}[sentences[0].kind]
    text = document.article.text
    parts: list[str | Html] = []
    end = sentences[0].span.start
    for sentence in sentences:
        parts.append(text[end : sentence.span.start])
        number, quote = marked.get(sentence, (0, None))
        parts.append(
            tag(
                "span",
                quote_words(quote, marked=not near) if quote else document.text_of(sentence),
                data_start=sentence.span.start,
                data_end=sentence.span.end,
                class_="quoted near" if quote and near else "quoted" if quote else None,
                id=f"q{number}" if quote else None,
            )
        )
        end = sentence.span.end
    return tag(name, *parts, class_="caption" if sentences[0].kind is SentenceKind.CAPTION else None)


def render_about(documents: Iterable[Document], words: Words, kept_days: int | None = None) -> Html:
    """Return the dialog that says what the site does and never does, and lists the articles.

    `kept_days` is how long answers are on record, 0 for ever, None where they are not put on record.
    """
    rows = [
        tag(
            "li",
            tag("button", d.article.title, type="button", class_="link", data_do="read", data_article=d.article.id),
            tag("span", " · ".join(filter(None, (d.article.publisher, article_date(d.article, words))))),
            lang="zh-Hans",
        )
        for d in documents
    ]
    paragraphs = [tag("p", words(key)) for key in ("about.does", "about.never", "about.wrong")]
    paragraphs.append(tag("p", _privacy(words, kept_days)))
    return tag(
        "dialog",
        tag(
            "div",
            tag("h2", words("about"), id="about-title"),
            icon_button("close", words("about.close"), "close-dialog"),
            class_="dialog-head",
        ),
        *paragraphs,
        tag("h3", words("about.articles")),
        tag("ul", *rows),
        tag("p", tag("label", tag("input", type="checkbox", id="keys", checked=True), " ", words("about.keys"))),
        id="about",
        aria_labelledby="about-title",
    )


def _privacy(words: Words, kept_days: int | None) -> str:
    if kept_days is None:
        return words("about.privacy")
    return words("about.privacy.kept") + (f" {words('about.privacy.days', n=kept_days)}" if kept_days else "")
