"""Who may open which path: the one table that decides it. What no area covers is closed to everybody.

To put a page of one's own behind a login, add one `Area`. Nothing here looks at a request; `guard` does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from szai_qa.accounts.users import Role

_SESSION = r"[0-9a-z]{1,40}"
_ANY = re.compile(r"(/.*)?", re.DOTALL)
EVERYBODY: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class Area:
    """Paths below a prefix, and who may open them: some roles, or everybody.

    `paths` says by method what is open behind the prefix, as a pattern of the whole rest; a method that is not there
    is closed, but HEAD goes with GET. `closed` is taken out again. With `strict`, a request that changes something
    has to say that it comes from our own page; else it only must not come from another site.
    """

    prefix: str
    roles: frozenset[Role]
    paths: Mapping[str, re.Pattern[str]] = field(default_factory=lambda: {"GET": _ANY, "POST": _ANY})
    closed: re.Pattern[str] | None = None
    max_body_bytes: int = 200_000
    strict: bool = True

    def covers(self, method: str, path: str) -> bool:
        """Tell whether a request's method and path are this area's."""
        pattern = self.paths.get("GET" if method == "HEAD" else method)
        rest = path.removeprefix(self.prefix)
        if pattern is None or not path.startswith(self.prefix) or not pattern.fullmatch(rest):
            return False
        return self.closed is None or not self.closed.search(rest)


# What Gradio opens below each page of its own and no page of ours needs.
_GRADIO_EXTRAS = re.compile(
    r"/(openapi\.json|docs|redoc|monitoring\b|dev/|proxy=|component_server|process_recording|deep_link|runs\b|vibe)"
)

AREAS = (
    Area("/staff", frozenset({Role.STAFF, Role.ADMIN})),
    Area("/evaluate", frozenset({Role.EVALUATOR, Role.ADMIN}), closed=_GRADIO_EXTRAS, max_body_bytes=50_000_000),
    Area("/account", frozenset(Role)),
    Area(
        "",
        EVERYBODY,
        {
            "GET": re.compile(r"/login|/parts/[a-z]+\.(css|js)"),
            "POST": re.compile(r"/log(in|out)"),
        },
        max_body_bytes=10_000,
    ),
)
"""Behind the chat. Without accounts all of it is closed."""

CHAT = Area(
    "",
    EVERYBODY,
    {
        "GET": re.compile(
            r"/(healthz|theme\.css|favicon\.ico|robots\.txt|manifest\.json|a/[A-Za-z0-9_-]{22}(/receipt\.json)?"
            rf"|(assets|static)(/[\w-][\w.-]*)+|gradio_api/heartbeat/{_SESSION})?"
        ),
        "POST": re.compile(r"/gradio_api/run/predict/?"),
    },
    strict=False,
)
"""The public page. Gradio opens many more paths by itself."""


def area_of(method: str, path: str, with_accounts: bool = True) -> Area | None:
    """Return the area that a request falls into, None where it is closed to everybody."""
    areas = (*AREAS, CHAT) if with_accounts else (CHAT,)
    return next((area for area in areas if area.covers(method, path)), None)


def home_of(role: Role) -> str:
    """Return the page where a role's work begins."""
    return "/evaluate/" if role is Role.EVALUATOR else "/staff"
