"""Names what an English question asks for, in its own words (“How many guests attended …?” → guests attended …).

There is no parser for English here: the question word gives the head (number, time, place …) and the auxiliary verb
after it is left out, so a verb may stand uninflected. It knows forms of asking, never an article's subject.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from importlib.resources import files
from typing import Any

_ASKS = re.compile(
    r"\b(?:(?P<how>how (?:many|much|long|old|large|big|far|fast|high|tall|deep|heavy|often))|"
    r"(?P<noun>what|which|whose)|(?P<who>who|whom)|(?P<plain>when|where|why)|(?P<manner>how))\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=1)
def english_tables() -> dict[str, Any]:
    """Return the forms of asking (`asked_english.json`)."""
    path = files("szai_qa.answering").joinpath("asked_english.json")
    tables: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return tables


def asked_for_in_english(question: str) -> tuple[str, ...]:
    """Return a phrase for what an English question asks for; none where it has no words but a question word."""
    words = re.sub(r"\s+", " ", question).strip(" ?.!？")
    opening = re.compile(rf"^(?:(?:{'|'.join(english_tables()['openings'])})\b,? ?)+", re.IGNORECASE)
    words = re.sub(r" ?\bexactly\b", "", opening.sub("", words)).strip()
    asks = _ASKS.search(words)
    if not asks:
        phrase = _without_auxiliary(words)
    elif asks["who"] or asks["manner"]:
        phrase = asks[0].lower() + words[asks.end() :]
    else:
        whole, rest = asks[0].lower() + words[asks.end() :], words[asks.end() :].strip()
        phrase = (
            _of_noun(whole, rest)
            if asks["noun"]
            else _with_head(english_tables()["heads"][asks[0].lower()], whole, rest)
        )
    return (phrase,) if phrase else ()


def _of_noun(whole: str, rest: str) -> str:
    """Return the noun asked for: what is the capital of X → the capital of X, which hotel did X use → hotel X use."""
    noun, auxiliary, more = _at_auxiliary(rest)
    if not auxiliary:
        return whole
    if noun:
        return f"{noun} {more}"
    return more if auxiliary in english_tables()["copulas"] else whole


def _with_head(head: str, whole: str, rest: str) -> str:
    noun, auxiliary, more = _at_auxiliary(rest)
    if not auxiliary:
        return whole if rest else ""
    if (head == "amount" and noun) or (not noun and auxiliary in english_tables()["copulas"] and head != "reason why"):
        head = f"{head} of"
    return re.sub(r"\bof (of|there)\b", "of", " ".join(part for part in (head, noun, more) if part))


def _at_auxiliary(rest: str) -> tuple[str, str, str]:
    """Return what stands before the first auxiliary verb, the verb, and what follows; none: all stands before."""
    found = re.search(rf"(?:^|\s)({'|'.join(english_tables()['auxiliaries'])})(?=\s|$)|^'s\b", rest, re.IGNORECASE)
    if not found:
        return rest, "", ""
    more = re.sub(r"^(?:there|be|been)\b ?", "", rest[found.end() :].strip(), flags=re.IGNORECASE)
    return rest[: found.start()].strip(), found[0].strip().lower(), more


def _without_auxiliary(words: str) -> str:
    before, auxiliary, after = _at_auxiliary(words)
    return after if auxiliary and not before else words
