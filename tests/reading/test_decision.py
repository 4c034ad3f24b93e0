"""The confidence and its fit, on scores whose answer is known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from szai_qa.errors import ModelError
from szai_qa.reading.decision import Decision, load_decision
from szai_qa.records import Span
from szai_qa.training.calibrate import fit, logistic
from szai_qa.training.data import Item


def test_more_of_either_logit_means_more_confidence() -> None:
    decision = Decision(0.5, 0.3, -1.0)
    assert decision.confidence(2, 1) < decision.confidence(3, 1) < decision.confidence(3, 2)


def test_confidence_stays_within_bounds_for_any_logit() -> None:
    assert 0 < Decision().confidence(-1e9, 0) < 1e-9
    assert 1 - 1e-9 < Decision().confidence(1e9, 0) <= 1


def test_the_fit_finds_the_curve_that_made_the_data() -> None:
    rng = np.random.default_rng(3)
    features = np.column_stack([rng.normal(size=(20000, 2)) * 3, np.ones(20000)])
    truth = np.array([0.8, 0.4, -0.5])
    right = (rng.random(20000) < 1 / (1 + np.exp(-features @ truth))).astype(float)
    assert logistic(features, right) == pytest.approx(truth, abs=0.06)


def test_the_threshold_refuses_no_more_answerable_questions_than_allowed() -> None:
    rng = np.random.default_rng(4)
    items, lines = [], {}
    for i in range(400):
        answers = (Span(0, 2),) if i % 2 else ()
        items.append(Item(str(i), "?", (), (), "zh", "what", "深圳。", answers, answers))
        lines[str(i)] = {"start": 0, "end": 2, "span": rng.normal() + 2 * (i % 2), "answerable": rng.normal()}
    decision = fit(items, lines, 0.08)
    refused = [
        decision.refuses(decision.confidence(lines[item.id]["span"], lines[item.id]["answerable"]))
        for item in items
        if item.answerable
    ]
    assert 0.06 <= sum(refused) / len(refused) <= 0.08


def test_a_file_without_constants_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "decision.json"
    path.write_text(json.dumps({"constants": {"slope": 1}}))
    with pytest.raises(ModelError, match=r"decision\.json"):
        load_decision(path)
