"""Turns a window's token logits into its best answer spans, as offsets of the window's text. No model, no torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MAX_ANSWER_TOKENS = 60

_EDGE = set("，、；：。！？,;:!?…—·")
_PAIRS = {
    "（": "）",
    "(": ")",
    "“": "”",
    "‘": "’",
    "《": "》",
    "〈": "〉",
    "「": "」",
    "『": "』",
    "【": "】",
    "[": "]",
}
_CLOSING = {closing: opening for opening, closing in _PAIRS.items()}


@dataclass(frozen=True, slots=True, order=True)
class SpanScore:
    """A span of a window (half-open code points) and how well it answers; higher is better, in logits.

    `span` is its start and end logit less those of the first token (no answer here); `answerable` is the window's own
    logit that it answers at all. `score`, their sum, is comparable between windows.
    """

    start: int
    end: int
    span: float
    answerable: float

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a span needs 0 <= start < end, not {self.start}:{self.end}")

    @property
    def score(self) -> float:
        """The span's and the window's evidence together."""
        return self.span + self.answerable


def best_spans(
    text: str,
    offsets: Sequence[tuple[int, int]],
    logits: npt.NDArray[np.float32],
    first: int,
    top: int,
) -> list[SpanScore]:
    """Return at most `top` spans that do not overlap, best first.

    `logits` is (tokens, 3): start, end, answerable, over the whole pair; `offsets` are those of the window's tokens,
    the first of which is token `first` of the pair.
    """
    null = float(logits[0, 0] + logits[0, 1])
    answerable = float(logits[0, 2])
    count = len(offsets)
    starts, ends = logits[first : first + count, 0], logits[first : first + count, 1]
    scores = starts[:, None] + ends[None, :]
    allowed = np.triu(np.ones((count, count), dtype=bool)) & ~np.triu(
        np.ones((count, count), dtype=bool), MAX_ANSWER_TOKENS
    )
    found: list[SpanScore] = []
    rows, columns = np.nonzero(allowed)
    values = scores[rows, columns]
    for at in np.argsort(-values, kind="stable"):
        span = trim(text, offsets[rows[at]][0], offsets[columns[at]][1])
        if span and all(span[1] <= other.start or other.end <= span[0] for other in found):
            found.append(SpanScore(span[0], span[1], float(values[at]) - null, answerable))
            if len(found) == top:
                break
    return found


def trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the range without white space, stops and unpaired brackets at its edges; None where nothing is left."""
    while start < end:
        first, last, inside = text[start], text[end - 1], text[start:end]
        if first.isspace() or first in _EDGE or first in _CLOSING or (first in _PAIRS and _PAIRS[first] not in inside):
            start += 1
        elif last.isspace() or last in _EDGE or last in _PAIRS or (last in _CLOSING and _CLOSING[last] not in inside):
            end -= 1
        else:
            return start, end
    return None
