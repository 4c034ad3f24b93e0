"""Builds HTML so that nothing gets into it unescaped: text passes through `escape`, and only through it.

`tag` takes text and finished markup alike and escapes the text, so leaving it out by mistake is impossible.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from typing import TypeAlias

# What no article holds and no browser shows: kept out, since a lone surrogate cannot be sent and a NUL is dropped.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_VOID = {"input", "link", "meta", "path", "br", "hr"}


class Html(str):
    """Finished markup, as opposed to text."""

    __slots__ = ()


Child: TypeAlias = "str | Html | Iterable[str | Html | None] | None"
Value: TypeAlias = "str | int | bool | None"


def escape(text: str) -> Html:
    """Return text as markup that shows exactly it, in an element and in an attribute.

    Characters that cannot be shown become U+FFFD; a carriage return is kept by its number, since parsers turn
    a bare one into a line feed.
    """
    return Html(html.escape(_UNSHOWABLE.sub("\ufffd", text)).replace("\r", "&#13;"))


def join(*children: Child) -> Html:
    """Return children one after another, text escaped, None left out."""
    parts: list[str] = []
    for child in children:
        if child is None:
            continue
        if isinstance(child, Html):
            parts.append(child)
        elif isinstance(child, str):
            parts.append(escape(child))
        else:
            parts.append(join(*child))
    return Html("".join(parts))


def tag(name: str, /, *children: Child, **attributes: Value) -> Html:
    """Return an element: `tag("p", "a < b", class_="x", data_n=1)`.

    In the names of attributes `_` stands for `-`, one at the end is dropped; None and False leave one out.
    """
    pairs = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(str(value))}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in _VOID:
        return Html(f"<{name}{pairs}>")
    return Html(f"<{name}{pairs}>{join(*children)}</{name}>")


@lru_cache
def _icons() -> dict[str, str]:
    icons: dict[str, str] = json.loads(files(__package__).joinpath("icons.json").read_text("utf-8"))
    return icons


def icon(name: str) -> Html:
    """Return a line drawing of 24 by 24 in the colour of the text; it says nothing to a screen reader."""
    strokes = tag("path", d=_icons()[name])
    return tag("svg", strokes, class_="icon", viewBox="0 0 24 24", aria_hidden="true", focusable="false")


def icon_button(symbol: str, label: str, action: str) -> Html:
    """Return a button that shows an icon only, with its name for a screen reader."""
    return tag("button", icon(symbol), type="button", class_="icon-button", aria_label=label, data_do=action)


def hidden(text: str) -> Html:
    """Return text for screen readers only."""
    return tag("span", text, class_="vh")
