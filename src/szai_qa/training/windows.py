"""Chooses windows of a text to train on: those that answer, and those that look as if they did."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from szai_qa.corpus.normalize import to_simplified
from szai_qa.reading.windows import split_windows
from szai_qa.records import Span
from szai_qa.training.data import Item, without


@lru_cache(maxsize=100_000)
def bigrams(text: str) -> frozenset[str]:
    """Return the character bigrams of a text, in simplified characters and lower case."""
    plain = to_simplified(text).lower()
    return frozenset(plain[i : i + 2] for i in range(len(plain) - 1))


def by_likeness(question: str, windows: Sequence[str]) -> list[int]:
    """Return the windows' indices, those first that share most bigrams with the question."""
    asked = bigrams(question)
    shared = [len(asked & bigrams(window)) / (1 + len(window)) ** 0.25 for window in windows]
    return sorted(range(len(windows)), key=lambda i: -shared[i])


def answering_windows(item: Item) -> list[tuple[Span, Span]]:
    """Return the windows that hold an answer with its whole evidence sentence, each with that answer."""
    found = []
    for window in split_windows(item.text):
        for answer in item.answers:
            sentence = next((s for s in item.evidence if answer in s), answer)
            if answer in window and (sentence in window or len(sentence) > len(window)):
                found.append((window, answer))
                break
    return found


def text_without_evidence(item: Item) -> tuple[str, list[int]] | None:
    """Return the text with the evidence cut out and where it was cut, None where an answer's words are left."""
    text, cuts = without(item.text, item.evidence)
    left = {answer.of(item.text) for answer in item.answers}
    return None if not item.evidence or any(words in text for words in left) else (text, cuts)


def unanswering_windows(item: Item) -> list[str]:
    """Return windows of the item's text that don't answer: all of an unanswerable one's, else of the cut text."""
    if not item.answerable:
        return [window.of(item.text) for window in split_windows(item.text)]
    cut = text_without_evidence(item)
    return [] if cut is None else [window.of(cut[0]) for window in split_windows(cut[0])]
