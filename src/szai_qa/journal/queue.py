"""The review queue: which answers wait to be looked at, filtered, searched, 50 a page. It only reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from szai_qa.journal.database import Database
from szai_qa.journal.entries import Feedback

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

PAGE_SIZE = 50
LOW_MARGIN = 0.15
"""An answer whose confidence is less than this above the threshold counts as given with low confidence."""


class Show(StrEnum):
    """Which answers a queue shows."""

    ALL = "all"
    NEW = "new"
    """Judged by nobody yet."""
    THUMBS_DOWN = "thumbs_down"
    REFUSED = "refused"
    LOW_CONFIDENCE = "low_confidence"
    DISPUTED = "disputed"
    """Refused, and the reader thinks that the articles answer it."""
    DISAGREEMENT = "disagreement"
    """Judged by several reviewers, who differ."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What narrows a queue: all of it has to hold. Days are in UTC, both included.

    `text` is looked for in the question and how it was understood; a whole public id finds that answer.
    """

    show: Show = Show.NEW
    since: date | None = None
    until: date | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a queue. `verdicts` are those in force, by reviewer."""

    public_id: str
    time: datetime
    question: str
    refused: bool
    reason: str | None
    confidence: float
    threshold: float
    channel: str
    language: str
    feedback: Feedback | None
    feedback_reason: str | None
    verdicts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a queue; `number` counts from 1, `total` is the number of items on all pages."""

    items: tuple[Item, ...]
    number: int
    total: int

    @property
    def pages(self) -> int:
        """The number of pages, at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


def queue_page(database: Database, wanted: Filter = Filter(), number: int = 1) -> Page:
    """Return a page of the queue: thumbs down first, then newest first; a number beyond the last gives the last."""
    from sqlalchemy import func, select

    from szai_qa.journal.tables import answers

    which = _conditions(wanted)
    columns = [answers.c[name] for name in Item.__dataclass_fields__ if name != "verdicts"]
    first = (answers.c.feedback == Feedback.DOWN).is_(True).desc()
    with database.reading() as connection:
        total: int = connection.scalar(select(func.count()).select_from(answers).where(*which)) or 0
        number = min(max(1, number), Page((), 1, total).pages)
        query = select(answers.c.id, *columns).where(*which).order_by(first, answers.c.id.desc())
        rows = connection.execute(query.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
        given = _verdicts(connection, [row.id for row in rows])
    items = []
    for row in rows:
        value = dict(row._mapping)
        row_id = value.pop("id")
        value["feedback"] = value["feedback"] and Feedback(value["feedback"])
        items.append(Item(**value, verdicts=tuple(given.get(row_id, ()))))
    return Page(tuple(items), number, total)


def counts(database: Database) -> dict[Show, int]:
    """Return how many answers each queue holds."""
    from sqlalchemy import func, select

    from szai_qa.journal.tables import answers

    with database.reading() as connection:
        return {
            show: connection.scalar(select(func.count()).select_from(answers).where(*_conditions(Filter(show)))) or 0
            for show in Show
        }


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    from sqlalchemy import or_

    from szai_qa.journal.tables import answers

    conditions = _shown(wanted.show)
    if wanted.since:
        conditions.append(answers.c.time >= datetime.combine(wanted.since, time(), UTC))
    if wanted.until:
        conditions.append(answers.c.time < datetime.combine(wanted.until, time(), UTC) + timedelta(days=1))
    if text := wanted.text.strip():
        conditions.append(
            or_(
                answers.c.question.icontains(text, autoescape=True),
                answers.c.resolved_question.icontains(text, autoescape=True),
                answers.c.public_id == text,
            )
        )
    return conditions


def _shown(show: Show) -> list[ColumnElement[bool]]:
    from sqlalchemy import and_, exists, func, or_, select

    from szai_qa.journal.tables import answers, verdicts

    in_force = (verdicts.c.answer == answers.c.id, verdicts.c.withdrawn.is_(None))
    different = select(func.count(verdicts.c.verdict.distinct())).where(*in_force).scalar_subquery()
    near = and_(answers.c.refused.is_(False), answers.c.confidence < answers.c.threshold + LOW_MARGIN)
    conditions: dict[Show, ColumnElement[bool]] = {
        Show.NEW: ~exists().where(*in_force),
        Show.THUMBS_DOWN: answers.c.feedback == Feedback.DOWN,
        Show.REFUSED: answers.c.refused.is_(True),
        Show.LOW_CONFIDENCE: or_(near, answers.c.reason == "low_confidence"),
        Show.DISPUTED: answers.c.feedback == Feedback.DISPUTED,
        Show.DISAGREEMENT: different > 1,
    }
    return [conditions[show]] if show in conditions else []


def _verdicts(connection: Connection, ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    from sqlalchemy import select

    from szai_qa.journal.tables import verdicts

    query = select(verdicts.c.answer, verdicts.c.reviewer, verdicts.c.verdict).where(
        verdicts.c.answer.in_(ids), verdicts.c.withdrawn.is_(None)
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for row in connection.execute(query.order_by(verdicts.c.id)):
        found.setdefault(row.answer, []).append((row.reviewer, row.verdict))
    return found
