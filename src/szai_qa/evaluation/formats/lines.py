"""Reads JSON lines with gold quotes or offsets: single questions, and conversations with their turns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from szai_qa.evaluation.formats.problems import BadRowError, Rows, columns_of, list_of, text_of, texts_of
from szai_qa.evaluation.gold import Example, Place

_GOLD = ("answerable", "answer", "answers", "evidence", "evidence_groups", "source", "article_id")
_KNOWN = frozenset({"id", "question", "history", "turns", "note", *_GOLD})
_EVIDENCE = 'Write a quote, or {"article_id": "...", "start": 0, "end": 9}.'


def read_lines(text: str) -> Rows:
    """Return the rows of a file of JSON lines; blank lines are left out."""
    rows = Rows()
    for number, line in enumerate(text.split("\n"), start=1):  # U+2028 may stand inside a JSON text
        if not line.strip():
            continue
        where = f"line {number}"
        try:
            value = json.loads(line)
            if not isinstance(value, dict):
                raise BadRowError("line", "is no JSON object.", 'Write {"question": "...", ...}.')
            _add(rows, where, number, value)
        except (ValueError, RecursionError) as problem:
            rows.wrong(where, BadRowError("line", f"is no JSON ({problem}).", "Write one JSON object a line."))
        except BadRowError as problem:
            rows.wrong(where, problem)
    return rows


def _add(rows: Rows, where: str, number: int, value: dict[str, Any]) -> None:
    name = value.get("id", f"L{number}")
    if not isinstance(name, str) or not name:
        raise BadRowError("id", "is no text.", 'Write "id": "Q1".')
    if "turns" not in value:
        rows.add(_example(name, name, where, value, texts_of(value, "history"), columns_of(value, _KNOWN)))
        return
    turns = list_of(value, "turns")
    if not turns or not all(isinstance(turn, dict) for turn in turns):
        raise BadRowError("turns", "is empty, or holds something else than objects.", "Write one object a turn.")
    shared = columns_of(value, _KNOWN)
    questions: list[str] = []
    examples = []
    for k, turn in enumerate(turns, start=1):  # a conversation is used whole or not at all
        columns = {"lang": "conversation"} | shared | columns_of(turn, _KNOWN)
        given = turn if "source" in turn or "article_id" in turn else _sources(value) | turn
        example = _example(f"{name}.{k}", name, f"{where}, turn {k}", given, tuple(questions), columns)
        kind = "conversation" if example.answerable else "conversation-unanswerable"
        columns.setdefault("type", kind)
        examples.append(example)
        questions.append(example.question)
    for example in examples:
        rows.add(example)


def _sources(value: Mapping[str, Any]) -> dict[str, Any]:
    return {field: value[field] for field in ("source", "article_id") if field in value}


def _example(
    name: str, unit: str, where: str, value: Mapping[str, Any], history: tuple[str, ...], columns: dict[str, str]
) -> Example:
    question = text_of(value, "question")
    answers = texts_of(value, "answers") or ((text_of(value, "answer"),) if value.get("answer") else ())
    groups = _groups(value) or ((answers,) if answers else ())
    answerable = value.get("answerable", bool(groups))
    if not isinstance(answerable, bool):
        raise BadRowError("answerable", "is neither true nor false.", "Write true or false.")
    if answerable and not groups:
        raise BadRowError("evidence_groups", "is empty, and the question is answerable.", _EVIDENCE)
    if not answerable and groups:
        raise BadRowError("answerable", "is false, and there is gold.", "Leave out the gold, or write true.")
    source = value.get("source", value.get("article_id"))
    if source is not None and not isinstance(source, str):
        raise BadRowError("source", "is no text.", "Write the article's id.")
    return Example(name, question, unit, answerable, history, answers, groups, source or None, {}, columns, where)


def _groups(value: Mapping[str, Any]) -> tuple[tuple[str | Place, ...], ...]:
    """Return the evidence groups; a plain `evidence` list is one group of alternatives."""
    if value.get("evidence_groups"):
        groups = list_of(value, "evidence_groups")
        if not all(isinstance(group, list) and group for group in groups):
            raise BadRowError("evidence_groups", "holds something else than lists with quotes.", _EVIDENCE)
        return tuple(tuple(_alternative(item, "evidence_groups") for item in group) for group in groups)
    evidence = list_of(value, "evidence")
    return (tuple(_alternative(item, "evidence") for item in evidence),) if evidence else ()


def _alternative(item: Any, field: str) -> str | Place:  # noqa: ANN401 - any JSON value
    if isinstance(item, str) and item.strip():
        return item
    if isinstance(item, dict):
        try:
            return Place(str(item["article_id"]), int(item["start"]), int(item["end"]), item.get("text"))
        except (KeyError, ValueError, TypeError) as problem:
            raise BadRowError(field, f"has no place in {item} ({problem}).", _EVIDENCE) from problem
    raise BadRowError(field, "holds something else than quotes and places.", _EVIDENCE)
