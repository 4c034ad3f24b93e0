"""Sorts questions by their form, before anything is read: what is no question, a view, a request, an outline.

The word lists are in `question_forms.json`. They speak of forms of asking, never of an article's subject.
"""

from __future__ import annotations

import json
import re
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

from szai_qa.corpus.normalize import for_matching, readable, to_simplified
from szai_qa.corpus.tokens import HAN

_HAN = re.compile(f"[{HAN}]")
_LATIN = re.compile(r"[A-Za-z]")
_LATIN_WORD = re.compile("[a-z']+")
_WORD = re.compile(rf"[{HAN}a-z0-9]")


class Language(StrEnum):
    """The language a question is asked in."""

    SIMPLIFIED = "zh-Hans"
    TRADITIONAL = "zh-Hant"
    ENGLISH = "en"


class Form(StrEnum):
    """What a question asks for, as far as its form tells."""

    NOTHING = "nothing"
    OPINION = "opinion"
    REQUEST = "request"
    OUTLINE = "outline"
    FACT = "fact"


@lru_cache(maxsize=1)
def _forms() -> dict[str, list[str]]:
    path = files("szai_qa.answering").joinpath("question_forms.json")
    forms: dict[str, list[str]] = json.loads(path.read_text(encoding="utf-8"))
    return forms


def language_of(question: str) -> Language:
    """Return the language: English where Latin words rule, traditional where simplifying changes a character.

    An English question may name something in Chinese (“Who owns 四维图新?”), a Chinese one something in English.
    """
    if _LATIN.search(question) and not _HAN.search(question):
        return Language.ENGLISH
    latin, forms = _LATIN_WORD.findall(question.lower()), set(_forms()["english"])
    if len(latin) > len(_HAN.findall(question)) and sum(word in forms for word in latin) > 1:
        return Language.ENGLISH
    return Language.SIMPLIFIED if to_simplified(question) == readable(question) else Language.TRADITIONAL


def _has(kind: str, words: str) -> bool:
    return any(re.search(rf"\b{re.escape(form)}\b" if form.isascii() else form, words) for form in _forms()[kind])


def form_of(question: str) -> Form:
    """Return the form of a question."""
    words = for_matching(question).strip()
    if not _WORD.search(words) or _only_greets(words):
        return Form.NOTHING
    if _has("opinion", words) or _has("forecast", words):
        return Form.OPINION
    if any(_has(kind, words) for kind in ("request", "instruction", "self")):
        return Form.REQUEST
    if any(re.search(pattern, words) for pattern in _forms()["outline"]):
        return Form.OUTLINE
    return Form.FACT


def asks_for_several(question: str) -> bool:
    """Tell whether a question has several parts, so that one quote may not be enough."""
    words = for_matching(question)
    return any(re.search(pattern, words) for pattern in _forms()["several"])


def _only_greets(words: str) -> bool:
    """Tell whether nothing is left of a question without its greetings and particles."""
    for form in sorted(_forms()["greeting"], key=len, reverse=True):
        words = re.sub(rf"\b{re.escape(form)}\b", " ", words) if form.isascii() else words.replace(form, " ")
    return not _WORD.search(re.sub("[呀啊哦吗呢吧哈嘛了]", " ", words))
