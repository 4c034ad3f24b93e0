"""The HTML of the keys: the bar at the bottom, the sheet with all of them, and the three tabs of a narrow window."""

from __future__ import annotations

from szai_qa.interfaces.web.markup import Html, icon_button, join, tag
from szai_qa.interfaces.web.words import Words

BAR = (
    (("J", "K"), "key.next"),
    (("1", "–", "6"), "key.verdict"),
    (("S",), "key.source"),
    (("↑", "↓"), "key.move"),
    (("key.space",), "key.pick"),
    (("N",), "key.note"),
    (("Enter",), "key.submit"),
    (("U",), "key.undo"),
    (("?",), "key.all"),
)
MORE = ((("Ctrl", "+", "Enter"), "key.submit.note"), (("O",), "key.open"), (("/",), "key.search"))
TABS = ("queue", "case", "source")


def _keys(keys: tuple[str, ...], words: Words) -> Html:
    return join(
        *(key if key in {"–", "+"} else tag("kbd", words(key) if key.startswith("key.") else key) for key in keys)
    )


def render_keys(words: Words) -> Html:
    """Return the bar and the sheet."""
    bar = [tag("span", _keys(keys, words), " ", words(what)) for keys, what in BAR[:-1]]
    help_key = tag("button", tag("kbd", "?"), " ", words("key.all"), type="button", data_do="keys", class_="plain")
    rows = [tag("tr", tag("td", _keys(keys, words)), tag("td", words(what))) for keys, what in (*BAR, *MORE)]
    switch = tag("input", type="checkbox", id="single-keys", checked=True)
    sheet = tag(
        "dialog",
        tag(
            "div",
            tag("h2", words("keys.title"), id="keys-title"),
            icon_button("close", words("close"), "close-keys"),
            class_="dialog-head",
        ),
        tag("table", tag("tbody", *rows)),
        tag("p", tag("label", switch, " ", words("keys.switch"))),
        id="keys",
        aria_labelledby="keys-title",
    )
    return join(tag("footer", *bar, help_key, id="bar"), sheet)


def render_tabs(words: Words) -> Html:
    """Return the tabs that choose one of the columns where there is no room for all."""
    tabs = [
        tag("button", words(f"tab.{name}"), type="button", data_tab=name, aria_pressed=str(name == "case").lower())
        for name in TABS
    ]
    return tag("nav", *tabs, id="tabs", aria_label=words("review.title"))
