"""Users: who is recognised, who is not, and that a password is never readable."""

from __future__ import annotations

import statistics
import time

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from szai_qa.accounts import passwords
from szai_qa.accounts.tables import users
from szai_qa.accounts.users import Role, User, add_user, list_users, recognise, remove_user, set_password
from szai_qa.errors import InputError, NotFoundError
from szai_qa.journal.database import Database

from .conftest import PASSWORD


def stored_hash(database: Database) -> str:
    with database.reading() as connection:
        return str(connection.scalar(select(users.c.password_hash)))


def test_a_new_database_has_no_user_at_all(database: Database) -> None:
    assert list_users(database) == []
    assert recognise(database, "admin", "admin") is None


def test_a_user_is_recognised_by_name_and_password(database: Database, editor: User) -> None:
    assert recognise(database, "陈编辑", PASSWORD) == editor
    assert recognise(database, "陈编辑", PASSWORD + "。") is None
    assert recognise(database, "陈编", PASSWORD) is None
    assert recognise(database, "陈编辑", "") is None


def test_the_same_password_typed_in_full_width_is_the_same(database: Database) -> None:
    add_user(database, "li", Role.ADMIN, "abc-123-DEF")
    assert recognise(database, "li", "ａｂｃ－１２３－ＤＥＦ") == User("li", Role.ADMIN)


def test_a_password_that_no_text_can_hold_is_wrong_and_no_fault(database: Database, editor: User) -> None:
    assert recognise(database, editor.name, "\ud800" * 12) is None


@pytest.mark.parametrize("password", ["", "123456789", "一二三四五六七八九", "长" * 201])
def test_a_password_too_short_or_too_long_is_not_taken(database: Database, password: str) -> None:
    with pytest.raises(InputError, match="10 to 200"):
        add_user(database, "li", Role.STAFF, password)
    assert list_users(database) == []


@pytest.mark.parametrize("name", ["", "a b", "a\n", "<b>", "长" * 65, "a/b"])
def test_a_name_that_means_more_than_a_name_is_not_taken(database: Database, name: str) -> None:
    with pytest.raises(InputError, match="no name"):
        add_user(database, name, Role.STAFF, PASSWORD)


def test_a_name_is_taken_once(database: Database, editor: User) -> None:
    with pytest.raises(InputError, match="already"):
        add_user(database, editor.name, Role.ADMIN, PASSWORD)


def test_a_removed_user_is_not_recognised_any_more(database: Database, editor: User) -> None:
    remove_user(database, editor.name)
    assert recognise(database, editor.name, PASSWORD) is None
    with pytest.raises(NotFoundError):
        remove_user(database, editor.name)


def test_a_changed_password_takes_the_place_of_the_old_one(database: Database, editor: User) -> None:
    set_password(database, editor.name, "另一个足够长的密码。")
    assert recognise(database, editor.name, PASSWORD) is None
    assert recognise(database, editor.name, "另一个足够长的密码。") == editor
    with pytest.raises(NotFoundError):
        set_password(database, "nobody", PASSWORD)


def test_the_hash_is_argon2id_with_the_chosen_parameters_and_holds_no_password(
    database: Database, editor: User
) -> None:
    assert stored_hash(database).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert PASSWORD not in stored_hash(database)


def test_a_hash_made_with_other_parameters_is_made_anew_at_the_next_login(database: Database, editor: User) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(passwords._normal(PASSWORD))
    with database.writing() as connection:
        connection.execute(users.update().values(password_hash=old))
    assert recognise(database, editor.name, "wrong password") is None
    assert stored_hash(database) == old
    assert recognise(database, editor.name, PASSWORD) == editor
    assert "m=19456" in stored_hash(database)
    assert recognise(database, editor.name, PASSWORD) == editor


def test_an_unknown_name_takes_as_long_as_a_wrong_password(database: Database, editor: User) -> None:
    def seconds(name: str) -> float:
        start = time.perf_counter()
        assert recognise(database, name, "a wrong password") is None
        return time.perf_counter() - start

    seconds("nobody")  # the first unknown name makes the hash that others are compared with
    known, unknown = (statistics.median(seconds(name) for _ in range(9)) for name in (editor.name, "nobody"))
    assert 0.4 < unknown / known < 2.5
