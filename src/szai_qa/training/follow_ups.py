"""Turns a question into the follow-up of another one: what both name is left out, or a pronoun stands for it.

Real conversations are few; any two questions on one article that share their subject make one more. Nothing is added
to a question but a pronoun, so what answers it stays the same.
"""

from __future__ import annotations

import random
import re
from difflib import SequenceMatcher

_SHORTEST_SHARED = 3  # characters; words of English count by their letters
_SHORTEST_LEFT = 4
_HAN = re.compile(r"[\u4e00-\u9fff]")
_ASKING = re.compile(
    r"什么|甚么|多少|几|哪|谁|何时|怎么|为什么|是不是|有没有|what|which|when|where|who|why|how", re.IGNORECASE
)
_LATE = 2  # characters that may stand before the subject (请问, “the ”)
_PRONOUNS_CHINESE = ("它", "它", "他们", "那它", "")
_PRONOUNS_ENGLISH = ("it", "they")
_INSIDE = "上里裡中内內"  # what follows is a place in the thing, and no pronoun takes it
_ARTICLES = {"the", "a", "an", "this", "that", "these", "those"}


def as_follow_up(question: str, earlier: str, rng: random.Random) -> str | None:
    """Return the question as it might follow `earlier`, None where they share no subject."""
    match = SequenceMatcher(None, question, earlier, autojunk=False).find_longest_match()
    shared = question[match.a : match.a + match.size]
    return _chinese(question, shared, match.a, rng) if _HAN.search(question) else _english(question, earlier, rng)


def _chinese(question: str, shared: str, at: int, rng: random.Random) -> str | None:
    if at > _LATE or len(_HAN.findall(shared)) < _SHORTEST_SHARED or _ASKING.search(shared):
        return None
    rest = question[at + len(shared) :]
    if len(rest) < _SHORTEST_LEFT or rest[0] in _INSIDE:
        return None
    return question[:at] + rng.choice(_PRONOUNS_CHINESE) + rest.removeprefix("的")


def _english(question: str, earlier: str, rng: random.Random) -> str | None:
    """Replace the longest run of words of both, which has to begin with a capital."""
    words, others = question.split(), earlier.split()
    match = SequenceMatcher(None, words, others, autojunk=False).find_longest_match()
    shared = words[match.a : match.a + match.size]
    if not match.a or len(shared) < 2 or _ASKING.search(" ".join(shared)):
        return None
    after = words[match.a + match.size :]
    named = all(word[:1].isupper() for word in shared)
    before = words[match.a - 1].lower()
    if not named or not after or after[0][:1].isupper() or before in _ARTICLES or before.isdigit():
        return None
    return " ".join([*words[: match.a], rng.choice(_PRONOUNS_ENGLISH), *after])
