"""Scores one question: every figure that a single answer has, and what went wrong with it.

A score is None where the question has nothing to measure it on; then it counts in no mean. All definitions:
docs/metrics.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from szai_qa.evaluation import overlap
from szai_qa.evaluation.evidence import Gold, is_verbatim, is_whole
from szai_qa.evaluation.gold import Example
from szai_qa.evaluation.rows import Failure, Reply, Row

Scores = dict[str, float | None]
Quotes = Sequence[Mapping[str, Any]]

SPAN_F1 = 0.5
"""Below this character F1 a highlight is another span than the accepted ones."""


def check_answer(answer: Mapping[str, Any]) -> None:
    """Raise ValueError where a value is no answer object (docs/answer-format.md)."""
    try:
        fits = answer["refused"] is (not answer["quotes"]) and 0.0 <= answer["confidence"] <= 1.0
        for quote in answer["quotes"]:
            pieces = [quote, quote["highlight"] or quote]
            fits = fits and all(isinstance(piece[end], int) for piece in pieces for end in ("start", "end"))
            fits = fits and isinstance(quote["text"], str) and isinstance(quote["article_id"], str)
    except (KeyError, TypeError) as problem:
        raise ValueError(f"no answer object ({type(problem).__name__}: {problem})") from problem
    if not fits:
        raise ValueError("no answer object: refused, quotes, offsets or confidence do not fit each other")


def score_row(example: Example, reply: Reply, texts: Mapping[str, str], ranking: Mapping[str, float]) -> Row:
    """Return a question's row; `texts` are the articles by id, `ranking` its figures of retrieval, if any.

    Raises:
        ValueError: the reply holds no answer object.
    """
    if reply.answer is None or example.answerable is None:
        return Row(example, reply, dict(ranking))
    check_answer(reply.answer)
    quotes: Quotes = reply.answer["quotes"]
    gold = Gold(example.quotes, example.answers, example.source)
    scores: Scores = {
        "confidence": float(reply.answer["confidence"]),
        "latency_ms": float(reply.answer.get("latency_ms") or 0.0),
        "refused": float(reply.answer["refused"]),
        "answerable": float(example.answerable),
        "correct": float(_would_be_right(example, reply, gold)),
        **_quote_scores(quotes, texts),
        **_evidence_scores(example, quotes, gold, texts),
        **_overlap_scores(example, reply),
        **_refusal_scores(example, refused=reply.answer["refused"]),
        **ranking,
    }
    failure = _failure(example, reply, gold, scores)
    scores["right"] = float(failure is None)
    return Row(example, reply, scores, failure)


def _first_covers(quotes: Quotes, gold: Gold) -> bool:
    return bool(quotes) and bool(gold.covered_by(quotes[0]["text"], quotes[0]["article_id"]))


def _would_be_right(example: Example, reply: Reply, gold: Gold) -> bool:
    """Tell whether the first quote is right, for a refusal the one that would have been given."""
    quotes = reply.answer["quotes"] if reply.answer else []
    shown = quotes or ([reply.would_quote] if reply.would_quote else [])
    return bool(example.answerable) and _first_covers(shown, gold)


def _quote_scores(quotes: Quotes, texts: Mapping[str, str]) -> Scores:
    if not quotes:
        return {"quotes": 0.0, "verbatim": None, "whole": None}
    return {
        "quotes": float(len(quotes)),
        "verbatim": sum(is_verbatim(quote, texts) for quote in quotes) / len(quotes),
        "whole": sum(is_whole(quote, texts) for quote in quotes) / len(quotes),
    }


def _evidence_scores(example: Example, quotes: Quotes, gold: Gold, texts: Mapping[str, str]) -> Scores:
    """Return how the quotes compare with the gold evidence; without gold only whether they should not be there."""
    none: Scores = dict.fromkeys(
        ("evidence_recall", "evidence_precision", "evidence_f1", "first", "citation_recall", "citation_precision")
    )
    if not example.answerable:
        citations: Scores = {"citation_precision": 0.0} if quotes else {}
        return none | citations | {"credit": float(not quotes), "wrong": float(bool(quotes))}
    if not quotes:
        zero: Scores = {"evidence_recall": 0.0, "evidence_f1": 0.0, "first": 0.0, "credit": 0.0, "wrong": 0.0}
        return none | zero
    covered = [gold.covered_by(quote["text"], quote["article_id"]) for quote in quotes]
    recall = len(frozenset().union(*covered)) / len(example.groups)
    precision = gold.character_precision(quotes, texts)
    f1 = 2 * recall * precision / (recall + precision) if recall and precision else 0.0
    first = float(bool(covered[0]))
    return {
        "evidence_recall": recall,
        "evidence_precision": precision,
        "evidence_f1": f1,
        "citation_recall": recall,
        "citation_precision": sum(bool(groups) for groups in covered) / len(quotes),
        "first": first,
        "credit": f1,
        "wrong": 1.0 - first,
    }


def _overlap_scores(example: Example, reply: Reply) -> Scores:
    """Return how the answer's words compare with the accepted answers."""
    quotes: Quotes = reply.answer["quotes"] if reply.answer else []
    given = _words(quotes) if reply.best is None or not quotes else reply.best
    references = example.answers or ("",)
    if example.answerable and not example.answers:
        return dict.fromkeys(("exact_match", "f1", "squad_exact_match", "squad_f1", "highlight"))
    scores: Scores = {
        "squad_exact_match": overlap.best(overlap.squad_exact, given, references),
        "squad_f1": overlap.best(overlap.squad_f1, given, references),
    }
    if not example.answerable:
        return scores | dict.fromkeys(("exact_match", "f1", "highlight"))
    best = reply.best if reply.best is not None else given
    marks = [quote["highlight"]["text"] for quote in quotes if quote["highlight"]] or [q["text"] for q in quotes[:1]]
    return scores | {
        "exact_match": overlap.best(overlap.cmrc_exact, best, references),
        "f1": overlap.best(overlap.cmrc_f1, best, references),
        "highlight": max((overlap.best(overlap.character_f1, mark, references) for mark in marks), default=0.0),
    }


def _words(quotes: Quotes) -> str:
    """Return the answer in words: the first quote's highlight, the whole quote where it has none."""
    if not quotes:
        return ""
    mark = quotes[0]["highlight"]
    return str(mark["text"] if mark else quotes[0]["text"])


def _refusal_scores(example: Example, *, refused: bool) -> Scores:
    return {
        "refusal_recall": None if example.answerable else float(refused),
        "refusal_precision": float(not example.answerable) if refused else None,
        "false_refusal": float(refused) if example.answerable else None,
    }


def _failure(example: Example, reply: Reply, gold: Gold, scores: Scores) -> Failure | None:
    refused = bool(scores["refused"])
    if not example.answerable:
        return None if refused else Failure.WRONGLY_ANSWERED
    if not refused and scores["first"]:
        has_mark = reply.answer is not None and any(quote["highlight"] for quote in reply.answer["quotes"])
        highlight = scores["highlight"]
        far = has_mark and highlight is not None and not math.isclose(highlight, SPAN_F1) and highlight < SPAN_F1
        return Failure.WRONG_SPAN if far else None
    found = reply.retrieved
    if found is not None and not any(gold.covered_by(item.text, item.article_id) for item in found):
        return Failure.NOT_RETRIEVED
    return Failure.WRONGLY_REFUSED if refused else Failure.NOT_PICKED
