"""The audit trail: a chain of digests over who did what. An edit of an entry, or of what it vouches for, shows.

Each entry holds the digest of its payload, salted, and the digest of the entry before it. Payload and salt are kept
elsewhere: with them goes all that could be learnt from the digest, and the chain stays whole.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from szai_qa.errors import ProofError
from szai_qa.journal.database import Database
from szai_qa.records import text_sha256

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

GENESIS = "0" * 64
WITHDREW = "withdrew"
"""The action that accounts for a verdict that is no longer in force; its payload names it under "verdict"."""
DELETED = "deleted"
"""The action that accounts for rows that are gone; its payload lists their subjects under "subjects"."""


def new_salt() -> str:
    """Return 128 random bits."""
    return secrets.token_hex(16)


def canonical(value: Mapping[str, Any]) -> str:
    """Return JSON that is the same text for the same value."""

    def plain(other: object) -> str:
        if isinstance(other, datetime):
            return other.astimezone(UTC).isoformat(timespec="microseconds")
        raise TypeError(f"{other!r} has no form in the audit trail")

    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=plain)


def payload_digest(salt: str, payload: str) -> str:
    """Return the sha256 of salt and payload, in hex."""
    return hashlib.sha256(f"{salt}\n{payload}".encode("utf-8", "surrogatepass")).hexdigest()


def _entry_digest(entry: Mapping[str, Any]) -> str:
    bound = ("number", "time", "actor", "action", "subject", "payload_sha256", "previous")
    return hashlib.sha256(canonical({name: entry[name] for name in bound}).encode()).hexdigest()


def row_digest(connection: Connection, table: str, row_id: int) -> str:
    """Return the digest of what an entry vouches for in one row, salt included."""
    from sqlalchemy import select

    from szai_qa.journal.tables import BOUND

    columns = BOUND[table]
    row = connection.execute(select(*columns).where(columns[0].table.c.id == row_id)).one()
    return _digest_of(row)


def _digest_of(row: Row[Any]) -> str:
    value = dict(row._mapping)
    return payload_digest(value.pop("salt"), canonical(value))


def append_row(connection: Connection, actor: str, action: str, table: str, row_id: int) -> None:
    """Append an entry that vouches for a row which the same transaction has just written."""
    _append(connection, actor, action, f"{table}:{row_id}", row_digest(connection, table, row_id))


def append(connection: Connection, actor: str, action: str, subject: str, payload: Mapping[str, Any]) -> None:
    """Append an entry with a payload of its own, in a transaction of the caller's."""
    from szai_qa.journal.tables import audit_details

    salt, text = new_salt(), canonical(payload)
    number = _append(connection, actor, action, subject, payload_digest(salt, text))
    connection.execute(audit_details.insert().values(number=number, salt=salt, payload=text))


def log_action(database: Database, actor: str, action: str, subject: str, payload: Mapping[str, Any]) -> None:
    """Append an entry with a payload of its own: a login, a change of role, a setting.

    `subject` is at most 128 characters. Personal data belongs into the payload, which can be deleted.
    """
    with database.writing() as connection:
        append(connection, actor, action, subject, payload)


def _append(connection: Connection, actor: str, action: str, subject: str, payload_sha256: str) -> int:
    from sqlalchemy import select

    from szai_qa.journal.tables import audit

    last = connection.execute(
        select(audit.c.number, audit.c.sha256).order_by(audit.c.number.desc()).limit(1)
    ).one_or_none()
    number: int = last.number + 1 if last else 1
    entry = {
        "number": number,
        "time": datetime.now(UTC),
        "actor": actor,
        "action": action,
        "subject": subject,
        "payload_sha256": payload_sha256,
        "previous": last.sha256 if last else GENESIS,
    }
    connection.execute(audit.insert().values(entry | {"sha256": _entry_digest(entry)}))
    return number


@dataclass(frozen=True, slots=True)
class Checked:
    """A chain that holds: how many entries it has, how many payloads are gone by deletion, its last digest."""

    entries: int
    deleted: int
    head: str


def check_trail(database: Database, expected: Sequence[str] = ()) -> Checked:
    """Prove the chain and everything that it vouches for and that is still there.

    `expected` are digests noted down earlier, each of which has to be in the chain: so a trail that was cut off or
    written anew shows too.

    Raises:
        ProofError: it does not hold; the message names the first broken link.
    """
    from sqlalchemy import select

    from szai_qa.journal.tables import audit

    with database.reading() as connection:
        _check_articles(connection)
        digests = _kept_digests(connection)
        accounted = _accounted(connection)
        previous, number, gone, seen = GENESIS, 0, 0, set()
        for entry in connection.execute(select(audit).order_by(audit.c.number)):
            number += 1
            if entry.number != number:
                raise _broken(number, "is missing")
            if entry.previous != previous or _entry_digest(entry._asdict()) != entry.sha256:
                raise _broken(number, "was changed")
            kept = digests.pop(entry.subject, None) if number not in digests else digests.pop(number)
            if kept is None:
                if entry.subject not in accounted:
                    raise _broken(number, f"vouches for {entry.subject}, which is gone without a deletion on record")
                gone += 1
            elif kept != entry.payload_sha256:
                raise _broken(number, f"does not fit {entry.subject}: it was changed")
            previous = entry.sha256
            seen.add(previous)
        _check_withdrawals(connection)
    if digests:
        raise ProofError(f"{next(iter(digests))} stands in the journal, and in no entry of the audit trail.")
    if missing := [digest for digest in expected if digest not in seen]:
        raise ProofError(f"The digest {missing[0]} is not in the audit trail: it was cut off or written anew.")
    return Checked(number, gone, previous)


def _broken(number: int, how: str) -> ProofError:
    return ProofError(f"Entry {number} of the audit trail {how}.", "Compare the journal with a backup.")


def _kept_digests(connection: Connection) -> dict[str | int, str]:
    """Return the digest of every payload that is kept: rows by subject, details by the number of their entry."""
    from sqlalchemy import select

    from szai_qa.journal.tables import BOUND, audit_details

    digests: dict[str | int, str] = {
        row.number: payload_digest(row.salt, row.payload) for row in connection.execute(select(audit_details))
    }
    for table, columns in BOUND.items():
        for row in connection.execute(select(*columns)):
            digests[f"{table}:{row.id}"] = _digest_of(row)
    return digests


def _accounted(connection: Connection) -> set[str]:
    """Return the subjects that a deletion on record names."""
    from sqlalchemy import select

    from szai_qa.journal.tables import audit, audit_details

    payloads = connection.execute(
        select(audit_details.c.payload)
        .join(audit, audit.c.number == audit_details.c.number)
        .where(audit.c.action == DELETED)
    )
    return {subject for (payload,) in payloads for subject in json.loads(payload)["subjects"]}


def _check_articles(connection: Connection) -> None:
    """Compare every kept article with its hash."""
    from sqlalchemy import select

    from szai_qa.journal.tables import articles

    for row in connection.execute(select(articles.c.article_id, articles.c.sha256, articles.c.text)):
        if text_sha256(row.text) != row.sha256:
            raise ProofError(f"The kept article {row.article_id} ({row.sha256}) was changed.")


def _check_withdrawals(connection: Connection) -> None:
    """Compare which verdicts are withdrawn with which withdrawals are on record."""
    from sqlalchemy import select

    from szai_qa.journal.tables import audit, verdicts

    entries = connection.scalars(select(audit.c.subject).where(audit.c.action == WITHDREW))
    withdrawn = {int(subject.removeprefix("withdrawal:")) for subject in entries}
    for row in connection.execute(select(verdicts.c.id, verdicts.c.withdrawn)):
        if (row.withdrawn is not None) is not (row.id in withdrawn):
            raise ProofError(f"Whether the verdict {row.id} is withdrawn was changed without an entry.")
