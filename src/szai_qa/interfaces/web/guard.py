"""Lets through only the paths that the page needs, as pure ASGI: Gradio opens many more by itself.

It also tells the browser to load nothing from other hosts, and not to let other sites frame the page.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SESSION = r"[0-9a-z]{1,40}"
ALLOWED = {
    "GET": re.compile(
        r"/(healthz|theme\.css|favicon\.ico|robots\.txt|manifest\.json|a/[A-Za-z0-9_-]{22}(/receipt\.json)?"
        rf"|(assets|static)(/[\w-][\w.-]*)+|gradio_api/heartbeat/{_SESSION})?"
    ),
    "POST": re.compile(r"/gradio_api/run/predict/?"),
}
ALLOWED["HEAD"] = ALLOWED["GET"]

# Gradio compiles its templates in the browser, hence 'unsafe-eval'; its page holds inline scripts and styles.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_HEADERS = [
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
]
MAX_BODY_BYTES = 200_000


class Guard:
    """ASGI middleware: 404 for a path that is not allowed, 413 for a body longer than any question or unmeasured."""

    def __init__(self, app: ASGIApp, closing: asyncio.Event) -> None:
        """Take the application; once `closing` is set, requests that only listen are told that the browser has gone."""
        self._app = app
        self._closing = closing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an allowed request on, answer any other at once."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        allowed = ALLOWED.get(scope.get("method", ""))
        if scope["type"] != "http" or allowed is None or not allowed.fullmatch(scope["path"]):
            await _refuse(scope, send, 404, b"not found")
            return
        length = dict(scope["headers"]).get(b"content-length", b"" if scope["method"] == "POST" else b"0")
        if not length.isdigit() or int(length) > MAX_BODY_BYTES:
            await _refuse(scope, send, 413, b"too large")
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *_HEADERS]}
            await send(message)

        async def receive_or_close() -> Message:
            # Every open page holds a stream that never ends by itself, and the server would wait for it.
            received, closed = asyncio.ensure_future(receive()), asyncio.ensure_future(self._closing.wait())
            both: set[asyncio.Future[Any]] = {received, closed}
            try:
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in both:
                    task.cancel()
            return {"type": "http.disconnect"} if self._closing.is_set() else received.result()

        listens = scope["method"] == "GET"
        await self._app(scope, receive_or_close if listens else receive, send_with_headers)


async def _refuse(scope: Scope, send: Send, status: int, reason: bytes) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": reason})
