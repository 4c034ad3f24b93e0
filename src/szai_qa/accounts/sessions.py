"""Sessions: begun at a login, looked up at each request, ended by logging out, by time, or all at once.

The cookie holds a random token, signed; the table holds the token's digest. So a cookie can't be made up, and one
that was copied stops working as soon as its session is ended.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from itsdangerous import BadSignature, URLSafeTimedSerializer

from szai_qa.accounts.users import Role, Transactions, User
from szai_qa.errors import NotFoundError, SettingsError

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

LIFETIME_S = 12 * 3600
KEY_FILE = "session.key"


def load_key(folder: Path) -> str:
    """Return the key that cookies are signed with; the first call makes it, readable by its owner alone.

    Raises:
        SettingsError: others may read it.
    """
    path = folder / KEY_FILE
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=KEY_FILE)  # made with mode 0600
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(32))
            # Linked and not renamed: of two processes that start at once, both use the key of the first.
            os.link(name, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(name)
    if path.stat().st_mode & 0o077:
        raise SettingsError(f"Others may read {path}.", f"chmod 600 {path}, or delete it, which logs everybody out.")
    return path.read_text(encoding="ascii")


class Sessions:
    """The sessions of one database, with cookies signed by one key."""

    def __init__(self, database: Transactions, key: str, lifetime_s: int = LIFETIME_S) -> None:
        self._database = database
        self._signer = URLSafeTimedSerializer(key, salt="szai-qa session")
        self.lifetime_s = lifetime_s

    def begin(self, user: User) -> str:
        """Begin a session and return its cookie's value. Sessions that have run out are cleared away.

        Raises:
            NotFoundError: the user was removed meanwhile.
        """
        from sqlalchemy import select

        from szai_qa.accounts.tables import sessions, users

        token, now = secrets.token_urlsafe(32), int(time.time())
        with self._database.writing() as connection:
            owner = connection.scalar(select(users.c.id).where(users.c.name == user.name))
            if owner is None:
                raise NotFoundError(f"There is no user {user.name}.")
            connection.execute(sessions.delete().where(sessions.c.expires <= now))
            row = {"token_sha256": _digest(token), "user": owner, "created": now, "expires": now + self.lifetime_s}
            connection.execute(sessions.insert().values(row))
        return self._signer.dumps(token)

    def user_of(self, cookie: str | None) -> User | None:
        """Return whose session a cookie names: None where it is forged, has run out, or was ended."""
        from sqlalchemy import select

        from szai_qa.accounts.tables import sessions, users

        token = self._token(cookie)
        if token is None:
            return None
        query = (
            select(users.c.name, users.c.role)
            .join(sessions)
            .where(sessions.c.token_sha256 == _digest(token), sessions.c.expires > int(time.time()))
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return row and User(row.name, Role(row.role))

    def end(self, cookie: str | None) -> None:
        """End a cookie's session, if it names one."""
        from szai_qa.accounts.tables import sessions

        token = self._token(cookie)
        if token is not None:
            self._delete(sessions.c.token_sha256 == _digest(token))

    def end_all(self, user: User) -> None:
        """End all sessions of a user, on every device."""
        from sqlalchemy import select

        from szai_qa.accounts.tables import sessions, users

        self._delete(sessions.c.user.in_(select(users.c.id).where(users.c.name == user.name)))

    def _delete(self, which: ColumnElement[bool]) -> None:
        from szai_qa.accounts.tables import sessions

        with self._database.writing() as connection:
            connection.execute(sessions.delete().where(which))

    def _token(self, cookie: str | None) -> str | None:
        try:
            token = self._signer.loads((cookie or "").encode("utf-8", "replace"), max_age=self.lifetime_s)
        except BadSignature:  # one that is too old too
            return None
        return token if isinstance(token, str) else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
