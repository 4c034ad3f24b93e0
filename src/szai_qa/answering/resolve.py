"""Writes out a Chinese follow-up as it would stand alone, in words of the conversation only.

Three ways, tried in this order: “X呢” puts X in the place of the element of the question before that is of its kind
(year, month, edition, ordinal, name, noun of like ending); a pronoun gives way to what it points to; and a question
without a subject gets that of the question before. It adds no word of its own but 的, and decides nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from szai_qa.answering.asked import asked_for, asked_things, clauses, without_carriers
from szai_qa.answering.exchange import exchanged, exclusive_kinds, without_kind
from szai_qa.answering.followup_forms import words
from szai_qa.answering.question import language_of
from szai_qa.answering.tagging import NAMES, tagged
from szai_qa.answering.topic import MARKS, OWNERS, named, topic
from szai_qa.corpus.normalize import to_simplified

_ABOUT = re.compile(r"(?P<x>[^，？?]{1,16}?)呢[，,？?。 ]*(?P<rest>.*?)")
_QUOTED = re.compile("[“《「『]")
_SHORT, _LONG, _SEVERAL = 8, 14, 3
"""From how many characters, with a name first or anywhere, and from how many nouns on a question may stand alone."""


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
    x, rest = bare[_core_start(about["x"]) : _core_end(about["x"])].strip(MARKS), bare[about.start("rest") :]
    if not rest.strip(MARKS):
        written = _substituted(x, thread.base)
        if written:
            return Thread(exchanged(x, thread.anchor) or thread.anchor, written, written)
        about_x = asked_things(thread.base) if re.match(words()["ordinal"], to_simplified(x)) else ""
        return Thread(thread.anchor, f"{about_x or thread.base.strip(MARKS)}，{x}呢？", thread.base)
    about_x = x if named(tagged(x)) else exchanged(x, topic(thread.anchor)) or f"{topic(thread.anchor)}，{x}"
    return Thread(thread.anchor, f"{about_x}{rest}", f"{about_x}{rest}")


def leaves_out(question: str) -> bool:
    """Tell whether a later Chinese question needs those before it: it points back, or names no subject of its own."""
    bare = without_opening(question)
    tags = tagged(bare)
    nouns = sum(word.tag in OWNERS for word in tags)
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
    replaced = exchanged(x, before)
    if replaced:
        return replaced
    about, asking = topic(before), clauses(before)
    told = without_carriers(asking[0].before) if asking else ()
    if about and told and told[-1].tag in {"n", "vn", "an"} and not named(tagged(x)):
        return _joined(about, x, before[told[-1].end :])
    return ""


def _joined(about: str, x: str, tail: str) -> str:
    link = "的" if about and not about.endswith(("的", "里", "上", "中")) else ""
    return f"{about}{link}{x.rstrip('的') if tail.startswith('的') else x}{tail}"


def _pointing(question: str, thread: Thread) -> str | None:
    """Return the question with its pronoun or demonstrative replaced; None where it has none."""
    plain = to_simplified(question)
    about = _without_renamed(topic(thread.anchor), plain)
    masked = re.sub("其[他它]|他人|他国", "\0\0", plain)
    pronoun = re.search("|".join([*words()["persons"], *words()["things"]]), masked)
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
    about = about if compares else _without_renamed(about, plain)
    if not about or to_simplified(about) in plain:
        return None
    opens = re.match("[除按据从在对为到被让给这那头第](?![哪什谁何几多])", plain) or named(tagged(question)[:2])
    return f"{about}，{question}" if opens else f"{about}{question}"


def _without_renamed(about: str, question: str) -> str:
    """Return a topic without its elements of a kind that the question names too: its year gives way to another."""
    for pattern in exclusive_kinds():
        if pattern.search(question):
            about = "".join(without_kind(pattern, about))
    return about.strip(MARKS)
