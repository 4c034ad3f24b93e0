"""Follow-ups: what an elliptical question is searched with, and how it was understood.

No question is rewritten: a follow-up is searched both as it stands and after the question before it, and the reader
sees the earlier questions too. So nothing is ever put into a reader's mouth that was not asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from szai_qa.corpus.normalize import for_matching
from szai_qa.corpus.tokens import tokenize

# Words that point back, and openings that continue: their question does not stand alone.
_POINTS_BACK = re.compile(
    r"^(?:那|还有|另外|其中|以及|and\b|what about|how about)"
    r"|[它他她](?!人|国|乡)|其中|这(?:个|些|家|场|次|项|种|款|件|届|位|里)?|那(?:个|些|家|场|次|项|种|款|件|届|位|里)"
    r"|第[一二三四五六七八九十0-9]+个|排(?:第|最)|呢[?？]?$"
    r"|\b(?:it|its|they|them|their|that|this|those|these|one|ones|he|she|his|her|there)\b"
)
# Openings that can't be the first question of a conversation; what they point to is nowhere.
_CONTINUES = re.compile(
    r"^(?:那.{0,12}(?=呢[?？]?$)|[它他她]们?(?!人|国|乡)|(?:what|how) about\b|(?:it|its|they|their|he|his|she|her)\b)"
)
_SHORT = 8
"""A question of fewer different tokens leaves something out, where another one came before it."""


def is_elliptical(question: str) -> bool:
    """Tell whether a later question of a conversation needs the ones before it."""
    words = for_matching(question).strip()
    return bool(_POINTS_BACK.search(words)) or len(set(tokenize(words))) < _SHORT


def anchor(history: Sequence[str]) -> str:
    """Return the last earlier question that stands alone (the first one where none does)."""
    return next((question for question in reversed(history) if not is_elliptical(question)), history[0])


def retrieval_queries(question: str, history: Sequence[str]) -> list[str]:
    """Return what to search with: the question, and after the one that a follow-up continues."""
    understood = understood_as(question, history)
    return [question] if understood is None else [question, understood]


def understood_as(question: str, history: Sequence[str]) -> str | None:
    """Return how a follow-up was understood (the question it continues, then itself), None where it stands alone."""
    if not history or not is_elliptical(question):
        return None
    return f"{anchor(history)} {question}"


def unclear_word(question: str, history: Sequence[str]) -> str | None:
    """Return the words of a first question that point to something before it, None where nothing does."""
    found = None if history else _CONTINUES.match(question.strip().lower())
    return question.strip()[: found.end()] if found else None
