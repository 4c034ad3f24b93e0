"""Writes out a Chinese follow-up as it would stand alone, in words of the conversation only.

Three ways, tried in this order: “X呢” puts X in the place of the element of the question before that is of its kind
(year, month, edition, ordinal, name, noun of like ending); a pronoun gives way to what it points to; and a question
without a subject gets that of the question before. It adds no word of its own but 的, and decides nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from szai_qa.answering.asked import Clause, asked_for, asked_things, clauses, without_carriers
from szai_qa.answering.question import language_of
from szai_qa.answering.tagging import NAMES, Word, tagged
from szai_qa.corpus.normalize import to_simplified

_OWNERS = NAMES | {"n", "vn"}
_ABOUT = re.compile(r"(?P<x>[^，？?]{1,16}?)呢[，,？?。 ]*(?P<rest>.*?)")
_QUOTED = re.compile("[“《「『]")
_SHORT, _LONG, _SEVERAL = 8, 14, 3
"""From how many characters, with a name first or anywhere, and from how many nouns on a question may stand alone."""
_MARKS = " ，。？！?!,；;、"


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    """Return the forms of follow-ups (`followup_words.json`)."""
    path = files("szai_qa.answering").joinpath("followup_words.json")
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


@lru_cache(maxsize=1)
def _kinds() -> tuple[re.Pattern[str], ...]:
    """Return patterns of elements that exclude each other within a kind; a longer element stands before a shorter."""
    numeral = "[0-9一二三四五六七八九十〇零两]+"
    return (
        re.compile(
            r"(?:(?:19|20)[0-9]{2}|[一二][零〇九][零〇一二三四五六七八九]{2})年?度?|去年同?期?|今年|前年|明年|[前上下后]一年|同期"
        ),
        re.compile(rf"(?<![0-9])(?:1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月份?(?:{numeral}[日号])?"),
        re.compile(r"第?[一二三四1-4]季度|[上下]半年|前三季度|全年"),
        re.compile(rf"第{numeral}[届次批期轮版代]|[上下首本这那][一]?[届次批期轮版代]"),
        re.compile(words()["ordinal"]),
        re.compile(r"同比|环比"),
    )


@dataclass(frozen=True, slots=True)
class Thread:
    """What a conversation is at.

    `anchor` is the last question that named its subject, `last` the last one as it would stand alone, `base` that in
    which “X呢” puts X in the place of its like.
    """

    anchor: str = ""
    last: str = ""
    base: str = ""


def followed(question: str, thread: Thread) -> Thread | None:
    """Return the thread after a Chinese follow-up, its `last` the follow-up as it would stand alone; None: no way."""
    bare = without_opening(question)
    about = _ABOUT.fullmatch(to_simplified(bare))
    if not about or clauses(about["x"]):
        written = _pointing(bare, thread) or _with_topic(bare, thread)
        return Thread(thread.anchor, written, written) if written else None
    x, rest = bare[_core_start(about["x"]) : _core_end(about["x"])].strip(_MARKS), bare[about.start("rest") :]
    if not rest.strip(_MARKS):
        written = _substituted(x, thread.base)
        if written:
            return Thread(_exchanged(x, thread.anchor) or thread.anchor, written, written)
        return Thread(thread.anchor, f"{thread.base.strip(_MARKS)}，{x}呢？", thread.base)
    about_x = x if _named(tagged(x)) else _exchanged(x, topic(thread.anchor)) or f"{topic(thread.anchor)}，{x}"
    return Thread(thread.anchor, f"{about_x}{rest}", f"{about_x}{rest}")


def leaves_out(question: str) -> bool:
    """Tell whether a later Chinese question needs those before it: it points back, or names no subject of its own."""
    bare = without_opening(question)
    tags = tagged(bare)
    nouns = sum(word.tag in _OWNERS for word in tags)
    named = any(word.tag in NAMES | {"TIME"} and len(word.text) > 1 for word in tags) or _QUOTED.search(bare)
    if without_switch(question) != question and named and nouns >= _SEVERAL:
        return False
    if re.search(words()["points_back"], to_simplified(bare)) or not clauses(bare):
        return True
    subjects = [word for word in tags[:2] if word.tag in {"PER", "ORG", "nz", "nw"} and len(word.text) > 1]
    if len(bare) >= _SHORT and (subjects or _QUOTED.match(bare)):
        return False
    if without_switch(question) != question:
        return not named and nouns < _SEVERAL
    return not (named and nouns >= _SEVERAL and len(bare) >= _LONG)


def without_switch(question: str) -> str:
    """Return a question without the words that announce another topic (换个话题 …)."""
    found = re.match(rf"(?:{'|'.join(words()['switches'])})[，,、：: ]*(?=.)", to_simplified(question))
    return question[found.end() :] if found else question


def without_opening(question: str) -> str:
    """Return a question without the words that only continue or change the topic (那, 还有, 换个话题 …)."""
    forms = sorted([*words()["switches"], *words()["openings"]], key=len, reverse=True)
    points = rf"[{words()['measures']}们里儿边些时][^，,]|[一二三两几]"
    found = re.match(rf"(?:(?:{'|'.join(forms)})(?!{points})[，,、：: ]*)+", to_simplified(question))
    bare = question[found.end() :] if found else question
    return bare.strip() or question.strip()


def topic(question: str, whole: bool = False) -> str:
    """Return what a stand-alone question is about: its words up to what it says or asks of it.

    Of “A的B是多少” it is A, or A的B where the `whole` is wanted.
    """
    asking = clauses(question)
    if not asking:
        return question.strip(_MARKS)
    told = _subject(asking[0], whole)
    return "".join(question[word.start : word.end] for word in told).strip(_MARKS)


def _subject(clause: Clause, whole: bool) -> tuple[Word, ...]:
    before = list(without_carriers(clause.before))
    carried = "".join(word.text for word in clause.before[len(before) :])
    says = len(before) if not re.search("[从在到由被给对向]", carried) else 0
    while before and before[-1].tag in {"v", "d", "u", "p", "w", "c", "r", "q", "ad"} and not _closes_quote(before[-1]):
        if _ends_name(clause.before, len(before) - 1):
            break
        before.pop()
    if not whole and len(before) > 2 and before[-1].tag == "n" and _closes_quote(before[-2]):
        before.pop()  # “X”全称是什么: it is about “X”
    owned = next((i for i in reversed(range(len(before))) if before[i].text == "的"), 0)
    attribute, owner = before[owned + 1 :], before[:owned]
    if not whole and owner and owner[-1].tag in _OWNERS and says == len(before) and not _named(attribute):
        before = owner
    if any(word.tag in _OWNERS for word in before):
        return tuple(before)
    return (*before, *[word for word in clause.after if word.tag in _OWNERS][:1])


def _named(words: Sequence[Word]) -> bool:
    return any(word.tag in NAMES or word.text in "“《「" for word in words)


def _ends_name(words_: Sequence[Word], i: int) -> bool:
    """Tell whether a word is a character that the tagger cut off a name: 优必/选/凭 …, 云天励/飞/在 …"""
    if not 0 < i < len(words_) - 1 or words_[i].tag != "v" or len(words_[i].text) > 1:
        return False
    return words_[i - 1].tag in {"ORG", "nz", "PER"} and words_[i + 1].tag == "p"


def _name_at(words_: Sequence[Word], i: int) -> tuple[int, int]:
    """Return where the name that the i-th word begins stands."""
    return words_[i].start, words_[i + _ends_name(words_, i + 1)].end


def _closes_quote(word: Word) -> bool:
    return word.text in "”」』》）)"


def _core_start(x: str) -> int:
    """Return where X begins after what only points: (那栋)国际税务师大厦."""
    found = re.match(rf"[那这][一几两]?[{words()['measures']}](?=..)", x)
    return found.end() if found else 0


def _core_end(x: str) -> int:
    """Return where X ends without what only points: 东南亚(那边), 通胀(这一项), 第三季度(的)."""
    found = re.search(r"(?:[那这](?:边|儿|头|块|方面|一?[个块家场次项届些]))?的?$", x)
    return found.start() if found and found.start() else len(x)


def _substituted(x: str, before: str) -> str:
    """Return the question before with X in the place of what is of its kind, or of its attribute; else empty."""
    exchanged = _exchanged(x, before)
    if exchanged:
        return exchanged
    about, asking = topic(before), clauses(before)
    told = without_carriers(asking[0].before) if asking else ()
    if about and told and told[-1].tag in {"n", "vn", "an"} and not _named(tagged(x)):
        return _joined(about, x, before[told[-1].end :])
    return ""


def _exchanged(x: str, text: str) -> str:
    """Return a text with X in the place of what is of its kind, empty where nothing is."""
    plain, old = to_simplified(x), to_simplified(text)
    place = _same_kind(plain, old) or _same_name(x, text) or _like_ending(plain, text) or _short_name(x, text)
    return text[: place[0]] + x + text[place[1] :] if place else ""


def _joined(about: str, x: str, tail: str) -> str:
    link = "的" if about and not about.endswith(("的", "里", "上", "中")) else ""
    return f"{about}{link}{x.rstrip('的') if tail.startswith('的') else x}{tail}"


def _same_kind(x: str, before: str) -> tuple[int, int] | None:
    for pattern in _kinds():
        mine = pattern.search(x)
        theirs = list(pattern.finditer(before))
        if mine and theirs and len(mine[0]) + 3 >= len(x):
            return theirs[-1].span()
    return None


def _same_name(x: str, before: str) -> tuple[int, int] | None:
    mine = [word for word in tagged(x) if word.tag in NAMES]
    if len(mine) != 1 or len(mine[0].text) + 2 < len(x.strip()):
        return None
    if mine[0].tag in {"nz", "nw"} and not mine[0].text.isascii():
        return None
    theirs = tagged(before)
    alike = [i for i, w in enumerate(theirs) if w.tag == mine[0].tag and w.text.isascii() == mine[0].text.isascii()]
    return _name_at(theirs, alike[-1]) if alike else None


def _short_name(x: str, text: str) -> tuple[int, int] | None:
    """Return the place of the name that a text begins with, where X is a name too, of whatever kind."""
    mine, theirs = tagged(x), tagged(text)
    if not (mine and theirs) or theirs[0].tag not in NAMES or not any(word.tag in NAMES for word in mine):
        return None
    place = _name_at(theirs, 0)
    return place if topic(text) == text[: place[1]] else None


def _like_ending(x: str, before: str) -> tuple[int, int] | None:
    """Return the place of the noun whose ending X shares: 信用债 for 利率债, 利润 for 净利润."""
    best: tuple[int, int, int] | None = None
    if not tagged(x) or tagged(x)[-1].tag not in _OWNERS:
        return None
    for word in tagged(before):
        if word.tag not in {"n", "nz", "vn", "an", *NAMES}:
            continue
        shared = 0
        while shared < min(len(word.text), len(x)) and word.text[-1 - shared] == x[-1 - shared]:
            shared += 1
        if shared and (best is None or shared >= best[0]):
            best = (shared, word.start, word.end)
    return best[1:] if best else None


def _pointing(question: str, thread: Thread) -> str | None:
    """Return the question with its pronoun or demonstrative replaced; None where it has none."""
    plain = to_simplified(question)
    about = topic(thread.anchor)
    pronoun = re.search(
        "|".join([*words()["persons"], *words()["things"]]), re.sub("其[他它]|他人|他国", "\0\0", plain)
    )
    if pronoun:
        referent = _referent(pronoun[0], thread)
        if not referent and (pronoun[0] not in words()["persons"]):
            referent = about
        return question[: pronoun.start()] + referent + question[pronoun.end() :] if referent else None
    pointed = re.search(rf"[这那](?:一)?[{words()['measures']}]?(?P<noun>[^的是有，？?]{{1,8}})", plain)
    if pointed and about:
        end = _named_again(pointed, about)
        if end:
            return question[: pointed.start()] + about + question[end:]
    return None


def _named_again(pointed: re.Match[str], about: str) -> int | None:
    """Return where a demonstrative's noun ends, where it is the topic's own (这会 … after 推介会), else None."""
    told = to_simplified(about)
    noun = pointed["noun"]
    for size in range(len(noun), 0, -1):
        if told.endswith(noun[:size]):
            return pointed.start("noun") + size
    return None


def _referent(pronoun: str, thread: Thread) -> str:
    if pronoun.endswith("们"):
        return asked_things(thread.last) or asked_things(thread.anchor)
    if pronoun not in words()["persons"]:
        return ""
    people = [(text, word) for text in (thread.last, thread.anchor) for word in tagged(text) if word.tag == "PER"]
    if people:
        text, word = people[0]
        return text[word.start : word.end]
    asking = clauses(thread.last)
    who = asking and asking[-1].kind == "person"
    return "".join(asked_for(thread.last, language_of(thread.last))[-1:]) if who else ""


def _with_topic(question: str, thread: Thread) -> str | None:
    """Return the question after the topic of the thread, without the elements of the topic that it names anew."""
    plain = to_simplified(question)
    compares = re.match(words()["continues"], plain)
    if compares:
        about = topic(thread.last, whole=True)
    elif re.match(words()["ordinal"], plain):
        about = asked_things(thread.last) or asked_things(thread.anchor) or topic(thread.anchor)
    else:
        about = topic(thread.anchor)
    for pattern in _kinds():
        if not compares and pattern.search(plain):
            about = "".join(_without(pattern, about))
    about = about.strip(_MARKS)
    if not about or to_simplified(about) in plain:
        return None
    opens = plain[0] in "除按据从在对为到被让给这那头第" or _named(tagged(question)[:2])
    return f"{about}，{question}" if opens else f"{about}{question}"


def _without(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    at = 0
    for found in pattern.finditer(to_simplified(text)):
        yield text[at : found.start()]
        at = found.end() + (1 if text[found.end() : found.end() + 1] in ("的", "末", "底", "初") else 0)
    yield text[at:]
