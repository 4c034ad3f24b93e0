"""Puts answers on record, gives them back, takes feedback, deletes. Text of a reader is masked before it is stored.

An answer's row is written once; only the reader's feedback on it may change later.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from szai_qa.errors import InputError, NotFoundError, ProofError
from szai_qa.journal import trail
from szai_qa.journal.database import Database
from szai_qa.journal.entries import DownReason, Entry, Feedback, KeptArticle, Pointer
from szai_qa.journal.masking import mask, mask_all
from szai_qa.records import Answer, Quote, System, text_sha256

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Row

# What no database stores: a lone surrogate has no UTF-8, PostgreSQL's text holds no NUL.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_POINTERS = ("quotes", "nearest", "considered")
READER = "reader"
"""The actor of what the public does."""


def _stored(text: str) -> str:
    return mask(_UNSTORABLE.sub("\ufffd", text))


def record(
    database: Database,
    answer: Answer,
    system: System,
    *,
    conversation: str,
    channel: str,
    language: str,
    history: Sequence[str] = (),
) -> str:
    """Put an answer on record; when this returns, it is on the disk.

    `history` holds the conversation's earlier questions, oldest first. Returns the answer's public id: 128 random
    bits, safe in an address.

    Raises:
        JournalError: it could not be written. The answer is then on no record, and has no permanent address.
    """
    from szai_qa.journal.tables import answers

    refusal = answer.refusal
    public_id = secrets.token_urlsafe(16)
    nearest = refusal.nearest if refusal else ()
    row = {
        "public_id": public_id,
        "time": datetime.now(UTC),
        "conversation": conversation,
        "history": [_stored(question) for question in history],
        "question": _stored(answer.question),
        "resolved_question": answer.resolved_question and _stored(answer.resolved_question),
        "refused": answer.refused,
        "reason": refusal and refusal.reason.value,
        "missing": mask_all(refusal.missing) if refusal else [],
        "quotes": _pointers(answer.quotes),
        "nearest": _pointers(nearest),
        "considered": _pointers(answer.considered),
        "confidence": answer.confidence,
        "threshold": system.threshold,
        "index_id": system.index_id,
        "versions": dict(system.versions),
        "latency_ms": answer.latency_ms,
        "channel": channel,
        "language": language,
        "salt": trail.new_salt(),
    }
    with database.writing() as connection:
        _keep_articles(connection, (*answer.quotes, *nearest, *answer.considered))
        row_id = connection.execute(answers.insert().values(row).returning(answers.c.id)).scalar_one()
        trail.append_row(connection, channel, "answered", "answers", row_id)
    return public_id


def _pointers(quotes: Sequence[Quote]) -> list[dict[str, Any]]:
    return [Pointer.to(quote).as_json() for quote in quotes]


def _keep_articles(connection: Connection, quotes: Sequence[Quote]) -> None:
    """Keep the text of every article that is pointed to, unless it is kept already."""
    from sqlalchemy import select

    from szai_qa.journal.tables import articles

    quoted = {quote.document.article.sha256: quote.document.article for quote in quotes}
    kept = set(connection.scalars(select(articles.c.sha256).where(articles.c.sha256.in_(quoted))))
    for sha256 in quoted.keys() - kept:
        article = quoted[sha256]
        values = {"sha256": sha256, "article_id": article.id, "text": article.text, "added": datetime.now(UTC)}
        connection.execute(articles.insert().values(values))


def get_entry(database: Database, public_id: str) -> Entry:
    """Return an answer on record.

    Raises:
        NotFoundError: there is none of this id, or no longer.
    """
    from sqlalchemy import select

    from szai_qa.journal.tables import answers

    with database.reading() as connection:
        row = connection.execute(select(answers).where(answers.c.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFoundError("There is no such answer on record.", "It may have been deleted.")
    return entry_of(row)


def entry_of(row: Row[Any]) -> Entry:
    """Return a row of `answers` as a value."""
    value = {name: row._mapping[name] for name in Entry.__dataclass_fields__}
    value |= {name: tuple(map(Pointer.from_json, value[name])) for name in _POINTERS}
    value |= {name: tuple(value[name]) for name in ("history", "missing")}
    value["feedback"] = value["feedback"] and Feedback(value["feedback"])
    value["feedback_reason"] = value["feedback_reason"] and DownReason(value["feedback_reason"])
    return Entry(**value)


def get_article(database: Database, sha256: str) -> KeptArticle:
    """Return the text of an article as it was when it was quoted.

    Raises:
        NotFoundError: no article of this hash is kept.
        ProofError: its text was changed in the database.
    """
    from sqlalchemy import select

    from szai_qa.journal.tables import articles

    with database.reading() as connection:
        row = connection.execute(select(articles).where(articles.c.sha256 == sha256)).one_or_none()
    if row is None:
        raise NotFoundError(f"The journal keeps no article with the hash {sha256}.")
    if text_sha256(row.text) != sha256:
        raise ProofError(
            f"The article {row.article_id} in the journal does not fit its hash.", "Restore it from a backup."
        )
    return KeptArticle(row.article_id, sha256, row.text)


def give_feedback(
    database: Database, public_id: str, feedback: Feedback | None, reason: DownReason | None = None
) -> None:
    """Keep what the reader says of an answer, in place of what was said before; None takes it back.

    Raises:
        InputError: a refusal can only be disputed, an answer only be found good or bad, only a bad one has a reason.
        NotFoundError: there is no such answer.
    """
    from szai_qa.journal.tables import answers

    entry = get_entry(database, public_id)
    if feedback is not None and entry.refused is not (feedback is Feedback.DISPUTED):
        raise InputError("A refusal can be disputed, an answer be found useful or not.")
    if reason is not None and feedback is not Feedback.DOWN:
        raise InputError("Only what is found bad has a reason.")
    values = {"feedback": feedback, "feedback_reason": reason, "feedback_time": feedback and datetime.now(UTC)}
    with database.writing() as connection:
        connection.execute(answers.update().where(answers.c.public_id == public_id).values(values))


def delete_conversation(database: Database, conversation: str, actor: str) -> int:
    """Delete a conversation's answers with their verdicts; return how many answers. The audit trail stays whole.

    `conversation` may be its id, or the public id of one of its answers.

    Raises:
        NotFoundError: nothing of it is on record.
    """
    from sqlalchemy import select

    from szai_qa.journal.tables import answers

    with database.reading() as connection:
        named = connection.scalar(select(answers.c.conversation).where(answers.c.public_id == conversation))
    conversation = named or conversation
    deleted = _delete(database, answers.c.conversation == conversation, actor, f"conversation:{conversation}")
    if not deleted:
        raise NotFoundError(f"There is no conversation {conversation} on record.", "It may have been deleted.")
    return deleted


def prune(database: Database, days: int, actor: str = "retention") -> int:
    """Delete answers that are more than `days` days old, with their verdicts; return how many. 0 keeps all for ever."""
    from szai_qa.journal.tables import answers

    if days <= 0:
        return 0
    oldest = datetime.now(UTC) - timedelta(days=days)
    return _delete(database, answers.c.time < oldest, actor, f"before:{oldest:%Y-%m-%d}")


def _delete(database: Database, which: ColumnElement[bool], actor: str, subject: str) -> int:
    from sqlalchemy import select

    from szai_qa.journal.tables import answers, verdicts

    with database.writing() as connection:
        ids = connection.scalars(select(answers.c.id).where(which)).all()
        if not ids:
            return 0
        judged = connection.scalars(select(verdicts.c.id).join(answers).where(which)).all()
        subjects = [f"answers:{i}" for i in ids] + [f"verdicts:{i}" for i in judged]
        connection.execute(answers.delete().where(which))
        trail.append(connection, actor, trail.DELETED, subject, {"subjects": subjects})
    database.forget_deleted()
    return len(ids)


def article_lookup(database: Database) -> Mapping[str, str]:
    """Return the texts of all kept articles by their hash."""
    from sqlalchemy import select

    from szai_qa.journal.tables import articles

    with database.reading() as connection:
        return {row.sha256: row.text for row in connection.execute(select(articles.c.sha256, articles.c.text))}
