"""The journal's tables. They say what is kept; nothing here reads or writes.

A migration under `migrations/versions` makes each of them, and a test compares the two.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)


class UtcTime(TypeDecorator[datetime]):
    """A moment in UTC, with its time zone in Python; SQLite keeps none."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Hand a moment to the database, in UTC."""
        return value and value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ANN401
        """Return a moment of the database, in UTC."""
        return value and (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC))


metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_name)s"}
)

articles = Table(
    "articles",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("article_id", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("added", UtcTime, nullable=False),
)
"""The text of every article that was ever quoted, once, by its hash. Rows are never changed or removed."""

answers = Table(
    "answers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("public_id", String(22), nullable=False, unique=True),
    Column("time", UtcTime, nullable=False, index=True),
    Column("conversation", String(64), nullable=False, index=True),
    Column("history", JSON, nullable=False),
    Column("question", Text, nullable=False),
    Column("resolved_question", Text),
    Column("refused", Boolean, nullable=False),
    Column("reason", String(32)),
    Column("missing", JSON, nullable=False),
    Column("quotes", JSON, nullable=False),
    Column("nearest", JSON, nullable=False),
    Column("considered", JSON, nullable=False),
    Column("confidence", Float(53), nullable=False),
    Column("threshold", Float(53), nullable=False),
    Column("index_id", String(64), nullable=False),
    Column("versions", JSON, nullable=False),
    Column("latency_ms", Float(53), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("language", String(16), nullable=False),
    Column("salt", String(32), nullable=False),
    # From here on what may change later; all before it is bound by the audit trail.
    Column("feedback", String(16)),
    Column("feedback_reason", String(32)),
    Column("feedback_time", UtcTime),
    Index("ix_answers_refused_reason", "refused", "reason"),
    Index("ix_answers_feedback", "feedback"),
    sqlite_autoincrement=True,  # the audit trail names rows by id: none is ever used again
)
"""One row an answer or refusal. Pointers are lists of {"article_id", "article_sha256", "start", "end", "highlight"}."""

verdicts = Table(
    "verdicts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("answer", ForeignKey("answers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("reviewer", String(64), nullable=False),
    Column("verdict", String(32), nullable=False),
    Column("sentences", JSON, nullable=False),
    Column("note", Text, nullable=False),
    Column("time", UtcTime, nullable=False, index=True),
    Column("salt", String(32), nullable=False),
    # May change later, all before it is bound by the audit trail.
    Column("withdrawn", UtcTime),
    sqlite_autoincrement=True,
)
"""What reviewers said of answers; a verdict is withdrawn, never changed or removed by itself."""

audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("time", UtcTime, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("action", String(32), nullable=False, index=True),
    Column("subject", String(128), nullable=False, index=True),
    Column("payload_sha256", String(64), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("sha256", String(64), nullable=False),
)
"""Who did what: a chain of digests, only ever appended to. It holds no text of a reader."""

audit_details = Table(
    "audit_details",
    metadata,
    Column("number", ForeignKey("audit.number"), primary_key=True),
    Column("salt", String(32), nullable=False),
    Column("payload", Text, nullable=False),
)
"""The payload (JSON) of an entry that concerns no row of another table."""

published = Table(
    "published",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("time", UtcTime, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("index_id", String(64), nullable=False),
    Column("threshold", Float(53), nullable=False),
    Column("versions", JSON, nullable=False),
    Column("results", JSON, nullable=False),
    Column("override", Text),
    Column("salt", String(32), nullable=False),
    sqlite_autoincrement=True,
)
"""Versions that were published: index, threshold, and what the judged questions came to ({question id: passed})."""

BOUND = {
    "answers": [c for c in answers.columns if not c.name.startswith("feedback")],
    "verdicts": [c for c in verdicts.columns if c.name != "withdrawn"],
    "published": list(published.columns),
}
"""The columns that an entry of the audit trail vouches for, by table."""
