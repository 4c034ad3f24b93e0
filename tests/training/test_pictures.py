"""The pictures' figures: what is expected to be wrong among the answers given, and rows that keep their weights."""

from __future__ import annotations

from pathlib import Path

import pytest

from szai_qa.answering.confidence import load_confidence
from szai_qa.errors import InputError
from szai_qa.evaluation.risk import Judged
from szai_qa.training.answering import KeptRows
from szai_qa.training.calibrate import Row
from szai_qa.training.pictures import (
    cross_validated,
    draw_reliability,
    draw_risk,
    error_at,
    expected_error,
    judged,
)

MODEL = load_confidence()
SURE, UNSURE = [9.0, 9.0, 1.0, 1.0, 0.0, 0.0], [-9.0, -9.0, 0.0, 0.0, 0.0, 0.0]


def row(number: int, *, answerable: bool = True, best_is_right: bool = True) -> Row:
    right = [answerable and best_is_right, answerable and not best_is_right]
    evidence = [SURE, UNSURE] if answerable else [UNSURE, UNSURE]
    return Row(f"article{number}.01", "zh-Hans", answerable, evidence, right)


def items(count: int = 20) -> list[Judged]:
    """Confidences 0.05, 0.10 … 1.0, each the chance in twenty that it is right: every second is."""
    return [Judged(f"a{i}", (i + 1) / count, correct=i % 2 == 0) for i in range(count)]


def test_a_question_is_judged_by_its_best_span() -> None:
    found = judged([row(1), row(2, best_is_right=False), row(3, answerable=False)], MODEL)
    assert [item.correct for item in found] == [True, False, False]
    assert found[0].confidence == found[1].confidence > found[2].confidence
    assert [item.unit for item in found] == ["article1", "article2", "article3"]


def test_a_question_without_spans_is_never_answered() -> None:
    empty = Row("a.1", "en", True, [], [])
    assert judged([empty], MODEL) == [Judged("a", 0.0, correct=False)]


def test_the_error_is_the_share_of_wrong_ones_among_the_answers_given() -> None:
    found = error_at(items(), 0.75)  # 0.75 … 1.0: six answers, right, wrong, right …
    assert (found["coverage"], found["error"]["n"], found["error"]["value"]) == (0.3, 6, 0.5)
    assert found["error"]["low"] < 0.5 < found["error"]["high"]


def test_where_nothing_is_answered_there_is_no_error_to_state() -> None:
    assert error_at(items(), 1.1)["error"] == {"value": None, "low": None, "high": None, "n": 0}


def test_cross_validation_judges_every_question_once() -> None:
    rows = [row(i, answerable=i % 3 > 0, best_is_right=i % 5 > 0) for i in range(60)]
    assert sorted(item.unit for item in cross_validated(rows, [], MODEL)) == sorted(f"article{i}" for i in range(60))


def test_the_same_judgements_give_the_same_pictures(tmp_path: Path) -> None:
    for name in ("one", "two"):
        draw_risk({"set": items()}, 0.5, tmp_path / f"{name}-risk.png")
        draw_reliability({"set": items()}, tmp_path / f"{name}-reliability.png")
    for kind in ("risk", "reliability"):
        picture = (tmp_path / f"one-{kind}.png").read_bytes()
        assert picture.startswith(b"\x89PNG")
        assert picture == (tmp_path / f"two-{kind}.png").read_bytes()


def test_what_the_documents_quote_is_at_the_shipped_threshold() -> None:
    found = expected_error({"set": items()}, 0.75)
    assert found["sources"]["set"]["at_shipped"] == error_at(items(), 0.75)
    assert [each["threshold"] for each in found["sources"]["set"]["by_threshold"]][:2] == [0.2, 0.3]


def test_rows_are_made_once_and_kept(tmp_path: Path) -> None:
    kept = KeptRows(tmp_path / "rows")
    kept.claim("a" * 64)
    assert kept.made("choosing", [row(1)]) == kept.made("choosing", []) == [row(1)]
    assert kept.weights_sha256() == "a" * 64


def test_rows_of_other_weights_are_refused(tmp_path: Path) -> None:
    KeptRows(tmp_path).claim("a" * 64)
    with pytest.raises(InputError, match="other weights"):
        KeptRows(tmp_path).claim("b" * 64)


def test_rows_of_unknown_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "choosing.jsonl").write_text("")
    with pytest.raises(InputError, match="weights_sha256"):
        KeptRows(tmp_path).claim("a" * 64)
