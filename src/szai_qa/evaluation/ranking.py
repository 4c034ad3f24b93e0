"""Measures of a ranking, through ir-measures: Recall@k, MRR@10, nDCG@10, MAP. All from 0 to 1, higher is better.

What is judged are whole texts where the set grades them (BEIR). Else each evidence group is one item that is to be
found: a passage that covers a group stands for it, one that covers nothing new is an item that is not relevant.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from szai_qa.evaluation.evidence import Gold
from szai_qa.evaluation.gold import Example
from szai_qa.evaluation.rows import Reply, Retrieved

NAMES = ("recall_at_1", "recall_at_5", "recall_at_10", "mrr_at_10", "ndcg_at_10", "map")


def relevant_of(example: Example) -> dict[str, int]:
    """Return the items that are to be found, with their grades."""
    return dict(example.relevant) or {f"group-{i}": 1 for i in range(len(example.groups))}


def items_of(example: Example, found: Sequence[Retrieved]) -> list[str]:
    """Return the ranked items of a question, best first, each once.

    A passage that covers several new groups stands for all of them, one after the other.
    """
    if example.relevant or example.answerable is None:
        return list(dict.fromkeys(item.article_id for item in found))
    gold = Gold(example.quotes, example.answers, example.source)
    items: dict[str, None] = {}
    for rank, passage in enumerate(found, start=1):
        groups = [f"group-{i}" for i in sorted(gold.covered_by(passage.text, passage.article_id))]
        new = [group for group in groups if group not in items]
        items |= dict.fromkeys(new or [f"passage-{rank}"])
    return list(items)


def measure_rankings(asked: Iterable[tuple[Example, Reply]]) -> dict[str, dict[str, float]]:
    """Return each question's figures by its id, for questions that have something to find.

    A question for which nothing was retrieved gets 0; one for which nothing was searched is left out.
    """
    import ir_measures
    from ir_measures import AP, RR, Qrel, R, ScoredDoc, nDCG

    judged: list[Any] = []
    ranked: list[Any] = []
    scores: dict[str, dict[str, float]] = {}
    for example, reply in asked:
        relevant = relevant_of(example)
        if not relevant or reply.retrieved is None:
            continue
        scores[example.id] = dict.fromkeys(NAMES, 0.0)
        judged.extend(Qrel(example.id, item, grade) for item, grade in relevant.items())
        # Scores fall by whole numbers, so that no tie is broken by an id.
        ranked.extend(
            ScoredDoc(example.id, item, -float(i)) for i, item in enumerate(items_of(example, reply.retrieved))
        )
    measures = dict(zip((R @ 1, R @ 5, R @ 10, RR @ 10, nDCG @ 10, AP), NAMES, strict=True))
    if ranked:
        for value in ir_measures.iter_calc(list(measures), judged, ranked):
            scores[value.query_id][measures[value.measure]] = float(value.value)
    return scores


def trec_lines(example: Example, reply: Reply, tag: str = "szai-qa") -> list[str]:
    """Return a question's lines of a TREC run file: query, Q0, document, rank, score, tag."""
    found = reply.retrieved or ()
    if example.relevant or example.answerable is None:
        best = dict.fromkeys(item.article_id for item in found)
        names = list(best)
    else:
        names = [f"{item.article_id}:{item.start}-{item.end}" for item in found]
    query = _word(example.id)
    return [f"{query} Q0 {_word(name)} {rank} {1 / rank:.6f} {tag}" for rank, name in enumerate(names, start=1)]


def _word(text: str) -> str:
    """Return a text as one field of a TREC line, which ends at white space."""
    return "_".join(text.split())
