"""Opens the journal's database, brings it to this version, and gives out transactions. It knows no table.

SQLite (WAL, every commit on the disk before it is acknowledged) or PostgreSQL, by the URL.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from szai_qa.errors import JournalError, SettingsError

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine

MIGRATIONS = Path(__file__).parent / "migrations"
_WAIT_S = 5
# Any number, the same for every process that writes one journal.
_WRITING = 7_152_016
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")


class Database:
    """An open journal. One for a process; threads may share it.

    Writers come one after the other, in every process: each entry of the audit trail needs the one before it.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def is_sqlite(self) -> bool:
        """Whether this is a SQLite file."""
        return self._engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the journal.

        Raises:
            JournalError: the database fails.
        """
        with _failing_loudly("read"), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose changes are on the disk when the block has ended, all of them or none.

        Raises:
            JournalError: the database fails.
        """
        with _failing_loudly("written"), self._engine.connect() as plain:
            connection = plain.execution_options(writing=True)
            with connection.begin():
                if not self.is_sqlite:
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITING})")
                yield connection

    def forget_deleted(self) -> None:
        """Take what was deleted out of the write-ahead log too; on PostgreSQL its own vacuum does so."""
        if self.is_sqlite:
            with _failing_loudly("written"), self._engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()


@contextmanager
def _failing_loudly(what: str) -> Iterator[None]:
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except SQLAlchemyError as problem:
        cause = str(getattr(problem, "orig", None) or problem).strip().partition("\n")[0]
        raise JournalError(
            f"The journal could not be {what}: {cause}.", "Check the database that SZAI_QA_JOURNAL_URL names."
        ) from problem


def open_database(url: str) -> Database:
    """Open the journal at a URL (`sqlite:///FILE`, `postgresql://…`), new or old, and bring it to this version.

    Raises:
        SettingsError: the URL is none, or its driver is not installed.
        JournalError: the database can't be opened, or a newer version wrote it.
    """
    database = Database(_engine(_parsed(url)))
    try:
        with database.writing() as connection:
            _upgrade(connection)
    except BaseException:
        database.close()
        raise
    return database


def _parsed(url: str) -> URL:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        parsed = make_url(url)
    except ArgumentError as problem:
        raise SettingsError("The journal's URL is none.", "Write sqlite:///FILE or postgresql://…") from problem
    if parsed.drivername in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise SettingsError(
            "The journal is kept in a SQLite file or in PostgreSQL.", "Write sqlite:///FILE or postgresql://…"
        )
    return parsed


def _engine(url: URL) -> Engine:
    from sqlalchemy import create_engine, event

    if url.drivername == "sqlite":
        try:
            Path(str(url.database)).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as problem:
            raise JournalError(f"There is no folder for the journal: {problem}.", "Set SZAI_QA_DATA_DIR.") from problem
        engine = create_engine(url, json_serializer=_as_json, connect_args={"timeout": _WAIT_S})
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)
        return engine
    try:
        return create_engine(url, json_serializer=_as_json, pool_pre_ping=True)
    except ModuleNotFoundError as problem:
        raise SettingsError(
            "PostgreSQL's driver is not installed.", "Install it: pip install 'szai-qa[postgresql]'"
        ) from problem


def _as_json(value: object) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)


def _on_sqlite_connect(connection: Any, _: object) -> None:  # noqa: ANN401
    connection.isolation_level = None  # transactions begin where we say so, below
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _on_sqlite_begin(connection: Connection) -> None:
    # A transaction that reads first and writes later could find that another one has written in between.
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _upgrade(connection: Connection) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)

    def steps(revision: Any, _: object) -> Any:  # noqa: ANN401
        return script._upgrade_revs("head", revision)

    try:
        with EnvironmentContext(config, script, fn=steps) as environment:
            environment.configure(connection=connection)
            environment.run_migrations()
    except CommandError as problem:
        raise JournalError(
            f"The journal was written by another version: {problem}.", "Use the newer szai-qa, or another journal."
        ) from problem
