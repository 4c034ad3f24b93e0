"""A small real assistant: it answers a few questions about the article in the repository, by offsets."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from szai_qa.corpus.article import load_articles, parse_article
from szai_qa.records import Answer, Document, Quote, Refusal, RefusalReason, SentenceKind, Span

ARTICLES = Path(__file__).parents[2] / "docs" / "articles"

COMPANIES = "深圳有多少家人工智能企业？"
COMPARISON = "8月的通用大会和9月的国际展，哪边来的企业多？"
OUTLINE = "这篇盘点说的十件大事分别是什么？"
OPEN_SOURCE = "混元版Sora开源了吗？"
VISITORS = "8月的通用大会来了多少观众？"
FOLLOW_UP = "那9月那场呢？"
MISSING = "2023年底深圳有多少家人工智能企业？"
OFF_TOPIC = "上海的房价是多少？"
OPINION = "明年深圳的人工智能企业会有多少家？"
UNSURE = "深圳的AI产业规模增长快吗？"
UNCLEAR = "他呢？"
BROKEN = "三全智能是什么？"
SLOW = "市城管局办了什么比赛？"


def quote_with(document: Document, words: str, highlight: str | None = None) -> Quote:
    """Return the sentence that holds these words, with a highlight in it."""
    text = document.article.text
    at = text.index(words)
    sentence = next(s for s in document.sentences if s.span.start <= at < s.span.end)
    if highlight is None:
        return Quote(document, sentence)
    start = text.index(highlight, sentence.span.start)
    return Quote(document, sentence, Span(start, start + len(highlight)))


def headings(document: Document) -> tuple[Quote, ...]:
    """Return the numbered headings as quotes."""
    return tuple(
        Quote(document, s)
        for s in document.sentences
        if s.kind is SentenceKind.HEADING and document.sections[s.section].number
    )


@dataclass
class FakeAssistant:
    """Answers what is written here, refuses the rest; keeps what it was asked."""

    documents: Sequence[Document] = field(default_factory=lambda: load_articles(ARTICLES))
    suggestions: Sequence[str] = (
        COMPANIES,
        "“人工智能十八条”是哪个月发布的？",
        "十大集聚区是哪十个？",
        OUTLINE,
        VISITORS,
    )
    slow_s: float = 0.8
    asked: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        """Answer a known question, or refuse."""
        self.asked.append((question, tuple(history)))
        if question == BROKEN:
            raise RuntimeError("the fake is broken on purpose")
        if question == SLOW:
            time.sleep(self.slow_s)
        if question == FOLLOW_UP and history:
            return self._answer(question, self._known()[FOLLOW_UP], "9月的国际人工智能展来了多少观众？")
        if question in self._known():
            return self._answer(question, self._known()[question])
        return Answer(question, (), self._refusal(question), 0.2)

    def _answer(self, question: str, quotes: tuple[Quote, ...], resolved: str | None = None) -> Answer:
        return Answer(question, quotes, None, 0.9, resolved_question=resolved)

    def _known(self) -> dict[str, tuple[Quote, ...]]:
        article = self.documents[0]
        return {
            COMPANIES: (quote_with(article, "现有人工智能企业2200余家", "2200余家"),),
            COMPARISON: (
                quote_with(article, "汇聚国内外810家企业", "810家企业"),
                quote_with(article, "汇聚国内外253家", "253家人工智能企业"),
            ),
            OUTLINE: headings(article),
            OPEN_SOURCE: (quote_with(article, "混元版Sora", "开源其权重、代码和算法"),),
            VISITORS: (quote_with(article, "现场观众人数达10.2万", "10.2万人次"),),
            FOLLOW_UP: (quote_with(article, "现场观众人数达3.71万", "3.71万人次"),),
            SLOW: (quote_with(article, "市城管和综合执法局举办"),),
        }

    def _refusal(self, question: str) -> Refusal:
        article = self.documents[0]
        near = (quote_with(article, "图为腾讯展厅"), quote_with(article, "一、2200余家"))
        known = {
            MISSING: Refusal(RefusalReason.MISSING_DETAIL, "原文没有回答这个问题。", ("2023年底",), near),
            OPINION: Refusal(RefusalReason.OPINION, "这要看法或预测，原文没有。"),
            UNSURE: Refusal(
                RefusalReason.LOW_CONFIDENCE,
                "把握不够，这次不答。",
                nearest=(quote_with(article, "现有人工智能企业2200余家"),),
            ),
            UNCLEAR: Refusal(RefusalReason.UNCLEAR_FOLLOWUP, "不清楚“他”指什么。", ("他",)),
        }
        if question in known:
            return known[question]
        if not any("\u4e00" <= character <= "\u9fff" for character in question):
            return Refusal(RefusalReason.NOT_A_QUESTION, "没看懂这个问题。")
        return Refusal(RefusalReason.OFF_TOPIC, "收录的文章没有谈到这件事。")


TRAP = "𝟘🐉e\u0301 号🐉有 12　家🐉。再来：<b>🐉</b>！"
BOTH = "两篇都问什么？"


def trap_article() -> Document:
    """Return an article whose offsets go wrong wherever code points are not what is counted."""
    return parse_article("trap", f"Title: 陷阱🐉\r\nDate: 2024-02-03\r\nURL: None\r\n\r\n🐉🐉\u3000\r\n{TRAP}\r\n")


@dataclass
class TwoArticles:
    """Quotes two articles in one answer."""

    documents: Sequence[Document] = field(default_factory=lambda: [trap_article(), *load_articles(ARTICLES)])
    suggestions: Sequence[str] = (BOTH,)

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        """Answer every question with the same two quotes."""
        trap, article = self.documents
        quotes = quote_with(trap, "𝟘", "12　家🐉"), quote_with(article, "现有人工智能企业2200余家", "2200余家")
        return Answer(question, quotes, None, 0.9)
