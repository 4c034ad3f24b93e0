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
# “1—7月” is a span of time: neither of its ends is what is asked about.
_NO_RANGE_BEFORE, _NO_RANGE_AFTER = "(?<![-–—~至到])", "(?!\\s?[-–—~至到])"
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
        ("month", re.compile(rf"{_NO_RANGE_BEFORE}(?<![0-9.])(1[0-2]|0?[1-9])月(?:份|底|初)?{_NO_RANGE_AFTER}")),
        (
            "month",
            re.compile(
                rf"{_NO_RANGE_BEFORE}(?<![一二三四五六七八九])(十[一二]?|[一二三四五六七八九])月(?:份|底|初)?{_NO_RANGE_AFTER}"
            ),
        ),
        ("month", re.compile(rf"{_NO_RANGE_BEFORE}\b({months})\b{_NO_RANGE_AFTER}")),
        ("quarter", re.compile("(?:第([一二三四1-4])季|([一二三四1-4])季度)")),
        ("quarter", re.compile(r"\b(?:(first|second|third|fourth)[ -]quarter|q([1-4]))\b")),
        ("half", re.compile("(?:([上下])半年)")),
        ("half", re.compile(r"\b(first|second)[ -]half\b(?! of (?!the year|20))")),
        ("edition", re.compile(rf"第({_NUMERAL})([{tables['edition_words']}])")),
        ("edition", re.compile("(首)届")),
        ("edition", re.compile(rf"\b({ordinals}|[0-9]{{1,2}}(?:st|nd|rd|th)){tables['no_edition_before']}")),
        ("version", re.compile(r"(?<![0-9.])([0-9]{1,3}\.[0-9]{1,3})(?![0-9.]*[%万亿千百元倍个])")),
        ("name", re.compile(r"(?<![a-z0-9])([a-z]+[0-9]+[a-z0-9]*)(?![a-z0-9])")),
    ]


def elements(text: str) -> Iterator[Element]:
    """Yield what a text names, in no particular order; the same spot may be named twice."""
    words = for_matching(text)
    for kind, pattern in _patterns():
        for found in pattern.finditer(words):
            value = _value(kind, next(group for group in found.groups() if group))
            if value is not None:
                yield Element(kind, value, found[0].strip())


def _value(kind: str, words: str) -> str | None:
    tables = _tables()
    if kind == "year":
        return "".join(str(_DIGITS.get(c, c)) for c in words)
    if kind == "month" and words in tables["months"]:
        return str(tables["months"][words])
    if kind in ("quarter", "half"):
        return str(tables["parts_of_year"].get(words, words))
    if kind == "edition" and (words.isascii() or words in tables["ordinals"]):
        return str(tables["ordinals"].get(words) or re.sub("[a-z]", "", words))
    if kind in ("month", "edition"):
        number = number_value(words)
        return None if number is None else str(number)
    return words.replace(" ", "")


def absent(asked: frozenset[Element], article: frozenset[Element]) -> list[Element]:
    """Return the elements that a question names and that stand nowhere in an article, each value once."""
    there = {(element.kind, element.value) for element in article}
    kept = {(e.kind, e.value): e for e in sorted(asked, key=lambda e: (-len(e.words), e.words))}
    return [e for key, e in sorted(kept.items()) if key not in there]
