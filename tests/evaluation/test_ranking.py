"""Ranking measures against their textbook sums."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from szai_qa.evaluation.gold import Example
from szai_qa.evaluation.ranking import items_of, measure_rankings, trec_lines
from szai_qa.evaluation.rows import Reply, Retrieved

DOCUMENTS = [f"d{i}" for i in range(15)]


def example(relevant: dict[str, int], name: str = "q") -> Example:
    return Example(name, "问？", name, None, relevant=relevant)


def found(*names: str) -> Reply:
    return Reply(None, tuple(Retrieved(name, 0, 1, "文", 1.0) for name in names))


def by_hand(relevant: dict[str, int], ranking: list[str]) -> dict[str, float]:
    """Return the measures as the textbooks define them."""
    hits = [rank for rank, name in enumerate(ranking, start=1) if name in relevant]
    gain = sum(relevant[ranking[rank - 1]] / math.log2(rank + 1) for rank in hits if rank <= 10)
    ideal = sum(g / math.log2(i + 1) for i, g in enumerate(sorted(relevant.values(), reverse=True)[:10], start=1))
    recall = {f"recall_at_{k}": sum(rank <= k for rank in hits) / len(relevant) for k in (1, 5, 10)}
    return recall | {
        "mrr_at_10": 1 / hits[0] if hits and hits[0] <= 10 else 0.0,
        "ndcg_at_10": gain / ideal,
        "map": sum((i + 1) / rank for i, rank in enumerate(hits)) / len(relevant),
    }


@settings(max_examples=30)
@given(
    st.dictionaries(st.sampled_from(DOCUMENTS), st.integers(1, 3), min_size=1, max_size=6),
    st.permutations(DOCUMENTS).flatmap(lambda names: st.integers(1, 15).map(lambda n: names[:n])),
)
def test_measures_equal_their_definitions(relevant: dict[str, int], ranking: list[str]) -> None:
    measured = measure_rankings([(example(relevant), found(*ranking))])["q"]
    assert measured == pytest.approx(by_hand(relevant, ranking))


def test_a_question_that_found_nothing_counts_zero_beside_others() -> None:
    asked = [(example({"d1": 1}, "q1"), found("d1")), (example({"d1": 1}, "q2"), found())]
    measured = measure_rankings(asked)
    assert measured["q1"]["recall_at_5"] == 1.0
    assert set(measured["q2"].values()) == {0.0}


def test_a_question_that_was_not_searched_for_is_left_out() -> None:
    assert measure_rankings([(example({"d1": 1}), Reply(None, None))]) == {}


def test_the_order_of_the_passages_decides_and_not_their_ids() -> None:
    measured = measure_rankings([(example({"a": 1}), found("z", "a"))])
    assert measured["q"]["mrr_at_10"] == 0.5


def test_a_passage_stands_for_the_evidence_that_it_covers_first() -> None:
    asked = Example("q", "问？", "q", True, groups=(("甲事",), ("乙事",)))
    passages = tuple(Retrieved("a", 0, 9, text, 1.0) for text in ("无关", "甲事在此", "甲事又见", "乙事在此"))
    assert items_of(asked, passages) == ["passage-1", "group-0", "passage-3", "group-1"]


def test_a_run_file_has_the_columns_of_trec() -> None:
    asked = Example("q 1", "问？", "u", True, groups=(("甲",),))
    lines = trec_lines(asked, Reply(None, (Retrieved("a b", 3, 7, "甲", 0.5),)))
    assert lines == ["q_1 Q0 a_b:3-7 1 1.000000 szai-qa"]
