"""The line of `szai-qa read`: by whomever it is made."""

from __future__ import annotations

import pytest

from szai_qa.reading.answer_line import answer_line
from szai_qa.reading.decision import Decision
from szai_qa.reading.reader import ArticleSpan

PASSAGES = ["无关。", "会员86家。"]
BEST = ArticleSpan(1, 2, 5, 2.0, 1.0)


def test_the_answer_is_the_slice_of_its_passage() -> None:
    line = answer_line("q", PASSAGES, BEST, Decision())
    assert line["best_answer"] == line["answer"] == PASSAGES[line["passage"]][line["start"] : line["end"]] == "86家"


@pytest.mark.parametrize(("threshold", "refused"), [(None, False), (0.96, True), (0.9526, False)])
def test_it_is_refused_exactly_below_the_threshold_by_the_confidence_that_is_written(
    threshold: float | None, refused: bool
) -> None:
    line = answer_line("q", PASSAGES, BEST, Decision(), threshold)
    assert line["confidence"] == 0.9526  # 1 / (1 + e^-3) = 0.95257…
    assert (line["refused"], line["answer"] == "") == (refused, refused)
    assert line["best_answer"] == "86家"


def test_where_there_is_no_text_all_is_null_and_refused() -> None:
    line = answer_line("q", [], None, Decision())
    assert [line[name] for name in ("best_answer", "passage", "start", "end")] == [None] * 4
    assert (line["refused"], line["answer"], line["confidence"]) == (True, "", 0.0)
