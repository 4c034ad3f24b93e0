"""Logging in and out, and the page of one's own account. A wrong name and a wrong password look the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from szai_qa.accounts.passwords import MAX_CHARS, MIN_CHARS
from szai_qa.accounts.users import User, recognise, set_password
from szai_qa.errors import InputError
from szai_qa.interfaces.web.desk import http
from szai_qa.interfaces.web.desk.frame import document, header, may_open
from szai_qa.interfaces.web.desk.office import Office
from szai_qa.interfaces.web.guard import COOKIE
from szai_qa.interfaces.web.markup import Html, icon, tag
from szai_qa.interfaces.web.policy import home_of
from szai_qa.interfaces.web.words import Words
from szai_qa.journal.trail import log_action

# Why a page of login is shown; the address may name them, so that each is one of these.
REASONS = ("ended", "needed", "out")


class Login:
    """The endpoints of logging in and out."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def routes(self) -> Sequence[Route]:
        """Return them with their paths."""
        return (
            Route("/login", http.in_thread(self.show), methods=["GET"]),
            Route("/login", self.log_in, methods=["POST"]),
            Route("/logout", self.log_out, methods=["POST"]),
            Route("/account", http.in_thread(self.account), methods=["GET"]),
            Route("/account", self.change, methods=["POST"]),
        )

    def show(self, request: Request) -> Response:
        """Show the form; who is logged in already goes on to the page that was wanted, if it is open to the role."""
        wanted = request.query_params.get("next", "")
        user = self._office.user_of(request.cookies.get(COOKIE))
        if user and (address := _allowed(wanted, user) or ("" if wanted else home_of(user.role))):
            return http.go(address)
        words = http.words_of(request)
        reason = request.query_params.get("why", "needed" if wanted else "")
        notice = words(f"login.{reason}") if reason in REASONS else ""
        if user:
            notice = words("login.other", name=user.name)
        return http.page(request, _login_page(words, wanted, notice=notice, query=dict(request.query_params)))

    async def log_in(self, request: Request) -> Response:
        """Begin a session, or say what is wrong."""
        return await http.answering(self._log_in, request, await http.form_of(request))

    def _log_in(self, request: Request, form: Mapping[str, str]) -> Response:
        name, wanted, words = form.get("name", "").strip(), form.get("next", ""), http.words_of(request)
        minutes = self._office.tries.minutes_to_wait(name, request.client.host if request.client else "")
        if minutes:
            fault = words("login.locked", m=minutes)
            return http.page(request, _login_page(words, wanted, name=name, fault=fault), 429)
        user = recognise(self._office.database, name, form.get("password", ""))
        if user is None:
            return http.page(request, _login_page(words, wanted, name=name, fault=words("login.bad")), 403)
        self._office.tries.forget(name)
        response = http.go(_allowed(wanted, user) or home_of(user.role))
        sessions = self._office.sessions
        http.log_in_cookie(request, response, sessions.begin(user), sessions.lifetime_s)
        return response

    async def log_out(self, request: Request) -> Response:
        """End this session, or all of the user's."""
        return await http.answering(self._log_out, request, await http.form_of(request))

    def _log_out(self, request: Request, form: Mapping[str, str]) -> Response:
        cookie = request.cookies.get(COOKIE)
        user = self._office.user_of(cookie)
        if user and form.get("everywhere"):
            self._office.sessions.end_all(user)
        self._office.sessions.end(cookie)
        response = http.go("/login?why=out")
        http.log_in_cookie(request, response, "", 0)
        return response

    def account(self, request: Request) -> Response:
        """Show the page of one's own account."""
        return http.page(request, _account_page(http.words_of(request), http.user_of(request)))

    async def change(self, request: Request) -> Response:
        """Change one's own password, which ends all of one's sessions."""
        return await http.answering(self._change, request, await http.form_of(request))

    def _change(self, request: Request, form: Mapping[str, str]) -> Response:
        user, words, database = http.user_of(request), http.words_of(request), self._office.database
        minutes = self._office.tries.minutes_to_wait(user.name, request.client.host if request.client else "")
        if minutes:
            return http.page(request, _account_page(words, user, words("login.locked", m=minutes)), 429)
        if recognise(database, user.name, form.get("old", "")) is None:
            return http.page(request, _account_page(words, user, words("account.wrong")), 403)
        try:
            set_password(database, user.name, form.get("new", ""))
        except InputError:
            fault = words("account.short", n=MIN_CHARS, m=MAX_CHARS)
            return http.page(request, _account_page(words, user, fault), 400)
        log_action(database, user.name, "password changed", f"user:{user.name}", {"name": user.name})
        response = http.go("/login?why=out")
        http.log_in_cookie(request, response, "", 0)
        return response


def _allowed(wanted: str, user: User) -> str:
    """Return the address that was wanted if it is a page of ours which the user may open, else nothing."""
    parts = urlsplit(wanted)
    ours = wanted.startswith("/") and not wanted.startswith("//") and not parts.netloc and "\\" not in wanted
    return wanted if ours and may_open(user.role, parts.path) else ""


def _field(name: str, label: str, kind: str, value: str = "", hint: str = "on") -> Html:
    return tag(
        "p",
        tag("label", label, for_=name),
        tag(
            "input", id=name, name=name, type=kind, value=value or None, autocomplete=hint, required=True, maxlength=200
        ),
        class_="field",
    )


def _fault(text: str) -> Html | None:
    return tag("p", icon("warning"), text, class_="fault", role="alert") if text else None


def _login_page(
    words: Words,
    wanted: str,
    name: str = "",
    fault: str = "",
    notice: str = "",
    query: Mapping[str, str] | None = None,
) -> Html:
    form = tag(
        "form",
        tag("h1", words("login.title")),
        tag("p", notice, class_="notice") if notice else None,
        _fault(fault),
        _field("name", words("login.name"), "text", name, "username"),
        _field("password", words("login.password"), "password", hint="current-password"),
        tag("input", type="hidden", name="next", value=wanted),
        tag("button", words("login.button"), class_="button primary"),
        tag("p", tag("a", words("login.public"), href="/"), class_="aside"),
        method="post",
        action="/login",
        class_="card",
    )
    main = tag("main", form, id="main", class_="narrow")
    return document(words, words("login.title"), main, header=header(words, None, "", query))


def _account_page(words: Words, user: User, fault: str = "") -> Html:
    password = tag(
        "form",
        tag("h2", words("account.password")),
        _fault(fault),
        _field("old", words("account.old"), "password", hint="current-password"),
        _field("new", words("account.new", n=MIN_CHARS), "password", hint="new-password"),
        tag("button", words("account.change"), class_="button primary"),
        method="post",
        action="/account",
        class_="card",
    )
    everywhere = tag(
        "form",
        tag("input", type="hidden", name="everywhere", value="1"),
        tag("button", words("logout.all"), class_="button"),
        method="post",
        action="/logout",
        class_="card",
    )
    main = tag(
        "main",
        tag("h1", words("account.title")),
        tag("p", words("account.you", name=user.name, role=words(f"role.{user.role}"))),
        password,
        everywhere,
        id="main",
        class_="narrow",
    )
    return document(words, words("account.title"), main, header=header(words, user, "account"))
