"""The commands of the journal: proving a receipt, publishing, and looking after what is on record."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from szai_qa.errors import InputError, NotFoundError, ProofError, SettingsError
from szai_qa.interfaces.json_lines import as_bytes, write_whole
from szai_qa.settings import find_home, load_settings

if TYPE_CHECKING:
    from szai_qa.journal.database import Database

journal_app = typer.Typer(help="Look after the answers that are on record.", rich_markup_mode=None)

ByOption = Annotated[str, typer.Option("--by", metavar="NAME", help="Who does it, for the audit trail.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, errors too.")]
IndexOption = Annotated[
    Path | None, typer.Option("--index", metavar="DIR", help="The index's folder. [default: ./index]")
]
ArticlesOption = Annotated[
    Path | None, typer.Option("--articles", metavar="DIR", help="The articles' folder. [default: ./docs/articles]")
]
COMMAND_LINE = "command line"


def register(app: typer.Typer) -> None:
    """Put the journal's commands on the command line."""
    app.command(epilog="Example: szai-qa verify receipt.json")(verify)
    app.command(epilog='Example: szai-qa publish --override "the article was corrected"')(publish)
    app.add_typer(journal_app, name="journal")


@contextmanager
def _open_journal() -> Iterator[Database]:
    from szai_qa.journal.database import open_database

    url = load_settings().journal
    if not url:
        raise SettingsError("Nothing is put on record: SZAI_QA_JOURNAL_URL is empty.", "Name the journal's database.")
    with open_database(url) as database:
        yield database


def _print(value: object, as_json: bool, line: str) -> None:
    sys.stdout.buffer.write((as_bytes(value) if as_json else line.encode("utf-8", "replace")) + b"\n")
    sys.stdout.flush()


def _write_lines(target: Path, lines: Iterable[str], mark: bool = False) -> int:
    """Write lines and return how many; `mark` begins the file as spreadsheets want UTF-8."""
    written = 0

    def pieces() -> Iterator[bytes]:
        nonlocal written
        yield b"\xef\xbb\xbf" if mark else b""
        for line in lines:
            written += 1
            yield line.encode()

    write_whole(target, pieces())
    return written


def verify(
    receipt: Annotated[Path, typer.Argument(metavar="RECEIPT", help="The receipt's file.")],
    journal: Annotated[
        bool, typer.Option("--journal", help="Look for articles in the journal too, which keeps earlier versions.")
    ] = False,
    articles: ArticlesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Prove an answer's receipt against the stored article (exit code 3 and what differs where it does not hold)."""
    from szai_qa.journal.verify_receipt import NoReceiptError, differences, parse_receipt

    try:
        text = receipt.read_text(encoding="utf-8")
    except FileNotFoundError as problem:
        raise InputError(f"There is no file {receipt}.", "Name a receipt: szai-qa verify RECEIPT.json") from problem
    except UnicodeDecodeError as problem:
        raise ProofError(f"{receipt} is no receipt: it is not UTF-8.") from problem
    try:
        found = differences(parse_receipt(text), _known_texts(articles, journal))
    except NoReceiptError as problem:
        raise ProofError(f"{receipt} is no receipt: {problem}.") from problem
    if found:
        hint = "" if journal else "If the article has changed since, --journal looks among those that were kept."
        raise ProofError(f"{receipt} is not proved: {'; '.join(found)}.", hint)
    _print({"verified": str(receipt)}, as_json, f"{receipt} is proved: its quotes stand in the article, word for word.")


def _known_texts(articles: Path | None, journal: bool) -> dict[str, str]:
    """Return the texts of the stored articles, and of those in the journal if wanted, by their hash."""
    from szai_qa.journal.store import article_lookup
    from szai_qa.journal.verify_receipt import article_text, text_digest

    texts: dict[str, str] = {}
    try:
        folder = articles or find_home()[1]
    except NotFoundError:
        if not journal:
            raise
    else:
        for path in sorted(folder.glob("*.txt")):
            try:
                text = article_text(path.read_bytes())
            except UnicodeDecodeError:  # no article, so it proves nothing; `index build` tells of it
                continue
            texts[text_digest(text)] = text
    if journal:
        with _open_journal() as database:
            texts |= article_lookup(database)
    return texts


def publish(
    override: Annotated[
        str, typer.Option("--override", metavar="REASON", help="Publish although judged questions fail that passed.")
    ] = "",
    by: ByOption = COMMAND_LINE,
    index: IndexOption = None,
    articles: ArticlesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run the judged questions on this index and threshold, and put it on record as published (else exit code 3)."""
    from szai_qa.interfaces.loading import load_assistant
    from szai_qa.journal.judged import judged_questions, run_judged
    from szai_qa.journal.publish import publish as put_on_record

    with _open_journal() as database:
        questions = judged_questions(database)
        assistant = load_assistant(load_settings(), *find_home(index, articles))
        results = run_judged(questions, assistant.ask)
        made = put_on_record(database, assistant.system, questions, results, by, override.strip() or None)
    passed = sum(results.values())
    value = {"index_id": made.index_id, "threshold": made.threshold, "questions": len(results), "passed": passed}
    line = f"Published: index {made.index_id}, threshold {made.threshold}; {passed} of {len(results)} questions pass."
    _print(value | {"override": made.override}, as_json, line)


@journal_app.command("export", epilog="Example: szai-qa journal export --output answers.csv")
def journal_export(
    output: Annotated[Path, typer.Option("--output", metavar="FILE", help="A file that ends in .jsonl or .csv.")],
    as_json: JsonOption = False,
) -> None:
    """Write every answer on record into a file, with its verdicts."""
    from szai_qa.journal.export import as_objects, csv_lines, json_lines

    if output.suffix not in {".jsonl", ".csv"}:
        raise InputError(f"{output} ends in neither .jsonl nor .csv.", "Its ending says what is written.")
    with _open_journal() as database:
        table = output.suffix == ".csv"
        objects = as_objects(database)
        count = _write_lines(output, csv_lines(objects) if table else json_lines(objects), mark=table) - table
    _print({"answers": count, "output": str(output)}, as_json, f"{count} answers are in {output}.")


@journal_app.command("export-tests", epilog="Example: szai-qa journal export-tests --output judged.jsonl")
def journal_export_tests(
    output: Annotated[Path, typer.Option("--output", metavar="FILE", help="JSON lines to write.")],
    as_json: JsonOption = False,
) -> None:
    """Write the judged answers as a test set, which `szai-qa evaluate` reads."""
    from szai_qa.journal.export import json_lines
    from szai_qa.journal.judged import judged_questions

    with _open_journal() as database:
        count = _write_lines(output, json_lines(question.as_json() for question in judged_questions(database)))
    _print({"questions": count, "output": str(output)}, as_json, f"{count} judged questions are in {output}.")


@journal_app.command("delete", epilog="Example: szai-qa journal delete Zk3… --by 李")
def journal_delete(
    conversation: Annotated[str, typer.Argument(metavar="ID", help="A conversation, or one of its answers.")],
    by: ByOption = COMMAND_LINE,
    as_json: JsonOption = False,
) -> None:
    """Delete a conversation: its answers and their verdicts. The audit trail says so, and stays whole."""
    from szai_qa.journal.store import delete_conversation

    with _open_journal() as database:
        count = delete_conversation(database, conversation, by)
    _print({"deleted": count}, as_json, f"{count} answers are deleted.")


@journal_app.command("prune", epilog="Example: szai-qa journal prune --days 365")
def journal_prune(
    days: Annotated[
        int | None, typer.Option("--days", min=1, help="Delete what is older. [default: SZAI_QA_JOURNAL_DAYS]")
    ] = None,
    by: ByOption = COMMAND_LINE,
    as_json: JsonOption = False,
) -> None:
    """Delete answers that are older than the retention; the server does it daily."""
    from szai_qa.journal.store import prune

    with _open_journal() as database:
        count = prune(database, load_settings().journal_days if days is None else days, by)
    _print({"deleted": count}, as_json, f"{count} answers are deleted.")


@journal_app.command("audit", epilog="Example: szai-qa journal audit --expect 5b1f…")
def journal_audit(
    expect: Annotated[
        list[str] | None, typer.Option("--expect", metavar="DIGEST", help="A digest noted down earlier; repeatable.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Prove the audit trail, and all that it vouches for (exit code 3 and the first broken link)."""
    from szai_qa.journal.trail import check_trail

    with _open_journal() as database:
        checked = check_trail(database, expect or ())
    value: dict[str, Any] = {"entries": checked.entries, "deleted": checked.deleted, "head": checked.head}
    line = (
        f"The audit trail holds: {checked.entries} entries, {checked.deleted} of what is deleted; head {checked.head}"
    )
    _print(value, as_json, line)


@journal_app.command("insight", epilog="Example: szai-qa journal insight --output insight/")
def journal_insight(
    output: Annotated[
        Path | None, typer.Option("--output", metavar="DIR", help="Write each table as CSV into this folder.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show questions by day, refusals by reason, what is asked and not answered, verdicts by day."""
    from szai_qa.journal.insight import insight, table_as_csv

    with _open_journal() as database:
        tables = insight(database)
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
        for name, rows in tables.items():
            _write_lines(output / f"{name}.csv", table_as_csv(rows), mark=True)
    lines = [f"{name}\n" + "".join(f"  {_row_text(row)}\n" for row in rows) for name, rows in tables.items()]
    _print(tables, as_json, "\n".join(lines).rstrip("\n"))


def _row_text(row: dict[str, Any]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in row.items() if value not in (0, [], None))
