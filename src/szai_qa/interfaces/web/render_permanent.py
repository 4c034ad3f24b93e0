"""The HTML of an answer's permanent page: the answer as it was given, and the article as it was then.

It is a page of its own, without Gradio: it reads without a script, and years later.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from importlib.resources import files

from szai_qa.interfaces.kept import quote_at
from szai_qa.interfaces.web.chat import Turn
from szai_qa.interfaces.web.markup import Html, icon, join, tag
from szai_qa.interfaces.web.render import render_turn
from szai_qa.interfaces.web.render_quote import article_date
from szai_qa.interfaces.web.render_record import copy_button, permanent_path
from szai_qa.interfaces.web.render_source import render_body
from szai_qa.interfaces.web.words import Words, languages, load_words
from szai_qa.journal.entries import Entry
from szai_qa.records import Answer, Document, Quote, Refusal, RefusalReason

SCRIPTS = ("base.js", "permanent.js")
SCRIPT_WORDS = ("copy.done", "copy.failed", "link.copied")


def answer_of(entry: Entry, documents: Mapping[str, Document]) -> Answer:
    """Return an answer on record as a value; `documents` holds the articles that it points to, by hash.

    Raises:
        ProofError: a pointer leads to no sentence of its article.
    """
    quotes = tuple(quote_at(documents[p.article_sha256], p) for p in entry.quotes)
    nearest = tuple(quote_at(documents[p.article_sha256], p) for p in entry.nearest)
    refusal = Refusal(RefusalReason(entry.reason), "", entry.missing, nearest) if entry.reason else None
    return Answer(entry.question, quotes, refusal, entry.confidence, entry.resolved_question, entry.latency_ms)


def render_permanent(
    entry: Entry, documents: Mapping[str, Document], current: Mapping[str, str], words: Words, styles: Iterable[str]
) -> Html:
    """Return the permanent page of an answer on record.

    `current` maps the id of each article that is answered from now to its hash.

    Raises:
        ProofError: a pointer leads to no sentence of its article.
    """
    answer = answer_of(entry, documents)
    turn = Turn("kept", entry.question, answer, public_id=entry.public_id)
    quotes = answer.quotes or (answer.refusal.nearest if answer.refusal else ())
    asked = tag("p", words("kept.asked", t=f"{entry.time:%Y-%m-%d %H:%M}"), class_="meta")
    result = tag(
        "ol", render_turn(turn, words, (), several_articles=len(documents) > 1, actions=_actions), class_="turns"
    )
    panels = [_panel(document, quotes, answer.refused, current, words) for document in documents.values()]
    body = join(tag("main", asked, result, id="main"), tag("div", *panels, id="panel"))
    return page(f"{entry.question} · {words('brand')}", body, words, styles, permanent_path(entry.public_id))


def render_absent(words: Words, styles: Iterable[str], title: str, text: str) -> Html:
    """Return the page that says why there is nothing to show."""
    card = tag("div", tag("h2", icon("none"), title), tag("p", text), class_="card plain")
    back = tag("p", tag("a", words("kept.ask"), href="/", class_="link"), class_="meta")
    return page(title, tag("main", card, back, id="main"), words, styles)


def page(title: str, body: Html, words: Words, styles: Iterable[str], path: str | None = None) -> Html:
    """Return a whole document with our header; with a `path` it can be read in every language."""
    script_words = {key: words(key) for key in SCRIPT_WORDS}
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name_="robots", content="noindex"),
        tag("link", rel="icon", href="/favicon.ico"),
        tag("title", title),
        *(Html(f"<style>{text}</style>") for text in styles),
        *(Html(f"<script>{files(__package__).joinpath(name).read_text('utf-8')}</script>") for name in SCRIPTS),
    )
    content = join(_header(words, path), body, tag("p", id="status", role="status", class_="vh"))
    shown = tag("body", content, class_="permanent", data_words=json.dumps(script_words, ensure_ascii=False))
    return Html(f"<!doctype html>{tag('html', head, shown, lang=words.language)}")


def _header(words: Words, path: str | None) -> Html:
    links = [
        tag(
            "a",
            own("language.short"),
            href=f"{path}?lang={own.language}",
            lang=own.language,
            aria_label=own("language.name"),
            aria_current="true" if own.language == words.language else None,
        )
        for own in map(load_words, languages())
    ]
    return tag(
        "header",
        tag("h1", tag("a", words("brand"), href="/"), class_="brand"),
        tag("span", words("kept.title"), class_="strap"),
        tag("nav", *links, id="languages", aria_label=words("language.aria")) if path else None,
        id="top",
    )


def _actions(turn: Turn, words: Words) -> Html:
    receipt = tag(
        "a",
        icon("download"),
        tag("span", words("receipt")),
        href=f"{permanent_path(turn.public_id or '')}/receipt.json",
        download=True,
        class_="action",
    )
    copy = copy_button(turn, words) if turn.answer and turn.answer.quotes else None
    exact = tag("span", icon("check"), words("verbatim"), class_="exact wide") if copy else None
    return join(tag("div", exact, copy, receipt, class_="actions"), tag("p", words("kept.proof"), class_="note"))


def _panel(document: Document, quotes: tuple[Quote, ...], near: bool, current: Mapping[str, str], words: Words) -> Html:
    article = document.article
    link = None
    if article.url and article.url.startswith(("https://", "http://")):
        label = icon("external"), words("panel.open")
        link = tag("a", *label, href=article.url, target="_blank", rel="noopener noreferrer", class_="original")
    meta = [article.publisher, article_date(article, words), words("panel.kept")]
    state = words("kept.current" if current.get(article.id) == article.sha256 else "kept.updated")
    header = tag(
        "header",
        tag("p", words("panel"), class_="panel-label"),
        tag("h2", article.title, lang="zh-Hans", class_="panel-title"),
        tag("p", " · ".join(part for part in meta if part), class_="panel-meta"),
        tag("p", state, class_="panel-meta"),
        tag("p", f"SHA-256 {article.sha256}", class_="panel-meta"),
        link,
    )
    text = tag("div", render_body(document, quotes, near), class_="article", lang="zh-Hans")
    return tag("section", header, text, aria_label=article.title)
