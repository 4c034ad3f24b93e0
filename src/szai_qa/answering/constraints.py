"""Finds what a text names so exactly that it can be compared: years, months, days, editions, versions, Latin names.

Chinese and Arabic numerals, and English month names and ordinals, give the same value, so a question in one language
can be held against a passage in another. It knows forms, never a particular article's words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from szai_qa.corpus.normalize import for_matching

_DIGITS = {digit: i for i, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NUMERAL = "[0-9]{1,3}|[一二三四五六七八九十百两]{1,5}"


@dataclass(frozen=True, slots=True)
class Element:
    """Something named in a text: `kind` and `value` compare, `words` are as the text (normalised) has them."""

    kind: str
    value: str
    words: str


@lru_cache(maxsize=1)
def _tables() -> dict[str, Any]:
    path = files("szai_qa.answering").joinpath("named_elements.json")
    tables: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return tables


def number_value(numeral: str) -> int | None:
    """Return the value of a whole number up to 999, Arabic or Chinese; None where it is none."""
    if numeral.isascii():
        return int(numeral) if numeral.isdigit() else None
    total = digit = 0
    for character in numeral:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in "十百":
            total += (digit or 1) * (10 if character == "十" else 100)
            digit = 0
        else:
            return None
    return total + digit


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    tables = _tables()
    months, ordinals = "|".join(tables["months"]), "|".join(tables["ordinals"])
    return [
        ("year", re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})(?![0-9.])年?(?:底|初|末)?")),
        ("year", re.compile(r"([一二][零〇九][零〇一二三四五六七八九]{2})年")),
        ("month", re.compile(r"(?<![0-9.])(1[0-2]|0?[1-9])月(?:份|底|初)?")),
        ("month", re.compile(r"(?<![一二三四五六七八九])(十[一二]?|[一二三四五六七八九])月(?:份|底|初)?")),
        ("month", re.compile(rf"\b({months})\b")),
        ("edition", re.compile(rf"第({_NUMERAL})([{tables['edition_words']}])")),
        ("edition", re.compile(rf"\b({ordinals}|[0-9]{{1,2}}(?:st|nd|rd|th))\b")),
        ("version", re.compile(r"(?<![0-9.])([0-9]{1,3}\.[0-9]{1,3})(?![0-9.]*[%万亿千百元倍个])")),
        ("name", re.compile(r"(?<![a-z0-9])([a-z]+[0-9]+[a-z0-9]*)(?![a-z0-9])")),
    ]


def elements(text: str) -> Iterator[Element]:
    """Yield what a text names, in no particular order; the same spot may be named twice."""
    words = for_matching(text)
    for kind, pattern in _patterns():
        for found in pattern.finditer(words):
            value = _value(kind, found[1])
            if value is not None:
                yield Element(kind, value, found[0].strip())


def _value(kind: str, words: str) -> str | None:
    tables = _tables()
    if kind == "year":
        return "".join(str(_DIGITS.get(c, c)) for c in words)
    if kind == "month" and words in tables["months"]:
        return str(tables["months"][words])
    if kind == "edition" and words.isascii():
        return str(tables["ordinals"].get(words) or re.sub("[a-z]", "", words))
    if kind in ("month", "edition"):
        number = number_value(words)
        return None if number is None else str(number)
    return words.replace(" ", "")


def agreements(asked: frozenset[Element], sentence: frozenset[Element]) -> int:
    """Return how many of the values that a question names the sentence names too."""
    return len({(e.kind, e.value) for e in asked} & {(e.kind, e.value) for e in sentence})


def conflicts(asked: frozenset[Element], sentence: frozenset[Element]) -> int:
    """Return of how many values that a question names the sentence names only others of the same kind."""
    there: dict[str, set[str]] = {}
    for element in sentence:
        there.setdefault(element.kind, set()).add(element.value)
    values = {(e.kind, e.value) for e in asked if e.kind != "name"}
    return sum(kind in there and value not in there[kind] for kind, value in values)


def absent(asked: frozenset[Element], article: frozenset[Element]) -> list[Element]:
    """Return the elements that a question names and that stand nowhere in an article, each value once."""
    there = {(element.kind, element.value) for element in article}
    kept = {(e.kind, e.value): e for e in sorted(asked, key=lambda e: (-len(e.words), e.words))}
    return [e for key, e in sorted(kept.items()) if key not in there]
