"""The tables of accounts. They say what is kept; nothing here reads or writes.

They live in the journal's database, and one of its migrations makes them; a test compares the two. Moments are whole
seconds since 1970 (UTC).
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text

metadata = MetaData(naming_convention={"uq": "uq_%(table_name)s_%(column_0_name)s"})

users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
)
"""One row a person. `password_hash` is argon2's own text, parameters and salt included."""

sessions = Table(
    "sessions",
    metadata,
    Column("token_sha256", String(64), primary_key=True),
    Column("user", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Index("ix_sessions_user", "user"),
)
"""One row a login. Only the token's digest is kept, so a copy of the database logs nobody in."""
