"""What the desk's endpoints share: reading forms and JSON, answering with pages, files and errors, the language.

A page of the desk runs no script but its own files' and loads nothing from elsewhere.
"""

from __future__ import annotations

import functools
import hashlib
import json
import logging
import urllib.parse
from collections.abc import Callable, Coroutine, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from szai_qa.accounts.users import User
from szai_qa.errors import InputError, SzaiQaError
from szai_qa.interfaces.web.guard import COOKIE
from szai_qa.interfaces.web.markup import Html
from szai_qa.interfaces.web.words import DEFAULT_LANGUAGE, Words, languages, load_words

PARTS = {
    "tokens.css": ("", "text/css"),
    "desk.css": ("desk", "text/css"),
    "review.css": ("desk", "text/css"),
    "insight.css": ("desk", "text/css"),
    "base.js": ("", "text/javascript"),
    "desk.js": ("desk", "text/javascript"),
    "review.js": ("desk", "text/javascript"),
    "picking.js": ("desk", "text/javascript"),
    "evaluate.css": ("evaluate", "text/css"),
    "evaluate.js": ("evaluate", "text/javascript"),
}
"""The files that pages load, by name: where they lie, what they are."""

LANGUAGE_COOKIE = "szai_qa_language"
_YEAR_S = 365 * 24 * 3600
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

log = logging.getLogger(__name__)
Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]


@lru_cache
def part(name: str) -> bytes:
    """Return one of the files that pages load."""
    folder = files("szai_qa.interfaces.web")
    return folder.joinpath(PARTS[name][0], name).read_bytes()


@lru_cache
def part_address(name: str) -> str:
    """Return the address of a file that pages load; it changes with the content."""
    return f"/parts/{name}?v={hashlib.sha256(part(name)).hexdigest()[:12]}"


async def serve_part(request: Request) -> Response:
    """Answer with a file that pages load."""
    name = request.path_params["name"]
    if name not in PARTS:
        return Response("not found", 404)
    headers = {"cache-control": f"public, max-age={_YEAR_S}, immutable"}
    return Response(part(name), media_type=PARTS[name][1], headers=headers)


def language_of(request: Request) -> str:
    """Return the language that the address, else the browser's cookie asks for, else the default one."""
    for wanted in (request.query_params.get("language"), request.cookies.get(LANGUAGE_COOKIE)):
        if wanted in languages():
            return str(wanted)
    return DEFAULT_LANGUAGE


def words_of(request: Request) -> Words:
    """Return the desk's words in the request's language."""
    return load_words(language_of(request), "desk")


def user_of(request: Request) -> User:
    """Return who asks; the guard lets nobody through who is not logged in."""
    user: User = request.state.user
    return user


def page(request: Request, html: Html, status: int = 200, *, frames: bool = False) -> Response:
    """Answer with a page; a language chosen in the address is kept. `frames`: it may show other pages of ours."""
    policy = f"{_POLICY}; frame-src 'self'" if frames else _POLICY
    response = HTMLResponse(html, status, headers={"content-security-policy": policy, "cache-control": "no-store"})
    if request.query_params.get("language") in languages():
        response.set_cookie(LANGUAGE_COOKIE, language_of(request), max_age=_YEAR_S, samesite="strict", httponly=True)
    return response


def log_in_cookie(request: Request, response: Response, value: str, lifetime_s: int) -> None:
    """Let the browser keep a session's cookie; an empty one takes it away."""
    options: dict[str, Any] = {"httponly": True, "samesite": "strict", "secure": request.url.scheme == "https"}
    if value:
        response.set_cookie(COOKIE, value, max_age=lifetime_s, **options)
    else:
        response.delete_cookie(COOKIE, **options)


def go(address: str) -> Response:
    """Send the browser to another page of ours, to be fetched anew."""
    return RedirectResponse(address, 303)


async def form_of(request: Request) -> Mapping[str, str]:
    """Return the fields of a form; the guard limits its length."""
    text = (await request.body()).decode("utf-8", "replace")
    return dict(urllib.parse.parse_qsl(text, keep_blank_values=True))


def json_object(body: bytes) -> Mapping[str, Any]:
    """Return the JSON object that was sent.

    Raises:
        InputError: it is none.
    """
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as problem:
        raise InputError("This is no JSON.") from problem
    if not isinstance(value, dict):
        raise InputError("This is no JSON object.")
    return value


def text_in(value: Mapping[str, Any], name: str) -> str:
    """Return a text of a JSON object that was sent, empty where it has none.

    Raises:
        InputError: it is no text, or one that no database stores.
    """
    text = value.get(name, "")
    if not isinstance(text, str) or any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text):
        raise InputError(f"{name} is no text.")
    return text


def in_thread(work: Callable[[Request], Response]) -> Endpoint:
    """Return an endpoint that does its work, which may wait for the database, in a thread of its own."""

    @functools.wraps(work)
    async def endpoint(request: Request) -> Response:
        return await answering(work, request)

    return endpoint


async def answering(work: Callable[..., Response], request: Request, *more: Any) -> Response:  # noqa: ANN401
    """Do work in a thread; an error that was raised on purpose becomes a page, or its JSON shape for a script."""
    try:
        return await run_in_threadpool(work, request, *more)
    except SzaiQaError as problem:
        if "text/html" not in request.headers.get("accept", ""):
            return JSONResponse(problem.as_json(), problem.http_status)
        from szai_qa.interfaces.web.desk.frame import failure_page

        log.exception("A page of the desk failed")
        return page(request, failure_page(words_of(request), str(problem)), problem.http_status)
