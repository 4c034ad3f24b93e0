"""A journal on SQLite and, by the same tests, on PostgreSQL; answers to put into it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from project import find_postgres
from szai_qa.journal.database import Database, open_database

from .postgres import running_postgres

_NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Give the URL of a running PostgreSQL."""
    programs = find_postgres()
    assert programs, "a test without the postgres mark asks for PostgreSQL"
    with running_postgres(programs) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of an empty journal, on each kind of database in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/data/journal.sqlite"
    import psycopg

    server = request.getfixturevalue("postgres")
    name = f"journal{next(_NUMBERS)}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{server}/{name}"


@pytest.fixture
def journal(url: str) -> Iterator[Database]:
    with open_database(url) as database:
        yield database
