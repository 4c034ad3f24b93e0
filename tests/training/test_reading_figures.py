"""The evaluation's figures against slow, obvious ones, and the record that keeps them with the weights they are of."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from project import ROOT
from szai_qa.answering.confidence import ConfidenceModel, load_confidence
from szai_qa.errors import InputError
from szai_qa.training.data import Item, load_articles, reading_items
from szai_qa.training.figures import Scores, character_f1, lacks_answer, summary
from szai_qa.training.report import enter, figures_of

CONFIDENCE = load_confidence()
ITEMS = list(reading_items(load_articles(ROOT / "tests" / "reading" / "articles.jsonl")))


def line(item: Item, confidence: float, *, right: bool, cut: bool = False) -> dict[str, Any]:
    start, end = (item.answers[0].start, item.answers[0].end) if right and item.answers else (0, 1)
    key = item.id + "#cut" if cut else item.id
    return {
        "id": key,
        "refused": confidence < 0.5,
        "best_answer": item.text[start:end],
        "start": start,
        "end": end,
        "confidence": confidence,
    }


def lines_of(confidence: dict[bool, float], *, right: bool = True, cut: float = 0.1) -> dict[str, dict[str, Any]]:
    own = [line(item, confidence[item.answerable], right=right) for item in ITEMS]
    without = [line(item, cut, right=False, cut=True) for item in ITEMS]
    return {each["id"]: each for each in own + without}


def values(lines: dict[str, dict[str, Any]]) -> dict[str, float]:
    return {name: figure["value"] for name, figure in summary(Scores(ITEMS, lines)).items()}


def test_a_perfect_reader_has_perfect_figures() -> None:
    found = values(lines_of({True: 0.9, False: 0.2}))
    assert {name for name, value in found.items() if value == 1.0} == {
        *("sentence", "f1", "contrast", "refusal", "cut", "auroc")
    }
    assert found["false"] == found["wrong"] == 0.0


def test_a_reader_that_answers_everything_is_wrong_wherever_there_is_no_answer() -> None:
    found = values(lines_of({True: 0.9, False: 0.9}, cut=0.9))
    assert found["wrong"] == pytest.approx(sum(not item.answerable for item in ITEMS) / len(ITEMS), abs=1e-4)
    assert (found["refusal"], found["cut"], found["contrast"], found["auroc"]) == (0.0, 0.0, 0.5, 0.5)


def test_an_answer_outside_the_evidence_is_wrong_however_sure() -> None:
    lines = lines_of({True: 0.9, False: 0.2}, right=False)
    inside = sum(item.answerable and item.evidence[0].start == 0 for item in ITEMS)  # its span is the first character
    answerable = sum(item.answerable for item in ITEMS)
    assert values(lines)["sentence"] == pytest.approx(inside / answerable, abs=1e-4)
    assert values(lines)["wrong"] == pytest.approx((answerable - inside) / len(ITEMS), abs=1e-4)


def test_how_late_a_turn_comes_is_no_knowledge() -> None:
    # Sure of all first turns and of no later one: over all questions together that would look like knowledge.
    lines = lines_of({True: 0.5, False: 0.5})
    for item in ITEMS:
        lines[item.id]["confidence"] = 0.9 - 0.2 * len(item.history)
    assert values(lines)["auroc"] == 0.5


def test_an_interval_holds_its_value() -> None:
    figures = summary(Scores(ITEMS, lines_of({True: 0.9, False: 0.9})))
    assert all(figure["low"] <= figure["value"] <= figure["high"] for figure in figures.values())


def test_articles_in_which_an_answer_is_left_have_no_cut_pair() -> None:
    pairs = Scores(ITEMS, lines_of({True: 0.9, False: 0.2})).has_cut
    assert list(pairs) == [lacks_answer(item) for item in ITEMS]


def slow_lcs(one: str, other: str) -> int:
    if not one or not other:
        return 0
    if one[0] == other[0]:
        return 1 + slow_lcs(one[1:], other[1:])
    return max(slow_lcs(one[1:], other), slow_lcs(one, other[1:]))


@given(st.text("甲乙丙，a", max_size=6), st.text("甲乙丙，a", max_size=6))
def test_f1_is_that_of_the_longest_common_subsequence(one: str, other: str) -> None:
    plain, accepted = one.replace("，", ""), other.replace("，", "")
    total = len(plain) + len(accepted)
    slow = 2 * slow_lcs(plain, accepted) / total if plain and accepted else float(plain == accepted)
    assert character_f1(one, other) == pytest.approx(slow)


def test_a_record_keeps_both_lists_of_the_same_weights(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    for name in ("choose", "report"):
        enter(path, "a" * 64, CONFIDENCE, name, {"questions": 3})
    assert set(json.loads(path.read_text())["lists"]) == {"choose", "report"}


@pytest.mark.parametrize(
    ("checksum", "confidence"), [("b" * 64, CONFIDENCE), ("a" * 64, replace(CONFIDENCE, threshold=0.4))]
)
def test_figures_of_other_weights_or_constants_are_dropped(
    tmp_path: Path, checksum: str, confidence: ConfidenceModel
) -> None:
    path = tmp_path / "record.json"
    enter(path, "a" * 64, CONFIDENCE, "choose", {"questions": 3})
    enter(path, checksum, confidence, "report", {"questions": 4})
    record = json.loads(path.read_text())
    assert (record["weights_sha256"], set(record["lists"])) == (checksum, {"report"})


def test_a_file_that_is_no_record_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_text("[]")
    with pytest.raises(InputError, match="no record"):
        enter(path, "a" * 64, CONFIDENCE, "choose", {})
    assert path.read_text() == "[]"


def test_the_record_of_a_list_has_its_slices() -> None:
    lines = lines_of({True: 0.9, False: 0.2})
    entry = figures_of(ITEMS, list(lines.values()))
    assert (entry["articles"], entry["questions"]) == (2, len(ITEMS))
    assert entry["slices"]["lang=en"]["sentence"]["n"] == 1
    assert "kind=year-edition" in entry["slices"]
