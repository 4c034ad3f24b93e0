"""Exact match and F1 against computations of another kind."""

from __future__ import annotations

import re
import string
from collections import Counter
from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from szai_qa.evaluation import overlap

TEXTS = st.text(alphabet="深圳市人工智能2024 E3.0aAI，。“”-（）the ", max_size=20)
ENGLISH = st.text(alphabet="the an a cat Dog's 3.5, x-y.\t", max_size=30)


def by_matcher(answer: str, reference: str) -> float:
    """CMRC's F1 by the standard library's longest matching block."""
    a, b = overlap.cmrc_units(answer), overlap.cmrc_units(reference)
    common = SequenceMatcher(None, a, b, autojunk=False).find_longest_match().size
    return 2 * common / (len(a) + len(b)) if common else 0.0


def official_squad_tokens(text: str) -> list[str]:
    """SQuAD's normalisation as it is published, for English."""
    bare = "".join(c for c in text.lower() if c not in set(string.punctuation))
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", bare).split()).split()


@given(TEXTS, TEXTS)
def test_cmrc_f1_is_over_the_longest_common_run(answer: str, reference: str) -> None:
    assert overlap.cmrc_f1(answer, reference) == pytest.approx(by_matcher(answer, reference))


@given(ENGLISH)
def test_english_has_the_tokens_of_squad(text: str) -> None:
    assert overlap.squad_units(text) == official_squad_tokens(text)


@given(TEXTS, TEXTS)
def test_squad_f1_is_over_bags(answer: str, reference: str) -> None:
    a, b = overlap.squad_units(answer), overlap.squad_units(reference)
    common = sum(min(a.count(unit), b.count(unit)) for unit in set(a))
    expected = float(a == b) if not a or not b else 2 * common / (len(a) + len(b))
    assert overlap.squad_f1(answer, reference) == pytest.approx(expected)


@given(TEXTS, TEXTS)
def test_character_f1_counts_every_character(answer: str, reference: str) -> None:
    shared = sum((Counter(answer) & Counter(reference)).values())
    expected = 2 * shared / (len(answer) + len(reference)) if shared else 0.0
    assert overlap.character_f1(answer, reference) == expected


@pytest.mark.parametrize(
    ("answer", "reference", "exact", "f1"),
    [
        ("1280米", "1280米。", 1.0, 1.0),
        ("2024年8月", "8月", 0.0, 2 * 2 / 6),
        ("Walker S1", "walker s1", 1.0, 1.0),
        ("", "六", 0.0, 0.0),
    ],
)
def test_cmrc_worked_examples(answer: str, reference: str, exact: float, f1: float) -> None:
    assert overlap.cmrc_exact(answer, reference) == exact
    assert overlap.cmrc_f1(answer, reference) == pytest.approx(f1)


def test_the_best_reference_counts_and_no_reference_is_zero() -> None:
    assert overlap.best(overlap.cmrc_exact, "甲", ["乙", "甲"]) == 1.0
    assert overlap.best(overlap.cmrc_exact, "甲", []) == 0.0


def test_a_refusal_equals_no_answer_and_nothing_else() -> None:
    assert overlap.squad_f1("", "") == 1.0
    assert overlap.squad_f1("", "甲") == 0.0
