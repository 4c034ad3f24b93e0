"""Training samples: the answer stands where they say, and a negative holds no answer."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from szai_qa.reading.reader import SEPARATOR, question_text
from szai_qa.records import Span
from szai_qa.training.data import Item, load_splits, reading_items, without
from szai_qa.training.samples import SampleBuilder
from szai_qa.training.swaps import swapped
from szai_qa.training.windows import answering_windows, text_without_evidence, unanswering_windows

ARTICLES = [
    json.loads(line) for line in (Path(__file__).parent / "articles.jsonl").read_text(encoding="utf-8").splitlines()
]
ITEMS = list(reading_items(ARTICLES))


def builder(seed: int = 1) -> SampleBuilder:
    return SampleBuilder(ITEMS, [], {}, lambda _text: {}, seed)


def test_the_fixture_has_every_sort_of_question() -> None:
    assert {item.answerable for item in ITEMS} == {True, False}
    assert any(item.history for item in ITEMS)
    assert any(item.forms for item in ITEMS)


def test_answers_are_the_words_the_articles_give() -> None:
    turns = [turn for a in ARTICLES for conversation in a["conversations"] for turn in conversation]
    given = {q["id"]: q["answers"] for q in [*turns, *(q for a in ARTICLES for q in a["questions"])]}
    for item in ITEMS:
        assert all(span.of(item.text) in given[item.id] for span in item.answers)


def test_the_same_words_elsewhere_are_no_answer() -> None:
    item = next(item for item in ITEMS if item.id == "a1.01")
    assert item.text.count("12家") == 2
    assert [span.start for span in item.answers] == [item.text.index("12家", item.text.index("9月"))]


def test_a_positive_holds_an_answer_of_its_question_and_a_negative_none() -> None:
    answers = {
        question_text(form, ()): {span.of(item.text) for span in item.answers}
        for item in ITEMS
        if not item.history
        for form in (item.question, *item.forms)
    }
    checked = set()
    for sample in builder().build(400):
        asked = sample.question.split(SEPARATOR)[-1]
        if asked not in answers:
            continue  # a follow-up, or a question with an element swapped
        if sample.answer:
            assert sample.answer.of(sample.window) in answers[asked]
        else:
            assert not any(words in sample.window for words in answers[asked])
        checked.add(sample.source)
    assert checked >= {"positive", "cut", "alike", "near-miss"}


def test_the_same_seed_gives_the_same_samples_and_another_seed_others() -> None:
    assert builder().build(80) == builder().build(80)
    assert builder().build(80) != builder(2).build(80)


def test_more_samples_begin_with_the_fewer() -> None:
    assert builder().build(200)[:50] == builder().build(50)


def test_cutting_evidence_leaves_no_answer_behind() -> None:
    for item in ITEMS:
        cut = text_without_evidence(item) if item.answerable else None
        if cut:
            assert not any(span.of(item.text) in cut[0] for span in item.answers)
            assert all(0 <= place <= len(cut[0]) for place in cut[1])


def test_windows_for_learning_hold_the_answer_or_lack_it() -> None:
    for item in ITEMS:
        assert all(answer in window for window, answer in answering_windows(item))
        if item.answerable:
            words = item.answers[0].of(item.text)
            assert not any(words in window for window in unanswering_windows(item))


@pytest.mark.parametrize(
    ("text", "spans", "kept", "cuts"),
    [
        ("甲乙丙丁", (Span(1, 2),), "甲丙丁", [1]),
        ("甲乙丙丁", (Span(0, 1), Span(3, 4)), "乙丙", [0, 2]),
        ("甲乙丙丁", (Span(0, 3), Span(1, 2)), "丁", [0, 0]),
        ("甲乙丙丁", (), "甲乙丙丁", []),
    ],
)
def test_spans_are_cut_out(text: str, spans: tuple[Span, ...], kept: str, cuts: list[int]) -> None:
    assert without(text, spans) == (kept, cuts)


def test_a_swap_changes_what_the_window_says_into_what_it_does_not() -> None:
    window = "2024年，深圳举办了第五届大会，8月签约12家。"
    for seed in range(50):
        asked = swapped("2024年8月深圳第五届大会签了几家？", window, {"LOC": ["深圳", "杭州"]}, random.Random(seed))
        assert asked is not None
        assert asked != "2024年8月深圳第五届大会签了几家？"


def test_nothing_is_swapped_that_the_window_does_not_name() -> None:
    assert swapped("2022年在哪里开会？", "大会在深圳举行。", {}, random.Random(1)) is None


def test_the_lists_of_articles_are_apart_and_large_enough() -> None:
    splits = load_splits()
    assert len(splits["choose"]) >= 60
    assert len(splits["report"]) >= 60
    everything = [article for articles in splits.values() for article in articles]
    assert len(set(everything)) == len(everything)


def test_an_item_without_answers_is_unanswerable() -> None:
    assert not Item("1", "?", (), (), "zh", "detail", "深圳。", (), ()).answerable
