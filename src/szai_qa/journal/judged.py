"""Turns verdicts into a test set, and runs it: what was judged once guards every later version.

A question is taken where all reviewers agree. Nothing here knows how questions are answered: it is handed a callable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from szai_qa.journal.database import Database
from szai_qa.journal.entries import Entry, Judgement, Pointer, Verdict
from szai_qa.journal.export import entries
from szai_qa.journal.store import article_lookup
from szai_qa.journal.verdicts import all_judgements
from szai_qa.records import Answer

_HAN = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class JudgedQuestion:
    """A question with what has to come of it: a refusal, or at least one text of each group among the quotes.

    `id` is the public id of the answer that was judged.
    """

    id: str
    language: str
    verdict: Verdict
    question: str
    answers: tuple[str, ...]
    evidence_groups: tuple[tuple[str, ...], ...]

    @property
    def answerable(self) -> bool:
        """Whether the articles answer it."""
        return bool(self.evidence_groups)

    def as_json(self) -> dict[str, Any]:
        """Return the question as a line of a test set. It stands for itself: a follow-up as it was understood."""
        return {
            "id": self.id,
            "lang": self.language,
            "type": f"judged-{self.verdict}",
            "question": self.question,
            "answerable": self.answerable,
            "answers": list(self.answers),
            "evidence": [text for group in self.evidence_groups for text in group],
            "evidence_groups": [list(group) for group in self.evidence_groups],
        }

    def passes(self, answer: Answer) -> bool:
        """Tell whether an answer is what has to come of the question."""
        if not self.answerable or answer.refused:
            return answer.refused is not self.answerable
        quoted = [quote.text for quote in answer.quotes]
        return all(
            any(text in words or words in text for text in group for words in quoted) for group in self.evidence_groups
        )


def judged_questions(database: Database) -> list[JudgedQuestion]:
    """Return the questions that were judged, oldest first.

    Left out are those on which reviewers differ, those whose article was found wrong, and follow-ups that nobody knows
    how to ask alone. Where one question was judged several times, the latest counts.
    """
    given: dict[str, list[Judgement]] = {}
    for judgement in all_judgements(database):
        given.setdefault(judgement.answer, []).append(judgement)
    texts = article_lookup(database)
    found: dict[str, JudgedQuestion] = {}
    for entry in entries(database):
        judgements = given.get(entry.public_id, [])
        if len({judgement.verdict for judgement in judgements}) == 1:
            question = _question(entry, judgements[-1], texts)
            if question is not None:
                found.pop(question.question, None)
                found[question.question] = question
    return list(found.values())


def _question(entry: Entry, judgement: Judgement, texts: Mapping[str, str]) -> JudgedQuestion | None:
    asked = entry.resolved_question or entry.question
    alone = entry.resolved_question is not None or not entry.history or entry.reason == "not_a_question"
    if judgement.verdict is Verdict.ARTICLE_WRONG or not alone:
        return None
    pointers = judgement.sentences
    if judgement.verdict is Verdict.RIGHT:
        pointers = entry.quotes
    language = entry.language if entry.language.startswith("zh") else "zh-Hans"
    return JudgedQuestion(
        id=entry.public_id,
        language=language if _HAN.search(asked) else "en",
        verdict=judgement.verdict,
        question=asked,
        answers=tuple(_words(pointer, texts, short=True) for pointer in pointers),
        evidence_groups=tuple((_words(pointer, texts),) for pointer in pointers),
    )


def _words(pointer: Pointer, texts: Mapping[str, str], short: bool = False) -> str:
    span = pointer.highlight if short and pointer.highlight else pointer.span
    return span.of(texts[pointer.article_sha256])


def run_judged(questions: Sequence[JudgedQuestion], ask: Callable[[str], Answer]) -> dict[str, bool]:
    """Ask every question; return by its id whether the answer is what has to come of it."""
    return {question.id: question.passes(ask(question.question)) for question in questions}
