"""Says what an article lacks that a refused question asks for: “2021年的贷款额”, in the question's own words.

It names the attribute asked for (`asked.py`, `asked_english.py`), and before it the element of the question (year,
edition, day, period, name) that stands nowhere in the article, if there is one. It decides nothing: whether a question
is refused was decided before.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

from szai_qa.answering.asked import asked_for, tables
from szai_qa.answering.asked_english import asked_for_in_english
from szai_qa.answering.constraints import absent, elements
from szai_qa.answering.names import names_in
from szai_qa.answering.question import Language, language_of
from szai_qa.answering.tagging import tagged
from szai_qa.corpus.normalize import for_matching, to_simplified

_DAY = re.compile(r"(?:(?P<month>[0-9]{1,2})月)?(?P<day>[0-9]{1,2})[日号](?!线|楼|台风)")
_BRACKETED = re.compile("《[^》]*》")
_SETS_TIME = re.compile("[0-9]+(?:年|月|日|号)|[一二三四五六七八九十]+(?:月|季)|[上下]半年|[去前明]年|季度|全年")
_STRETCH = 3
"""A short form's characters stand at most so far apart in its long form: 盐工材料学院, 盐城工学院材料学院."""


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    path = files("szai_qa.answering").joinpath("missing_words.json")
    words: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return words


def missing_parts(question: str, understood: str | None, article: str, published: date | None) -> tuple[str, ...]:
    """Return what an article lacks that is asked for, one phrase a thing, the surest first; empty where none is found.

    `understood` is how a follow-up is read (None where it stands alone), `article` the text of the nearest article.
    """
    asked = understood or question
    language = language_of(question)
    lacking = next(absent_elements(asked, article, published), "")
    if language is Language.ENGLISH:
        phrases = _english(asked)
        if lacking:
            phrases = tuple(phrase if _holds(phrase, lacking) else f"{phrase} ({lacking})" for phrase in phrases)
        return phrases or ((lacking,) if lacking else ())
    phrases = asked_for(asked, language)
    if not phrases:
        return (lacking,) if lacking else ()
    of = tables()["heads"][language]["of"]
    for element in (lacking, next(_times(asked), "")):
        if element and not any(_holds(phrase, element) for phrase in phrases):
            phrases = tuple(_of(element, phrase, asked, of) for phrase in phrases)
    return phrases


def _of(element: str, phrase: str, question: str, of: str) -> str:
    """Return the phrase with the element before it, joined as they are in the question."""
    shared = next((n for n in range(len(element), 0, -1) if element.endswith(phrase[:n])), 0)
    if shared or f"{element}{phrase[:2]}" in question:
        return element + phrase[shared:]
    return f"{element}{of}{phrase}"


def _english(asked: str) -> tuple[str, ...]:
    """Return what is asked for in English; what a follow-up is about (“Shanghai: what will that cost?”) stands last."""
    about, colon, rest = asked.partition(": ")
    phrases = asked_for_in_english(rest if colon else asked)
    return tuple(f"{phrase} ({about})" if colon and not _holds(phrase, about) else phrase for phrase in phrases)


def _times(question: str) -> Iterator[str]:
    """Yield the times that a Chinese question sets; they belong to what is asked for wherever they stand."""
    run = ""
    for word in tagged(_BRACKETED.sub(lambda name: "。" * len(name[0]), question)):
        if word.tag == "TIME" and _SETS_TIME.search(word.text):
            run += question[word.start : word.end]
            continue
        if run:
            yield run
        run = ""


def _holds(phrase: str, element: str) -> bool:
    return for_matching(element) in for_matching(phrase)


def absent_elements(question: str, article: str, published: date | None) -> Iterator[str]:
    """Yield the question's elements that stand nowhere in an article, in its own characters, the surest kinds first."""
    told = _flat(article)
    there = frozenset(elements(article)) | _of_date(published)
    for element in absent(frozenset(elements(question)), there):
        yield _in_own_characters(element.words, question)
    yield from _absent_days(question, told)
    yield from _absent_periods(question, told, published)
    if language_of(question) is not Language.ENGLISH:
        yield from _absent_names(question, told)


def _absent_days(question: str, told: str) -> Iterator[str]:
    for day in _DAY.finditer(to_simplified(question)):
        if not re.search(rf"(?<![0-9]){int(day['day'])}[日号\-—~至]", told):
            yield question[day.start() : day.end()]


def _absent_periods(question: str, told: str, published: date | None) -> Iterator[str]:
    plain = to_simplified(question)
    for period in _words()["periods"]:
        at = plain.find(period)
        same = [period, *_words()["same"].get(period, [])]
        if period == "去年" and published:
            same.append(f"{published.year - 1}年")
        if at >= 0 and not any(form in told for form in same):
            yield question[at : at + len(period)]


def _absent_names(question: str, told: str) -> Iterator[str]:
    plain = to_simplified(question)
    for name in names_in(question):
        if not _stands(name, told):
            at = plain.find(name)
            yield question[at : at + len(name)]


def _stands(name: str, told: str) -> bool:
    """Tell whether a name stands there, or what it shortens.

    Stricter than `names.stands_in`: this one names what is missing, it does not decide, and 中国石化 is no 中国石油.
    """
    flat = _flat(name)
    if not flat or flat in told or (len(flat) > 2 and flat[-1] in _words()["name_endings"] and flat[:-1] in told):
        return True
    return len(flat) > 2 and re.search(f".{{0,{_STRETCH}}}?".join(map(re.escape, flat)), told) is not None


def _flat(text: str) -> str:
    """Return a text as it is compared: normalised, without white space and punctuation between words."""
    return re.sub(r"[\s“”‘’「」『』《》〈〉\"'·・,，()（）]", "", for_matching(text))


def _of_date(published: date | None) -> frozenset[Any]:
    return frozenset(elements(f"{published.year}年{published.month}月")) if published else frozenset()


def _in_own_characters(words: str, question: str) -> str:
    flat = for_matching(question)
    at = flat.find(words)
    return question[at : at + len(words)] if len(flat) == len(question) and at >= 0 else words
