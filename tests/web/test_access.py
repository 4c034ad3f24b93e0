"""Who gets in where: every route of the application, Gradio's own included, for everybody who should get nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Mount

from szai_qa.accounts.sessions import Sessions
from szai_qa.accounts.tables import sessions as sessions_table
from szai_qa.accounts.users import Role, User
from szai_qa.interfaces.web.guard import COOKIE
from szai_qa.interfaces.web.policy import AREAS, area_of

from .desk import OURS, Desk
from .fakes import COMPANIES
from .test_web_app import Client

SECRET = "只有登录才看得到的问题？"
# All that is open without a login. Whoever adds to it adds it here too.
OPEN = {
    ("GET", "/"),
    ("GET", "/a/x{22}"),
    ("GET", "/a/x{22}/receipt.json"),
    ("GET", "/assets/x"),
    ("GET", "/static/x"),
    ("GET", "/favicon.ico"),
    ("GET", "/healthz"),
    ("GET", "/login"),
    ("GET", "/manifest.json"),
    ("GET", "/robots.txt"),
    ("GET", "/theme.css"),
    ("GET", "/gradio_api/heartbeat/x"),
    ("POST", "/gradio_api/run/predict"),
    ("POST", "/gradio_api/run/predict/"),
    ("POST", "/login"),
    ("POST", "/logout"),
    ("GET", "/parts/desk.css"),
}
SAMPLES = {"public_id": "x" * 22, "name": "desk.css", "api_name": "predict"}


def routes_of(router: Any, prefix: str = "") -> Iterator[tuple[str, str]]:  # noqa: ANN401
    """Give method and path of every route, mounted applications included, with something for each parameter."""
    for route in router.routes:
        if isinstance(route, Mount):
            yield from routes_of(route.app, prefix + route.path)
            continue
        if hasattr(route, "original_router"):  # how FastAPI keeps a router that was included
            yield from routes_of(route.original_router, prefix + route.include_context.prefix)
            continue
        path = re.sub(r"\{(\w+)(:\w+)?\}", lambda m: SAMPLES.get(m[1], "x"), prefix + route.path)
        for method in getattr(route, "methods", None) or ["GET"]:
            if method not in {"HEAD", "OPTIONS"}:
                yield method, path.replace("x" * 22, "x{22}")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    desk = Desk(Path(tmp_path_factory.mktemp("desk")))
    answer = desk.assistant.ask(COMPANIES)
    desk.put(type(answer)(SECRET, answer.quotes, None, 0.9))
    for role in Role:
        desk.hire(role.value, role)
    yield desk
    desk.close()


@pytest.fixture(scope="module")
def client(desk: Desk) -> Client:
    client = desk.client()
    if not any(isinstance(route, Mount) and route.path == "/evaluate" for route in client.app.routes):
        _mount_a_page_with_a_queue(client.app)
    return client


def _mount_a_page_with_a_queue(app: Any) -> None:  # noqa: ANN401
    import asyncio

    import gradio as gr

    async def mount() -> None:
        with gr.Blocks(analytics_enabled=False) as page:
            box = gr.Textbox()
            gr.Button().click(lambda text: SECRET, box, box)
        gr.mount_gradio_app(app, page, path="/evaluate", ssr_mode=False)

    asyncio.run(mount())
    app.router.routes.insert(0, app.router.routes.pop())


@pytest.fixture(scope="module")
def routes(client: Client) -> set[tuple[str, str]]:
    return set(routes_of(client.app))


def user(role: Role) -> User:
    return User(role.value, role)


def got_nothing(client: Client, method: str, path: str, headers: dict[str, str]) -> bool:
    status, sent, body = client(method, path.replace("x{22}", "x" * 22), b"{}" if method == "POST" else b"", **headers)
    assert SECRET.encode() not in body
    assert COOKIE not in sent.get("set-cookie", "")
    refused = status in {401, 403, 404} and len(body) < 40
    return refused or (status == 303 and sent["location"].startswith("/login?next=") and body == b"")


def guarded(routes: set[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(route for route in routes if route not in OPEN)


def test_the_walk_finds_our_pages_and_gradios_own_paths(routes: set[tuple[str, str]]) -> None:
    assert {
        ("GET", "/staff"),
        ("POST", "/staff/verdict"),
        ("GET", "/staff/export/desk.css"),
        ("POST", "/gradio_api/queue/join"),
        ("GET", "/gradio_api/queue/data"),
        ("POST", "/evaluate/gradio_api/queue/join"),
        ("GET", "/evaluate/gradio_api/queue/data"),
        ("POST", "/evaluate/gradio_api/run/predict"),
        ("POST", "/evaluate/gradio_api/upload"),
        ("GET", "/evaluate/config"),
    } <= routes
    assert routes >= OPEN
    assert len(routes) > 100


def test_every_route_of_our_own_has_a_policy(client: Client) -> None:
    own = [route for route in client.app.routes if not isinstance(route, Mount)]
    for route in own:
        path = re.sub(r"\{(\w+)(:\w+)?\}", lambda m: SAMPLES.get(m[1], "x"), route.path)
        for method in route.methods or ():
            assert area_of(method, path), f"{method} {path} has no area in the policy: nobody can open it"


def test_only_what_is_listed_is_open_to_everybody(routes: set[tuple[str, str]]) -> None:
    for method, path in guarded(routes):
        area = area_of(method, path.replace("x{22}", "x" * 22))
        assert area is None or area.roles, f"{method} {path} is open to everybody and not listed"


@pytest.mark.parametrize("accept", ["*/*", "text/html"])
def test_who_is_not_logged_in_gets_nothing(client: Client, routes: set[tuple[str, str]], accept: str) -> None:
    for method, path in guarded(routes):
        assert got_nothing(client, method, path, {**OURS, "accept": accept}), (method, path)


@pytest.mark.parametrize("role", Role)
def test_the_wrong_role_gets_nothing(client: Client, desk: Desk, routes: set[tuple[str, str]], role: Role) -> None:
    cookie, denied = desk.cookie(user(role)), 0
    for method, path in guarded(routes):
        area = area_of(method, path)
        if area is None or role not in area.roles:
            denied += area is not None
            assert got_nothing(client, method, path, {**OURS, **cookie}), (method, path)
    assert denied > 5 or role is Role.ADMIN


def _forged(desk: Desk) -> Iterator[str]:
    real = desk.office.sessions.begin(user(Role.ADMIN))
    yield real[:5] + ("A" if real[5] != "A" else "B") + real[6:]
    yield real[:-1]
    yield real.split(".")[0]
    yield Sessions(desk.database, "another key").begin(user(Role.ADMIN))
    yield "admin"


def test_a_forged_cookie_gets_nothing(client: Client, desk: Desk, routes: set[tuple[str, str]]) -> None:
    for cookie in _forged(desk):
        for method, path in guarded(routes):
            assert got_nothing(client, method, path, {**OURS, "cookie": f"{COOKIE}={cookie}"}), (method, path, cookie)


def test_an_expired_cookie_gets_nothing(client: Client, desk: Desk, routes: set[tuple[str, str]]) -> None:
    cookie = desk.cookie(user(Role.ADMIN))
    assert client("GET", "/staff", **cookie)[0] == 200
    with desk.database.writing() as connection:
        connection.execute(sessions_table.update().values(expires=1))
    for method, path in guarded(routes):
        assert got_nothing(client, method, path, {**OURS, **cookie}), (method, path)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:8000"},
        {"origin": "http://localhost.evil.example"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {},
    ],
)
def test_another_sites_form_changes_nothing(
    client: Client, desk: Desk, routes: set[tuple[str, str]], headers: dict[str, str]
) -> None:
    cookie = desk.cookie(user(Role.ADMIN))
    changing = [(method, path) for method, path in guarded(routes) if method != "GET"]
    assert len(changing) > 5
    for method, path in [*changing, ("POST", "/login"), ("POST", "/logout")]:
        assert got_nothing(client, method, path, {**headers, **cookie}), (method, path)
    assert client("GET", "/staff", **cookie)[0] == 200, "the session was not ended by another site"


def test_another_site_can_ask_no_question_in_a_readers_name(client: Client) -> None:
    assert client("POST", "/gradio_api/run/predict", b"{}", origin="https://evil.example")[0] == 403


@pytest.mark.parametrize(
    "path",
    [
        "//staff",
        "/staff/../staff/x",
        "/STAFF",
        "/%2e/staff",
        "/a/../staff",
        "/staffx",
        "/evaluate/../config",
        "/./staff",
    ],
)
def test_a_path_written_otherwise_leads_nowhere(client: Client, path: str) -> None:
    assert got_nothing(client, "GET", path, {})


@pytest.mark.parametrize("role", Role)
def test_the_right_role_gets_in(client: Client, desk: Desk, role: Role) -> None:
    cookie = desk.cookie(user(role))
    opened = {path for path in ("/staff", "/staff/insight", "/account") if client("GET", path, **cookie)[0] == 200}
    assert opened == ({"/account"} if role is Role.EVALUATOR else {"/staff", "/staff/insight", "/account"})
    status = client("GET", "/evaluate/config", **cookie)[0]
    assert (status == 200) is (role is not Role.STAFF)


def test_what_gradio_opens_and_no_page_needs_is_closed_for_its_users_too(client: Client, desk: Desk) -> None:
    cookie = desk.cookie(user(Role.ADMIN))
    for path in ("openapi.json", "gradio_api/openapi.json", "gradio_api/proxy=http://x", "gradio_api/dev/reload"):
        assert client("GET", f"/evaluate/{path}", **cookie)[0] == 404, path


def test_without_accounts_everything_behind_the_chat_is_closed() -> None:
    for area in AREAS:
        assert area_of("GET", area.prefix or "/login", with_accounts=False) is None


def test_a_journal_that_fails_lets_nobody_in_and_says_so(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    cookie, client = desk.cookie(desk.hire()), desk.client()
    with desk.database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE sessions RENAME TO elsewhere")
    status, _, body = client("GET", "/staff", **cookie)
    assert status == 503
    assert b'"code": "journal"' in body
    desk.close()
