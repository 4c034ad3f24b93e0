from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from stand_ins import HashingEmbedder, PhraseReader, confidence_in_span, write_archive
from szai_qa.answering.assistant import Assistant
from szai_qa.errors import InputError
from szai_qa.indexing.store import Index, build_index, open_index
from szai_qa.records import Answer, RefusalReason
from szai_qa.settings import Settings

QUESTION = "青石大桥全长多少米？"
QUESTIONS = [
    QUESTION,
    "第三届云岭茶博会有多少参展商？",
    "河湾小学新生有多少人？",
    "茶博会的校长是谁？",
    "你好",
    "大桥几车道？",
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder = tmp_path_factory.mktemp("assistant")
    articles = write_archive(folder / "articles")
    build_index(folder / "index", articles, HashingEmbedder())
    return open_index(folder / "index", articles, HashingEmbedder())


def assistant(index: Index, phrases: dict[str, float], topic_cosine: float = -1.0, **set_: float) -> Assistant:
    settings = Settings(read_windows=10, **set_)  # type: ignore[arg-type]
    confidence = confidence_in_span(topic_cosine=topic_cosine)
    return Assistant(index, HashingEmbedder(), PhraseReader(phrases), confidence, settings)


def essence(answer: Answer) -> dict[str, object]:
    return answer.as_json() | {"latency_ms": 0}


def test_the_best_span_is_quoted_with_its_sentence(index: Index) -> None:
    answer = assistant(index, {"1280米": 3.0}).ask(QUESTION)
    assert not answer.refused
    assert [quote.text for quote in answer.quotes] == ["大桥全长1280米，双向六车道！"]
    assert answer.confidence == pytest.approx(0.9526)  # 1 / (1 + e^-3)


def test_a_question_in_one_part_gets_one_quote_though_another_span_is_near(index: Index) -> None:
    answer = assistant(index, {"1280米": 3.0, "306家": 2.9}).ask(QUESTION)
    assert len(answer.quotes) == 1


SEVERAL = "青石大桥和云岭茶博会分别有多长和多少参展商？"


def test_a_question_in_several_parts_gets_the_spans_within_the_margin(index: Index) -> None:
    phrases = {"1280米": 3.0, "306家": 2.5, "240人": 0.9}
    answer = assistant(index, phrases, quote_margin=2.0).ask(SEVERAL)
    text = {d.article.id: d.article.text for d in index.documents}
    marks = [q.highlight.of(text[q.document.article.id]) for q in answer.quotes if q.highlight]
    assert marks == ["1280米", "306家"]


def test_a_further_quote_would_have_been_an_answer_by_itself(index: Index) -> None:
    answer = assistant(index, {"1280米": 0.2, "306家": -0.2}, quote_margin=2.0).ask(
        SEVERAL
    )  # -0.2: below the threshold
    assert len(answer.quotes) == 1


@pytest.mark.parametrize("limit", [1, 2])
def test_there_are_no_more_quotes_than_are_set(index: Index, limit: int) -> None:
    answer = assistant(index, {"1280米": 3.0, "306家": 3.0, "240人": 3.0}, max_quotes=limit).ask(SEVERAL)
    assert len(answer.quotes) == limit


def test_only_suggestions_that_are_answered_are_offered(index: Index) -> None:
    ready = Assistant(
        index, HashingEmbedder(), PhraseReader({"1280米": 3.0}), confidence_in_span(), Settings(),
        suggestions=[QUESTION, "你好", "你觉得呢？"],
    )  # fmt: skip
    assert ready.suggestions == (QUESTION,)


def test_what_the_article_lacks_is_named_in_a_refusal(index: Index) -> None:
    ready = assistant(index, {"1280米": -3.0}, topic_cosine=-1.0)
    refusal = ready.ask("2019年青石大桥全长多少米？").refusal
    assert refusal is not None
    assert refusal.reason is RefusalReason.MISSING_DETAIL
    assert refusal.missing == ("2019年青石大桥全长",)
    assert "2019年青石大桥全长" in refusal.message


def test_a_refusal_close_to_the_threshold_says_that_it_is_not_sure(index: Index) -> None:
    ready = assistant(index, {"1280米": -0.1}, topic_cosine=-1.0)
    refusal = ready.ask(QUESTION).refusal
    assert refusal is not None
    assert refusal.reason is RefusalReason.LOW_CONFIDENCE
    assert refusal.missing == ()


def test_a_refused_follow_up_names_what_it_was_understood_to_ask(index: Index) -> None:
    ready = assistant(index, {"1280米": -3.0}, topic_cosine=-1.0)
    answer = ready.ask("它的设计师是谁？", [QUESTION])
    assert answer.refusal is not None
    assert answer.refusal.missing == ("青石大桥的设计师",)


def test_every_quote_and_highlight_is_a_slice_of_its_article(index: Index) -> None:
    for value in assistant(index, {"1280米": 3.0, "306家": 2.5}).ask(QUESTION).as_json()["quotes"]:
        text = next(d.article.text for d in index.documents if d.article.id == value["article_id"])
        assert value["text"] == text[value["start"] : value["end"]]
        mark = value["highlight"]
        assert mark["text"] == text[mark["start"] : mark["end"]]


@pytest.mark.parametrize("score", [-3.0, -0.5, -0.01, 0.0, 0.01, 0.5, 3.0])
@pytest.mark.parametrize("threshold", [None, 0.0, 0.3, 0.5, 0.7, 1.0])
def test_an_answer_is_refused_exactly_when_its_confidence_is_below_the_threshold(
    index: Index, score: float, threshold: float | None
) -> None:
    ready = assistant(index, {"1280米": score}, **({} if threshold is None else {"threshold": threshold}))
    answer = ready.ask(QUESTION)
    assert ready.threshold == (0.5 if threshold is None else threshold)
    assert answer.refused == (answer.confidence < ready.threshold)


def test_the_written_confidence_tells_a_refusal_as_well_as_the_exact_one(index: Index) -> None:
    for score in (-0.0001, -0.00001, 0.0, 0.00001):
        written = assistant(index, {"1280米": score}).ask(QUESTION).as_json()
        assert written["refused"] == (written["confidence"] < 0.5), score


def test_a_set_threshold_wins_over_the_readers_own(index: Index) -> None:
    assert assistant(index, {}, threshold=0.9).threshold == 0.9


def test_a_span_that_nothing_finds_is_a_refusal_with_confidence_zero(index: Index) -> None:
    answer = assistant(index, {}).ask(QUESTION)
    assert answer.refused
    assert answer.confidence == 0.0


def test_what_comes_near_is_shown_without_a_highlight(index: Index) -> None:
    refusal = assistant(index, {"1280米": -3.0}, topic_cosine=-1.0).ask(QUESTION).refusal
    assert refusal is not None
    assert [quote.text for quote in refusal.nearest] == ["大桥全长1280米，双向六车道！"]
    assert all(quote.highlight is None for quote in refusal.nearest)


def test_far_from_every_passage_a_question_is_off_topic(index: Index) -> None:
    refusal = assistant(index, {"1280米": -3.0}, topic_cosine=1.0).ask("火星上有水吗，是哪一年发现的？").refusal
    assert refusal is not None
    assert refusal.reason is RefusalReason.OFF_TOPIC
    assert refusal.nearest == ()


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("", RefusalReason.NOT_A_QUESTION),
        ("😀", RefusalReason.NOT_A_QUESTION),
        ("\ud800", RefusalReason.NOT_A_QUESTION),
        ("你好呀", RefusalReason.NOT_A_QUESTION),
        ("你觉得这座桥好看吗？", RefusalReason.OPINION),
    ],
)
def test_what_is_no_question_is_refused_with_confidence_zero(
    index: Index, question: str, reason: RefusalReason
) -> None:
    answer = assistant(index, {"1280米": 9.0}).ask(question)
    assert answer.refusal is not None
    assert (answer.refusal.reason, answer.confidence) == (reason, 0.0)


def test_a_request_is_off_topic_though_the_reader_is_sure(index: Index) -> None:
    answer = assistant(index, {"1280米": 4.0}).ask("帮我写一首关于青石大桥的诗")
    assert answer.refusal is not None
    assert answer.refusal.reason is RefusalReason.OFF_TOPIC


def test_an_outline_is_answered_with_the_numbered_headings_in_their_order(index: Index) -> None:
    answer = assistant(index, {}).ask("云岭茶博会这篇文章的两个要点分别是什么？")
    assert [quote.text for quote in answer.quotes] == ["一、参展商超过三百家", "二、新品首发"]
    assert all(quote.highlight is None for quote in answer.quotes)


def test_a_question_at_the_limit_is_answered_and_one_over_it_is_an_error(index: Index) -> None:
    ready = assistant(index, {"1280米": 3.0})
    assert ready.ask(("青石大桥全长多少米" * 30)[:200])
    with pytest.raises(InputError, match=r"201 characters, 200 are allowed.*Shorten it by 1"):
        ready.ask("长" * 201)


def test_a_follow_up_is_read_with_the_question_before_it_and_says_so(index: Index) -> None:
    reader = PhraseReader({"1280米": 3.0})
    ready = Assistant(index, HashingEmbedder(), reader, confidence_in_span(), Settings())
    answer = ready.ask("它全长多少米？", ["你好", QUESTION])
    assert answer.resolved_question == QUESTION
    assert reader.seen[-1][1] == (QUESTION,)  # the greeting is no question


def test_the_same_questions_have_the_same_answers_in_any_order(index: Index) -> None:
    phrases = {"1280米": 3.0, "306家": 2.0, "240人": 1.0, "六车道": 2.0}
    expected = {question: essence(assistant(index, phrases).ask(question)) for question in QUESTIONS}
    ready = assistant(index, phrases)
    for seed in range(5):
        shuffled = random.Random(seed).sample(QUESTIONS * 2, k=len(QUESTIONS) * 2)
        assert all(essence(ready.ask(question)) == expected[question] for question in shuffled)


@examples(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.characters(), max_size=200))
def test_any_question_has_an_answer_or_a_refusal(index: Index, question: str) -> None:
    answer = assistant(index, {"1280米": 1.0, "。": -1.0}).ask(question)
    assert answer.question == question
    assert answer.refused == (not answer.quotes)


def test_an_archive_in_another_folder_gives_the_same_answers(tmp_path: Path, index: Index) -> None:
    articles = write_archive(tmp_path / "elsewhere")
    build_index(tmp_path / "index", articles, HashingEmbedder())
    moved = open_index(tmp_path / "index", articles, HashingEmbedder())
    phrases = {"1280米": 3.0}
    assert essence(assistant(moved, phrases).ask(QUESTION)) == essence(assistant(index, phrases).ask(QUESTION))


def test_another_threshold_decides_over_the_same_parts(index: Index) -> None:
    usual = assistant(index, {"1280米": 1.0})
    question = "青石大桥全长多少米？"
    first = usual.ask(question)
    strict = usual.at_threshold(1.0)
    assert not first.refused
    assert strict.ask(question).refused
    assert strict.ask(question).confidence == first.confidence
    assert (usual.threshold, strict.threshold) == (0.5, 1.0)
