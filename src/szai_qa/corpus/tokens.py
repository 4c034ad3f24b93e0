"""Cuts a text into the tokens of the lexical index: the same for articles and questions.

Chinese characters count alone and in pairs; a run of Latin letters or digits is one token. Measured on two
public reading sets, characters with pairs find the right paragraph at least as often as segmented words do,
and need no dictionary that could lack a name.
"""

from __future__ import annotations

import re

from szai_qa.corpus.normalize import for_matching

TOKENIZER = "characters, pairs, Latin and digit runs; 1"
"""The identity of this way of cutting: an index made with another one does not fit. Raise it with any change."""

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUNS = re.compile(rf"[{HAN}]+|[0-9]+(?:\.[0-9]+)*|[a-z]+")


def tokenize(text: str) -> list[str]:
    """Return the tokens of a text, in order, repeats included."""
    tokens: list[str] = []
    for run in _RUNS.findall(for_matching(text)):
        if run[0].isascii():
            tokens.append(run)
        else:
            tokens.extend(run)
            tokens.extend(run[i : i + 2] for i in range(len(run) - 1))
    return tokens
