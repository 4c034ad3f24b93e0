"""Sessions: begun, ended, forged, run out; the key's file; the limit on tries."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import func, select

from szai_qa.accounts.sessions import Sessions, load_key
from szai_qa.accounts.tables import sessions as table
from szai_qa.accounts.tries import Tries
from szai_qa.accounts.users import Role, User, remove_user, set_password
from szai_qa.errors import NotFoundError, SettingsError
from szai_qa.journal.database import Database

from .conftest import PASSWORD


@pytest.fixture
def sessions(database: Database) -> Sessions:
    return Sessions(database, "a key")


def test_a_cookie_names_its_user_until_its_session_is_ended(sessions: Sessions, editor: User) -> None:
    cookie, other = sessions.begin(editor), sessions.begin(editor)
    assert sessions.user_of(cookie) == editor
    sessions.end(cookie)
    assert sessions.user_of(cookie) is None
    assert sessions.user_of(other) == editor


def test_logging_out_everywhere_ends_every_session(sessions: Sessions, editor: User) -> None:
    cookies = [sessions.begin(editor) for _ in range(3)]
    sessions.end_all(editor)
    assert [sessions.user_of(cookie) for cookie in cookies] == [None] * 3


@pytest.mark.parametrize("cookie", [None, "", "x", "a.b.c", "\ud800", "é" * 40])
def test_what_is_no_cookie_of_ours_names_nobody(sessions: Sessions, editor: User, cookie: str | None) -> None:
    sessions.begin(editor)
    assert sessions.user_of(cookie) is None
    sessions.end(cookie)


def test_a_cookie_changed_in_any_place_names_nobody(sessions: Sessions, editor: User) -> None:
    cookie = sessions.begin(editor)
    for at, character in enumerate(cookie[:-1]):  # the last character of base64 may carry idle bits
        forged = cookie[:at] + ("A" if character != "A" else "B") + cookie[at + 1 :]
        assert sessions.user_of(forged) is None


def test_a_cookie_signed_with_another_key_names_nobody(sessions: Sessions, database: Database, editor: User) -> None:
    assert sessions.user_of(Sessions(database, "another key").begin(editor)) is None


def test_a_cookie_with_something_else_in_it_names_nobody(sessions: Sessions) -> None:
    assert sessions.user_of(URLSafeTimedSerializer("a key", salt="szai-qa session").dumps({"name": "li"})) is None


def test_a_session_runs_out_and_is_cleared_away(database: Database, editor: User) -> None:
    short = Sessions(database, "a key", lifetime_s=0)
    cookie = short.begin(editor)
    assert short.user_of(cookie) is None
    assert Sessions(database, "a key").user_of(cookie) is None, "the table's own time ends it too"
    Sessions(database, "a key").begin(editor)
    with database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(table)) == 1


def test_a_removed_user_and_a_changed_password_end_all_sessions(
    sessions: Sessions, database: Database, editor: User
) -> None:
    cookie = sessions.begin(editor)
    set_password(database, editor.name, PASSWORD + "新")
    assert sessions.user_of(cookie) is None
    cookie = sessions.begin(editor)
    remove_user(database, editor.name)
    assert sessions.user_of(cookie) is None
    with pytest.raises(NotFoundError):
        sessions.begin(editor)


def test_the_database_holds_no_token_that_logs_in(sessions: Sessions, database: Database, editor: User) -> None:
    cookie = sessions.begin(editor)
    with database.reading() as connection:
        kept = connection.scalar(select(table.c.token_sha256))
    assert kept is not None
    assert kept not in cookie
    assert sessions.user_of(URLSafeTimedSerializer("a key", salt="szai-qa session").dumps(kept)) is None


def test_the_key_is_made_once_and_its_owner_alone_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: load_key(folder), range(32)))
    assert len(keys) == 1
    assert len(keys.pop()) >= 32
    assert [path.name for path in folder.iterdir()] == ["session.key"]
    assert stat.S_IMODE((folder / "session.key").stat().st_mode) == 0o600


def test_a_key_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    load_key(tmp_path)
    (tmp_path / "session.key").chmod(0o640)
    with pytest.raises(SettingsError, match="chmod 600"):
        load_key(tmp_path)


def test_the_sixth_try_of_a_name_waits_whoever_tries() -> None:
    tries = Tries()
    assert [tries.minutes_to_wait("li", f"10.0.0.{i}") for i in range(5)] == [0] * 5
    assert tries.minutes_to_wait("li", "10.0.0.99") == 15
    assert tries.minutes_to_wait("wang", "10.0.0.99") == 0
    tries.forget("li")
    assert tries.minutes_to_wait("li", "10.0.0.99") == 0


def test_an_address_that_tries_many_names_waits_and_locks_no_name_out() -> None:
    tries = Tries(per_address=3)
    assert [tries.minutes_to_wait(f"name{i}", "10.0.0.1") for i in range(5)] == [0, 0, 0, 15, 15]
    assert [tries.minutes_to_wait("name4", f"10.0.1.{i}") for i in range(5)] == [0] * 5


def test_a_role_is_one_of_three() -> None:
    assert {role.value for role in Role} == {"staff", "evaluator", "admin"}
