"""Groups neighbouring sentences into windows that are retrieved and read together.

Each window is a run of whole sentences of at most `max_chars` code points; the next one begins about half a window
later, so that short sentences that stand close mostly stand together somewhere too. Only a sentence longer than a
window goes beyond the limit: nothing is ever cut inside a sentence here.
"""

from __future__ import annotations

from collections.abc import Sequence

from szai_qa.records import Span

WINDOW_CHARS = 240
"""The length the reader was trained with."""


def windows(sentences: Sequence[Span], max_chars: int = WINDOW_CHARS) -> list[tuple[int, int]]:
    """Return windows over sentences that follow each other, as (first, last) positions, both included."""
    result: list[tuple[int, int]] = []
    first = 0
    while first < len(sentences):
        last = first
        while last + 1 < len(sentences) and sentences[last + 1].end - sentences[first].start <= max_chars:
            last += 1
        if not result or last > result[-1][1]:  # else it lies inside the one before
            result.append((first, last))
        if last + 1 == len(sentences):
            break
        middle = sentences[first].start + (sentences[last].end - sentences[first].start) / 2
        following = next((i for i in range(first + 1, last + 1) if sentences[i].start >= middle), last + 1)
        first = following
    return result
