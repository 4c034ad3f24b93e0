"""The sample is in order, and the shipped weights are the evaluated ones: their sha256 and their spans say so."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from project import ROOT
from szai_qa.answering.confidence import load_confidence
from szai_qa.answering.passages import SHIPPED
from szai_qa.reading.shipped import FOLDER
from szai_qa.reading.windows import split_windows
from szai_qa.training.data import load_articles

SAMPLE = ROOT / "tests" / "model" / "sample.jsonl"
RECORD = json.loads((ROOT / "tests" / "model" / "sample-spans.json").read_text(encoding="utf-8"))
EVALUATION = json.loads((ROOT / "docs" / "reader-evaluation.json").read_text(encoding="utf-8"))
ARTICLES = load_articles(SAMPLE)
TURNS = [(a["text"], turn) for a in ARTICLES for turns in a["conversations"] for turn in turns]
SINGLE = [(a["text"], question) for a in ARTICLES for question in a["questions"]]
QUESTIONS = SINGLE + TURNS

ANSWERABLE = {"number", "name", "when", "where", "list", "why-how", "what", "yes-no", "said", "multi"}
NEAR_MISSES = {"attribute", "year-edition", "entity", "place", "premise", "detail"}
MOST_THAT_MAY_DIFFER = 2  # another processor may round otherwise


def shipped_sha256() -> str:
    return hashlib.sha256((FOLDER / "reader.safetensors").read_bytes()).hexdigest()


def test_there_are_eight_articles_and_two_hundred_questions_at_least() -> None:
    assert len(ARTICLES) >= 8
    assert len(SINGLE) >= 200
    assert len(TURNS) >= 30


def test_each_article_is_read_in_several_windows() -> None:
    for article in ARTICLES:
        assert 500 <= len(article["text"]) <= 1000
        assert len(split_windows(article["text"])) >= 3


def test_ids_are_unique() -> None:
    ids = Counter(question["id"] for _, question in QUESTIONS) + Counter(a["article_id"] for a in ARTICLES)
    assert ids.most_common(1)[0][1] == 1


def test_no_question_is_asked_twice() -> None:
    assert Counter(question["question"] for _, question in SINGLE).most_common(1)[0][1] == 1


def test_every_kind_is_asked_in_several_articles_and_every_language_often() -> None:
    kinds = Counter(question["kind"] for _, question in SINGLE)
    assert set(kinds) == ANSWERABLE | NEAR_MISSES
    assert min(kinds.values()) >= 8
    languages = Counter(question["lang"] for _, question in SINGLE)
    assert set(languages) == {"zh-Hans", "zh-Hant", "en"}
    assert min(languages.values()) >= 30


@pytest.mark.parametrize(("text", "question"), QUESTIONS, ids=[question["id"] for _, question in QUESTIONS])
def test_a_question_is_in_order(text: str, question: Mapping[str, Any]) -> None:
    if question["answerable"]:
        first, evidence = question["answers"][0], question["evidence"]
        assert text.startswith(first, question["start"])
        places = [m for words in evidence for m in re.finditer(re.escape(words), text)]
        assert len(places) == len(evidence), "each evidence sentence stands once in the text"
        assert any(m.start() <= question["start"] and question["start"] + len(first) <= m.end() for m in places)
        assert all(any(answer in words for words in evidence) for answer in question["answers"])
        assert (question["polarity"] is not None) == (question["kind"] == "yes-no")
        assert question["missing"] is None
    else:
        assert (question["answers"], question["evidence"], question["start"]) == ([], [], None)
        assert question["missing"]
        assert question["trap"] is None or question["trap"] in text
        assert question["kind"] in NEAR_MISSES


def test_questions_are_not_copied_from_the_text() -> None:
    copied = [question["id"] for text, question in QUESTIONS if question["question"].rstrip("？?") in text]
    assert copied == []


def test_every_later_turn_has_a_wording_that_stands_alone() -> None:
    later = [turn for a in ARTICLES for turns in a["conversations"] for turn in turns[1:]]
    assert all(turn["resolved"] for turn in later)


def test_the_card_names_the_shipped_weights() -> None:
    card = (ROOT / "docs" / "reader-model-card.md").read_text(encoding="utf-8")
    assert re.findall(r"sha256 of the weights \| `([0-9a-f]{64})`", card) == [shipped_sha256()]


def test_the_evaluation_is_of_the_shipped_weights_and_constants() -> None:
    shipped = json.loads(SHIPPED.read_text(encoding="utf-8"))
    assert EVALUATION["weights_sha256"] == shipped["weights_sha256"] == shipped_sha256()
    constants = {**shipped["weights"], "offset": shipped["offset"], "threshold": shipped["threshold"]}
    assert EVALUATION["confidence"] == constants
    assert set(EVALUATION["lists"]) == {"choose", "report"}


def test_the_expected_error_is_of_the_shipped_weights_at_the_shipped_threshold() -> None:
    stated = json.loads((ROOT / "docs" / "expected-error.json").read_text(encoding="utf-8"))
    assert stated["weights_sha256"] == shipped_sha256()
    assert stated["threshold"] == load_confidence().threshold
    for source in stated["sources"].values():
        error = source["at_shipped"]["error"]
        assert 0 <= error["low"] <= error["value"] <= error["high"] <= 1


@pytest.mark.model
def test_the_shipped_weights_find_the_recorded_spans() -> None:
    from szai_qa.answering.passages import shipped_confidence
    from szai_qa.reading.shipped import shipped_reader
    from szai_qa.training.record import recorded

    again = recorded(shipped_reader(), shipped_confidence(), ARTICLES)
    assert again["weights_sha256"] == RECORD["weights_sha256"] == shipped_sha256()
    assert set(again["spans"]) == set(RECORD["spans"]) == {question["id"] for _, question in QUESTIONS}
    other = {key: (found, RECORD["spans"][key]) for key, found in again["spans"].items() if not same(found, key)}
    assert len(other) <= MOST_THAT_MAY_DIFFER, other


def same(found: list[float], key: str) -> bool:
    """Tell whether a span is the recorded one, with its confidence up to rounding."""
    start, end, confidence = RECORD["spans"][key]
    return found[:2] == [start, end] and found[2] == pytest.approx(confidence, abs=1e-3)
