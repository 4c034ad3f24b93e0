"""Compares an answer's words with accepted answers: CMRC 2018's and SQuAD v2's exact match and F1, and bare characters.

Every F1 is between 0 and 1, higher is better, and takes the best of several references. Definitions and sources:
docs/metrics.md.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence

_HAN = "\u4e00-\u9fff"
_UNIT = re.compile(rf"[{_HAN}]|[^\s{_HAN}]+")
_ARTICLE = re.compile(r"\b(?:a|an|the)\b")


def best(measure: Callable[[str, str], float], answer: str, references: Sequence[str]) -> float:
    """Return the measure's highest value over the references, 0 where there are none."""
    return max((measure(answer, reference) for reference in references), default=0.0)


def _harmonic(common: int, first: int, second: int) -> float:
    return 2 * common / (first + second) if common else 0.0


def cmrc_units(text: str) -> list[str]:
    """Return a text's Chinese characters and its other words, in lower case, without punctuation (CMRC 2018)."""
    return _UNIT.findall(re.sub(r"[\W_]+", " ", text.lower()))


def cmrc_exact(answer: str, reference: str) -> float:
    """Tell whether two texts have the same CMRC units."""
    return float(cmrc_units(answer) == cmrc_units(reference))


def cmrc_f1(answer: str, reference: str) -> float:
    """Return CMRC 2018's F1: over the longest run of units that both texts share."""
    ours, theirs = cmrc_units(answer), cmrc_units(reference)
    return _harmonic(_longest_run(ours, theirs), len(ours), len(theirs))


def _longest_run(first: Sequence[str], second: Sequence[str]) -> int:
    """Return the length of the longest common run of items."""
    longest, above = 0, [0] * (len(second) + 1)
    for item in first:
        row = [0, *(above[j] + 1 if item == other else 0 for j, other in enumerate(second))]
        longest, above = max(longest, *row), row
    return longest


def squad_units(text: str) -> list[str]:
    """Return SQuAD's tokens, Chinese characters one by one: lower case, no punctuation, no a, an, the."""
    kept = "".join(character for character in text.lower() if not _is_mark(character))
    return _UNIT.findall(_ARTICLE.sub(" ", kept))


def _is_mark(character: str) -> bool:
    return character in string.punctuation or unicodedata.category(character).startswith("P")


def squad_exact(answer: str, reference: str) -> float:
    """Tell whether two texts have the same SQuAD tokens."""
    return float(squad_units(answer) == squad_units(reference))


def squad_f1(answer: str, reference: str) -> float:
    """Return SQuAD v2's F1 over the bags of tokens; two empty texts agree, an empty one agrees with no other."""
    ours, theirs = Counter(squad_units(answer)), Counter(squad_units(reference))
    if not ours or not theirs:
        return float(ours == theirs)
    return _harmonic((ours & theirs).total(), ours.total(), theirs.total())


def character_f1(answer: str, reference: str) -> float:
    """Return the F1 over the bags of characters as they are, marks and spaces included."""
    return _harmonic((Counter(answer) & Counter(reference)).total(), len(answer), len(reference))
