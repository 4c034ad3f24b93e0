"""The HTML of the source panel, of the list of articles, and of the page's frame."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import groupby

from szai_qa.interfaces.web.markup import Html, hidden, icon, join, tag
from szai_qa.interfaces.web.render import failure_card
from szai_qa.interfaces.web.render_quote import article_date
from szai_qa.interfaces.web.words import Words
from szai_qa.records import Article, Document, Sentence, SentenceKind

# Words that the page's script needs: it has none of its own.
SCRIPT_WORDS = (
    "ask.placeholder",
    "ask.more",
    "wait",
    "wait.slow",
    "copy.done",
    "copy.failed",
    "panel.count",
    "panel.near",
    "too.long",
    "offline.button",
    "ask.button",
)


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
        tag("div", _body(document), class_="article", lang="zh-Hans", tabindex=0, role="document"),
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
        _icon_button("previous", words("panel.previous"), "previous"),
        _icon_button("next", words("panel.next"), "next"),
        class_="steps",
        hidden=True,
    )
    return tag("div", steps, link, _icon_button("close", words("panel.close"), "close"), class_="toolbar")


def _icon_button(symbol: str, label: str, action: str) -> Html:
    return tag("button", icon(symbol), type="button", class_="icon-button", aria_label=label, data_do=action)


def _body(document: Document) -> Html:
    blocks = groupby(document.sentences, key=lambda s: (s.section, s.paragraph))
    return join(_block(document, list(sentences)) for _, sentences in blocks)


def _block(document: Document, sentences: Sequence[Sentence]) -> Html:
    name = {SentenceKind.HEADING: "h3", SentenceKind.BODY: "p", SentenceKind.CAPTION: "p"}[sentences[0].kind]
    text = document.article.text
    parts: list[str | Html] = []
    end = sentences[0].span.start
    for sentence in sentences:
        parts.append(text[end : sentence.span.start])
        parts.append(
            tag("span", document.text_of(sentence), data_start=sentence.span.start, data_end=sentence.span.end)
        )
        end = sentence.span.end
    return tag(name, *parts, class_="caption" if sentences[0].kind is SentenceKind.CAPTION else None)


def render_about(documents: Iterable[Document], words: Words) -> Html:
    """Return the dialog that says what the site does and never does, and lists the articles."""
    rows = [
        tag(
            "li",
            tag("button", d.article.title, type="button", class_="link", data_do="read", data_article=d.article.id),
            tag("span", " · ".join(filter(None, (d.article.publisher, article_date(d.article, words))))),
            lang="zh-Hans",
        )
        for d in documents
    ]
    paragraphs = [tag("p", words(key)) for key in ("about.does", "about.never", "about.wrong", "about.privacy")]
    return tag(
        "dialog",
        tag(
            "div",
            tag("h2", words("about"), id="about-title"),
            _icon_button("close", words("about.close"), "close-dialog"),
            class_="dialog-head",
        ),
        *paragraphs,
        tag("h3", words("about.articles")),
        tag("ul", *rows),
        id="about",
        aria_labelledby="about-title",
    )


def render_header(words: Words) -> Html:
    """Return the page's header: the brand, the menu, the skip link."""
    items = (
        tag("button", words("about"), type="button", class_="menu-item", data_do="about"),
        tag("button", words("new"), type="button", class_="menu-item", data_do="new"),
        tag(
            "button",
            icon("moon"),
            icon("sun"),
            tag("span", words("theme"), class_="phone"),
            type="button",
            class_="menu-item theme",
            data_do="theme",
            aria_label=words("theme"),
        ),
    )
    return join(
        tag("a", words("skip"), href="#question", class_="skip", data_do="skip"),
        tag("h1", words("brand"), class_="brand"),
        tag("span", words("strap"), class_="strap"),
        tag(
            "button",
            icon("menu"),
            type="button",
            class_="icon-button menu-button",
            data_do="menu",
            aria_label=words("menu"),
            aria_expanded="false",
            aria_controls="menu",
        ),
        tag("nav", *items, id="menu", aria_label=words("menu")),
        _confirm(words),
    )


def _confirm(words: Words) -> Html:
    yes = tag("button", words("new.yes"), type="button", class_="button primary", data_do="new-yes")
    no = tag("button", words("new.no"), type="button", class_="button", data_do="close-dialog")
    title = tag("p", words("new.confirm"), id="confirm-title")
    return tag("dialog", title, tag("div", no, yes, class_="dialog-row"), id="confirm", aria_labelledby="confirm-title")


def render_waiting(words: Words) -> Html:
    """Return the turn that the script shows while an answer is awaited, and the card for a lost connection."""
    bars = tag("div", *(tag("span", class_=f"bar bar-{n}") for n in range(4)), class_="bars", aria_hidden="true")
    retry = tag("button", words("failure.retry"), type="button", class_="button", data_do="ask", data_text="")
    return tag(
        "div",
        tag(
            "p",
            tag("span", words("question.mark"), class_="question-mark", aria_hidden="true"),
            tag("bdi", class_="pending-question"),
            class_="question",
        ),
        tag("div", bars, tag("p", words("wait"), class_="wait"), class_="searching", hidden=True),
        tag("div", failure_card(words, retry), class_="lost", hidden=True),
        id="pending",
        hidden=True,
    )


def render_box(words: Words, max_chars: int) -> Html:
    """Return the box that the question is typed into; it never cuts what is pasted."""
    script_words = {key: words(key) for key in SCRIPT_WORDS}
    offline = tag("h3", icon("none"), words("offline")), tag("p", words("offline.text"))
    return join(
        tag("div", *offline, class_="card amber", id="offline", hidden=True, role="alert"),
        tag(
            "form",
            tag(
                "div",
                tag(
                    "textarea",
                    id="question",
                    rows=1,
                    autocomplete="off",
                    enterkeyhint="send",
                    placeholder=words("ask.placeholder"),
                    aria_label=words("ask.aria-box", max=max_chars),
                    aria_describedby="counter",
                ),
                tag(
                    "button",
                    icon("up"),
                    tag("span", words("ask.button"), class_="wide"),
                    hidden(words("ask.button")),
                    type="submit",
                    id="send",
                    disabled=True,
                ),
                class_="box",
            ),
            tag(
                "p",
                tag("span", icon("warning"), tag("span", id="excess"), class_="excess"),
                tag("span", words("too.long.hint"), class_="hint"),
                tag("span", class_="count"),
                id="counter",
                hidden=True,
            ),
            id="ask-form",
            data_max=max_chars,
            data_language=words.language,
            data_words=json.dumps(script_words, ensure_ascii=False),
            novalidate=True,
        ),
        tag("p", id="status", role="status", class_="vh"),
    )
