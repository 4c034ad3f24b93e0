"""Articles, answers, verdicts, the audit trail, published versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from szai_qa.journal.tables import UtcTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    _answers()
    _verdicts()
    _audit()


def _answers() -> None:
    op.create_table(
        "articles",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("article_id", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("added", UtcTime, nullable=False),
    )
    op.create_table(
        "answers",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("public_id", sa.String(22), nullable=False),
        sa.Column("time", UtcTime, nullable=False),
        sa.Column("conversation", sa.String(64), nullable=False),
        sa.Column("history", sa.JSON, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("resolved_question", sa.Text),
        sa.Column("refused", sa.Boolean, nullable=False),
        sa.Column("reason", sa.String(32)),
        *(sa.Column(name, sa.JSON, nullable=False) for name in ("missing", "quotes", "nearest", "considered")),
        sa.Column("confidence", sa.Float(53), nullable=False),
        sa.Column("threshold", sa.Float(53), nullable=False),
        sa.Column("index_id", sa.String(64), nullable=False),
        sa.Column("versions", sa.JSON, nullable=False),
        sa.Column("latency_ms", sa.Float(53), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("feedback", sa.String(16)),
        sa.Column("feedback_reason", sa.String(32)),
        sa.Column("feedback_time", UtcTime),
        sa.UniqueConstraint("public_id", name="uq_answers_public_id"),
        sqlite_autoincrement=True,
    )
    for columns in (["time"], ["conversation"], ["feedback"], ["refused", "reason"]):
        op.create_index(f"ix_answers_{'_'.join(columns)}", "answers", columns)


def _verdicts() -> None:
    op.create_table(
        "verdicts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("answer", sa.Integer, sa.ForeignKey("answers.id", ondelete="CASCADE"), nullable=False),
        sa.Column("reviewer", sa.String(64), nullable=False),
        sa.Column("verdict", sa.String(32), nullable=False),
        sa.Column("sentences", sa.JSON, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("time", UtcTime, nullable=False),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("withdrawn", UtcTime),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_verdicts_answer", "verdicts", ["answer"])
    op.create_index("ix_verdicts_time", "verdicts", ["time"])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("time", UtcTime, nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(128), nullable=False),
        *(sa.Column(name, sa.String(64), nullable=False) for name in ("payload_sha256", "previous", "sha256")),
    )
    op.create_index("ix_audit_action", "audit", ["action"])
    op.create_index("ix_audit_subject", "audit", ["subject"])
    op.create_table(
        "audit_details",
        sa.Column("number", sa.Integer, sa.ForeignKey("audit.number"), primary_key=True),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
    )
    op.create_table(
        "published",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("time", UtcTime, nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("index_id", sa.String(64), nullable=False),
        sa.Column("threshold", sa.Float(53), nullable=False),
        sa.Column("versions", sa.JSON, nullable=False),
        sa.Column("results", sa.JSON, nullable=False),
        sa.Column("override", sa.Text),
        sa.Column("salt", sa.String(32), nullable=False),
        sqlite_autoincrement=True,
    )
