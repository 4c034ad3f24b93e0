"""The insight page, and what can be taken from the desk as a file: its tables, all records, the judged test set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from szai_qa.interfaces.web.desk import http
from szai_qa.interfaces.web.desk.frame import document, header
from szai_qa.interfaces.web.desk.office import Office
from szai_qa.interfaces.web.desk.render_insight import render_insight
from szai_qa.journal.database import Database
from szai_qa.journal.export import as_objects, csv_lines, json_lines
from szai_qa.journal.insight import TABLES, insight, table_as_csv
from szai_qa.journal.judged import judged_questions
from szai_qa.journal.trail import log_action
from szai_qa.journal.verdicts import agreement


def _tests(database: Database) -> Iterator[str]:
    return json_lines(question.as_json() for question in judged_questions(database))


def _table(name: str, database: Database) -> Iterator[str]:
    return table_as_csv(TABLES[name](database))


FILES: dict[str, Callable[[Database], Iterable[str]]] = {
    "answers.jsonl": lambda database: json_lines(as_objects(database)),
    "answers.csv": lambda database: csv_lines(as_objects(database)),
    "judged-tests.jsonl": _tests,
    **{f"{name}.csv": partial(_table, name) for name in TABLES},
}
"""What can be taken out, by file name: a function from the journal to the file's lines."""


class Insight:
    """The endpoints of the insight page."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def routes(self) -> Sequence[Route]:
        """Return them with their paths."""
        return (
            Route("/staff/insight", http.in_thread(self.show), methods=["GET"]),
            Route("/staff/export/{name}", http.in_thread(self.export), methods=["GET"]),
        )

    def show(self, request: Request) -> Response:
        """Show all tables."""
        words, database = http.words_of(request), self._office.database
        body = render_insight(insight(database), agreement(database), words)
        page = document(
            words,
            words("insight.title"),
            body,
            header=header(words, http.user_of(request), "insight"),
            parts=("insight.css",),
        )
        return http.page(request, page)

    def export(self, request: Request) -> Response:
        """Answer with a file; the audit trail says who took it."""
        name, user = request.path_params["name"], http.user_of(request)
        if name not in FILES:
            return Response("not found", 404)
        lines = FILES[name](self._office.database)
        log_action(self._office.database, user.name, "exported", f"file:{name}", {})
        kind = "text/csv" if name.endswith(".csv") else "application/x-ndjson"
        # A spreadsheet reads UTF-8 only with a byte order mark before it.
        mark = ["\ufeff"] if name.endswith(".csv") else []
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return StreamingResponse(_encoded([mark, lines]), media_type=kind, headers=headers)


def _encoded(parts: Iterable[Iterable[str]]) -> Iterator[bytes]:
    for part in parts:
        for line in part:
            yield line.encode("utf-8", "replace")
