"""Cuts a passage of any length into the windows that the reader reads, as offsets. It copies no text.

A window holds whole sentences, and the next one begins where this one's second half begins, so an answer near an edge
stands in the middle of another window.
"""

from __future__ import annotations

from szai_qa.corpus.passages import WINDOW_CHARS, windows
from szai_qa.corpus.sentences import split_sentences
from szai_qa.records import Span


def split_windows(text: str, limit: int = WINDOW_CHARS) -> list[Span]:
    """Return the windows of `text` in order, each at most `limit` code points; none where the text is blank.

    Every sentence stands whole in one window at least; one longer than `limit` is cut into halves of a window.
    """
    units = _units(text, limit)
    return [Span(units[first].start, units[last].end) for first, last in windows(units, limit)]


def _units(text: str, limit: int) -> list[Span]:
    half = max(1, limit // 2)
    units = []
    for sentence in split_sentences(text):
        if len(sentence) <= limit:
            units.append(sentence)
        else:
            starts = range(sentence.start, sentence.end, half)
            units.extend(Span(start, min(start + half, sentence.end)) for start in starts)
    return units
