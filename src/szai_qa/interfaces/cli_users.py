"""The commands for accounts: `szai-qa user add`, `list`, `remove`, `password`. There is no account until one is added.

A password is asked for on the terminal or read from standard input, never taken from the command line, where others
could see it. Each change is put on the journal's audit trail.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from szai_qa.accounts.users import Role
from szai_qa.errors import InputError, SettingsError
from szai_qa.interfaces.json_lines import as_bytes
from szai_qa.settings import load_settings

if TYPE_CHECKING:
    from szai_qa.journal.database import Database

ACTOR = "command line"
users_app = typer.Typer(help="Accounts of those who work behind the chat.", rich_markup_mode=None)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The user's name.")]
StdinOption = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, errors too.")]


@contextmanager
def _database() -> Iterator[Database]:
    from szai_qa.journal.database import open_database

    url = load_settings().journal
    if not url:
        raise SettingsError(
            "Accounts are kept in the journal's database, and there is none.", "Set SZAI_QA_JOURNAL_URL."
        )
    with open_database(url) as database:
        yield database


def _new_password(from_stdin: bool) -> str:
    if from_stdin:
        line = sys.stdin.buffer.readline()
        try:
            return line.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError as problem:
            raise InputError("The password on standard input is not in UTF-8.") from problem
    if not sys.stdin.isatty():
        raise InputError("There is no terminal to ask for the password on.", "Pipe it in: --password-stdin")
    password: str = typer.prompt("Password", hide_input=True, confirmation_prompt="Once more", err=True)
    return password


def _log(database: Database, action: str, name: str, **details: str) -> None:
    from szai_qa.journal.trail import log_action

    log_action(database, ACTOR, action, f"user:{name}", {"name": name, **details})


def _say(text: str, value: object, as_json: bool) -> None:
    if as_json:
        sys.stdout.buffer.write(as_bytes(value) + b"\n")
        sys.stdout.flush()
    else:
        typer.echo(text)


@users_app.command("add", epilog="Example: szai-qa user add chen --role staff")
def user_add(
    name: NameArgument,
    role: Annotated[Role, typer.Option(help="staff judge answers, evaluators measure, admins do both.")],
    password_stdin: StdinOption = False,
    as_json: JsonOption = False,
) -> None:
    """Add a user; the password is asked for."""
    from szai_qa.accounts.users import add_user

    with _database() as database:
        add_user(database, name, role, _new_password(password_stdin))
        _log(database, "user added", name, role=role.value)
    _say(f"User {name} added: {role.value}.", {"name": name, "role": role.value}, as_json)


@users_app.command("list", epilog="Example: szai-qa user list")
def user_list(as_json: JsonOption = False) -> None:
    """List all users with their roles."""
    from szai_qa.accounts.users import list_users

    with _database() as database:
        users = list_users(database)
    lines = "\n".join(f"{user.name}\t{user.role.value}" for user in users)
    _say(
        lines or "There is no user yet: szai-qa user add NAME --role admin",
        [{"name": user.name, "role": user.role.value} for user in users],
        as_json,
    )


@users_app.command("remove", epilog="Example: szai-qa user remove chen")
def user_remove(name: NameArgument, as_json: JsonOption = False) -> None:
    """Remove a user and sign the user out everywhere; what the user judged stays on record."""
    from szai_qa.accounts.users import remove_user

    with _database() as database:
        remove_user(database, name)
        _log(database, "user removed", name)
    _say(f"User {name} removed.", {"removed": name}, as_json)


@users_app.command("password", epilog="Example: szai-qa user password chen")
def user_password(name: NameArgument, password_stdin: StdinOption = False, as_json: JsonOption = False) -> None:
    """Change a user's password and sign the user out everywhere."""
    from szai_qa.accounts.users import set_password

    with _database() as database:
        set_password(database, name, _new_password(password_stdin))
        _log(database, "password changed", name)
    _say(f"Password of {name} changed.", {"changed": name}, as_json)
