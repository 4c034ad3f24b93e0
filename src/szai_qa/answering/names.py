"""Finds the names of a Chinese question, and tells which of them an article never mentions.

The tagger finds persons, places and organisations, a rule what stands in quotation marks. A name counts as absent only
where nothing like it is in the article, since names are misspelt and shortened. It decides nothing.
"""

from __future__ import annotations

import re

from szai_qa.answering.tagging import NAMES, tagged
from szai_qa.corpus.normalize import to_simplified
from szai_qa.corpus.tokens import HAN

_QUOTED = re.compile("[“「『《]([^”」』》]{2,20})[”」』》]")
_HAN_PAIRS = re.compile(f"(?=([{HAN}]{{2}}))")
_SHORTENED = 4
"""A short form's characters stand at most so far apart in the long form (工信部, 工业和信息化部)."""


def names_in(question: str) -> tuple[str, ...]:
    """Return the names in a question that hold Chinese characters, simplified, each once, in their order."""
    words = [word.text for word in tagged(question) if word.tag in NAMES and len(word.text) > 1]
    quoted = _QUOTED.findall(to_simplified(question))
    return tuple(dict.fromkeys(name for name in [*words, *quoted] if _HAN_PAIRS.search(name)))


def stands_in(name: str, text: str) -> bool:
    """Tell whether a text (simplified) holds the name, two neighbouring characters of it, or a long form of it.

    A longer name may also have one character wrong, so that a misspelt person is not taken for another one.
    """
    if any(pair in text for pair in _HAN_PAIRS.findall(name)):
        return True
    if any(
        re.search(f"{re.escape(a)}[{HAN}]{re.escape(b)}", text)
        for a, _, b in zip(name, name[1:], name[2:], strict=False)
    ):
        return True
    between = f"[{HAN}]{{0,{_SHORTENED}}}"
    return len(name) > 2 and re.search(between.join(map(re.escape, name)), text) is not None


def absent_names(question: str, text: str) -> tuple[str, ...]:
    """Return the names of a question that a text (simplified) does not hold."""
    return tuple(name for name in names_in(question) if not stands_in(name, text))
