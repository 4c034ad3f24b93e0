"""The HTML around every page of the desk: head, header with the pages that a role may open, the language switch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from szai_qa.accounts.users import Role, User
from szai_qa.interfaces.web.desk.http import part_address
from szai_qa.interfaces.web.markup import Child, Html, icon, join, tag
from szai_qa.interfaces.web.policy import area_of
from szai_qa.interfaces.web.words import Words, languages, load_words

PAGES = (
    ("review", "/staff"),
    ("evaluate", "/evaluate/"),
    ("insight", "/staff/insight"),
    ("account", "/account"),
)


def document(
    words: Words,
    title: str,
    *body: Child,
    header: Html,
    parts: Sequence[str] = (),
    data: Mapping[str, str | None] | None = None,
) -> Html:
    """Return a whole page; `parts` are the files it loads besides those of every page."""
    styles = ["tokens.css", "desk.css", *(name for name in parts if name.endswith(".css"))]
    scripts = ["base.js", "desk.js", *(name for name in parts if name.endswith(".js"))]
    attributes = {f"data_{name}": value for name, value in (data or {}).items()}
    return join(
        Html("<!DOCTYPE html>"),
        tag(
            "html",
            tag(
                "head",
                tag("meta", charset="utf-8"),
                tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
                tag("meta", name="robots", content="noindex"),
                tag("title", f"{title} · {words('brand')}"),
                *(tag("link", rel="stylesheet", href=part_address(name)) for name in styles),
                # The first one sets light or dark before anything is drawn.
                *(tag("script", src=part_address(name), defer=name != "base.js") for name in scripts),
            ),
            tag("body", header, *body, tag("p", id="status", role="status", class_="vh"), **attributes),
            lang=words.language,
        ),
    )


def may_open(role: Role, address: str) -> bool:
    """Tell whether a role may open one of the desk's pages."""
    area = area_of("GET", address)
    return area is not None and role in area.roles


def header(words: Words, user: User | None, current: str, query: Mapping[str, str] | None = None) -> Html:
    """Return the header; `query` is what the address holds, so that a change of language keeps the place."""
    return tag(
        "header",
        tag("a", words("skip.case"), href="#main", class_="skip"),
        tag("a", words("brand"), href="/", class_="brand"),
        tag("span", words("desk"), class_="strap"),
        _pages(words, user, current) if user else None,
        tag(
            "div",
            tag("span", f"{user.name} · {words('role.' + user.role)}", class_="who") if user else None,
            _languages(words, query or {}),
            tag(
                "button",
                icon("moon"),
                icon("sun"),
                type="button",
                class_="icon-button theme",
                data_do="theme",
                aria_label=words("theme"),
            ),
            tag("form", tag("button", words("logout")), method="post", action="/logout") if user else None,
            class_="tools",
        ),
        id="top",
    )


def _pages(words: Words, user: User, current: str) -> Html:
    links = [
        tag("a", words(f"nav.{name}"), href=address, aria_current="page" if name == current else None)
        for name, address in PAGES
        if may_open(user.role, address)
    ]
    return tag("nav", *links, class_="pages", aria_label=words("desk.nav"))


def _languages(words: Words, query: Mapping[str, str]) -> Html:
    links = [
        tag(
            "a",
            load_words(language)("language.short"),
            href=f"?{urlencode({**query, 'language': language})}",
            lang=language,
            hreflang=language,
            title=load_words(language)("language.name"),
            aria_current="true" if language == words.language else None,
        )
        for language in languages()
    ]
    return tag("nav", *links, class_="languages", aria_label=words("language.aria"))


def failure_page(words: Words, message: str) -> Html:
    """Return the page that says that something broke, which is never taken for a wrong password or an empty queue."""
    card = tag(
        "div",
        tag("h1", icon("warning"), " ", words("failure")),
        tag("p", message),
        tag("a", words("failure.retry"), href="", class_="button"),
        class_="card broken",
        role="alert",
    )
    main = tag("main", card, id="main", class_="narrow")
    return document(words, words("failure"), main, header=header(words, None, ""))
