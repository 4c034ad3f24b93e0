"""Writes commands.md and settings.md from the program itself: `python docs/generate.py` (`--check` only compares)."""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stdout
from pathlib import Path

import annotated_types
import typer

from szai_qa.interfaces.cli import app
from szai_qa.settings import PREFIX, Settings

FOLDER = Path(__file__).parent
_MADE = "<!-- Made by docs/generate.py. Change the program, then run it again. -->\n\n"
_COMMANDS = f"""{_MADE}# Commands

An answer, a refusal included, is exit code 0. Wrong usage or bad input is 2, a failed proof 3, anything else 1. An
error is one line on standard error, with `--json` one JSON object `{{"error": {{"code", "message", "hint"}}}}`.

Without `--index` and `--articles`, a command works on `./index` and `./docs/articles`, else on those under the folder
that `SZAI_QA_HOME` names.
"""
_SETTINGS = f"""{_MADE}# Settings

A setting is an environment variable. A name that stands neither here nor below, and a value out of its bounds, stop
the program with exit code 2: a typing error never passes as a default.

| variable | default | bounds | what it does |
|---|---|---|---|
"""
_OTHERS = """
Model and prefixes shape the index: after changing them, run `szai-qa index build`. An index that was made with others
is never used; the program says so and stops.

| other variable | what it does |
|---|---|
| `SZAI_QA_HOME` | The folder whose `index/` and `docs/articles/` serve where the present folder has none. |
| `SZAI_QA_CACHE` | Where the converted encoder is kept (256 MB); else `$XDG_CACHE_HOME/szai-qa`, `~/.cache/szai-qa`. |
| `SZAI_QA_REQUIRE_BROWSER` | For tests: with 1, browser tests fail where there is no browser; else they are skipped. |
| `SZAI_QA_REQUIRE_POSTGRES` | For tests: the same for PostgreSQL's server. |
"""


def commands() -> str:
    """Return the help of every command as Markdown."""
    command = typer.main.get_command(app)
    names: list[list[str]] = [[]]
    for name, each in command.commands.items():  # type: ignore[attr-defined]
        names += [[name], *([name, own] for own in getattr(each, "commands", ()))]
    parts = [f"## {' '.join(['szai-qa', *name])}\n\n```text\n{_help(name)}\n```\n" for name in names]
    return "\n".join([_COMMANDS, *parts])


def _help(name: list[str]) -> str:
    text = io.StringIO()
    with redirect_stdout(text):
        typer.main.get_command(app).main(
            [*name, "--help"], prog_name="szai-qa", standalone_mode=False, max_content_width=100, terminal_width=100
        )
    return "\n".join(line.rstrip() for line in text.getvalue().strip().splitlines())


def settings() -> str:
    """Return the table of settings as Markdown."""
    rows = []
    for name, field in Settings.model_fields.items():
        bounds = {type(limit): limit for limit in field.metadata}
        low, high = bounds.get(annotated_types.Ge), bounds.get(annotated_types.Le)
        limits = " to ".join(str(limit) for limit in (low and low.ge, high and high.le) if limit is not None)
        default = "unset" if field.default is None else f"`{field.default}`" if field.default != "" else "empty"
        if low and not high:
            limits = f"at least {low.ge}"
        rows.append(f"| `{PREFIX}{name.upper()}` | {default} | {limits} | {field.description} |\n")
    return _SETTINGS + "".join(rows) + _OTHERS


def main(arguments: list[str]) -> int:
    """Write both files; with `--check` compare them and return 1 where one differs."""
    wrong = 0
    for path, content in ((FOLDER / "commands.md", commands()), (FOLDER / "settings.md", settings())):
        if "--check" not in arguments:
            path.write_text(content, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != content:
            sys.stderr.write(f"{path} is out of date. Run: python docs/generate.py\n")
            wrong = 1
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
