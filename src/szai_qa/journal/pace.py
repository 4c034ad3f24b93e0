"""How a reviewer gets on: verdicts since a moment, and the time between one and the next. It only reads."""

from __future__ import annotations

import statistics
from datetime import datetime
from itertools import pairwise

from szai_qa.journal.database import Database

PAUSE_S = 600
"""A longer time between two verdicts was no judging."""


def pace(database: Database, reviewer: str, since: datetime) -> tuple[int, int | None]:
    """Return how many verdicts in force a reviewer gave since a moment, and the median of whole seconds between them.

    The median is None where no two of them follow each other without a pause.
    """
    from sqlalchemy import select

    from szai_qa.journal.tables import verdicts

    given = select(verdicts.c.time).where(
        verdicts.c.reviewer == reviewer, verdicts.c.time >= since, verdicts.c.withdrawn.is_(None)
    )
    with database.reading() as connection:
        times = list(connection.scalars(given.order_by(verdicts.c.time)))
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    short = [gap for gap in gaps if gap <= PAUSE_S]
    return len(times), round(statistics.median(short)) if short else None
