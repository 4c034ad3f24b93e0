"""A database with the tables of accounts, and one user in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from szai_qa.accounts.users import Role, User, add_user
from szai_qa.journal.database import Database, open_database

PASSWORD = "正确的马 电池 订书钉"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(f"sqlite:///{tmp_path}/journal.sqlite") as opened:
        yield opened


@pytest.fixture
def editor(database: Database) -> User:
    return add_user(database, "陈编辑", Role.STAFF, PASSWORD)
