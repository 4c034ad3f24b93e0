"""The HTML of the page's frame: header, language switch, the turn that is awaited, the box."""

from __future__ import annotations

import json

from szai_qa.interfaces.web.markup import Html, hidden, icon, join, tag
from szai_qa.interfaces.web.render import failure_card
from szai_qa.interfaces.web.words import Words, languages, load_words

# Words that the page's script needs: it has none of its own.
SCRIPT_WORDS = (
    "ask.placeholder",
    "ask.more",
    "wait",
    "wait.slow",
    "copy.done",
    "link.copied",
    "copy.failed",
    "panel.count",
    "panel.near",
    "too.long",
    "offline.button",
    "ask.button",
)


def title(words: Words) -> str:
    """Return the name of the browser's window."""
    return f"{words('brand')} · {words('strap')}"


def favicon() -> Html:
    """Return the page's icon as SVG: a quote and the bar beside it, on the accent colour."""
    drawing = tag("path", d="M10 8v16M15 10h9M15 16h9M15 22h6", stroke="#fff", stroke_width="3", fill="none")
    ground = tag("path", d="M0 6a6 6 0 0 1 6-6h20a6 6 0 0 1 6 6v20a6 6 0 0 1-6 6H6a6 6 0 0 1-6-6z", fill="#0a4d75")
    # SVG on its own is XML, where an element without content is closed.
    paths = Html(join(ground, drawing).replace('">', '"/>'))
    return tag("svg", paths, xmlns="http://www.w3.org/2000/svg", viewBox="0 0 32 32")


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
        _languages(words),
        _confirm(words),
    )


def _languages(words: Words) -> Html:
    """Return the language switch, each language named in itself."""
    buttons = [
        tag(
            "button",
            tag("span", own("language.short"), class_="wide"),
            tag("span", own("language.name"), class_="phone"),
            type="button",
            lang=own.language,
            aria_label=own("language.name"),
            aria_pressed="true" if own.language == words.language else "false",
            data_do="language",
            data_language=own.language,
        )
        for own in map(load_words, languages())
    ]
    return tag("div", *buttons, id="languages", role="group", aria_label=words("language.aria"))


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
            data_title=title(words),
            data_words=json.dumps(script_words, ensure_ascii=False),
            novalidate=True,
        ),
        tag("p", id="status", role="status", class_="vh"),
    )
