"""Answers files of questions: the work behind `szai-qa batch` and `szai-qa read`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from szai_qa.answering.question import language_of
from szai_qa.answering.refuse import refusal
from szai_qa.errors import InputError
from szai_qa.interfaces.json_lines import read_objects, text_field, texts_field
from szai_qa.records import Answer, RefusalReason

if TYPE_CHECKING:
    from szai_qa.answering.assistant import Assistant
    from szai_qa.answering.confidence import ConfidenceModel
    from szai_qa.reading.reader import ExtractiveReader


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Task:
    """One question to answer, with the questions before it."""

    id: str
    question: str
    history: tuple[str, ...] = ()


def read_tasks(path: Path) -> list[Task]:
    """Return the questions of a file of `{"id","question"}` or `{"id","turns":[q1,q2,…]}` lines.

    Turn k of conversation C gets the id `C.k`.

    Raises:
        InputError: a line is neither, or two questions would get the same id.
    """
    tasks: list[Task] = []
    for number, value in read_objects(path):
        where = f"{path}, line {number}"
        if "turns" in value:
            turns = texts_field(value["turns"], where, "turns")
            if not turns:
                raise InputError(f"{where}: 'turns' is empty.", "Write one question at least.")
            tasks.extend(
                Task(f"{value['id']}.{k}", turns[k - 1], tuple(turns[: k - 1])) for k in range(1, len(turns) + 1)
            )
        else:
            tasks.append(Task(value["id"], text_field(value.get("question"), where, "question")))
    ids = [task.id for task in tasks]
    if len(set(ids)) < len(ids):
        twice = next(task_id for task_id in ids if ids.count(task_id) > 1)
        raise InputError(f"{path}: two questions would get the id {twice!r}.", "Give each line its own id.")
    return tasks


def answer_task(assistant: Assistant, task: Task) -> Answer:
    """Answer one question; one that is too long is refused, so that the rest of the file goes on."""
    try:
        return assistant.ask(task.question, task.history)
    except InputError:
        no_question = refusal(RefusalReason.NOT_A_QUESTION, language_of(task.question))
        return Answer(task.question, (), no_question, 0.0)


@dataclass(frozen=True, slots=True)
class ReadingTask:
    """One question to read passages for."""

    id: str
    question: str
    history: Sequence[str]
    passages: Sequence[str]


def read_reading_tasks(path: Path) -> list[ReadingTask]:
    """Return the tasks of a file of `{"id","question","passages",["history"]}` lines.

    Raises:
        InputError: a line is no such object.
    """
    tasks = []
    for number, value in read_objects(path):
        where = f"{path}, line {number}"
        tasks.append(
            ReadingTask(
                value["id"],
                text_field(value.get("question"), where, "question"),
                texts_field(value.get("history", []), where, "history"),
                texts_field(value.get("passages"), where, "passages"),
            )
        )
    return tasks


def read_task(
    reader: ExtractiveReader, confidence: ConfidenceModel, threshold: float | None, task: ReadingTask
) -> dict[str, Any]:
    """Return the result object of one reading task; without a threshold the confidence's own decides."""
    from szai_qa.answering.passages import Asking, answer_line, best_of, find_spans

    spans = find_spans(reader, [Asking(task.question, task.history, task.passages)])[0]
    return answer_line(task.id, task.passages, best_of(spans, confidence), confidence, threshold)


def in_order(items: Sequence[T], what: str) -> Iterator[T]:
    """Return the items one by one, with a progress bar on standard error where that is a terminal."""
    from tqdm import tqdm

    yield from tqdm(items, desc=what, unit="q", disable=None)
