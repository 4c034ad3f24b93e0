"""The web application: health check and chat page on one FastAPI app, and the server that runs it.

The assistant loads in the background, so that the page is there at once and says that it is getting ready.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from szai_qa.errors import InputError, SzaiQaError
from szai_qa.interfaces.web.chat import MAX_QUESTION_CHARS, Assistant, Chat
from szai_qa.journal.database import Database
from szai_qa.journal.recorder import Recorder
from szai_qa.records import Document

if TYPE_CHECKING:
    from fastapi import FastAPI
    from fastapi.responses import JSONResponse, Response

    from szai_qa.interfaces.web.desk.office import Office
    from szai_qa.interfaces.web.evaluate.workbench import Workbench

log = logging.getLogger(__name__)
AssistantLoader = Callable[[], Assistant]
JournalOpener = Callable[[Any], Recorder | None]
"""Gives where the answers of an assistant are put on record, None where they are not."""
OfficeOpener = Callable[[Callable[[], Sequence[Document]]], "Office | None"]
"""Gives the pages behind the login, for the articles that are answered from; None where there are none."""
WorkbenchOpener = Callable[[Callable[[], Chat | None], Callable[[], SzaiQaError | None]], "Workbench | None"]
"""Gives the evaluation page's state, for the chat (None while it loads, and why it never will); None for no page."""
MAX_PORT = 65535


class _Loading:
    """Loads the assistant once, in a thread of its own, and opens its journal."""

    def __init__(self, load: AssistantLoader, max_question_chars: int, open_journal: JournalOpener) -> None:
        self._load = load
        self._open_journal = open_journal
        self.recorder: Recorder | None = None
        self.max_question_chars = max_question_chars
        self.chat: Chat | None = None
        self.error: SzaiQaError | None = None
        self.on_error: Callable[[SzaiQaError], None] = lambda problem: log.error("%s", problem)
        self.on_loaded: Callable[[], None] = lambda: None

    def start(self) -> None:
        threading.Thread(target=self._run, name="load-assistant", daemon=True).start()

    def _run(self) -> None:
        try:
            assistant = self._load()
            self.recorder = self._open_journal(assistant)
            self.chat = Chat(assistant, self.max_question_chars, recorder=self.recorder)
        except SzaiQaError as problem:
            self.error = problem
        except Exception as problem:
            log.exception("the assistant could not be loaded")
            self.error = SzaiQaError(f"The assistant could not be loaded: {problem!r}.", "The log has more.")
        if self.error:
            self.on_error(self.error)
        else:
            self.on_loaded()

    def documents(self) -> Sequence[Document]:
        """Return the articles that are answered from, none while they load."""
        return self.chat.assistant.documents if self.chat else ()

    def journal(self) -> Database | None:
        """Return the open journal, None where nothing is put on record; JournalError where it can't be opened."""
        return self.recorder.database if self.recorder else None

    def close(self) -> None:
        if self.recorder:
            self.recorder.close()

    def health(self) -> tuple[int, dict[str, Any]]:
        """Return the status and body of the health check."""
        if self.chat:
            journal = "off" if self.recorder is None else "failing" if self.recorder.failing else "ok"
            return 200, {"status": "ok", "articles": len(self.chat.assistant.documents), "journal": journal}
        if self.error:
            return 503, self.error.as_json()
        return 503, {"error": {"code": "starting", "message": "The index and models are loading.", "hint": ""}}


def _prepare_gradio() -> None:
    """Keep Gradio from reaching out and from sharing a folder with others; it reads these when imported."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    # One folder for all: uploads are closed, so nothing of a reader's is ever written to it.
    os.environ.setdefault("GRADIO_TEMP_DIR", str(Path(tempfile.gettempdir()) / "szai-qa-gradio"))


def _no_journal(_: Assistant) -> None:
    return None


def _no_office(_: Callable[[], Sequence[Document]]) -> None:
    return None


def _no_workbench(_: Callable[[], Chat | None], __: Callable[[], SzaiQaError | None]) -> None:
    return None


def create_app(
    load: AssistantLoader,
    *,
    max_question_chars: int = MAX_QUESTION_CHARS,
    open_journal: JournalOpener = _no_journal,
    open_office: OfficeOpener = _no_office,
    open_workbench: WorkbenchOpener = _no_workbench,
) -> FastAPI:
    """Return the web application; `load` is called in the background when it starts.

    GET /healthz answers 200 once `load` has returned; before, and if it failed, 503 and {"error": …}. It says too
    whether answers are put on record: "ok", "failing", "off".
    """
    loading = _Loading(load, max_question_chars, open_journal)
    workbench = open_workbench(lambda: loading.chat, lambda: loading.error)
    return _create(loading, open_office(loading.documents), workbench, asyncio.Event())


def _create(loading: _Loading, office: Office | None, workbench: Workbench | None, closing: asyncio.Event) -> FastAPI:
    _prepare_gradio()
    from fastapi import FastAPI
    from fastapi.middleware.cors import CORSMiddleware
    from fastapi.responses import JSONResponse, Response

    from szai_qa.interfaces.web import render_frame
    from szai_qa.interfaces.web.desk.routes import add_desk
    from szai_qa.interfaces.web.evaluate.routes import add_evaluate
    from szai_qa.interfaces.web.guard import Guard
    from szai_qa.interfaces.web.page import STYLES, mount_page
    from szai_qa.interfaces.web.permanent import add_permanent_pages

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        loading.start()
        if workbench:
            workbench.open()
        yield
        if workbench:
            workbench.close()
        loading.close()
        if office:
            office.close()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    # Without one of our own, Gradio lets any other site read answers with the reader's credentials.
    app.add_middleware(CORSMiddleware, allow_origins=[], allow_methods=["GET", "POST"])
    app.add_middleware(Guard, closing=closing, user_of=office.user_of if office else None)

    @app.get("/healthz")
    def healthz() -> JSONResponse:
        status, body = loading.health()
        return JSONResponse(body, status)

    @app.get("/favicon.ico")
    def favicon() -> Response:
        return Response(render_frame.favicon(), media_type="image/svg+xml")

    if office:
        add_desk(app, office)
    if office and workbench:  # without a login nobody could be let in
        add_evaluate(app, workbench)
    add_permanent_pages(app, lambda: loading.chat, loading.journal, STYLES)
    mount_page(app, lambda: loading.chat, loading.max_question_chars)
    return app


def serve(
    load: AssistantLoader,
    host: str,
    port: int,
    *,
    max_question_chars: int = MAX_QUESTION_CHARS,
    open_journal: JournalOpener = _no_journal,
    open_office: OfficeOpener = _no_office,
    open_workbench: WorkbenchOpener = _no_workbench,
    on_ready: Callable[[str], None] = lambda address: None,
) -> None:
    """Run the web application until it is told to stop.

    `on_ready` is called once with the page's address, when the assistant has been loaded.

    Raises:
        InputError: the address cannot be used, for instance because another program has the port.
        SzaiQaError: the assistant could not be loaded.
    """
    loading = _Loading(load, max_question_chars, open_journal)
    office = open_office(loading.documents)
    workbench = open_workbench(lambda: loading.chat, lambda: loading.error) if office else None
    with _listen(host, port) as listener:
        name, chosen = listener.getsockname()[:2]
        address = f"http://[{name}]:{chosen}/" if ":" in name else f"http://{name}:{chosen}/"
        loading.on_loaded = lambda: on_ready(address)
        with suppress(KeyboardInterrupt):  # Ctrl+C is how a server is stopped; it has been shut down in good order.
            asyncio.run(_run(loading, office, workbench, listener))
    if loading.error:
        raise loading.error


async def _run(loading: _Loading, office: Office | None, workbench: Workbench | None, listener: socket.socket) -> None:
    # The application is made inside the loop: Gradio would make loops of its own outside one, and leave them open.
    import uvicorn

    closing = asyncio.Event()

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            closing.set()
            await super().shutdown(sockets)

    application = _create(loading, office, workbench, closing)
    server = Server(uvicorn.Config(application, log_level="warning", timeout_graceful_shutdown=3))

    def stop(_: SzaiQaError) -> None:
        server.should_exit = True

    loading.on_error = stop
    await server.serve(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port <= MAX_PORT:
        raise InputError(f"There is no port {port}.", f"Choose one up to {MAX_PORT}: --port 7860")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as problem:
        raise InputError(f"There is no address {host}.", "Use --host 127.0.0.1 or --host 0.0.0.0.") from problem
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError as problem:
        listener.close()
        raise InputError(
            f"Port {port} of {host} cannot be used: {problem}.", "Choose another one with --port."
        ) from problem
    return listener
