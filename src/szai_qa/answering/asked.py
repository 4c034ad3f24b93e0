"""Names what a Chinese question asks for: a noun phrase from its own words (“放出多少个岗位” → 放出的岗位数量).

The question word tells the kind of thing (time, place, number …), the words around it what it is of. Only the general
name of the kind (时间, 地点, 数量 …) is ours. It knows forms of asking, never an article's subject.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from szai_qa.answering.tagging import NAMES, Word, tagged
from szai_qa.corpus.normalize import to_simplified

_NOMINAL = NAMES | {"n", "vn", "an", "a", "s", "TIME"}
_ENDS_CLAUSE = re.compile("[，。；？！?!;]|,(?![0-9])")
_QUOTED = re.compile('[“「『《"][^”」』》"]*[”」』》"]')
_LONGEST = 16
"""What a phrase says of its head has at most this many characters: the nearest ones to the question word."""
_SHORTEST = 4
_MARKS = frozenset("，。；,;")
_WITH_NOUN = frozenset({"count", "which", "thing", "degree"})
_ATTRIBUTED = frozenset({"count", "degree", "which", "thing", "person"})
_BEGINS_NOTHING = frozenset({"u", "f", "c", "w", "xc", "d", "q"})
_PUNCTUATION = " ，。；？！?!,;"
_MOST = 2
"""A question with more parts names the last ones: what comes before them is mostly their condition."""


@lru_cache(maxsize=1)
def tables() -> dict[str, Any]:
    """Return the forms of asking (`asked_words.json`)."""
    path = files("szai_qa.answering").joinpath("asked_words.json")
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


@lru_cache(maxsize=1)
def _question_words() -> list[tuple[str, re.Pattern[str]]]:
    return [(kind, re.compile(pattern)) for kind, pattern in tables()["question_words"]]


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause that asks: the kind and the characters of its question word, the words before it and after it."""

    kind: str
    asks: str
    before: tuple[Word, ...]
    after: tuple[Word, ...]


def asked_for(question: str, language: str) -> tuple[str, ...]:
    """Return a noun phrase for each thing that a Chinese question asks for, at most two; none where nothing is found.

    `language` (zh-Hans, zh-Hant) is that of the general heads; the other words are the question's own characters.
    """
    heads = tables()["heads"][language]
    phrases = [_Phrase(question, clause, heads).words() for clause in clauses(question)]
    return tuple(dict.fromkeys(phrase for phrase in phrases if phrase))[-_MOST:]


def asked_things(question: str) -> str:
    """Return the countable things that a question asks for (多少家银行签约 → 签约的银行), empty where for none."""
    for clause in clauses(question):
        phrase = _Phrase(question, clause, tables()["heads"]["zh-Hans"])
        if clause.kind in ("which", "count") and phrase.counts_things:
            return phrase.things()
    return ""


def clauses(question: str) -> list[Clause]:
    """Return the clauses of a question that have a question word; quoted names hold none."""
    plain = to_simplified(question)
    masked = _QUOTED.sub(lambda quoted: "\ue000" * len(quoted[0]), plain)
    found, start, told = [], 0, 0
    for end in [*(mark.end() for mark in _ENDS_CLAUSE.finditer(masked)), len(plain)]:
        asks = _question_word(masked, start, end)
        if asks:
            kind, at, to = asks
            if kind == "whether" and plain[at] == plain[to - 1] and plain[at] not in "是有":
                to -= 1  # 包不包括: the second 包 begins the verb
            found.append(Clause(kind, plain[at:to], _words(question, told, at), _words(question, to, end)))
            told = end
        start = end
    return found


def _question_word(masked: str, start: int, end: int) -> tuple[str, int, int] | None:
    """Return kind, start and end of the clause's last question word of the first kind that it has one of."""
    for kind, pattern in _question_words():
        matches = list(pattern.finditer(masked, start, end))
        if matches:
            return kind, matches[-1].start(), matches[-1].end()
    return None


def _words(question: str, start: int, end: int) -> tuple[Word, ...]:
    """Return the words within [start, end); those that cross its ends are cut."""
    plain = to_simplified(question)
    cut = ((word.tag, max(word.start, start), min(word.end, end)) for word in tagged(question))
    return tuple(Word(plain[at:to], tag, at, to) for tag, at, to in cut if at < to)


class _Phrase:
    """Makes the phrase of one clause."""

    def __init__(self, question: str, clause: Clause, heads: Mapping[str, str]) -> None:
        self._question, self._clause, self._heads = question, clause, heads
        self._told = without_carriers(clause.before)
        self._carrier = clause.before[len(self._told) :]
        after = "".join(word.text for word in clause.after) if clause.kind == "count" else ""
        units = [unit for unit in tables()["units"] if after.startswith(unit)]
        self._unit = max(units, key=len, default=None)  # 几天, 多少年
        self._counter = after[:1] in tables()["counters"] if after else False  # 几家, 多少个
        self._noun, self._rest = _noun_after(clause, len(self._unit or ""))
        if clause.kind not in _WITH_NOUN:
            self._noun, self._rest = (), (*self._noun, *self._rest)

    def words(self) -> str:
        """Return the phrase, empty where the clause says nothing of what it asks for."""
        if self._clause.kind in ("whether", "choice"):
            return self._own(_tail([*self._clause.before, *self._clause.after]))
        modifier = self._own(_tail([*self._told, *self._rest], max(_LONGEST, _length(self._rest))))
        if self._noun:
            noun = self._own(self._noun).lstrip("的")
            if self._clause.kind == "count" and not to_simplified(noun).endswith(tuple(tables()["measured"])):
                noun = self._heads["people"] if noun == "人" else noun + self._heads["count"]
            return self._of(modifier, noun)
        if not self._rest and self._names_itself():
            return modifier
        return self._of(modifier, self._head()) if modifier else ""

    @property
    def counts_things(self) -> bool:
        """Whether the clause asks for things that can be counted out: 哪几家供应商, 多少名学生."""
        return bool(self._noun) and (self._counter or self._clause.kind == "which")

    def things(self) -> str:
        """Return the things themselves, without their number."""
        modifier = self._own(_tail([*self._told, *self._rest], max(_LONGEST, _length(self._rest))))
        return self._of(modifier, self._own(self._noun))

    def _names_itself(self) -> bool:
        """Tell whether the words before are the attribute itself: 票价(是)多少, 校长(是)谁, 电话(是)几号."""
        kind, told = self._clause.kind, self._told
        counted = bool(self._unit) or self._counter
        if counted or self._carries("叫") or not told or told[-1].tag not in {"n", "vn", "an", "nz"}:
            return False
        if kind == "time":
            return self._clause.asks.endswith("号") and told[-1].text.endswith(tuple(tables()["numbered"]))
        if kind == "degree":
            return told[-1].text.endswith(tuple(tables()["measured"]))
        if kind == "amount":
            return self._carries("是", "为", "有", "达", "达到")
        return kind in _ATTRIBUTED and not self._carries("占")

    def _carries(self, *carriers: str) -> bool:
        return any(word.text.startswith(carriers) for word in self._carrier)

    def _ends(self, particle: str) -> bool:
        return "".join(word.text for word in self._clause.after).startswith(particle)

    def _head(self) -> str:
        kind, heads = self._clause.kind, self._heads
        if self._carries("叫"):
            return heads["name"]
        if kind == "count":
            share = "share" if self._carries("占") else "number"
            return heads[self._unit or ("count" if self._counter else share)]
        if kind == "which" and self._rest:
            return heads["one"]
        if kind == "degree":
            aged = self._clause.asks.endswith("大") and (self._carries("今年") or self._ends("了"))
            return heads["age" if aged else self._clause.asks[-1]]
        return heads[kind]

    def _of(self, modifier: str, head: str) -> str:
        of = self._heads["of"]
        return modifier.rstrip(of + "了") + of + head if modifier else head

    def _own(self, words: Sequence[Word]) -> str:
        """Return the question's characters for these words, without adverbs that only fill."""
        kept = (word for word in words if word.text not in tables()["dropped"])
        joined = "".join(self._question[word.start : word.end] for word in kept)
        return _balanced(joined.strip(_PUNCTUATION))


def _balanced(words: str) -> str:
    """Return the words without the half of a pair of quotation marks whose other half was cut off."""
    for left, right in ("“”", "「」", "『』", "《》", "（）"):
        if words.count(left) != words.count(right):
            words = words.replace(left, "").replace(right, "")
    return words


def _length(words: Sequence[Word]) -> int:
    return sum(len(word.text) for word in words)


def without_carriers(before: Sequence[Word]) -> tuple[Word, ...]:
    """Return the words less those right before the question word that only carry it (一共有, 是在 …)."""
    words = list(before)
    carriers = set(tables()["carriers"])
    except_ = next((i for i, word in enumerate(words) if word.text.startswith("除")), 0)
    if except_ and all(word.text not in "，" or i < except_ for i, word in enumerate(words[:-1])):
        words = words[:except_]  # 17个省份，除了北京还有哪些: what is asked for stands before
    while words and (words[-1].text in carriers or words[-1].tag in {"w", "d", "c", "p", "u", "xc"}):
        if words[-1].text in "”」』》）)":
            break
        words.pop()
    return tuple(words)


def _tail(words: Sequence[Word], longest: int = _LONGEST) -> tuple[Word, ...]:
    """Return the last words, at most `longest` characters, within a clause, from one that can begin a phrase on."""
    kept: list[Word] = []
    for word in reversed([word for word in words if word.text not in "？?！!"]):
        if word.text in _MARKS and kept and _length(kept) >= _SHORTEST:
            break
        if word.text in _MARKS:
            continue  # 那批场馆，总共花了多少钱: a clause too short to tell takes the one before in
        if _length(kept) + len(word.text) > longest:
            break
        kept.insert(0, word)
    while kept and kept[0].start > 0 and kept[0].tag in _BEGINS_NOTHING and kept[0].text not in "“「『《":
        kept.pop(0)
    return tuple(kept)


def _noun_after(clause: Clause, skipped: int) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    """Return the noun phrase right after the question word, unit and measure words left out, and what follows it."""
    particles = tables()["particles"]
    words = [word for word in clause.after if word.text.strip(particles) or word.text == "的"]
    if skipped:
        first = words[0].start + skipped
        words = [
            w if w.start >= first else Word(w.text[first - w.start :], w.tag, first, w.end)
            for w in words
            if w.end > first
        ]
    if clause.kind in _WITH_NOUN:
        words = list(_without_measure(words))
    n = 0
    while n < len(words) and (words[n].tag in _NOMINAL or (n and words[n].text == "的" and n + 1 < len(words))):
        n += 1
    rest = words[n:]
    while rest and not rest[-1].text.strip(particles):
        rest.pop()
    if n and len(rest) == 1 and len(rest[0].text) == len(words[n - 1].text) == 1:
        return (*words[:n], *rest), ()  # the tagger cut a noun: 酒/驾
    return tuple(words[:n]), tuple(rest)


def _from(words: Sequence[Word], first: int) -> Iterator[Word]:
    """Yield the words from a place on; the one that crosses it is cut."""
    for word in words:
        if word.end > first:
            start = max(word.start, first)
            yield Word(word.text[start - word.start :], word.tag, start, word.end)


def _without_measure(words: Sequence[Word]) -> Iterator[Word]:
    """Yield the words after a number: 多少/家/企业, 几/家企业, 几家/企业."""
    measures = tables()["measure_words"]
    for i, word in enumerate(words):
        if i == 0 and (word.tag in {"q", "m", "r"} or word.text in measures):
            continue
        if i == 0 and len(word.text) > 2 and word.text[0] in measures:
            yield Word(word.text[1:], word.tag, word.start + 1, word.end)
        else:
            yield word
