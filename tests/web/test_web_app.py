"""The application over ASGI: health, open and closed paths, other sites; and the server's start."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import socket
import threading
import time
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from szai_qa.errors import InputError, NotFoundError
from szai_qa.interfaces.web.app import serve

from .fakes import COMPANIES, FakeAssistant
from .serving import create_quietly

CLOSED = (
    "/docs",
    "/openapi.json",
    "/gradio_api/openapi.json",
    "/gradio_api/info",
    "/gradio_api/file=/etc/passwd",
    "/gradio_api/proxy=http://example.org",
    "/gradio_api/queue/data",
    "/gradio_api/upload",
    "/gradio_api/deep_link",
    "/gradio_api/dev/reload",
    "/gradio_api/component_server",
    "/gradio_api/cancel",
    "/gradio_api/app_id",
    "/gradio_api/runs",
    "/config",
    "/monitoring",
    "/login",
    "/assets/../../../etc/passwd",
)


class Client:
    """Sends requests to an ASGI application in its own event loop, lifespan included."""

    def __init__(self, app: Any) -> None:  # noqa: ANN401
        self.app = app
        self.scheme = "http"

    def __call__(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, str], bytes]:
        return asyncio.run(self._request(method, path, body, headers))

    async def _request(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        sent: list[dict[str, Any]] = []
        raw = [(b"host", b"localhost"), (b"content-length", str(len(body)).encode())]
        raw += [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        scope = {
            "type": "http",
            "method": method,
            "path": path.partition("?")[0],
            "raw_path": path.encode(),
            "query_string": path.encode().partition(b"?")[2],
            "root_path": "",
            "scheme": self.scheme,
            "server": ("localhost", 80),
            "client": ("127.0.0.1", 1),
            "headers": raw,
            "http_version": "1.1",
        }
        messages = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            if messages:
                return messages.pop()
            await asyncio.sleep(3600)
            raise AssertionError

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return sent[0]["status"], found, b"".join(message.get("body", b"") for message in sent[1:])


@pytest.fixture(scope="module")
def client() -> Client:
    return Client(create_quietly(FakeAssistant))


def test_the_page_is_served_with_a_policy_against_other_hosts(client: Client) -> None:
    status, headers, body = client("GET", "/")
    assert status == 200
    assert b"gradio-app" in body
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_the_page_does_not_need_is_closed(client: Client, method: str, path: str) -> None:
    assert client(method, path)[0] == 404


def test_a_body_that_no_question_needs_is_turned_away(client: Client) -> None:
    assert client("POST", "/gradio_api/run/predict", b"x" * 300_000)[0] == 413


def test_a_body_of_unknown_length_is_turned_away(client: Client) -> None:
    assert client("POST", "/gradio_api/run/predict", b"{}", content_length="many")[0] == 413


def test_the_icon_is_well_formed(client: Client) -> None:
    status, headers, body = client("GET", "/favicon.ico")
    assert (status, headers["content-type"]) == (200, "image/svg+xml")
    assert ElementTree.fromstring(body).tag.endswith("svg")


def test_another_site_is_not_allowed_to_read_answers(client: Client) -> None:
    _, headers, _ = client("GET", "/", origin="https://evil.example")
    assert not [name for name in headers if name.startswith("access-control")]


def test_health_says_503_until_the_assistant_is_loaded_then_200() -> None:
    go_on = threading.Event()

    def load() -> FakeAssistant:
        go_on.wait(5)
        return FakeAssistant()

    app = create_quietly(load)
    assert asyncio.run(_health_over_time(app, go_on)) == [503, 200]


async def _health_over_time(app: Any, go_on: threading.Event) -> list[int]:  # noqa: ANN401
    ask = Client(app)._request
    async with app.router.lifespan_context(app):
        before, _, body = await ask("GET", "/healthz", b"", {})
        assert b'"code":"starting"' in body
        go_on.set()
        for _ in range(100):
            after, _, body = await ask("GET", "/healthz", b"", {})
            if after == 200:
                break
            await asyncio.sleep(0.02)
    return [before, after]


def test_whatever_a_client_sends_gets_a_turn() -> None:
    app = create_quietly(FakeAssistant)
    events: list[Any] = [
        {"question": COMPANIES},
        {"question": "问" * 10_000},
        {"question": "\ud800<b>\x00"},
        {"question": ["x"], "shown": "many"},
        {},
        None,
        "text",
    ]
    views = asyncio.run(_talks(app, events))
    assert "2200余家" in views[0]
    assert "太长了，请删去 9800 字" in views[1]
    assert "\ufffd&lt;b&gt;\ufffd" in views[2]
    assert all("没看懂这个问题" in view for view in views[3:])


async def _talks(app: Any, events: list[Any]) -> list[str]:  # noqa: ANN401
    """Send each event in a session of its own and return the conversation that comes back."""
    request = Client(app)._request
    views = []
    async with app.router.lifespan_context(app):
        page = (await request("GET", "/", b"", {}))[2].decode()
        config, _ = json.JSONDecoder().raw_decode(page.partition("window.gradio_config = ")[2])
        index = next(d["id"] for d in config["dependencies"] if d["targets"][0][1] == "ask")
        while (await request("GET", "/healthz", b"", {}))[0] != 200:
            await asyncio.sleep(0.02)
        for number, event in enumerate(events):
            body = {"data": [None], "event_data": event, "fn_index": index, "session_hash": f"s{number}"}
            status, _, answer = await request(
                "POST", "/gradio_api/run/predict", json.dumps(body).encode(), {"content_type": "application/json"}
            )
            assert status == 200, (event, answer)
            views.append(json.loads(answer)["data"][1])
    return views


def test_a_port_in_use_is_an_error_that_says_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match="--port"):
            serve(FakeAssistant, "127.0.0.1", port)


def test_the_server_tells_its_address_when_it_is_ready_and_stops_on_ctrl_c() -> None:
    addresses = []

    def stop(address: str) -> None:
        addresses.append(address)
        signal.raise_signal(signal.SIGINT)

    serve(FakeAssistant, "127.0.0.1", 0, on_ready=stop)
    assert re.fullmatch(r"http://127\.0\.0\.1:[0-9]+/", addresses[0])


def test_the_server_stops_at_once_although_a_page_is_open(caplog: pytest.LogCaptureFixture) -> None:
    def stop(address: str) -> None:
        host, port = urlsplit(address).hostname, urlsplit(address).port
        stream = socket.create_connection((host, port))
        open_streams.append(stream)
        stream.sendall(b"GET /gradio_api/heartbeat/abc HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"200 OK" in stream.recv(1000)
        began.append(time.monotonic())
        signal.raise_signal(signal.SIGINT)

    open_streams: list[socket.socket] = []
    began: list[float] = []
    serve(FakeAssistant, "127.0.0.1", 0, on_ready=stop)
    took = time.monotonic() - began[0]
    open_streams[0].close()
    assert took < 2
    assert not caplog.records


def test_a_port_that_there_is_not_is_an_error() -> None:
    with pytest.raises(InputError, match="65535"):
        serve(FakeAssistant, "127.0.0.1", 99_999)


def test_an_unknown_host_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(InputError, match="--host"):
        serve(FakeAssistant, "no such host", 7861)


def test_the_server_stops_with_the_error_of_an_assistant_that_does_not_load() -> None:
    def load() -> FakeAssistant:
        raise NotFoundError("No index in /nowhere.", "Build it: szai-qa index build")

    with pytest.raises(NotFoundError, match="index build"):
        serve(load, "127.0.0.1", 0)
