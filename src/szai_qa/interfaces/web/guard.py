"""Lets a request through only as the table in `policy` says, as pure ASGI: before any page or Gradio sees it.

It also tells the browser to load nothing from other hosts, and not to let other sites frame a page.
"""

from __future__ import annotations

import asyncio
import json
import urllib.parse
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from szai_qa.errors import SzaiQaError
from szai_qa.interfaces.web.policy import Area, area_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from szai_qa.accounts.users import User

COOKIE = "szai_qa_session"
_SAFE = {"GET", "HEAD"}
# Gradio compiles its templates in the browser, hence 'unsafe-eval'; its page holds inline scripts and styles.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
)
_NO_STORE = (b"cache-control", b"no-store")


class Guard:
    """ASGI middleware: 404 where no area covers a request, 401 or 403 for who may not open it, 413 for a body too long.

    Whom a request of a protected area comes from stands in its state as `user`.
    """

    def __init__(
        self, app: ASGIApp, closing: asyncio.Event, user_of: Callable[[str | None], User | None] | None = None
    ) -> None:
        """Take the application; once `closing` is set, requests that only listen are told that the browser has gone.

        `user_of` returns whose session a cookie names; without it there are no accounts.
        """
        self._app = app
        self._closing = closing
        self._user_of = user_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an allowed request on, answer any other at once."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        area = None
        if scope["type"] == "http":
            area = area_of(scope["method"], scope["path"], self._user_of is not None)
        if area is None:
            await _refuse(scope, send, 404, "not found")
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        refusal = await self._refusal(scope, headers, area)
        if refusal:
            await _refuse(scope, send, *refusal)
            return
        await self._pass(scope, receive, send, private=bool(area.roles))

    async def _refusal(self, scope: Scope, headers: Mapping[str, str], area: Area) -> tuple[int, str] | None:
        """Return the status and the reason, or for 303 the place, that a request is turned away with."""
        method = scope["method"]
        if area.roles:
            try:
                user = await asyncio.to_thread(self._user, headers)
            except SzaiQaError as problem:
                return problem.http_status, json.dumps(problem.as_json(), ensure_ascii=False)
            if user is None or user.role not in area.roles:
                if method == "GET" and "text/html" in headers.get("accept", ""):
                    return 303, _login_address(scope)
                return (403, f"not for {user.role}") if user else (401, "log in first")
            scope.setdefault("state", {})["user"] = user
        if method not in _SAFE and not _is_from_here(headers, area.strict):
            return 403, "from another site"
        length = headers.get("content-length", "0" if method in _SAFE else "")
        if not (length.isascii() and length.isdigit()) or int(length) > area.max_body_bytes:
            return 413, "too large"
        return None

    def _user(self, headers: Mapping[str, str]) -> User | None:
        from starlette.requests import cookie_parser

        assert self._user_of is not None
        return self._user_of(cookie_parser(headers.get("cookie", "")).get(COOKIE))

    async def _pass(self, scope: Scope, receive: Receive, send: Send, private: bool) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in message["headers"]}
                ours = [pair for pair in (*_HEADERS, *([_NO_STORE] if private else [])) if pair[0] not in own]
                message = {**message, "headers": [*message["headers"], *ours]}
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


def _is_from_here(headers: Mapping[str, str], strict: bool) -> bool:
    """Tell whether a request comes from a page of ours; where the browser doesn't say, it does unless `strict`."""
    origin = headers.get("origin")
    if origin is not None:
        return urllib.parse.urlsplit(origin).netloc == headers.get("host", "") != ""
    site = headers.get("sec-fetch-site")
    return not strict if site is None else site == "same-origin"


def _login_address(scope: Scope) -> str:
    query = scope["query_string"].decode("latin-1")
    wanted = urllib.parse.quote(scope["path"]) + (f"?{query}" if query else "")
    return f"/login?next={urllib.parse.quote(wanted, safe='')}"


async def _refuse(scope: Scope, send: Send, status: int, reason: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    body = b"" if status == 303 else reason.encode()
    kind = b"application/json" if reason.startswith("{") else b"text/plain"
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), _NO_STORE]
    if status == 303:
        headers.append((b"location", reason.encode("ascii")))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
