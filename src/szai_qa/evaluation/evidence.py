"""Tells whether a quote holds gold evidence, and which sentences of an article do.

Pure functions over texts and offsets. The sentences here are the measure's own: they end after 。！？； with the
closing marks that follow, or at a line's end, so that a figure does not move with the program that is measured.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

_SENTENCE = re.compile(r"[^。！？；\n]+(?:[。！？；][”’」』）)]*)?")


@lru_cache(maxsize=64)
def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Return the (start, end) of each sentence of a text, in order; offsets are half-open code points."""
    return tuple(match.span() for match in _SENTENCE.finditer(text))


def sentences_of(text: str, start: int, end: int) -> tuple[str, ...]:
    """Return the sentences that share a character with text[start:end]."""
    return tuple(text[a:b].strip() for a, b in sentences(text) if a < end and start < b)


def covers(quote: str, group: Sequence[str], answers: Sequence[str]) -> bool:
    """Tell whether a quote holds one of a group's alternatives, or is a part of one that holds an accepted answer."""
    return any(
        alternative in quote or (quote in alternative and any(answer in quote for answer in answers))
        for alternative in group
    )


@dataclass(frozen=True, slots=True)
class Gold:
    """What a question's quotes are compared with; `source` None: the evidence counts in any article."""

    groups: Sequence[Sequence[str]]
    answers: Sequence[str]
    source: str | None

    def covered_by(self, text: str, article_id: str) -> frozenset[int]:
        """Return the positions of the groups that a quote or passage covers."""
        if not text or (self.source is not None and article_id != self.source):
            return frozenset()
        return frozenset(i for i, group in enumerate(self.groups) if covers(text, group, self.answers))

    def holds(self, sentence: str) -> bool:
        """Tell whether a sentence of the article holds evidence, or is a part of it."""
        words = sentence.strip()
        return any(gold in sentence or (words and words in gold) for group in self.groups for gold in group)

    def character_precision(self, quotes: Sequence[Mapping[str, Any]], texts: Mapping[str, str]) -> float:
        """Return the share of the quoted characters that lie in sentences holding evidence, 0 to 1."""
        good = total = 0
        for quote in quotes:
            start, end, text = quote["start"], quote["end"], texts.get(quote["article_id"], "")
            total += end - start
            if self.source is not None and quote["article_id"] != self.source:
                continue
            shared = ((max(a, start), min(b, end), text[a:b]) for a, b in sentences(text) if a < end and start < b)
            good += sum(b - a for a, b, sentence in shared if self.holds(sentence))
        return good / total if total else 0.0


def is_verbatim(quote: Mapping[str, Any], texts: Mapping[str, str]) -> bool:
    """Tell whether a quote's text stands at its offsets, and its highlight inside it at its own."""
    text, mark = texts.get(quote["article_id"]), quote.get("highlight")
    if text is None or not quote["text"] or text[quote["start"] : quote["end"]] != quote["text"]:
        return False
    if not mark:
        return True
    inside = quote["start"] <= mark["start"] < mark["end"] <= quote["end"]
    return inside and text[mark["start"] : mark["end"]] == str(mark["text"])


def is_whole(quote: Mapping[str, Any], texts: Mapping[str, str]) -> bool:
    """Tell whether a quote begins and ends where sentences do, white space aside."""
    text, start, end = texts.get(quote["article_id"], ""), quote["start"], quote["end"]
    begins = any(a <= start < b and not text[a:start].strip() for a, b in sentences(text))
    return begins and any(a < end <= b and not text[end:b].strip() for a, b in sentences(text))


@dataclass(frozen=True, slots=True)
class Located:
    """References of one answer in a text: the words that stand there, and the evidence groups they make."""

    answers: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...] = field(default=())


def locate(text: str, references: Sequence[tuple[str, int | None]]) -> Located:
    """Turn references (words, offset) into evidence: the sentences that hold them.

    An offset that does not fit is replaced by the nearest place where the words stand; words that stand nowhere make
    no evidence. References inside one sentence are alternatives of one group; where all of them run over several
    sentences, each sentence of the shortest is a group of its own.
    """
    answers = tuple(dict.fromkeys(words for words, _ in references))
    places = [(start, start + len(words)) for words, near in references if (start := _nearest(text, words, near)) >= 0]
    found = [sentences_of(text, start, end) for start, end in places]
    single = tuple(dict.fromkeys(held[0] for held in found if len(held) == 1))
    if single:
        return Located(answers, (single,))
    several = min((held for held in found if held), key=lambda held: sum(map(len, held)), default=())
    return Located(answers, tuple((sentence,) for sentence in several))


def _nearest(text: str, words: str, near: int | None) -> int:
    """Return where the words stand, nearest to an offset; -1 where they stand nowhere."""
    if not words.strip():
        return -1
    if near is None or near < 0:
        return text.find(words)
    if text.startswith(words, near):
        return near
    before, after = text.rfind(words, 0, near + len(words)), text.find(words, near)
    return min((start for start in (before, after) if start >= 0), key=lambda start: abs(start - near), default=-1)
