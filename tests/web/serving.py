"""Runs the web application for tests, and opens pages that are watched for faults."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import uvicorn

from szai_qa.interfaces.web.app import create_app

if TYPE_CHECKING:
    from fastapi import FastAPI
    from playwright.sync_api import Browser, Page


def _no_journal(_: object) -> None:
    return None


async def _create_in_loop(load: Callable[[], Any], **openers: Callable[[Any], Any]) -> FastAPI:
    return create_app(load, **openers)


def create_quietly(
    load: Callable[[], Any], open_journal: Callable[[Any], Any] = _no_journal, **openers: Callable[[Any], Any]
) -> FastAPI:
    """Create the application inside an event loop: outside one Gradio makes loops that it never closes."""
    return asyncio.run(_create_in_loop(load, open_journal=open_journal, **openers))


class _Server(threading.Thread):
    """A server in a thread of its own; `started` is set once it listens."""

    def __init__(self, load: Callable[[], Any], listener: socket.socket, **openers: Callable[[Any], Any]) -> None:
        super().__init__()
        self._load = load
        self._openers = openers
        self._listener = listener
        self.server: uvicorn.Server | None = None

    def run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        app = create_app(self._load, **self._openers)
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
        self.server = uvicorn.Server(config)
        await self.server.serve(sockets=[self._listener])


@contextmanager
def running(
    load: Callable[[], Any],
    port: int = 0,
    open_journal: Callable[[Any], Any] = _no_journal,
    **openers: Callable[[Any], Any],
) -> Iterator[str]:
    """Run the web application and give its address."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        thread = _Server(load, listener, open_journal=open_journal, **openers)
        thread.start()
        while thread.is_alive() and not (thread.server and thread.server.started):
            time.sleep(0.02)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:  # a test that fails must not leave a server that keeps the whole run from ending
            assert thread.server
            thread.server.should_exit = True
            thread.join()


@contextmanager
def watched(browser: Browser, url: str, **options: object) -> Iterator[Page]:
    """Open a page that fails the test on a console error, an HTTP error or a request to another host."""
    settings: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}} | options
    context = browser.new_context(**settings)
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda m: faults.append(f"console: {m.text}") if m.type == "error" else None)
    page.on("pageerror", lambda e: faults.append(f"script: {e}"))
    page.on("response", lambda r: faults.append(f"{r.status}: {r.url}") if r.status >= 400 else None)
    page.on("request", lambda r: faults.append(f"other host: {r.url}") if not _is_local(r.url, url) else None)
    page.on("dialog", lambda d: faults.append(f"dialog: {d.message}"))
    page.goto(url)
    page.wait_for_selector(".first")
    yield page
    context.close()
    assert not faults


def _is_local(request: str, url: str) -> bool:
    parts = urlsplit(request)
    return parts.scheme in {"data", "blob"} or parts.netloc == urlsplit(url).netloc
