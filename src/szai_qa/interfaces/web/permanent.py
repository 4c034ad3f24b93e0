"""The paths of answers on record: the permanent page and the receipt. Reads the journal, and writes nothing."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

from szai_qa.errors import JournalError, NotFoundError, ProofError
from szai_qa.interfaces.kept import kept_documents, receipt_of
from szai_qa.interfaces.web.chat import Chat
from szai_qa.interfaces.web.render_permanent import render_absent, render_permanent
from szai_qa.interfaces.web.words import DEFAULT_LANGUAGE, languages, load_words
from szai_qa.journal.database import Database
from szai_qa.journal.store import get_entry

if TYPE_CHECKING:
    from fastapi import FastAPI, Response

WAIT_S = 3
"""After how many seconds a browser asks again while the assistant loads."""
log = logging.getLogger(__name__)


def add_permanent_pages(
    app: FastAPI, ready: Callable[[], Chat | None], journal: Callable[[], Database | None], styles: Sequence[str]
) -> None:
    """Add `/a/PUBLIC_ID` and `/a/PUBLIC_ID/receipt.json`; `journal` gives the open journal, or None."""
    from fastapi.responses import HTMLResponse, JSONResponse, Response

    sheets = [files(__package__).joinpath(name).read_text("utf-8") for name in styles]

    def absent(language: str, status: int, title: str, text: str) -> Response:
        words = load_words(language)
        return HTMLResponse(render_absent(words, sheets, words(title), words(text)), status)

    @app.get("/a/{public_id}")
    def permanent(public_id: str, lang: str = "") -> Response:
        language = lang if lang in languages() else DEFAULT_LANGUAGE
        if (chat := ready()) is None:
            waiting = absent(language, 503, "starting", "starting.text")
            waiting.headers["refresh"] = str(WAIT_S)
            return waiting
        try:
            entry = get_entry(_open(journal), public_id)
            documents = kept_documents(_open(journal), entry)
            if lang not in languages() and entry.language in languages():
                language = entry.language
            current = {d.article.id: d.article.sha256 for d in chat.assistant.documents}
            return HTMLResponse(render_permanent(entry, documents, current, load_words(language), sheets))
        except NotFoundError:
            return absent(language, 404, "kept.none", "kept.none.text")
        except (JournalError, ProofError) as problem:
            log.critical("An answer on record can't be shown: %s", problem)
            return absent(language, problem.http_status, "failure", "failure.text")

    @app.get("/a/{public_id}/receipt.json")
    def receipt(public_id: str) -> Response:
        try:
            made = receipt_of(_open(journal), get_entry(_open(journal), public_id))
        except (NotFoundError, JournalError, ProofError) as problem:
            return JSONResponse(problem.as_json(), problem.http_status)
        text = json.dumps(made, ensure_ascii=False, indent=1) + "\n"
        name = {"content-disposition": f'attachment; filename="szai-qa-{public_id}.json"'}
        return Response(text, media_type="application/json", headers=name)


def _open(journal: Callable[[], Database | None]) -> Database:
    database = journal()
    if database is None:
        raise NotFoundError("Answers are not put on record here.")
    return database
