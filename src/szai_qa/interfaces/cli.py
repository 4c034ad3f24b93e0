"""The command line. Each command reads its options, calls one function of the package, and prints what it got.

Errors are one line on standard error (with --json one JSON object), the exit code comes from the error.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from szai_qa import __version__
from szai_qa.errors import InputError, SzaiQaError
from szai_qa.interfaces import cli_evaluate, cli_journal
from szai_qa.interfaces.cli_users import users_app
from szai_qa.interfaces.json_lines import as_bytes
from szai_qa.settings import find_home, load_settings

app = typer.Typer(
    help="Answers questions about Chinese news in the articles' own words, or says that they do not answer.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
index_app = typer.Typer(help="Build, prove and describe the index.", rich_markup_mode=None)
app.add_typer(index_app, name="index")
app.add_typer(users_app, name="user")

IndexOption = Annotated[
    Path | None, typer.Option("--index", metavar="DIR", help="The index's folder. [default: ./index]")
]
ArticlesOption = Annotated[
    Path | None, typer.Option("--articles", metavar="DIR", help="The articles' folder. [default: ./docs/articles]")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, errors too.")]
InputOption = Annotated[Path, typer.Option("--input", metavar="FILE", help="JSON lines to read.")]
OutputOption = Annotated[Path, typer.Option("--output", metavar="FILE", help="JSON lines to write.")]


def _print_json(value: object) -> None:
    sys.stdout.buffer.write(as_bytes(value) + b"\n")
    sys.stdout.flush()


@app.command(epilog="Example: szai-qa serve --port 7860")
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for all.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 7860,
    index: IndexOption = None,
    articles: ArticlesOption = None,
) -> None:
    """Run the web chat."""
    from szai_qa.interfaces.loading import (
        load_assistant,
        open_office,
        open_recorder,
        open_workbench,
        read_suggestions,
    )
    from szai_qa.interfaces.web.app import serve as serve_web

    settings = load_settings()
    folders = find_home(index, articles)
    serve_web(
        lambda: load_assistant(settings, *folders, read_suggestions(folders[1], settings.max_question_chars)),
        host,
        port,
        max_question_chars=settings.max_question_chars,
        open_journal=lambda assistant: open_recorder(settings, assistant, "web"),
        open_office=lambda documents: open_office(settings, documents),
        open_workbench=lambda chat, failed: open_workbench(settings, *folders, chat, failed),
        on_ready=typer.echo,
    )


@app.command(epilog="Example: szai-qa ask 深圳有多少家人工智能企业？")
def ask(
    question: Annotated[str, typer.Argument(help="The question, in Chinese or English.")],
    as_json: JsonOption = False,
    record: Annotated[bool, typer.Option("--record", help="Put the answer on record, as the web chat does.")] = False,
    index: IndexOption = None,
    articles: ArticlesOption = None,
) -> None:
    """Answer one question."""
    from szai_qa.interfaces.loading import load_assistant, open_recorder
    from szai_qa.interfaces.plain_text import answer_text

    settings = load_settings()
    if len(question) > settings.max_question_chars:  # before the models are loaded
        raise InputError(
            f"The question has {len(question)} characters, {settings.max_question_chars} are allowed.",
            f"Shorten it by {len(question) - settings.max_question_chars}, and ask one thing at a time.",
        )
    assistant = load_assistant(settings, *find_home(index, articles))
    answer = assistant.ask(question)
    recorder = open_recorder(settings, assistant, "cli") if record else None
    public_id = recorder.record(answer, secrets.token_hex(16), (), "zh-Hans") if recorder else None
    if as_json:
        _print_json(answer.as_json(public_id))
    else:
        sys.stdout.buffer.write(answer_text(answer).encode("utf-8", "replace"))


@app.command(epilog="Example: szai-qa batch --input questions.jsonl --output answers.jsonl")
def batch(
    source: InputOption,
    target: OutputOption,
    as_json: JsonOption = False,
    index: IndexOption = None,
    articles: ArticlesOption = None,
) -> None:
    """Answer a file of questions: {"id","question"} or {"id","turns":[…]} lines in, an answer object a line out."""
    from szai_qa.interfaces.batch import answer_task, in_order, read_tasks
    from szai_qa.interfaces.json_lines import write_objects
    from szai_qa.interfaces.loading import load_assistant

    tasks = read_tasks(source)
    assistant = load_assistant(load_settings(), *find_home(index, articles))
    write_objects(target, (answer_task(assistant, task).as_json(task.id) for task in in_order(tasks, "answering")))
    if as_json:
        _print_json({"answers": len(tasks), "output": str(target)})


@app.command(epilog="Example: szai-qa read --input reading.jsonl --output spans.jsonl")
def read(source: InputOption, target: OutputOption, as_json: JsonOption = False) -> None:
    """Read passages without an index: {"id","question","passages":[…],"history":[…]} lines in, the best span out."""
    from szai_qa.answering.passages import shipped_confidence
    from szai_qa.interfaces.batch import in_order, read_reading_tasks, read_task
    from szai_qa.interfaces.json_lines import write_objects
    from szai_qa.reading.shipped import shipped_reader

    tasks = read_reading_tasks(source)
    reader, confidence, threshold = shipped_reader(), shipped_confidence(), load_settings().threshold
    write_objects(target, (read_task(reader, confidence, threshold, task) for task in in_order(tasks, "reading")))
    if as_json:
        _print_json({"results": len(tasks), "output": str(target)})


@index_app.command("build", epilog="Example: szai-qa index build --articles docs/articles --index index")
def index_build(index: IndexOption = None, articles: ArticlesOption = None, as_json: JsonOption = False) -> None:
    """Build the index from the articles; the old one stays in force until the new one is whole."""
    from szai_qa.indexing.store import build_index
    from szai_qa.interfaces.loading import load_embedder

    folders = find_home(index, articles)
    manifest = build_index(*folders, load_embedder(load_settings()), progress=sys.stderr.isatty())
    if as_json:
        _print_json(manifest.as_json())
    else:
        typer.echo(f"Index {manifest.index_id}: {len(manifest.articles)} articles, {manifest.sentences} sentences.")


@index_app.command("verify", epilog="Example: szai-qa index verify --quick")
def index_verify(
    quick: Annotated[bool, typer.Option("--quick", help="Compare checksums only.")] = False,
    index: IndexOption = None,
    articles: ArticlesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Prove that the index is what its articles, model and tokenizer give (exit code 3 where it is not)."""
    from szai_qa.indexing.store import verify_index
    from szai_qa.interfaces.loading import load_embedder

    folders = find_home(index, articles)
    embedder = load_embedder(load_settings())
    manifest = verify_index(*folders, embedder, quick=quick, progress=sys.stderr.isatty())
    how = "checksums" if quick else "rebuilt"
    if as_json:
        _print_json({"verified": how, "index_id": manifest.index_id})
    else:
        typer.echo(f"Index {manifest.index_id} fits its articles, model and tokenizer ({how}).")


@index_app.command("info", epilog="Example: szai-qa index info --json")
def index_info(index: IndexOption = None, as_json: JsonOption = False) -> None:
    """Describe the index."""
    from szai_qa.indexing.manifest import read_manifest

    folder = index or find_home()[0]
    manifest = read_manifest(folder).as_json()
    if as_json:
        _print_json(manifest)
        return
    for name, value in manifest.items():
        typer.echo(f"{name}: {len(value) if isinstance(value, dict) else value}")


cli_evaluate.register(app)
cli_journal.register(app)


@app.callback(invoke_without_command=True)
def _version(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given in ([], ["index"], ["journal"], ["user"]):
        given.append("--help")
    try:
        code = typer.main.get_command(app).main(given, prog_name="szai-qa", standalone_mode=False)
    except typer.TyperException as problem:
        wrong = InputError(problem.format_message(), "szai-qa COMMAND --help shows what it takes.")
        sys.exit(_report(wrong, given))
    except SzaiQaError as problem:
        sys.exit(_report(problem, given))
    except BrokenPipeError:  # the reader of our output has gone (szai-qa ask … | head)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as problem:
        sys.exit(_report(SzaiQaError(f"{problem}.", "Check the disk and the permissions."), given))
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)


def _report(problem: SzaiQaError, given: Sequence[str]) -> int:
    """Print an error in one line, or as JSON where that was asked for; return its exit code."""
    line = as_bytes(problem.as_json()) if "--json" in given else f"szai-qa: {problem}".encode("utf-8", "replace")
    sys.stderr.buffer.write(b" ".join(line.split()) + b"\n")
    sys.stderr.flush()
    return problem.exit_code
