"""Loads what the reader is trained and measured on: questions on news articles, and SQuAD-style sets.

Nothing is sampled or changed here. The files are not part of the project; their folders are handed in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from szai_qa.corpus.sentences import split_sentences
from szai_qa.errors import InputError
from szai_qa.records import Span

TRAIN, CHOOSE, REPORT = "train", "choose", "report"


@dataclass(frozen=True, slots=True)
class Item:
    """One question on one text. `answers` are every place of the text that answers; none: unanswerable.

    `evidence` are the sentences that hold them. `forms` are other wordings that ask the same (English, or a follow-up
    as it would stand alone), for which `history` is not needed. `trap` is what a careless reader would give. `accepted`
    are all wordings of the answer that count as right.
    """

    id: str
    question: str
    history: tuple[str, ...]
    forms: tuple[str, ...]
    lang: str
    kind: str
    text: str
    answers: tuple[Span, ...]
    evidence: tuple[Span, ...]
    trap: str | None = None
    accepted: tuple[str, ...] = ()

    @property
    def answerable(self) -> bool:
        """Whether the text answers."""
        return bool(self.answers)


def load_splits() -> dict[str, list[str]]:
    """Return the three fixed lists of article ids: train, choose, report."""
    content: dict[str, list[str]] = json.loads(
        files("szai_qa.training").joinpath("splits.json").read_text(encoding="utf-8")
    )
    return content


def load_articles(path: Path, split: str | None = None) -> list[dict[str, Any]]:
    """Return the articles of a reading file, of one list only where `split` names it."""
    try:
        articles = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as JSON lines: {error}.") from error
    if split is None:
        return articles
    wanted = set(load_splits()[split])
    return [article for article in articles if article["article_id"] in wanted]


def reading_items(articles: list[dict[str, Any]]) -> Iterator[Item]:
    """Yield the articles' questions and the turns of their conversations."""
    for article in articles:
        for question in article["questions"]:
            yield _reading_item(article["text"], question, ())
        for turns in article["conversations"]:
            for i, turn in enumerate(turns):
                yield _reading_item(article["text"], turn, tuple(earlier["question"] for earlier in turns[:i]))


def _reading_item(text: str, question: dict[str, Any], history: tuple[str, ...]) -> Item:
    evidence = tuple(
        Span(match.start(), match.end())
        for sentence in question["evidence"]
        for match in re.finditer(re.escape(sentence), text)
    )
    forms = tuple(form for form in (question.get("resolved"), question.get("question_en")) if form)
    if history:  # the English form of a follow-up needs the turns before it as the Chinese one does
        forms = tuple(form for form in (question.get("resolved"),) if form)
    return Item(
        question["id"],
        question["question"],
        history,
        forms,
        question["lang"],
        question["kind"],
        text,
        tuple(_answer_spans(text, question, evidence)) if question["answerable"] else (),
        evidence,
        question["trap"],
        tuple(question["answers"]),
    )


def _answer_spans(text: str, question: dict[str, Any], evidence: tuple[Span, ...]) -> Iterator[Span]:
    """Yield the places to learn: the given one, then the same words (for `multi` every part) in other evidence."""
    answers = question["answers"] if question["kind"] == "multi" else question["answers"][:1]
    start = question["start"]
    given = Span(start, start + len(question["answers"][0]))
    yield given
    for answer in answers:
        for sentence in evidence:
            at = text.find(answer, sentence.start, sentence.end)
            if at >= 0 and at != given.start:
                yield Span(at, at + len(answer))


def squad_items(path: Path, kind: str, forms: dict[str, str] | None = None) -> Iterator[Item]:
    """Yield the questions of a SQuAD-style set; `forms` gives the same question in English by its id."""
    content = json.loads(path.read_text(encoding="utf-8"))
    for entry in content["data"]:
        for paragraph in entry["paragraphs"]:
            text = paragraph["context"]
            sentences = split_sentences(text)
            for question in paragraph["qas"]:
                spans = [Span(a["answer_start"], a["answer_start"] + len(a["text"])) for a in question["answers"][:1]]
                if any(span.of(text) != question["answers"][0]["text"] for span in spans):
                    continue  # a few offsets of the public sets are wrong
                other = (forms or {}).get(str(question["id"]))
                yield Item(
                    str(question["id"]),
                    question["question"],
                    (),
                    (other,) if other else (),
                    "zh",
                    kind,
                    text,
                    tuple(spans),
                    tuple(s for s in sentences if any(span.start < s.end and s.start < span.end for span in spans)),
                )


def public_items(folder: Path) -> list[Item]:
    """Return all questions of the public training sets in `folder` (never those that are for measuring)."""
    english = {item.id: item.question for item in squad_items(folder / "xquad.en.json", "xquad")}
    return [
        *squad_items(folder / "DRCD_dev.json", "drcd"),
        *squad_items(folder / "DRCD_test.json", "drcd"),
        *squad_items(folder / "cmrc2018_trial.json", "cmrc"),
        *squad_items(folder / "xquad.zh.json", "xquad", english),
    ]


def without(text: str, spans: tuple[Span, ...]) -> tuple[str, list[int]]:
    """Return `text` without these spans, and the offsets in the result where something was cut."""
    kept: list[str] = []
    cuts: list[int] = []
    at = length = 0
    for span in sorted(spans):
        if span.start > at or not kept:
            kept.append(text[at : max(at, span.start)])
            length += len(kept[-1])
        at = max(at, span.end)
        cuts.append(length)
    kept.append(text[at:])
    return "".join(kept), cuts
