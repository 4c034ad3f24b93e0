"""The shipped reader: exact offsets, the same scores in any batch, history and three languages understood."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from szai_qa.reading.reader import ExtractiveReader, batches, question_text
from szai_qa.reading.shipped import shipped_reader
from szai_qa.reading.windows import split_windows

TEXT = (
    "深圳湾机器人协会成立于2019年，现有会员86家。8月，协会在南山组织了参访，签约7家。"
    "9月，协会办了对接会，到场企业12家，比上次多出三成。😀会长林岳表示，明年要把对接会办到东莞去。"
    "协会还与三所高校合办了实训班，首期学员45名，课程为期六周。"
)
TRADITIONAL = "協會於2019年成立，現有會員86家。會長林岳表示，明年將在東莞舉辦對接會。"


@pytest.fixture(scope="module")
def reader() -> ExtractiveReader:
    return shipped_reader()


def answer(reader: ExtractiveReader, question: str, history: Sequence[str] = (), text: str = TEXT) -> str:
    ((best, *_),) = reader.read(question, history, [text])
    return text[best.start : best.end]


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("协会有多少会员？", "86家"),
        ("9月的对接会来了多少家企业？", "12家"),
        ("會長是誰？", "林岳"),
        ("Who is the president of the association?", "林岳"),
        ("首期学员有多少？", "45名"),
    ],
)
def test_the_span_that_answers_is_found_at_its_exact_place(
    reader: ExtractiveReader, question: str, expected: str
) -> None:
    assert answer(reader, question) == expected


@pytest.mark.model
def test_offsets_hold_in_traditional_text_and_after_an_emoji(reader: ExtractiveReader) -> None:
    assert answer(reader, "会长是谁？", text=TRADITIONAL) == "林岳"
    assert answer(reader, "会长是谁？", text="😀🎉" + TRADITIONAL) == "林岳"


@pytest.mark.model
def test_scores_are_the_same_alone_and_in_a_batch(reader: ExtractiveReader) -> None:
    windows = [TEXT, TRADITIONAL, "今天天气很好。", TEXT[:60]]
    together = reader.read("协会有多少会员？", [], windows)
    for window, spans in zip(windows, together, strict=True):
        ((alone,),) = reader.read("协会有多少会员？", [], [window])
        assert (alone.start, alone.end) == (spans[0].start, spans[0].end)
        assert alone.score == pytest.approx(spans[0].score, abs=1e-3)


@pytest.mark.model
def test_earlier_questions_say_what_a_follow_up_means(reader: ExtractiveReader) -> None:
    farms = "梅岭茶场今年产茶310吨，有工人140名。青溪茶场今年产茶95吨，有工人38名。"
    assert answer(reader, "有多少工人？", ["梅岭茶场今年产了多少茶？"], farms) == "140名"
    assert answer(reader, "有多少工人？", ["青溪茶场今年产了多少茶？"], farms) == "38名"
    assert answer(reader, "那青溪呢？", ["梅岭茶场有多少工人？"], farms) == "38名"
    assert answer(reader, "那青溪呢？", ["梅岭茶场今年产茶多少吨？"], farms) == "95吨"


@pytest.mark.model
def test_a_window_that_answers_scores_above_one_that_does_not(reader: ExtractiveReader) -> None:
    right, wrong = reader.read("协会有多少会员？", [], [TEXT, "今天天气很好，适合到公园散步。"])
    assert right[0].score > wrong[0].score
    assert right[0].answerable > wrong[0].answerable


@pytest.mark.model
def test_the_best_span_of_several_long_passages_is_found(reader: ExtractiveReader) -> None:
    passages = ["今天天气很好。" * 60, "公园里有很多人。" * 40 + TEXT, ""]
    best = max(reader.read_passages([("协会有多少会员？", passages)])[0], key=lambda span: span.read.score)
    assert (best.passage, best.span.of(passages[1])) == (1, "86家")


@pytest.mark.model
def test_no_text_gives_no_span(reader: ExtractiveReader) -> None:
    assert reader.read_passages([("协会有多少会员？", []), ("协会有多少会员？", [" \n"])]) == [[], []]
    assert reader.read("协会有多少会员？", [], ["  "]) == [[]]


@pytest.mark.model
def test_several_spans_of_one_window_do_not_overlap(reader: ExtractiveReader) -> None:
    (spans,) = reader.read("签约和到场的企业各有几家？", [], [TEXT], top=3)
    assert len(spans) == 3
    assert all(a.end <= b.start or b.end <= a.start for a in spans for b in spans if a is not b)


@pytest.mark.model
@pytest.mark.parametrize("odd", ["<s></s>", "\x00", "\ud800", "👨‍👩‍👧", "ﷺ" * 30, "？" * 300])
def test_odd_questions_and_windows_are_read_without_error(reader: ExtractiveReader, odd: str) -> None:
    for spans in reader.read(odd, [odd, odd, odd], [TEXT, odd]):
        assert all(0 <= span.start < span.end for span in spans)


def test_at_most_two_earlier_questions_stand_before_the_question() -> None:
    assert question_text("丁", ["甲", "乙", "丙"]) == "乙 | 丙 | 丁"
    assert question_text("丁", []) == "丁"


def test_a_long_history_never_pushes_the_question_out() -> None:
    assert question_text("现在的问题？", ["很长" * 300]).endswith(" | 现在的问题？")


def test_batches_hold_every_text_once_and_stay_within_their_tokens() -> None:
    lengths = [10, 300, 40, 40, 512, 7, 290]
    groups = batches(lengths, tokens=600)
    assert sorted(i for group in groups for i in group) == list(range(len(lengths)))
    assert all(len(group) == 1 or max(lengths[i] for i in group) * len(group) <= 600 for group in groups)


def test_windows_of_a_text_read_as_the_text() -> None:
    assert all(window.of(TEXT) in TEXT for window in split_windows(TEXT))
