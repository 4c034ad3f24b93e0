"""Splits text into sentences by offsets. It never loses, adds or changes a character.

A sentence ends after 。！？； with the closing marks that follow, or at a line's end. Full stops and semicolons
of other scripts end nothing: they stand in 3.0, in 8:30 and in addresses.
"""

from __future__ import annotations

import re

from szai_qa.records import Span

_SENTENCE = re.compile(r"[^。！？；\r\n]*(?:(?:[。！？；]+[”’」』）)》〉】\]]*)+|[^。！？；\r\n](?=[\r\n]|\Z))")
_LINE = re.compile(r"[^\r\n]+")


def trimmed(text: str, start: int, end: int) -> Span | None:
    """Return text[start:end] without white space at its ends (U+3000 included), None where nothing is left."""
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    end -= len(piece) - len(piece.rstrip())
    return Span(start, end) if start < end else None


def split_lines(text: str, start: int = 0) -> list[Span]:
    """Return the non-blank lines from offset `start` on, white space at their ends left out."""
    spans = (trimmed(text, *m.span()) for m in _LINE.finditer(text, start))
    return [span for span in spans if span]


def split_sentences(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Return the sentences of text[start:end] in order; between them stands only white space.

    Offsets count from the start of `text`.
    """
    stop = len(text) if end is None else end
    spans = (trimmed(text, *m.span()) for m in _SENTENCE.finditer(text, start, stop))
    return [span for span in spans if span]
