"""From logits to spans: the best ones, trimmed, without overlap, checked against a slow search."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from szai_qa.reading.spans import MAX_ANSWER_TOKENS, SpanScore, best_spans, trim

TEXT = "深圳现有企业2200余家。"
OFFSETS = [(i, i + 1) for i in range(len(TEXT))]
FIRST = 3  # tokens of the question before the window


def logits_with(values: dict[tuple[int, int], float], count: int = len(TEXT)) -> np.ndarray:
    """Return logits of zeros but for {(token of the window, output): value}."""
    logits = np.zeros((FIRST + count + 1, 3), dtype=np.float32)
    for (token, output), value in values.items():
        logits[FIRST + token, output] = value
    return logits


def test_the_best_start_and_end_give_the_span() -> None:
    (best,) = best_spans(TEXT, OFFSETS, logits_with({(6, 0): 5, (11, 1): 4}), FIRST, 1)
    assert TEXT[best.start : best.end] == "2200余家"
    assert best.span == pytest.approx(9)


def test_the_first_token_is_the_measure_of_no_answer() -> None:
    logits = logits_with({(6, 0): 5, (11, 1): 4})
    logits[0] = [2, 3, -1.5]
    (best,) = best_spans(TEXT, OFFSETS, logits, FIRST, 1)
    assert (best.span, best.answerable, best.score) == pytest.approx((4, -1.5, 2.5))


def test_no_span_ends_before_it_begins() -> None:
    (best,) = best_spans(TEXT, OFFSETS, logits_with({(8, 0): 5, (2, 1): 5}), FIRST, 1)
    assert best.start < best.end


def test_no_span_is_longer_than_allowed() -> None:
    text = "字" * 100
    logits = logits_with({(0, 0): 5, (99, 1): 5}, 100)
    (best,) = best_spans(text, [(i, i + 1) for i in range(100)], logits, FIRST, 1)
    assert best.end - best.start <= MAX_ANSWER_TOKENS


def test_further_spans_do_not_overlap_and_score_less() -> None:
    logits = np.random.default_rng(1).normal(size=(FIRST + len(TEXT) + 1, 3)).astype(np.float32)
    spans = best_spans(TEXT, OFFSETS, logits, FIRST, 4)
    assert [s.score for s in spans] == sorted((s.score for s in spans), reverse=True)
    ordered = sorted(spans)
    assert all(a.end <= b.start for a, b in pairwise(ordered))


@pytest.mark.parametrize("seed", range(20))
def test_the_best_span_is_that_of_a_search_over_all_pairs(seed: int) -> None:
    logits = np.random.default_rng(seed).normal(size=(FIRST + len(TEXT) + 1, 3)).astype(np.float32)
    values = {
        (i, j): float(logits[FIRST + i, 0] + logits[FIRST + j, 1])
        for i in range(len(TEXT))
        for j in range(i, len(TEXT))
        if trim(TEXT, i, j + 1)
    }
    slow = max(values.values()) - float(logits[0, 0] + logits[0, 1])
    assert best_spans(TEXT, OFFSETS, logits, FIRST, 1)[0].span == pytest.approx(slow, abs=1e-5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("，2200余家。", "2200余家"),
        (" 深圳\u3000", "深圳"),
        ("“深圳”", "“深圳”"),
        ("深圳”", "深圳"),
        ("（深圳", "深圳"),
        ("122个月（10.2年）。", "122个月（10.2年）"),
        ("》《", None),
        ("。", None),
    ],
)
def test_edges_are_trimmed_of_stops_and_unpaired_marks(text: str, expected: str | None) -> None:
    span = trim(text, 0, len(text))
    assert (text[span[0] : span[1]] if span else None) == expected


def test_an_empty_span_is_refused() -> None:
    with pytest.raises(ValueError, match="start < end"):
        SpanScore(3, 3, 0.0, 0.0)
