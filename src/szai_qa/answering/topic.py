"""Tells what a stand-alone Chinese question is about: its words up to what it says or asks of it.

It knows forms of asking and parts of speech, never an article's subject.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from szai_qa.answering.asked import Clause, clauses, without_carriers
from szai_qa.answering.tagging import NAMES, Word

MARKS = " ，。？！?!,；;、"
"""Punctuation that no subject begins or ends with."""
OWNERS = NAMES | {"n", "vn"}
"""Tags of words that a question can be about."""


def topic(question: str, whole: bool = False) -> str:
    """Return what a stand-alone question is about: its words up to what it says or asks of it.

    Of “A的B是多少” it is A, or A的B where the `whole` is wanted.
    """
    asking = clauses(question)
    if not asking:
        return question.strip(MARKS)
    told = _subject(asking[0], whole)
    return "".join(question[word.start : word.end] for word in told).strip(MARKS)


def _subject(clause: Clause, whole: bool) -> tuple[Word, ...]:
    before = list(without_carriers(clause.before))
    carried = "".join(word.text for word in clause.before[len(before) :])
    says = len(before) if not re.search("[从在到由被给对向]", carried) else 0
    while before and before[-1].tag in {"v", "d", "u", "p", "w", "c", "r", "q", "ad"} and not _closes_quote(before[-1]):
        if ends_name(clause.before, len(before) - 1):
            break
        before.pop()
    moved = next((i for i, word in enumerate(before) if i and word.text in {"把", "将"} and word.tag == "p"), None)
    before = before[:moved]  # 莫迪政府把关税(提到): what it is done to is not what it is about
    if not whole and len(before) > 2 and before[-1].tag == "n" and _closes_quote(before[-2]):
        before.pop()  # “X”全称是什么: it is about “X”
    tags = [word.tag for word in before[-2:]]
    measured = not carried and clause.kind == "count" and not any(word.tag in OWNERS for word in clause.after)
    if not whole and measured and says == len(before) and len(tags) > 1 and tags[0] in NAMES and tags[1] == "n":
        before.pop()  # 青石大桥全长多少: it is about the bridge
    owned = next((i for i in reversed(range(len(before))) if before[i].text == "的"), 0)
    attribute, owner = before[owned + 1 :], before[:owned]
    if not whole and owner and owner[-1].tag in OWNERS and says == len(before) and not named(attribute):
        before = owner
    if any(word.tag in OWNERS for word in before):
        return tuple(before)
    return (*before, *[word for word in clause.after if word.tag in OWNERS][:1])


def named(words: Sequence[Word]) -> bool:
    """Tell whether there is a name, or something in quotation marks, among the words."""
    return any(word.tag in NAMES or word.text in "“《「" for word in words)


def ends_name(words_: Sequence[Word], i: int) -> bool:
    """Tell whether a word is a character that the tagger cut off a name: 优必/选/凭, 云天励/飞/在."""
    if not 0 < i < len(words_) - 1 or words_[i].tag != "v" or len(words_[i].text) > 1:
        return False
    return words_[i - 1].tag in {"ORG", "nz", "PER"} and words_[i + 1].tag == "p"


def _closes_quote(word: Word) -> bool:
    return word.text in "”」』》）)"
