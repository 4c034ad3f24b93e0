"""A small worked run: three questions, one right, one wrongly refused, one wrongly answered."""

from __future__ import annotations

from typing import Any

from szai_qa.evaluation.gold import Example
from szai_qa.evaluation.report import Figure, Report, RunRecord
from szai_qa.evaluation.rows import Failure, Reply, Retrieved, Row

ARTICLE = "Title: 青石大桥\nDate: None\nURL: None\n\n青石大桥昨天通车。大桥全长1280米，双向六车道！\n"
TEXTS = {"bridge": ARTICLE}


def quote(sentence: str, highlight: str | None = None, article: str = ARTICLE, name: str = "bridge") -> dict[str, Any]:
    """Return a quote object of a sentence of the article."""
    start = article.index(sentence)
    mark = start + sentence.index(highlight) if highlight else 0
    marked = {"start": mark, "end": mark + len(highlight), "text": highlight} if highlight else None
    return {
        "article_id": name,
        "article_sha256": "",
        "start": start,
        "end": start + len(sentence),
        "text": sentence,
        "highlight": marked,
        "title": "青石大桥",
        "heading": None,
        "paragraph": 1,
        "url": None,
    }


def answer(
    question: str, *quotes: dict[str, Any], confidence: float = 0.9, nearest: tuple[Any, ...] = ()
) -> dict[str, Any]:
    """Return an answer object, a refusal where there are no quotes."""
    refusal = {"reason": "missing_detail", "message": "原文没有回答", "missing": [], "nearest": list(nearest)}
    return {
        "id": None,
        "question": question,
        "resolved_question": None,
        "refused": not quotes,
        "refusal": None if quotes else refusal,
        "confidence": confidence,
        "latency_ms": 40.0,
        "quotes": list(quotes),
    }


LONG, OPENED = "大桥全长1280米，双向六车道！", "青石大桥昨天通车。"
FOUND = (Retrieved("bridge", ARTICLE.index(OPENED), len(ARTICLE) - 1, OPENED + LONG, 0.05),)


def rows() -> list[Row]:
    """Return three rows as a finished run has them."""
    gold = {"type": "number", "lang": "zh-Hans"}
    asked = [
        Example("Q1", "大桥多长？", "Q1", True, (), ("1280米",), ((LONG,),), columns=gold, where="line 1"),
        Example("C1.1", "几车道？", "C1", True, (), ("六车道",), (("双向六车道",),), columns=gold, where="line 2"),
        Example("C1.2", "花了多少钱？", "C1", False, ("几车道？",), columns=gold, where="line 2"),
    ]
    right = {"wrong": 0.0, "refused": 0.0, "confidence": 0.93, "f1": 1.0, "credit": 1.0, "latency_ms": 40.0}
    refused = {"wrong": 0.0, "refused": 1.0, "confidence": 0.2, "f1": 0.0, "credit": 0.0, "latency_ms": 40.0}
    answered = {"wrong": 1.0, "refused": 0.0, "confidence": 0.6, "f1": None, "credit": 0.0, "latency_ms": 40.0}
    return [
        Row(asked[0], Reply(answer("大桥多长？", quote(LONG, "1280米"), confidence=0.93), FOUND), right),
        Row(asked[1], Reply(answer("几车道？", confidence=0.2), FOUND), refused, Failure.WRONGLY_REFUSED),
        Row(
            asked[2],
            Reply(answer("花了多少钱？", quote(OPENED), confidence=0.6), FOUND),
            answered,
            Failure.WRONGLY_ANSWERED,
        ),
    ]


def report() -> Report:
    """Return a report of that run."""
    dataset = {"name": "set.jsonl", "format": "jsonl", "sha256": "0" * 64, "questions": 3, "units": 2, "left_out": 1}
    system = {"index_id": "0123456789ab", "reader": "f" * 64, "threshold": 0.36, "settings": {"max_quotes": 4}}
    settings = {"seed": 0, "resamples": 2000}
    run = RunRecord(dataset, "index", system, settings, {"szai-qa": "0.1.0"}, "2025-01-01T00:00:00+00:00")
    figures = {
        "f1": Figure(0.5, 0.0, 1.0, 2),
        "wrong": Figure(1 / 3, 0.0, 0.9, 3),
        "recall_at_5": Figure(None, None, None, 0),
    }
    return Report(
        run,
        figures,
        slices={"type": {"number": figures}},
        curves={
            "risk_coverage": [{"coverage": 1 / 3, "risk": 0.0, "threshold": 0.93}],
            "reliability": [{"low": 0.9, "high": 1.0, "n": 1, "confidence": 0.93, "correct": 1.0}],
            "latency_ms": [{"low": 0.0, "high": 50.0, "n": 3}],
        },
        failures={"right": 1, "wrongly_refused": 1, "wrongly_answered": 1},
        problems=({"where": "line 3", "field": "question", "message": "is missing.", "hint": "Write it."},),
    )
