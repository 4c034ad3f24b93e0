"""Writes out an English follow-up as it would stand alone, in words of the conversation only.

There is no parser here: what a question is about is its longest run of names (words with capitals or digits). “And X?”
puts X in the place of the like element of the question before, a pronoun gives way to the name, and any other follow-up
is put after the name and a colon. It decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from szai_qa.answering.asked_english import english_tables
from szai_qa.answering.followup_forms import words
from szai_qa.answering.resolve import Thread

_TOKEN = re.compile(r"[“\"‘'(]*[\w$%&.+\-/’']*\w[”\"’'%)]*|\S")
_ABOUT = re.compile(r"^(?:what about|how about|and)\s+(?P<x>[^,?]+?)\s*[?？]*$", re.IGNORECASE)
_PLACE = re.compile(r"(?<!is )(?<!are )(?<!was )(?<!were )\bthere\b(?! (?:is|are|was|were|be|been)\b)", re.IGNORECASE)
_OWN = re.compile(r"\b(?:its|their|his|her(?= \w))\b", re.IGNORECASE)
_PERSON = re.compile(r"\b(?:he|she|him|his|her)\b", re.IGNORECASE)
_ONE = re.compile(r"(?<!of )\b(?:it|they|them|he|she|him|her)\b", re.IGNORECASE)
_EXCLUSIVE = (
    re.compile(r"\b(?:19|20)[0-9]{2}\b"),
    re.compile(r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"),
    re.compile(r"\b(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last|final)\b", re.IGNORECASE),
)
_POINTS_BACK = re.compile(
    r"^(?:and|what about|how about)\b"
    r"|\b(?:it|its|they|them|their|that|this|those|these|one|ones|he|she|his|her|there)\b"
    r"|\b(?:the (?:other|latter|former|same|second|third|last))\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"(?:(?:at|by|in|on|for|until|to|from|with|of|through|since) )?"
    r"(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|do|does|did|has|have|will|can)\b",
    re.IGNORECASE,
)
_PERIOD = re.compile(
    r"(?:the )?(?:(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Q[1-4]|[0-9][0-9.,%-]*|and|of),? ?)+"
)
_SHORT = 7
_FRAGMENT = 5
_ASKED = re.compile(
    r"(?:\w+ )?(?:how many|how much|which|what)\b.*?\b(?:do|does|did|has|have|is|are|was|were|will|can)\b", re.I
)
_THE = re.compile(
    r"\b(?P<noun>the (?:[\w-]+ ){0,3}?[\w-]+)(?P<end> (?=(?:of|in|on|at|to|for|that|who|with|is|are|was|were)\b)|[?,])"
)
_MANY = re.compile(r"\b(?:they|them|their)\b", re.IGNORECASE)
_PREPOSITIONS = frozenset(
    {"in", "at", "for", "of", "to", "on", "with", "by", "from", "during", "about", "under", "into", "through", "over"}
)
_LEADS = re.compile(r"the|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth", re.IGNORECASE)
_LINKS = frozenset({"of", "the", "and", "&", "de"})


def followed_english(question: str, thread: Thread) -> Thread | None:
    """Return the thread after an English follow-up, its `last` the follow-up as it would stand alone; None: no way."""
    bare = without_english_opening(question)
    about = _ABOUT.match(question.strip()) or _ABOUT.match(f"and {bare}" if len(bare.split()) < _FRAGMENT else "")
    if about and not _ASKS.match(about["x"]):
        x = about["x"]
        exchanged = _exchanged(x, thread.base)
        if exchanged:
            return Thread(thread.anchor, exchanged, exchanged)
        return Thread(thread.anchor, f"{thread.base.rstrip(' ?')}, and {x}?", thread.base)
    name = subject(thread.anchor)
    if not name:
        return None
    written = _pointing(bare, name, thread.anchor) or f"{name}: {bare}"
    return Thread(thread.anchor, written, written)


@lru_cache(maxsize=1)
def _opening() -> re.Pattern[str]:
    forms = "|".join([*words()["english_switches"], *words()["english_openings"]])
    return re.compile(rf"^(?:(?:{forms})\b[,:]? *)+(?=\S)", re.IGNORECASE)


def without_english_opening(question: str) -> str:
    """Return a question without the words that only continue or change the topic (and, new topic …)."""
    bare = _opening().sub("", question.strip())
    return bare or question.strip()


@dataclass(frozen=True, slots=True)
class _Run:
    start: int
    end: int
    count: int


def _runs(question: str) -> list[_Run]:
    """Return the runs of words with capitals or digits; small words within a run belong to it."""
    tokens = list(_TOKEN.finditer(question))
    named = [_is_name(token[0], i) for i, token in enumerate(tokens)]
    runs, i = [], 0
    while i < len(tokens):
        if not named[i]:
            i += 1
            continue
        j = i
        while j + 1 < len(tokens) and (named[j + 1] or _linked(tokens, named, j + 1)):
            j += 1
        first = i
        while first and _LEADS.fullmatch(tokens[first - 1][0]):
            first -= 1
        runs.append(_Run(tokens[first].start(), tokens[j].end(), j - i + 1))
        i = j + 1
    return runs


def _widened(run: _Run, question: str) -> _Run:
    """Return a run with the small-lettered nouns after it: the 15th Baotou + rare earth forum.

    They end at a function word. Where the run may be the subject of a verb, the last of them is taken for the verb.
    """
    before = question[: run.start].lower().split()
    after = re.match(r"(?: [a-z][\w-]*)+", question[run.end :])
    if not after:
        return run
    more = after[0].split()
    stop = next((i for i, word in enumerate(more) if word in _function_words()), len(more))
    ends = stop == len(more) and run.end + len(after[0]) >= len(question.rstrip(" ?？"))
    more = more[:stop]
    at = max((i for i, word in enumerate(before) if word in english_tables()["auxiliaries"]), default=-1)
    subject_of = at >= 0 and not _PREPOSITIONS & set(before[at + 1 :])
    copula = at >= 0 and before[at] in english_tables()["copulas"]
    owns = question[run.start : run.end].endswith(("'s", "’s", "s'", "s’"))
    if (subject_of and not ends) or len(more) > _FRAGMENT or (owns and (copula or not subject_of)):
        return run
    asked = bool(before) and before[-1] in {"which", "what", "whose"}
    if subject_of or (copula and ends) or (asked and len(more) > 1):
        more.pop()
    return _Run(run.start, run.end + sum(len(word) + 1 for word in more), run.count + len(more))


def _linked(tokens: Sequence[re.Match[str]], named: Sequence[bool], at: int) -> bool:
    return (
        tokens[at][0] in _LINKS
        and at + 1 < len(tokens)
        and (named[at + 1] or (tokens[at + 1][0] == "the" and at + 2 < len(tokens) and named[at + 2]))
    )


def _is_name(word: str, position: int) -> bool:
    if word.lower() in _function_words() or (position == 0 and word.islower()):
        return False
    return bool(re.search(r"[A-Z0-9\u4e00-\u9fff]", word)) and word not in {"I"}


@lru_cache(maxsize=1)
def _function_words() -> frozenset[str]:
    return frozenset([*words()["english_stops"], *english_tables()["auxiliaries"]])


def subject(question: str) -> str:
    """Return what an English question is about: its longest run of names that is no date, the first of several.

    A run in what it asks for (How many AI firms …) counts only where there is no other. Where there is none at all: its
    first “the …”, else empty.
    """
    runs = [_widened(run, question) for run in _runs(question) if not _is_period(question[run.start : run.end])]
    asked = _ASKED.match(question)
    runs = [run for run in runs if not (asked and run.start < asked.end())] or runs
    runs = [run for run in runs if not question[: run.start].lower().endswith("according to ")] or runs
    if runs:
        best = max(runs, key=lambda run: (run.count, -run.start))
        return re.sub(r"['’]s?$", "", question[best.start : best.end]).replace('"', "").strip(" ,?")
    found = _THE.search(question)
    if not found:
        return ""
    verb = re.search(r"\b(?:do|does|did) $", question[: found.start()]) and found["end"] == "?"
    return found["noun"].rsplit(" ", 1)[0] if verb else found["noun"]


def _is_period(words_: str) -> bool:
    return _PERIOD.fullmatch(words_ + " ") is not None


def _exchanged(x: str, last: str) -> str:
    """Return the last question with X in the place of what is of its kind, empty where nothing is."""
    for pattern in _EXCLUSIVE:
        mine, theirs = pattern.search(x), list(pattern.finditer(last))
        if mine and len(theirs) == 1 and len(x.split()) <= 3:
            return last[: theirs[0].start()] + mine[0] + last[theirs[0].end() :]
    mine_runs = [run for run in _runs(f"and {x}") if not _is_period(f"and {x}"[run.start : run.end])]
    runs = [run for run in _runs(last) if not _is_period(last[run.start : run.end])]
    if len(mine_runs) == 1 and runs:
        alike = min(runs, key=lambda run: (abs(run.count - mine_runs[0].count), -run.start))
        name = re.sub(r"^(?:in|at|for|from|on|to|by) (?:the )?", "", x)
        tail = "'s" if last[alike.start : alike.end].endswith("'s") and not name.endswith("'s") else ""
        return last[: alike.start] + name + tail + last[alike.end :]
    return ""


def _pointing(bare: str, name: str, anchor: str) -> str | None:
    """Return the question with its pronoun replaced by the name, None where it has none, or may point elsewhere.

    It may where the question before asked for who or which, and a name in passing (in Zhejiang) is no subject.
    """
    if re.match(r"(?:\w+ )?(?:who|which|what) (?!is\b|are\b|was\b|were\b|did\b|does\b)", anchor, re.IGNORECASE):
        return None
    if _PERSON.search(bare) and re.match(r"(?:\w+ )?(?:who|which)\b", anchor, re.IGNORECASE):
        return None
    place = re.search(rf"\b(?P<in>[a-z]+) (?:the )?{re.escape(re.sub('^the ', '', name))}", anchor)
    preposition = place["in"] if place and place["in"] in _PREPOSITIONS else ""
    where = f"{preposition if preposition in {'in', 'at'} else 'at'} {name}"
    if _PLACE.search(bare):
        return _PLACE.sub(lambda _: where, bare, count=1)
    if (preposition and len(name.split()) == 1) or (_MANY.search(bare) and " and " not in name):
        return None
    own = name if name.endswith(("'s", "’s")) else f"{name}'s"
    text = _OWN.sub(lambda _: own, bare, count=1)
    return text if text != bare else (_ONE.sub(lambda _: name, bare, count=1) if _ONE.search(bare) else None)


def leaves_out_english(question: str) -> bool:
    """Tell whether a later English question needs those before it: it points back, is short, or names nothing."""
    bare = without_english_opening(question)
    if without_english_switch(question) != question:
        return not _runs(bare) or bool(_POINTS_BACK.search(bare))
    return bool(_POINTS_BACK.search(question)) or len(question.split()) < _SHORT or not _runs(bare)


def without_english_switch(question: str) -> str:
    """Return a question without the words that announce another topic (new topic: …)."""
    forms = "|".join(words()["english_switches"])
    return re.sub(rf"^(?:{forms})\b[,:.]? *(?=\S)", "", question, flags=re.IGNORECASE)
