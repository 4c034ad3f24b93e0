"""What is measured: the assistant and the reader behind one callable, with stand-ins for their models."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from stand_ins import ARTICLES, HashingEmbedder, PhraseReader, confidence_in_span, write_archive
from szai_qa.answering.assistant import Assistant
from szai_qa.answering.retrieve import Retriever
from szai_qa.corpus.article import load_articles
from szai_qa.evaluation.datasets import load_dataset
from szai_qa.evaluation.gold import Against, Example
from szai_qa.evaluation.rows import Failure, Reply
from szai_qa.evaluation.scoring import score_row
from szai_qa.indexing.store import Index, make_index
from szai_qa.interfaces.evaluating import prepare
from szai_qa.interfaces.measured_systems import AskAssistant, ReadParagraph, own_document
from szai_qa.reading.reader import PassageSpan
from szai_qa.reading.spans import SpanScore
from szai_qa.records import Span
from szai_qa.settings import Settings

ASKED = Example("Q", "青石大桥全长多少米？", "Q", True, answers=("1280米",), groups=(("1280米",),))
PARAGRAPH = "青石大桥昨天通车。大桥全长1280米，双向六车道！市民都来了。"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    articles = write_archive(tmp_path_factory.mktemp("measured") / "articles")
    return make_index(load_articles(articles), HashingEmbedder())


def asked(index: Index, example: Example, topic_cosine: float = -1.0, **phrases: float) -> Reply:
    confidence = confidence_in_span(topic_cosine=topic_cosine)
    assistant = Assistant(index, HashingEmbedder(), PhraseReader(phrases), confidence, Settings(read_windows=10))
    return AskAssistant(assistant, Retriever(index, HashingEmbedder()))([example])[0]


def test_an_answer_comes_with_what_was_retrieved(index: Index) -> None:
    reply = asked(index, ASKED, **{"1280米": 3.0})
    row = score_row(ASKED, reply, ARTICLES, {})
    assert (row.failure, row.scores["verbatim"], row.scores["f1"]) == (None, 1.0, 1.0)
    assert reply.retrieved is not None
    for passage in reply.retrieved:
        assert ARTICLES[passage.article_id][passage.start : passage.end] == passage.text


def test_a_refusal_tells_what_would_have_been_quoted(index: Index) -> None:
    row = score_row(ASKED, asked(index, ASKED, **{"1280米": -1.0}), ARTICLES, {})
    assert (row.failure, row.scores["correct"]) == (Failure.WRONGLY_REFUSED, 1.0)


def test_a_refusal_off_the_topic_shows_nothing_near_and_is_judged_all_the_same(index: Index) -> None:
    reply = asked(index, ASKED, topic_cosine=1.0, **{"1280米": -1.0})
    assert reply.answer is not None
    assert reply.answer["refusal"]["nearest"] == []
    assert score_row(ASKED, reply, ARTICLES, {}).scores["correct"] == 1.0


def test_what_is_no_question_would_quote_nothing(index: Index) -> None:
    reply = asked(index, Example("N", "你好呀", "N", False), **{"1280米": 3.0})
    assert (reply.would_quote, reply.answer and reply.answer["confidence"]) == (None, 0.0)


def test_a_question_that_is_too_long_is_refused_and_the_run_goes_on(index: Index) -> None:
    reply = asked(index, Example("N", "长" * 500, "N", False))
    assert reply.answer is not None
    assert reply.answer["refusal"]["reason"] == "not_a_question"


def test_a_question_with_judged_texts_only_is_searched_for(index: Index) -> None:
    reply = asked(index, Example("B", "青石大桥", "B", None, relevant={"bridge": 1}))
    assert reply.answer is None
    assert reply.retrieved


class SpanReader:
    """Finds one phrase in the passages, with known logits."""

    def __init__(self, phrase: str, logit: float) -> None:
        self.phrase, self.logit = phrase, logit

    def read_passages(self, asked: Sequence[tuple[str, Sequence[str]]], top: int) -> list[list[PassageSpan]]:
        return [self._spans(passages[0]) for _, passages in asked]

    def _spans(self, text: str) -> list[PassageSpan]:
        start = text.find(self.phrase)
        end = start + len(self.phrase)
        return [PassageSpan(0, Span(start, end), SpanScore(start, end, self.logit, 0.0))] if start >= 0 else []


def read(phrase: str, logit: float = 3.0) -> Reply:
    reader = ReadParagraph(SpanReader(phrase, logit), confidence_in_span(), 0.5, {"P": PARAGRAPH})  # type: ignore[arg-type]
    return reader([Example("Q", "多长？", "Q", True, answers=("1280米",), groups=(("1280米",),), source="P")])[0]


def test_the_sentence_of_the_best_span_is_quoted() -> None:
    answer = read("1280米").answer
    assert answer is not None
    assert [quote["text"] for quote in answer["quotes"]] == ["大桥全长1280米，双向六车道！"]
    assert answer["quotes"][0]["highlight"]["text"] == "1280米"


def test_a_span_over_two_sentences_quotes_both_with_its_parts() -> None:
    answer = read("六车道！市民").answer
    assert answer is not None
    assert [quote["highlight"]["text"] for quote in answer["quotes"]] == ["六车道！", "市民"]
    assert all(PARAGRAPH[q["start"] : q["end"]] == q["text"] for q in answer["quotes"])


def test_a_refused_span_is_kept_beside_the_refusal() -> None:
    reply = read("1280米", logit=-3.0)
    assert reply.answer is not None
    assert (reply.answer["refused"], reply.best) == (True, "1280米")
    assert reply.would_quote is not None
    assert reply.would_quote["text"] == "大桥全长1280米，双向六车道！"


def test_a_text_without_a_span_is_refused() -> None:
    reply = read("八千米")
    assert reply.answer is not None
    assert (reply.answer["refused"], reply.best, reply.would_quote) == (True, "", None)


def test_an_own_text_becomes_an_article_of_its_id() -> None:
    article = own_document("P1", PARAGRAPH, "桥\n的标题").article
    assert (article.id, article.title) == ("P1", "桥 的标题")
    assert PARAGRAPH in article.text


def test_an_own_text_without_a_title_is_called_by_its_id() -> None:
    assert own_document("P1", PARAGRAPH, " ").article.title == "P1"


SQUAD = (
    '{"data": [{"title": "桥", "paragraphs": [{"id": "P", "context": "CONTEXT", "qas": [{"id": "q", "question": '
    '"多长？", "answers": [{"text": "1280米", "answer_start": 4}]}]}]}]}'
)


@pytest.mark.parametrize(
    ("context", "against"),
    [("大桥全长1280米，双向六车道！", Against.INDEX), ("小桥全长1280米。", Against.PARAGRAPH)],
)
def test_a_set_is_asked_of_the_index_only_where_its_paragraphs_stand_there(
    tmp_path: Path, archive: Path, context: str, against: Against
) -> None:
    (tmp_path / "a.json").write_text(SQUAD.replace("CONTEXT", context), encoding="utf-8")
    prepared = prepare(tmp_path / "a.json", Settings(), index=tmp_path / "index", articles=archive)
    assert (prepared.against, len(prepared.dataset.examples)) == (against, 1)


def test_own_texts_keep_their_gold_inside_the_articles_that_they_become(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(SQUAD.replace("CONTEXT", PARAGRAPH), encoding="utf-8")
    prepared = prepare(tmp_path / "a.json", Settings(), against=Against.OWN)
    assert load_dataset(tmp_path / "a.json").examples[0].source == prepared.dataset.examples[0].source == "P"
    assert prepared.dataset.problems == ()
