"""Puts a word of a follow-up in the place of its like in an earlier question: “9月呢” after one on August.

Alike are two years, months, editions or ordinals, two names of a kind, and two nouns with the same ending.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from szai_qa.answering.followup_forms import words
from szai_qa.answering.tagging import NAMES, Word, tagged
from szai_qa.answering.topic import OWNERS, ends_name, topic
from szai_qa.corpus.normalize import to_simplified


@lru_cache(maxsize=1)
def exclusive_kinds() -> tuple[re.Pattern[str], ...]:
    """Return patterns of elements that exclude each other within a kind; a longer element stands before a shorter."""
    numeral = "[0-9一二三四五六七八九十〇零两]+"
    return (
        re.compile(
            r"(?:(?:19|20)[0-9]{2}|[一二][零〇九][零〇一二三四五六七八九]{2})年?度?|去年同?期?|今年|前年|明年|[前上下后]一年|同期"
        ),
        re.compile(rf"(?<![0-9])(?:1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月份?(?:{numeral}[日号])?"),
        re.compile(r"第?[一二三四1-4]季度|[上下]半年|前三季度|全年"),
        re.compile(rf"第{numeral}[届次批期轮版代]|[上下首本这那][一]?[届次批期轮版代]"),
        re.compile(words()["ordinal"]),
        re.compile(r"同比|环比"),
    )


def exchanged(x: str, text: str) -> str:
    """Return a text with X in the place of what is of its kind, empty where nothing is."""
    plain, old = to_simplified(x), to_simplified(text)
    place = _same_kind(plain, old) or _same_name(x, text) or _like_ending(plain, text) or _short_name(x, text)
    return text[: place[0]] + x + text[place[1] :] if place else ""


def _same_kind(x: str, before: str) -> tuple[int, int] | None:
    for pattern in exclusive_kinds():
        mine = pattern.search(x)
        theirs = list(pattern.finditer(before))
        if mine and theirs and len(mine[0]) + 3 >= len(x):
            return theirs[-1].span()
    return None


def _same_name(x: str, before: str) -> tuple[int, int] | None:
    mine = [word for word in tagged(x) if word.tag in NAMES]
    if len(mine) != 1 or len(mine[0].text) + 2 < len(x.strip()):
        return None
    if mine[0].tag in {"nz", "nw"} and not mine[0].text.isascii():
        return None
    theirs = tagged(before)
    alike = [i for i, w in enumerate(theirs) if w.tag == mine[0].tag and w.text.isascii() == mine[0].text.isascii()]
    return _name_at(theirs, alike[-1]) if alike else None


def _name_at(words_: Sequence[Word], i: int) -> tuple[int, int]:
    """Return where the name that the i-th word begins stands."""
    return words_[i].start, words_[i + ends_name(words_, i + 1)].end


def _short_name(x: str, text: str) -> tuple[int, int] | None:
    """Return the place of the name that a text begins with, where X is a name too, of whatever kind."""
    mine, theirs = tagged(x), tagged(text)
    if not (mine and theirs) or theirs[0].tag not in NAMES or not any(word.tag in NAMES for word in mine):
        return None
    place = _name_at(theirs, 0)
    return place if topic(text) == text[: place[1]] else None


def _like_ending(x: str, before: str) -> tuple[int, int] | None:
    """Return the place of the noun whose ending X shares: 信用债 for 利率债, 利润 for 净利润."""
    best: tuple[int, int, int] | None = None
    if not tagged(x) or tagged(x)[-1].tag not in OWNERS:
        return None
    for word in tagged(before):
        if word.tag not in {"n", "nz", "vn", "an", *NAMES}:
            continue
        shared = 0
        while shared < min(len(word.text), len(x)) and word.text[-1 - shared] == x[-1 - shared]:
            shared += 1
        if shared and (best is None or shared >= best[0]):
            best = (shared, word.start, word.end)
    return best[1:] if best else None


def without_kind(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    """Yield what is left of a text without the elements of a kind and the 的, 末 … that hangs on each."""
    at = 0
    for found in pattern.finditer(to_simplified(text)):
        yield text[at : found.start()]
        at = found.end() + (1 if text[found.end() : found.end() + 1] in ("的", "末", "底", "初") else 0)
    yield text[at:]
