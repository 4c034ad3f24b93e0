"""Publishing a version: a record of an index and a threshold that the judged questions were asked of.

A version that fails what the last published one passed is not published, unless someone says why; that is on record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from szai_qa.errors import ProofError
from szai_qa.journal import trail
from szai_qa.journal.database import Database
from szai_qa.journal.entries import Verdict
from szai_qa.journal.judged import JudgedQuestion
from szai_qa.records import System

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Published:
    """A version that was published; `results` says by question's id whether it passed."""

    time: datetime
    actor: str
    index_id: str
    threshold: float
    results: Mapping[str, bool]
    override: str | None


def last_published(database: Database) -> Published | None:
    """Return the version that was published last."""
    from sqlalchemy import select

    from szai_qa.journal.tables import published

    with database.reading() as connection:
        row = connection.execute(select(published).order_by(published.c.id.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    return Published(row.time, row.actor, row.index_id, row.threshold, row.results, row.override)


def regressions(
    last: Published | None, questions: Sequence[JudgedQuestion], results: Mapping[str, bool]
) -> list[JudgedQuestion]:
    """Return the questions that fail now and passed before: in the last published version, or when judged right."""
    before = {question.id: question.verdict is Verdict.RIGHT for question in questions}
    before |= last.results if last else {}
    return [question for question in questions if before[question.id] and not results[question.id]]


def publish(
    database: Database,
    system: System,
    questions: Sequence[JudgedQuestion],
    results: Mapping[str, bool],
    actor: str,
    override: str | None = None,
) -> Published:
    """Put a version on record as published, with what the judged questions came to.

    Raises:
        ProofError: it fails what passed before, and no reason to publish it all the same (`override`) is given.
    """
    from szai_qa.journal.tables import published

    failed = regressions(last_published(database), questions, results)
    if failed and not override:
        payload = {"index_id": system.index_id, "threshold": system.threshold, "failed": [q.id for q in failed]}
        trail.log_action(database, actor, "refused_to_publish", f"index:{system.index_id}", payload)
        shown = "; ".join(question.question for question in failed[:_SHOWN])
        raise ProofError(
            f"Not published: {len(failed)} judged questions passed before and fail now ({shown}).",
            "Mend it, or say why it shall be published all the same: --override REASON",
        )
    made = Published(
        datetime.now(UTC), actor, system.index_id, system.threshold, dict(results), override if failed else None
    )
    row = asdict(made) | {"versions": dict(system.versions), "salt": trail.new_salt()}
    with database.writing() as connection:
        row_id = connection.execute(published.insert().values(row).returning(published.c.id)).scalar_one()
        action = "published_by_override" if failed else "published"
        trail.append_row(connection, actor, action, "published", row_id)
    return made
