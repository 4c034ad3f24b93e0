from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stand_ins import confidence_in_span
from szai_qa.answering.confidence import ConfidenceModel, load_confidence
from szai_qa.answering.evidence import FEATURES, Evidence
from szai_qa.answering.question import Language
from szai_qa.errors import ModelError

logits = st.floats(-1e6, 1e6)


def evidence(**given_: float) -> Evidence:
    return Evidence(**(dict.fromkeys(FEATURES, 0.0) | given_))


def test_the_shipped_weights_fit_the_evidence() -> None:
    assert set(load_confidence().weights) == set(FEATURES)


def test_the_confidence_is_the_logistic_function_of_the_weighted_evidence() -> None:
    model = ConfidenceModel(dict.fromkeys(FEATURES, 0.5), -1.0, 0.5, dict.fromkeys(Language, 0.8))
    found = evidence(span=2.0, coverage=0.8, conflicts=1.0)
    assert model.logit(found) == pytest.approx(-1.0 + 0.5 * 3.8)
    assert model.confidence(found) == pytest.approx(1 / (1 + math.exp(-0.9)), abs=5e-5)


@given(logits)
def test_a_confidence_is_from_zero_to_one_whatever_the_reader_says(score: float) -> None:
    assert 0.0 <= confidence_in_span().confidence(evidence(span=score)) <= 1.0


@given(logits, logits)
def test_better_evidence_never_means_less_confidence(one: float, other: float) -> None:
    low, high = sorted((one, other))
    model = confidence_in_span()
    assert model.confidence(evidence(span=low)) <= model.confidence(evidence(span=high))


def test_a_confidence_has_the_decimals_that_are_written() -> None:
    confidence = confidence_in_span().confidence(evidence(span=0.123))
    assert confidence == round(confidence, 4)


@pytest.mark.parametrize("threshold", [-0.1, 1.1, math.nan])
def test_a_threshold_is_a_probability(threshold: float) -> None:
    with pytest.raises(ValueError, match="threshold"):
        confidence_in_span(threshold)


def test_weights_of_other_evidence_do_not_fit() -> None:
    with pytest.raises(ValueError, match="the weights are of"):
        ConfidenceModel({"span": 1.0}, 0.0, 0.5, dict.fromkeys(Language, 0.8))


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", json.dumps({"weights": {"span": "x"}})])
def test_a_file_that_holds_no_weights_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "c.json").write_text(content)
    with pytest.raises(ModelError, match=r"c\.json holds no confidence model"):
        load_confidence(tmp_path / "c.json")


def test_a_topic_cosine_is_needed_for_each_language() -> None:
    with pytest.raises(ValueError, match="topic_cosine"):
        ConfidenceModel(dict.fromkeys(FEATURES, 0.5), 0.0, 0.5, {"en": 0.8})
