"""Reads SQuAD v1 and v2, DRCD, and CMRC 2018 in both of its layouts. All of them bring their paragraphs along."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from szai_qa.evaluation.evidence import locate
from szai_qa.evaluation.formats.problems import BadRowError, Rows, list_of, text_of
from szai_qa.evaluation.gold import Example


@dataclass(frozen=True)
class Paragraphs:
    """What such a file holds."""

    rows: Rows
    texts: dict[str, str]
    titles: dict[str, str]
    format: str


def is_squad(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Tell whether a JSON value has the layout of SQuAD."""
    return isinstance(value, dict) and isinstance(value.get("data"), list)


def is_cmrc(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Tell whether a JSON value has CMRC 2018's own layout: a list of paragraphs with `context_text`."""
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict) and "context_text" in value[0]


def read_paragraphs(value: Any) -> Paragraphs:  # noqa: ANN401 - checked row by row
    """Return the questions and paragraphs of a JSON value of either layout."""
    found = Paragraphs(Rows(), {}, {}, _format(value))
    for place, title, paragraph in _paragraphs(value):
        try:
            context = text_of(paragraph, "context_text" if "context_text" in paragraph else "context")
            name = str(paragraph.get("context_id") or paragraph.get("id") or f"paragraph-{len(found.texts) + 1}")
            if name in found.texts:
                raise BadRowError("id", f"the paragraph {name!r} stands twice.", "Give each paragraph its own id.")
            questions = list_of(paragraph, "qas")
        except BadRowError as problem:
            found.rows.wrong(place, problem)
            continue
        found.texts[name] = context
        found.titles[name] = title
        for i, item in enumerate(questions):
            where = f"{place}.qas[{i}]"
            try:
                found.rows.add(_example(item, where, name, context))
            except BadRowError as problem:
                found.rows.wrong(where, problem)
    return found


def _format(value: Any) -> str:  # noqa: ANN401 - any JSON value
    if is_cmrc(value):
        return "cmrc2018"
    items = [item for _, _, paragraph in _paragraphs(value) for item in paragraph.get("qas") or []]
    if any(isinstance(item, dict) and "is_impossible" in item for item in items):
        return "squad-v2"
    ids = [str(item.get("id")) for item in items[:1] if isinstance(item, dict)]
    if any("_QUERY_" in name for name in ids):
        return "cmrc2018"
    answers = [answer for item in items[:1] if isinstance(item, dict) for answer in item.get("answers") or []]
    return "drcd" if any(isinstance(answer, dict) and "id" in answer for answer in answers) else "squad-v1"


def _paragraphs(value: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:  # noqa: ANN401 - any JSON value
    """Yield each paragraph with its place in the file and its title."""
    if isinstance(value, list):
        for i, paragraph in enumerate(value):
            if isinstance(paragraph, dict):
                yield f"[{i}]", str(paragraph.get("title") or ""), paragraph
        return
    for i, article in enumerate(value["data"]):
        if not isinstance(article, dict):
            continue
        for j, paragraph in enumerate(article.get("paragraphs") or []):
            if isinstance(paragraph, dict):
                yield f"data[{i}].paragraphs[{j}]", str(article.get("title") or ""), paragraph


def _example(item: Any, where: str, paragraph: str, context: str) -> Example:  # noqa: ANN401 - any JSON value
    if not isinstance(item, dict):
        raise BadRowError("qas", "holds something else than objects.", "Write one object a question.")
    question = text_of(item, "query_text" if "query_text" in item else "question")
    name = str(item.get("query_id") or item.get("id") or where)
    if item.get("is_impossible") is True:
        return Example(name, question, name, False, source=paragraph, where=where)
    references = [_reference(answer) for answer in list_of(item, "answers")]
    if not references:
        raise BadRowError("answers", "is empty.", 'Give an answer, or write "is_impossible": true.')
    located = locate(context, references)
    if not located.groups:
        raise BadRowError("answers", "none of them stands in the paragraph.", "Copy the answer out of the paragraph.")
    return Example(name, question, name, True, (), located.answers, located.groups, paragraph, where=where)


def _reference(answer: Any) -> tuple[str, int | None]:  # noqa: ANN401 - any JSON value
    """Return an answer's words and its offset, None where the file has none (CMRC's own layout)."""
    if isinstance(answer, str) and answer.strip():
        return answer, None
    if isinstance(answer, dict) and isinstance(answer.get("text"), str) and answer["text"].strip():
        start = answer.get("answer_start")
        return answer["text"], start if isinstance(start, int) else None
    raise BadRowError("answers", "holds something else than answers.", 'Write {"text": "...", "answer_start": 0}.')
