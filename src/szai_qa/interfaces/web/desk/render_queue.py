"""The HTML of the queue: filters with their counts, search, the rows, the pages; and what shows when it is empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from szai_qa.interfaces.web.markup import Html, hidden, join, tag
from szai_qa.interfaces.web.words import Words
from szai_qa.journal.entries import Feedback
from szai_qa.journal.queue import LOW_MARGIN, Filter, Item, Page, Show

TABS = (Show.NEW, Show.THUMBS_DOWN, Show.REFUSED, Show.DISAGREEMENT)
MORE = (Show.LOW_CONFIDENCE, Show.DISPUTED, Show.ALL)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in which queue a reviewer is; the address holds all of it."""

    wanted: Filter
    page: int = 1
    answer: str = ""

    def query(self) -> dict[str, str]:
        """Return what the address holds of it, without what goes without saying."""
        wanted = self.wanted
        pairs = {
            "show": wanted.show.value,
            "text": wanted.text,
            "since": wanted.since.isoformat() if wanted.since else "",
            "until": wanted.until.isoformat() if wanted.until else "",
            "page": str(self.page) if self.page > 1 else "",
            "id": self.answer,
        }
        return {name: value for name, value in pairs.items() if value}

    def address(self, **changes: str) -> str:
        """Return the page's address with some of it changed; an empty value leaves one out."""
        pairs = {name: value for name, value in {**self.query(), **changes}.items() if value}
        return f"/staff?{urlencode(pairs)}"

    @property
    def is_narrowed(self) -> bool:
        """Whether more than the kind of answers is asked for."""
        return bool(self.wanted.text or self.wanted.since or self.wanted.until)


@dataclass(frozen=True, slots=True)
class Today:
    """What a reviewer did today: how many verdicts, and the median of seconds between one and the next."""

    judged: int
    median_s: int | None


def render_queue(page: Page, place: Place, counts: Mapping[Show, int], user: str, today: Today, words: Words) -> Html:
    """Return the queue's column."""
    rows = [_row(item, place, user, words) for item in page.items]
    content = tag("ol", *rows, class_="rows") if rows else _empty(place, counts, today, words)
    return tag(
        "nav",
        _tabs(place, counts, words),
        _search(place, counts, bool(rows), words),
        content,
        _pages(page, place, words),
        id="queue",
        aria_label=words("queue.aria"),
    )


def _tab(show: Show, place: Place, counts: Mapping[Show, int], words: Words) -> Html:
    return tag(
        "a",
        words(f"show.{show}"),
        " ",
        tag("span", str(counts[show]), class_="count"),
        href=place.address(show=show.value, page="", id=""),
        aria_current="true" if show is place.wanted.show else None,
    )


def _tabs(place: Place, counts: Mapping[Show, int], words: Words) -> Html:
    return tag("div", *(_tab(show, place, counts, words) for show in TABS), class_="tabs")


def _search(place: Place, counts: Mapping[Show, int], has_rows: bool, words: Words) -> Html:
    wanted = place.wanted

    def day(name: str, value: object) -> Html:
        date = tag("input", type="date", name=name, id=name, value=str(value) if value else None)
        return tag("p", tag("label", words(f"filter.{name}"), for_=name), date)

    more = tag(
        "details",
        tag("summary", words("filter.more")),
        tag("div", *(_tab(show, place, counts, words) for show in MORE), class_="tabs"),
        day("since", wanted.since),
        day("until", wanted.until),
        tag("button", words("filter.apply"), class_="button"),
        open=wanted.show in MORE or bool(wanted.since or wanted.until),
        class_="more",
    )
    box = tag(
        "p",
        tag("label", hidden(words("search")), for_="search"),
        tag(
            "input",
            type="search",
            id="search",
            name="text",
            value=wanted.text or None,
            placeholder=words("search"),
            maxlength=200,
            autocomplete="off",
        ),
        tag("kbd", "/", aria_hidden="true"),
        class_="search",
    )
    show = tag("input", type="hidden", name="show", value=wanted.show.value)
    clear = None
    if place.is_narrowed and has_rows:
        clear = tag("p", tag("a", words("filter.clear"), href=f"/staff?show={wanted.show}"), class_="clear")
    return tag("form", show, box, clear, more, action="/staff", method="get", role="search")


def _row(item: Item, place: Place, user: str, words: Words) -> Html:
    return tag(
        "li",
        tag(
            "a",
            tag("span", item.question, class_="row-question", lang=item.language),
            tag("span", *_tags(item, user, words), class_="tags"),
            tag("time", f"{item.time:%m-%d %H:%M}", datetime=item.time.isoformat()),
            href=place.address(id=item.public_id),
            data_id=item.public_id,
            aria_current="true" if item.public_id == place.answer else None,
        ),
    )


def _tags(item: Item, user: str, words: Words) -> Sequence[Html]:
    """Return what is special about an answer. What others found of it stays hidden: a second opinion is blind."""
    found = []

    def add(text: str, kind: str = "") -> None:
        found.append(tag("span", text, class_=f"tag {kind}".rstrip()))

    reviewers = {reviewer for reviewer, _ in item.verdicts}
    if item.feedback in {Feedback.DOWN, Feedback.DISPUTED}:
        add(words("reader", r=words(f"reader.{item.feedback_reason or item.feedback}")), "bad")
    if len({verdict for _, verdict in item.verdicts}) > 1:
        add(words("tag.differ"), "note")
    if item.refused:
        add(words("tag.refused"))
    elif item.confidence < item.threshold + LOW_MARGIN:
        add(words("tag.low", c=f"{item.confidence:.2f}"), "low")
    if user in reviewers:
        add(words("tag.mine"), "ok")
    elif reviewers:
        add(words("tag.judged"))
    if not found:
        add(words("tag.new"))
    return found


def _empty(place: Place, counts: Mapping[Show, int], today: Today, words: Words) -> Html:
    if place.is_narrowed:
        clear = tag("a", words("filter.clear"), href=f"/staff?show={place.wanted.show}")
        return tag("div", tag("p", words("nohits")), tag("p", clear), class_="empty")
    others = [
        _tab(show, place, counts, words)
        for show in (*TABS, *MORE)
        if counts[show] and show not in {place.wanted.show, Show.ALL}
    ]
    return tag(
        "div",
        tag("p", words("empty", n=today.judged), class_="done"),
        tag("p", words("empty.median", s=today.median_s)) if today.median_s is not None else None,
        tag("p", words("empty.others"), join(*others), class_="others") if others else None,
        class_="empty",
    )


def _pages(page: Page, place: Place, words: Words) -> Html | None:
    if page.pages == 1:
        return None

    def link(step: int, name: str) -> Html | None:
        number = page.number + step
        if not 1 <= number <= page.pages:
            return None
        return tag("a", words(f"page.{name}"), href=place.address(page=str(number), id=""), data_page=name)

    position = tag("span", words("page.of", i=page.number, n=page.pages, t=page.total))
    return tag("p", link(-1, "previous"), position, link(1, "next"), class_="pages-of")
