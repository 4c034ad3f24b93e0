"""Follow-ups: whether a question needs those before it, and how it was understood.

A follow-up is written out in words of the conversation alone (`resolve.py`, `resolve_english.py`); it is searched both
as it stands and written out, and the reader sees the earlier questions as they were asked. Where no way is found to
write it out, the question that it continues stands before it: nothing is guessed that nobody said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from szai_qa.answering.question import Language, language_of
from szai_qa.answering.resolve import Thread, followed, leaves_out, without_switch
from szai_qa.answering.resolve_english import followed_english, leaves_out_english, without_english_switch

# Openings that can't be the first question of a conversation; what they point to is nowhere.
_CONTINUES = re.compile(
    r"^(?:那.{0,12}(?=呢[?？]?$)|[它他她]们?(?!人|国|乡)|(?:what|how) about\b|(?:it|its|they|their|he|his|she|her)\b)"
)


def is_elliptical(question: str) -> bool:
    """Tell whether a later question of a conversation needs the ones before it."""
    return leaves_out_english(question) if language_of(question) is Language.ENGLISH else leaves_out(question)


def retrieval_queries(question: str, history: Sequence[str]) -> list[str]:
    """Return what to search with: the question, and where it does not stand alone also how it was understood.

    A follow-up is searched after the question that it continues as well: writing it out leaves some of its words out.
    """
    understood = understood_as(question, history)
    if understood is None:
        return [question]
    anchor = _thread(history).anchor
    return list(dict.fromkeys([question, understood, *([f"{anchor} {question}"] if is_elliptical(question) else [])]))


def understood_as(question: str, history: Sequence[str]) -> str | None:
    """Return how a follow-up was understood (in words of the conversation), None where it stands alone as it is."""
    understood = _after(question, _thread(history)).last if question.strip() else question
    return None if understood == question else understood


def _thread(history: Sequence[str]) -> Thread:
    """Return what a conversation is at after its questions, oldest first."""
    thread = Thread()
    for earlier in filter(str.strip, history):
        thread = _after(earlier, thread)
    return thread


def _after(question: str, thread: Thread) -> Thread:
    """Return the thread of a conversation after one more question."""
    if not thread.anchor:
        return Thread(question, question, question)
    english = language_of(question) is Language.ENGLISH
    if not is_elliptical(question):
        alone = without_english_switch(question) if english else without_switch(question)
        return Thread(alone, alone, alone)
    after = None
    if english == (language_of(thread.anchor) is Language.ENGLISH):
        after = followed_english(question, thread) if english else followed(question, thread)
    joined = f"{thread.anchor} {question}"
    return after or Thread(thread.anchor, joined, joined)


def unclear_word(question: str, history: Sequence[str]) -> str | None:
    """Return the words of a first question that point to something before it, None where nothing does."""
    found = None if history else _CONTINUES.match(question.strip().lower())
    return question.strip()[: found.end()] if found else None
