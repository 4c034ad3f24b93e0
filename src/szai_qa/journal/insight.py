"""What the journal shows as a whole: questions by day, refusals by reason, what is asked and not answered, verdicts.

Each function returns a table of plain rows. Days are in UTC. It only reads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from szai_qa.journal.database import Database
from szai_qa.journal.entries import Feedback, Verdict
from szai_qa.journal.export import csv_line

UNANSWERED = ("missing_detail", "off_topic", "low_confidence")
"""Reasons for which a question that was one got no answer."""
MIN_SIMILARITY = 0.5
"""How alike two questions have to be to count as the same one: shared pairs of characters, over all (Jaccard)."""

Rows = list[dict[str, Any]]


def questions_by_day(database: Database) -> Rows:
    """Return for each day how many questions were asked, refused, found useful, bad, disputed."""
    days: dict[date, Counter[str]] = {}
    for row in _answers(database):
        count = days.setdefault(row.time.date(), Counter())
        count["questions"] += 1
        count["refused"] += row.refused
        if row.feedback:
            count[row.feedback] += 1
    names = ("questions", "refused", *Feedback)
    return [{"day": day.isoformat()} | {str(name): days[day][name] for name in names} for day in sorted(days)]


def refusals_by_reason(database: Database) -> Rows:
    """Return for each reason how many questions were refused, most first, and how many of these are disputed."""
    refused = [row for row in _answers(database) if row.refused]
    disputed = Counter(row.reason for row in refused if row.feedback == Feedback.DISPUTED)
    counts = Counter(row.reason for row in refused)
    return [{"reason": reason, "questions": n, "disputed": disputed[reason]} for reason, n in counts.most_common()]


def asked_without_answer(database: Database, limit: int = 50) -> Rows:
    """Return groups of alike questions that got no answer, largest first; each goes by its most frequent wording."""
    wordings = Counter(row.resolved_question or row.question for row in _answers(database) if row.reason in UNANSWERED)
    groups = group_alike(wordings)
    rows: Rows = [
        {"question": group[0], "asked": sum(wordings[w] for w in group), "wordings": len(group), "others": group[1:6]}
        for group in groups
    ]
    return sorted(rows, key=lambda row: (-row["asked"], row["question"]))[:limit]


def verdicts_by_day(database: Database) -> Rows:
    """Return for each day how many verdicts in force were given, by verdict."""
    from sqlalchemy import select

    from szai_qa.journal.tables import verdicts

    with database.reading() as connection:
        given = connection.execute(select(verdicts.c.time, verdicts.c.verdict).where(verdicts.c.withdrawn.is_(None)))
        days: dict[date, Counter[str]] = {}
        for row in given:
            days.setdefault(row.time.date(), Counter())[row.verdict] += 1
    return [{"day": day.isoformat()} | {str(v): days[day][v] for v in Verdict} for day in sorted(days)]


TABLES = {
    "questions_by_day": questions_by_day,
    "refusals_by_reason": refusals_by_reason,
    "asked_without_answer": asked_without_answer,
    "verdicts_by_day": verdicts_by_day,
}


def insight(database: Database) -> dict[str, Rows]:
    """Return all tables by name."""
    return {name: table(database) for name, table in TABLES.items()}


def table_as_csv(rows: Rows) -> Iterator[str]:
    """Give a table as the lines of a CSV file; nothing where it has no rows."""
    if rows:
        yield csv_line(rows[0])
    for row in rows:
        yield csv_line(" | ".join(cell) if isinstance(cell, list) else cell for cell in row.values())


def group_alike(wordings: Counter[str]) -> list[list[str]]:
    """Put questions that are alike into groups, the most frequent wording of each first.

    One joins the group whose first wording it is most alike; only groups that share a pair with it are compared.
    """
    groups: list[list[str]] = []
    signs: list[frozenset[str]] = []
    holding: dict[str, list[int]] = {}
    for wording in sorted(wordings, key=lambda w: (-wordings[w], w)):
        sign = _pairs(wording)
        near = Counter(group for pair in sign for group in holding.get(pair, ()))
        best = max(near, key=lambda g: (_jaccard(near[g], sign, signs[g]), -g), default=None)
        if best is not None and _jaccard(near[best], sign, signs[best]) >= MIN_SIMILARITY:
            groups[best].append(wording)
            continue
        for pair in sign:
            holding.setdefault(pair, []).append(len(groups))
        groups.append([wording])
        signs.append(sign)
    return groups


def _pairs(text: str) -> frozenset[str]:
    """Return the pairs of neighbouring letters and digits; of a text of one, itself."""
    letters = [character for character in text.lower() if character.isalnum()]
    return frozenset(map("".join, pairwise(letters))) or frozenset(letters)


def _jaccard(shared: int, one: frozenset[str], other: frozenset[str]) -> float:
    return shared / (len(one) + len(other) - shared)


def _answers(database: Database) -> Sequence[Any]:
    from sqlalchemy import select

    from szai_qa.journal.tables import answers

    names = ("time", "question", "resolved_question", "refused", "reason", "feedback")
    with database.reading() as connection:
        return connection.execute(select(*(answers.c[name] for name in names)).order_by(answers.c.id)).all()
