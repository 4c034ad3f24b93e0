from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from stand_ins import HashingEmbedder, PhraseReader, confidence_in_span
from szai_qa.answering.assistant import Assistant
from szai_qa.errors import InputError
from szai_qa.indexing.store import build_index, open_index
from szai_qa.interfaces.batch import Task, answer_task, read_reading_tasks, read_task, read_tasks
from szai_qa.reading.reader import PassageSpan
from szai_qa.reading.spans import SpanScore
from szai_qa.records import RefusalReason, Span
from szai_qa.settings import Settings


def write(path: Path, *lines: object) -> Path:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


@pytest.fixture
def assistant(tmp_path: Path, archive: Path, embedder: HashingEmbedder) -> Assistant:
    build_index(tmp_path / "index", archive, embedder)
    index = open_index(tmp_path / "index", archive, embedder)
    return Assistant(index, embedder, PhraseReader({"1280米": 3.0}), confidence_in_span(), Settings())


def test_turns_get_the_conversations_id_and_their_number_and_what_came_before(tmp_path: Path) -> None:
    path = write(tmp_path / "q", {"id": "Q", "question": "一？"}, {"id": "C", "turns": ["甲？", "乙？"]})
    assert read_tasks(path) == [Task("Q", "一？"), Task("C.1", "甲？"), Task("C.2", "乙？", ("甲？",))]


def test_each_conversation_starts_fresh(tmp_path: Path) -> None:
    path = write(tmp_path / "q", {"id": "A", "turns": ["甲？"]}, {"id": "B", "turns": ["乙？"]})
    assert read_tasks(path)[1].history == ()


def test_an_id_that_a_turn_would_get_too_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path / "q", {"id": "C.1", "question": "一？"}, {"id": "C", "turns": ["甲？"]})
    with pytest.raises(InputError, match=r"'C\.1'"):
        read_tasks(path)


@pytest.mark.parametrize(
    "line",
    [
        {"id": "a"},
        {"id": "a", "question": None},
        {"id": "a", "question": 7},
        {"id": "a", "turns": "甲？"},
        {"id": "a", "turns": ["甲？", 7]},
        {"id": "a", "turns": None},
        {"id": "a", "turns": []},
    ],
)
def test_a_line_that_asks_nothing_is_an_error_with_its_number(tmp_path: Path, line: object) -> None:
    path = write(tmp_path / "q", {"id": "ok", "question": "一？"}, line)
    with pytest.raises(InputError, match="line 2"):
        read_tasks(path)


@pytest.mark.parametrize("question", ["", "长" * 201, "😀", "\ud800"])
def test_a_question_that_is_none_or_too_long_is_refused_and_the_rest_goes_on(
    assistant: Assistant, question: str
) -> None:
    answer = answer_task(assistant, Task("a", question))
    assert answer.refusal is not None
    assert (answer.refusal.reason, answer.confidence) == (RefusalReason.NOT_A_QUESTION, 0.0)
    assert not answer_task(assistant, Task("b", "青石大桥全长多少米？")).refused


def test_the_answer_of_a_batch_is_the_answer_of_ask(assistant: Assistant) -> None:
    alone = assistant.ask("青石大桥全长多少米？").as_json("a")
    batched = answer_task(assistant, Task("a", "青石大桥全长多少米？")).as_json("a")
    assert alone | {"latency_ms": 0} == batched | {"latency_ms": 0}


def test_reading_tasks_have_passages_and_perhaps_a_history(tmp_path: Path) -> None:
    path = write(
        tmp_path / "r",
        {"id": "a", "question": "一？", "passages": ["甲"], "history": ["零？"]},
        {"id": "b", "question": "二？", "passages": []},
    )
    assert [(t.history, t.passages) for t in read_reading_tasks(path)] == [(["零？"], ["甲"]), ([], [])]


@pytest.mark.parametrize(
    "line",
    [
        {"id": "a", "question": "一？"},
        {"id": "a", "question": "一？", "passages": "甲"},
        {"id": "a", "question": "一？", "passages": [1]},
        {"id": "a", "question": "一？", "passages": [], "history": "零？"},
        {"id": "a", "passages": []},
    ],
)
def test_a_reading_line_without_its_fields_is_an_error(tmp_path: Path, line: object) -> None:
    with pytest.raises(InputError, match="line 1"):
        read_reading_tasks(write(tmp_path / "r", line))


class FirstWord:
    """A reader that finds the first two characters of the last passage, with a given score."""

    def __init__(self, score: float) -> None:
        self.score = score

    def read_passages(self, asked: Sequence[tuple[str, Sequence[str]]], top: int = 1) -> list[list[PassageSpan]]:
        read = SpanScore(0, 2, self.score, 0.0)
        return [[PassageSpan(len(passages) - 1, Span(0, 2), read)] if passages else [] for _, passages in asked]


def result(tmp_path: Path, score: float, passages: list[str]) -> dict[str, Any]:
    path = write(tmp_path / "r", {"id": "a", "question": "一？", "passages": passages})
    reader: Any = FirstWord(score)
    return read_task(reader, confidence_in_span(), None, read_reading_tasks(path)[0])


def test_an_answer_read_is_a_slice_of_its_passage(tmp_path: Path) -> None:
    found = result(tmp_path, 1.0, ["甲乙丙", "子丑寅"])
    assert (found["refused"], found["answer"], found["best_answer"]) == (False, "子丑", "子丑")
    assert (found["passage"], found["start"], found["end"]) == (1, 0, 2)


def test_a_refusal_to_read_still_gives_its_best_span(tmp_path: Path) -> None:
    found = result(tmp_path, -1.0, ["甲乙丙"])
    assert (found["refused"], found["answer"], found["best_answer"]) == (True, "", "甲乙")


@pytest.mark.parametrize("score", [-0.0001, -0.00001, 0.0, 0.00001])
def test_the_written_confidence_tells_a_refusal_as_well_as_the_exact_one(tmp_path: Path, score: float) -> None:
    found = result(tmp_path, score, ["甲乙丙"])
    assert found["refused"] == (found["confidence"] < 0.5)


def test_nothing_to_read_gives_nulls_and_a_refusal(tmp_path: Path) -> None:
    assert result(tmp_path, 1.0, []) == {
        "id": "a", "refused": True, "answer": "", "best_answer": None,
        "passage": None, "start": None, "end": None, "confidence": 0.0,
    }  # fmt: skip
