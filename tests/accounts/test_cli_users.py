"""`szai-qa user` as a person or a script drives it."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import pytest

from command_line import run
from szai_qa.accounts.users import Role, User, list_users, recognise
from szai_qa.journal.database import open_database
from szai_qa.journal.trail import check_trail

from .conftest import PASSWORD


def with_password(arguments: list[str], password: bytes, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    code = "from szai_qa.interfaces.cli import main; main()"
    command = [sys.executable, "-c", code, *arguments, "--password-stdin"]
    return subprocess.run(command, cwd=cwd, input=password, capture_output=True, check=False, timeout=60)


def url_in(folder: Path) -> str:
    return f"sqlite:///{folder}/data/journal.sqlite"


def test_a_user_is_added_listed_given_a_new_password_and_removed(tmp_path: Path) -> None:
    assert (
        with_password(["user", "add", "chen", "--role", "staff"], PASSWORD.encode() + b"\n", tmp_path).returncode == 0
    )
    assert run("user", "list", cwd=tmp_path).out == "chen\tstaff\n"
    assert json.loads(run("user", "list", "--json", cwd=tmp_path).out) == [{"name": "chen", "role": "staff"}]
    assert with_password(["user", "password", "chen"], "一个新的够长的密码".encode() * 2, tmp_path).returncode == 0
    with open_database(url_in(tmp_path)) as database:
        assert recognise(database, "chen", PASSWORD) is None
        assert recognise(database, "chen", "一个新的够长的密码" * 2) == User("chen", Role.STAFF)
    assert run("user", "remove", "chen", cwd=tmp_path).code == 0
    with open_database(url_in(tmp_path)) as database:
        assert list_users(database) == []
        assert check_trail(database).entries == 3


def test_nobody_has_an_account_at_first(tmp_path: Path) -> None:
    assert "no user yet" in run("user", "list", cwd=tmp_path).out
    assert json.loads(run("user", "list", "--json", cwd=tmp_path).out) == []


@pytest.mark.parametrize("password", [b"", b"short\n", b"\xff" * 12])
def test_a_password_that_is_none_adds_nobody(tmp_path: Path, password: bytes) -> None:
    done = with_password(["user", "add", "chen", "--role", "staff"], password, tmp_path)
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    assert json.loads(run("user", "list", "--json", cwd=tmp_path).out) == []


def test_without_a_terminal_a_password_is_not_waited_for(tmp_path: Path) -> None:
    done = run("user", "add", "chen", "--role", "staff", cwd=tmp_path)
    assert (done.code, "--password-stdin" in done.err) == (2, True)


def test_on_a_terminal_the_password_is_asked_for_twice_and_not_shown(tmp_path: Path) -> None:
    code = f"import os; os.chdir({str(tmp_path)!r}); from szai_qa.interfaces.cli import main; main()"
    child, terminal = pty.fork()
    if child == 0:  # pragma: no cover
        os.execv(sys.executable, [sys.executable, "-c", code, "user", "add", "chen", "--role", "admin"])
    # The space after a question is written when the terminal shows nothing that is typed any more.
    shown = _until(terminal, b"Password: ")
    os.write(terminal, b"correct horse battery\n")
    shown += _until(terminal, b"Once more: ")
    os.write(terminal, b"correct horse battery\n")
    shown += _until(terminal, b"added")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    os.close(terminal)
    assert b"horse" not in shown
    assert json.loads(run("user", "list", "--json", cwd=tmp_path).out) == [{"name": "chen", "role": "admin"}]


def _until(terminal: int, words: bytes) -> bytes:
    shown = b""
    while words not in shown:
        assert select.select([terminal], [], [], 60)[0], shown
        shown += os.read(terminal, 1000)
    return shown


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["add", "chen"], 2),
        (["add", "chen", "--role", "boss", "--password-stdin"], 2),
        (["remove", "nobody"], 2),
        (["password", "nobody"], 2),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, arguments: list[str], code: int) -> None:
    done = run("user", *arguments, cwd=tmp_path)
    assert (done.code, done.err.count("\n"), done.out) == (code, 1, "")


def test_without_a_database_there_are_no_accounts(tmp_path: Path) -> None:
    done = run("user", "list", cwd=tmp_path, SZAI_QA_JOURNAL_URL="")
    assert (done.code, "SZAI_QA_JOURNAL_URL" in done.err) == (2, True)
