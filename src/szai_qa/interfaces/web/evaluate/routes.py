"""The endpoints of the evaluation page. Each calls the workbench, and answers with a page, a card, or a file.

Reports are shown in a sandbox: whatever stands in a test set, its report can do nothing on this site.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from szai_qa.errors import InputError, NotFoundError, SzaiQaError
from szai_qa.evaluation.folder import REPORT, TABLE
from szai_qa.evaluation.html.render import REPORT_HTML
from szai_qa.interfaces.web.desk import http
from szai_qa.interfaces.web.desk.frame import document, header
from szai_qa.interfaces.web.evaluate import render, render_dial, render_past
from szai_qa.interfaces.web.evaluate.jobs import ACTIVE, Job, Status
from szai_qa.interfaces.web.evaluate.preview import problems_csv
from szai_qa.interfaces.web.evaluate.problem_words import problem_in
from szai_qa.interfaces.web.markup import Html
from szai_qa.interfaces.web.words import Words, load_words

if TYPE_CHECKING:
    from fastapi import FastAPI

    from szai_qa.interfaces.web.evaluate.workbench import Workbench

_SANDBOX = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    "frame-ancestors 'self'; sandbox allow-scripts"
)
_FILES = {REPORT_HTML: "text/html", REPORT: "application/json", TABLE: "text/csv"}
PARTS = ("evaluate.css", "evaluate.js")


class Evaluate:
    """The endpoints."""

    def __init__(self, workbench: Workbench) -> None:
        self._bench = workbench

    def routes(self) -> Sequence[Route]:
        """Return them with their paths."""
        gets = {
            "/evaluate": self.show,
            "/evaluate/": self.show,
            "/evaluate/cards": self.cards,
            "/evaluate/compare": self.compare,
            "/evaluate/compare.html": self.compared,
            "/evaluate/jobs/{job}": self.report,
            "/evaluate/jobs/{job}/{name}": self.file,
        }
        return (
            *(Route(path, http.in_thread(work), methods=["GET"]) for path, work in gets.items()),
            Route("/evaluate/sets", self.upload, methods=["POST"]),
            Route("/evaluate/jobs/{job}/{action}", self.act, methods=["POST"]),
            Route("/evaluate/dial", self.apply, methods=["POST"]),
        )

    def show(self, request: Request) -> Response:
        """Show the page."""
        words = _words(request)
        cards = {"set": self._set_card(words), **self._other_cards(words, None)}
        return _page(request, words, words("eval.title"), render.render_page(words, cards))

    def cards(self, request: Request) -> Response:
        """Answer with the cards as they are now, for the page's script; `risk` (percent) adds a row to the dial."""
        words, wanted = _words(request), request.query_params.get("risk")
        jobs = self._bench.store.all()
        return JSONResponse(
            {
                "cards": self._other_cards(words, _share(wanted) if wanted else None),
                "active": any(job.status in ACTIVE for job in jobs),
                "done": {job.id: words("eval.done", f=job.name) for job in jobs if job.status is Status.DONE},
            }
        )

    async def upload(self, request: Request) -> Response:
        """Take a set, sent as it is with its name in the address; answer with its card."""
        try:
            await self._bench.upload(request.query_params.get("name", ""), request.stream())
            return JSONResponse({"card": await run_in_threadpool(self._set_card, _words(request))})
        except SzaiQaError as problem:
            return JSONResponse(problem.as_json(), problem.http_status)

    async def act(self, request: Request) -> Response:
        """Start, stop, resume or remove a job."""
        body = await request.body()

        def work(_: Request) -> Response:
            job_id, action = request.path_params["job"], request.path_params["action"]
            if action == "start":
                self._bench.start(job_id, skip_invalid=http.json_object(body or b"{}").get("skip") is True)
            elif action == "stop":
                self._bench.stop(job_id)
            elif action == "resume":
                self._bench.resume(job_id)
            elif action == "remove":
                self._bench.store.remove(job_id)
            else:
                raise NotFoundError(f"Nothing is called {action[:20]!r}.")
            return JSONResponse({"card": self._set_card(_words(request))})

        return await http.answering(work, request)

    async def apply(self, request: Request) -> Response:
        """Put a promise in force."""
        body = await request.body()

        def work(_: Request) -> Response:
            value = http.json_object(body)
            who = http.user_of(request).name
            self._bench.apply(http.text_in(value, "job"), _share(http.text_in(value, "risk")), who)
            return JSONResponse({})

        return await http.answering(work, request)

    def report(self, request: Request) -> Response:
        """Show a job's report in its frame."""
        words, job = _words(request), self._bench.store.get(request.path_params["job"])
        self._bench.report(job)
        base = f"/evaluate/jobs/{job.id}"
        files = (
            (words("eval.download"), f"{base}/{REPORT_HTML}?download"),
            ("JSON", f"{base}/{REPORT}?download"),
            ("CSV", f"{base}/{TABLE}?download"),
        )
        title = f"{words('eval.report.title')} · {job.name}"
        return _page(request, words, title, render_dial.render_framed(words, title, f"{base}/{REPORT_HTML}", files))

    def file(self, request: Request) -> Response:
        """Answer with one of a job's files."""
        job, name = self._bench.store.get(request.path_params["job"]), request.path_params["name"]
        if name == "problems.csv":
            language = http.language_of(request)
            problems = self._bench.store.preview(job)["problems"]
            content = problems_csv(problem_in(problem, language) for problem in problems)
            return Response(content, media_type="text/csv", headers=_attached(job, name))
        path = self._bench.store.run_folder(job).path / name
        if name not in _FILES or not path.is_file():
            raise NotFoundError(f"The evaluation has no {name[:40]}.", "Let it come to its end.")
        headers = {"content-security-policy": _SANDBOX}
        if "download" in request.query_params:
            headers |= _attached(job, name)
        return Response(path.read_bytes(), media_type=_FILES[name], headers=headers)

    def compare(self, request: Request) -> Response:
        """Show two jobs compared, or say why they can't be."""
        words, (first, second) = _words(request), _pair(request)
        title = words("eval.compare.title")
        differs = self._bench.same_set(first, second)
        if differs:
            return _page(request, words, title, render_dial.render_refused_comparison(words, differs))
        address = f"/evaluate/compare.html?a={first}&b={second}"
        files = ((words("eval.download"), f"{address}&download"),)
        return _page(request, words, title, render_dial.render_framed(words, title, address, files))

    def compared(self, request: Request) -> Response:
        """Answer with the comparison that stands in the frame."""
        content = self._bench.comparison(*_pair(request))
        headers = {"content-security-policy": _SANDBOX}
        if "download" in request.query_params:
            headers["content-disposition"] = 'attachment; filename="compare.html"'
        return Response(content, media_type="text/html", headers=headers)

    def _set_card(self, words: Words) -> Html:
        jobs = self._bench.store.all()
        ready = next((job for job in jobs if job.status is Status.READY), None)
        preview = self._bench.store.preview(ready) if ready else {}
        return render.render_set(words, ready, preview, sum(job.status in ACTIVE for job in jobs))

    def _other_cards(self, words: Words, custom: float | None) -> dict[str, Html]:
        jobs = self._bench.store.all()
        return {
            "running": render.render_running(words, jobs),
            "dial": render_dial.render_dial(words, self._bench.dial(custom)),
            "past": render_past.render_past(words, jobs, self._bench.summaries(jobs)),
        }


def add_evaluate(app: FastAPI, workbench: Workbench) -> None:
    """Add the page's routes; before the chat, which takes all that is left. `policy` says who may open them."""
    app.router.routes.extend(Evaluate(workbench).routes())


def _words(request: Request) -> Words:
    return load_words(http.language_of(request), "evaluate")


def _page(request: Request, words: Words, title: str, main: Html) -> Response:
    top = header(words, http.user_of(request), "evaluate", dict(request.query_params))
    return http.page(request, document(words, title, main, header=top, parts=PARTS), frames=True)


def _share(percent: str) -> float:
    try:
        return float(percent) / 100
    except ValueError as problem:
        raise InputError(f"{percent[:20]!r} is no number.", "Write percent, such as 5.") from problem


def _pair(request: Request) -> tuple[str, str]:
    return request.query_params.get("a", ""), request.query_params.get("b", "")


def _attached(job: Job, name: str) -> dict[str, str]:
    stem = job.name.rpartition(".")[0]
    return {"content-disposition": f"attachment; filename*=UTF-8''{urllib.parse.quote(f'{stem}-{name}')}"}
