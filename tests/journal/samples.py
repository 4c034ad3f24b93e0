"""Answers and refusals over a small article, and a short way to put them on record."""

from __future__ import annotations

from stand_ins import ARTICLES
from szai_qa.corpus.article import parse_article
from szai_qa.journal.database import Database
from szai_qa.journal.store import record
from szai_qa.records import Answer, Document, Quote, Refusal, RefusalReason, Span, System

SYSTEM = System("index1", 0.5, (("szai-qa", "0.1.0"), ("reader", "r1")))


def bridge(text: str = ARTICLES["bridge"]) -> Document:
    return parse_article("bridge", text)


def quote_of(document: Document, words: str, mark: str | None = None) -> Quote:
    text = document.article.text
    at = text.index(words)
    sentence = next(s for s in document.sentences if s.span.start <= at < s.span.end)
    start = text.index(mark, sentence.span.start) if mark else 0
    return Quote(document, sentence, Span(start, start + len(mark)) if mark else None)


def answered(question: str = "大桥多长？", confidence: float = 0.9) -> Answer:
    document = bridge()
    considered = (quote_of(document, "市民王芳说"),)
    return Answer(
        question, (quote_of(document, "大桥全长", "1280米"),), None, confidence, latency_ms=12.5, considered=considered
    )


def refused(question: str = "大桥多重？", reason: RefusalReason = RefusalReason.MISSING_DETAIL) -> Answer:
    near = (quote_of(bridge(), "大桥全长"),) if reason is RefusalReason.MISSING_DETAIL else ()
    missing = ("重量",) if near else ()
    return Answer(question, (), Refusal(reason, "原文没有回答这个问题。", missing, near), 0.2)


def put(journal: Database, answer: Answer, conversation: str = "c1", history: tuple[str, ...] = ()) -> str:
    return record(
        journal, answer, SYSTEM, conversation=conversation, channel="web", language="zh-Hans", history=history
    )
