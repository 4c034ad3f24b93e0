"""Verdicts of reviewers: given, withdrawn, compared. Nothing is ever erased but with its answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from szai_qa.errors import InputError, NotFoundError
from szai_qa.journal import trail
from szai_qa.journal.database import Database
from szai_qa.journal.entries import Judgement, Pointer, Verdict
from szai_qa.journal.store import get_article, get_entry

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

MAX_NOTE_CHARS = 2000


def judge(
    database: Database,
    public_id: str,
    reviewer: str,
    verdict: Verdict,
    sentences: Sequence[Pointer] = (),
    note: str = "",
) -> int:
    """Put a verdict on record, in place of the same reviewer's earlier one; return its id.

    Raises:
        InputError: this verdict needs the sentences that answer, or must have none; a pointer leads out of its
            article; the note is too long.
        NotFoundError: there is no such answer, or an article that is pointed to is not kept.
    """
    from sqlalchemy import select

    from szai_qa.journal.tables import answers, verdicts

    get_entry(database, public_id)
    _check(database, verdict, sentences, note)
    with database.writing() as connection:
        answer = connection.scalar(select(answers.c.id).where(answers.c.public_id == public_id))
        mine = (verdicts.c.answer == answer, verdicts.c.reviewer == reviewer, verdicts.c.withdrawn.is_(None))
        for earlier in connection.scalars(select(verdicts.c.id).where(*mine)).all():
            _withdraw(connection, earlier, reviewer)
        row = {
            "answer": answer,
            "reviewer": reviewer,
            "verdict": verdict.value,
            "sentences": [pointer.as_json() for pointer in sentences],
            "note": note,
            "time": datetime.now(UTC),
            "salt": trail.new_salt(),
        }
        row_id: int = connection.execute(verdicts.insert().values(row).returning(verdicts.c.id)).scalar_one()
        trail.append_row(connection, reviewer, "judged", "verdicts", row_id)
    return row_id


def _check(database: Database, verdict: Verdict, sentences: Sequence[Pointer], note: str) -> None:
    if verdict.needs_sentences and not sentences:
        raise InputError(f"The verdict {verdict} needs the sentences that answer.", "Pick them in the article.")
    if verdict in {Verdict.SHOULD_HAVE_REFUSED, Verdict.ARTICLE_WRONG} and sentences:
        raise InputError(f"The verdict {verdict} has no sentences that answer.", "Unpick them.")
    if len(note) > MAX_NOTE_CHARS:
        raise InputError(f"The note has {len(note)} characters, {MAX_NOTE_CHARS} are allowed.", "Shorten it.")
    for pointer in sentences:
        if pointer.span.end > len(get_article(database, pointer.article_sha256).text):
            raise InputError(f"A sentence ends after its article {pointer.article_id}.")


def withdraw(database: Database, judgement_id: int, reviewer: str) -> None:
    """Withdraw one's own verdict; it stays on record as withdrawn.

    Raises:
        NotFoundError: this reviewer has no such verdict in force.
    """
    from sqlalchemy import select

    from szai_qa.journal.tables import verdicts

    which = (verdicts.c.id == judgement_id, verdicts.c.reviewer == reviewer, verdicts.c.withdrawn.is_(None))
    with database.writing() as connection:
        if connection.scalar(select(verdicts.c.id).where(*which)) is None:
            raise NotFoundError(f"{reviewer} has no verdict {judgement_id} in force.")
        _withdraw(connection, judgement_id, reviewer)


def _withdraw(connection: Connection, judgement_id: int, reviewer: str) -> None:
    from szai_qa.journal.tables import verdicts

    row = verdicts.update().where(verdicts.c.id == judgement_id)
    connection.execute(row.values(withdrawn=datetime.now(UTC)))
    trail.append(connection, reviewer, trail.WITHDREW, f"withdrawal:{judgement_id}", {"verdict": judgement_id})


def judgements(database: Database, public_id: str, with_withdrawn: bool = False) -> list[Judgement]:
    """Return the verdicts on an answer, oldest first."""
    from sqlalchemy import select

    from szai_qa.journal.tables import answers, verdicts

    query = select(verdicts, answers.c.public_id).join(answers).where(answers.c.public_id == public_id)
    if not with_withdrawn:
        query = query.where(verdicts.c.withdrawn.is_(None))
    with database.reading() as connection:
        return [_judgement(row) for row in connection.execute(query.order_by(verdicts.c.id))]


def all_judgements(database: Database) -> list[Judgement]:
    """Return every verdict in force, oldest first."""
    from sqlalchemy import select

    from szai_qa.journal.tables import answers, verdicts

    query = select(verdicts, answers.c.public_id).join(answers).where(verdicts.c.withdrawn.is_(None))
    with database.reading() as connection:
        return [_judgement(row) for row in connection.execute(query.order_by(verdicts.c.id))]


def _judgement(row: Row[Any]) -> Judgement:
    return Judgement(
        id=row.id,
        answer=row.public_id,
        reviewer=row.reviewer,
        verdict=Verdict(row.verdict),
        sentences=tuple(map(Pointer.from_json, row.sentences)),
        note=row.note,
        time=row.time,
        withdrawn=row.withdrawn,
    )


@dataclass(frozen=True, slots=True)
class Disagreement:
    """An answer whose verdicts in force differ, with these verdicts."""

    answer: str
    judgements: tuple[Judgement, ...]


def _by_answer(given: Iterable[Judgement]) -> dict[str, list[Judgement]]:
    found: dict[str, list[Judgement]] = {}
    for judgement in given:
        found.setdefault(judgement.answer, []).append(judgement)
    return found


def disagreements(database: Database) -> list[Disagreement]:
    """Return the answers on which reviewers differ, oldest verdict first."""
    return [
        Disagreement(answer, tuple(given))
        for answer, given in _by_answer(all_judgements(database)).items()
        if len({judgement.verdict for judgement in given}) > 1
    ]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two reviewers agree on what both judged; `kappa` is None where chance alone explains everything."""

    reviewers: tuple[str, str]
    both: int
    same: int
    kappa: float | None


def agreement(database: Database) -> list[Agreement]:
    """Return the agreement of each pair of reviewers who judged an answer in common, most answers first."""
    pairs: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for given in _by_answer(all_judgements(database)).values():
        ordered = sorted(given, key=lambda judgement: judgement.reviewer)
        for i, one in enumerate(ordered):
            for other in ordered[i + 1 :]:
                pairs.setdefault((one.reviewer, other.reviewer), []).append((one.verdict, other.verdict))
    found = [
        Agreement(names, len(both), sum(a == b for a, b in both), cohen_kappa(both)) for names, both in pairs.items()
    ]
    return sorted(found, key=lambda each: (-each.both, each.reviewers))


def cohen_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return Cohen's kappa of two raters' labels: 1 is full agreement, 0 what chance gives (Cohen 1960).

    None where it is not defined: no pairs, or both raters gave one and the same label throughout.
    """
    if not pairs:
        return None
    total = len(pairs)
    observed = sum(one == other for one, other in pairs) / total
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    chance = sum(first[label] * second[label] for label in first) / total**2
    return None if chance == 1 else (observed - chance) / (1 - chance)
