"""Users: added, listed, removed, recognised by name and password. There is none until one is added."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from szai_qa.accounts.passwords import hash_password, is_outdated, password_fits
from szai_qa.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from sqlalchemy import Connection

# A name stands in records and in addresses of other tools: letters of any script, no space, no mark that means more.
_NAME = re.compile(r"[\w.-]{1,64}")


class Role(StrEnum):
    """What a user may do: judge answers, measure, or everything."""

    STAFF = "staff"
    EVALUATOR = "evaluator"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class User:
    """A person with an account."""

    name: str
    role: Role

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} is no name of a user")


class Transactions(Protocol):
    """A database that holds the tables of accounts."""

    def reading(self) -> AbstractContextManager[Connection]:
        """Give a connection that sees one state."""

    def writing(self) -> AbstractContextManager[Connection]:
        """Give a connection whose changes are kept when the block has ended, all of them or none."""


def add_user(database: Transactions, name: str, role: Role, password: str) -> User:
    """Add a user and return it.

    Raises:
        InputError: the name is taken or none, or the password too short or too long.
    """
    from sqlalchemy import select

    from szai_qa.accounts.tables import users

    if not _NAME.fullmatch(name):
        raise InputError(f"{name!r} is no name of a user.", "Letters, digits, . _ and -, at most 64.")
    hashed = hash_password(password)
    with database.writing() as connection:
        if connection.scalar(select(users.c.id).where(users.c.name == name)) is not None:
            raise InputError(
                f"There is a user {name} already.", f"To change the password: szai-qa user password {name}"
            )
        row = {"name": name, "role": role.value, "password_hash": hashed, "created": int(time.time())}
        connection.execute(users.insert().values(row))
    return User(name, role)


def list_users(database: Transactions) -> Sequence[User]:
    """Return all users by name."""
    from sqlalchemy import select

    from szai_qa.accounts.tables import users

    with database.reading() as connection:
        rows = connection.execute(select(users.c.name, users.c.role).order_by(users.c.name))
        return [User(row.name, Role(row.role)) for row in rows]


def remove_user(database: Transactions, name: str) -> None:
    """Remove a user and end all of the user's sessions. What the user judged stays on record.

    Raises:
        NotFoundError: there is no such user.
    """
    from szai_qa.accounts.tables import sessions, users

    with database.writing() as connection:
        user = _id_of(connection, name)
        connection.execute(sessions.delete().where(sessions.c.user == user))
        connection.execute(users.delete().where(users.c.id == user))


def set_password(database: Transactions, name: str, password: str) -> None:
    """Change a user's password and end all of the user's sessions.

    Raises:
        InputError: the password is too short or too long.
        NotFoundError: there is no such user.
    """
    from szai_qa.accounts.tables import sessions, users

    hashed = hash_password(password)
    with database.writing() as connection:
        user = _id_of(connection, name)
        connection.execute(users.update().where(users.c.id == user).values(password_hash=hashed))
        connection.execute(sessions.delete().where(sessions.c.user == user))


def recognise(database: Transactions, name: str, password: str) -> User | None:
    """Return the user of a name and password, or None; an unknown name takes as long as a wrong password.

    A hash made with older parameters is made anew.
    """
    from sqlalchemy import select

    from szai_qa.accounts.tables import users

    with database.reading() as connection:
        row = connection.execute(select(users).where(users.c.name == name)).one_or_none()
    stored: str | None = row.password_hash if row else None
    if not password_fits(stored, password) or row is None:
        return None
    if is_outdated(row.password_hash):
        with database.writing() as connection:
            # Not one that was changed meanwhile.
            same = (users.c.id == row.id, users.c.password_hash == row.password_hash)
            connection.execute(users.update().where(*same).values(password_hash=hash_password(password)))
    return User(row.name, Role(row.role))


def _id_of(connection: Connection, name: str) -> int:
    from sqlalchemy import select

    from szai_qa.accounts.tables import users

    found: int | None = connection.scalar(select(users.c.id).where(users.c.name == name))
    if found is None:
        raise NotFoundError(f"There is no user {name}.", "szai-qa user list shows all.")
    return found
