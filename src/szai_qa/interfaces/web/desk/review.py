"""The review page: the queue, one answer, its article; taking verdicts and taking them back.

Reading is one GET that shows everything; the script fetches the same page and takes from it what has changed.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from szai_qa.accounts.users import User
from szai_qa.errors import InputError, NotFoundError, ProofError
from szai_qa.interfaces.kept import quote_at
from szai_qa.interfaces.web.desk import http
from szai_qa.interfaces.web.desk.frame import document, header
from szai_qa.interfaces.web.desk.office import Office
from szai_qa.interfaces.web.desk.render_article import render_article
from szai_qa.interfaces.web.desk.render_case import Case, render_case, render_no_case
from szai_qa.interfaces.web.desk.render_keys import render_keys, render_tabs
from szai_qa.interfaces.web.desk.render_queue import Place, Today, render_queue
from szai_qa.interfaces.web.markup import Html, join, tag
from szai_qa.interfaces.web.words import Words
from szai_qa.journal.entries import Entry, Pointer, Verdict
from szai_qa.journal.pace import pace
from szai_qa.journal.queue import Filter, Show, counts, queue_page
from szai_qa.journal.store import get_entry
from szai_qa.journal.verdicts import agreement, judge, judgements, withdraw
from szai_qa.records import Document, Quote

log = logging.getLogger(__name__)
PARTS = ("review.css", "picking.js", "review.js")
MAX_CHOICES = 500
MAX_SENTENCES = 50
SCRIPT_WORDS = (
    "pick.need",
    "pick.none",
    "pick.verdict",
    "pick.picked",
    "pick.drop",
    "legend.yours",
    "saved",
    "undo",
    "unsaved",
    "desk.offline",
    "failed",
    "withdrawn",
    "login.ended",
    "login.button",
    "differ",
    "differ.see",
)


class Review:
    """The endpoints of the review page."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def routes(self) -> Sequence[Route]:
        """Return them with their paths."""
        return (
            Route("/staff", http.in_thread(self.show), methods=["GET"]),
            Route("/staff/", http.in_thread(lambda _: http.go("/staff")), methods=["GET"]),
            Route("/staff/verdict", self.judge, methods=["POST"]),
            Route("/staff/withdraw", self.withdraw, methods=["POST"]),
        )

    def show(self, request: Request) -> Response:
        """Show the queue, the answer that the address names, else the first one, and its article."""
        words, user, database = http.words_of(request), http.user_of(request), self._office.database
        place = place_of(request.query_params)
        page = queue_page(database, place.wanted, place.page)
        answer = place.answer or (page.items[0].public_id if page.items else "")
        place = Place(place.wanted, page.number, answer)
        today = Today(*pace(database, user.name, datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)))
        queue = render_queue(page, place, counts(database), user.name, today, words)
        title = tag("h1", words("review.title"), class_="vh")
        body = tag("main", title, queue, *self._opened(answer, user, request, words), id="main", class_="review")
        shell = join(render_tabs(words), body, render_keys(words), tag("div", id="message", role="status"))
        texts = json.dumps({key: words(key) for key in SCRIPT_WORDS}, ensure_ascii=False)
        verdicts = json.dumps({v.value: words(f"verdict.{v}") for v in Verdict}, ensure_ascii=False)
        return http.page(
            request,
            document(
                words,
                words("review.title"),
                shell,
                header=header(words, user, "review", place.query()),
                parts=PARTS,
                data={"words": texts, "verdicts": verdicts, "user": user.name},
            ),
        )

    def _opened(self, answer: str, user: User, request: Request, words: Words) -> tuple[Html, Html]:
        chosen = request.query_params.get("article", "")
        if not answer:
            return render_no_case(words, words("case.choose")), self._source(None, chosen, words)
        try:
            case = self._case(answer, user)
        except NotFoundError:
            return render_no_case(words, words("case.gone")), self._source(None, chosen, words)
        except ProofError as problem:
            # One answer that can't be proved must not take the queue with it.
            log.critical("An answer on record can't be shown: %s", problem)
            return render_no_case(words, str(problem)), self._source(None, chosen, words)
        return render_case(case, words), self._source(case, chosen, words)

    def _case(self, answer: str, user: User) -> Case:
        database = self._office.database
        entry = get_entry(database, answer)
        given = judgements(database, answer)
        mine = next((judgement for judgement in given if judgement.reviewer == user.name), None)
        others = [judgement for judgement in given if judgement.reviewer != user.name]
        pointers = [*_pointers(entry), *(p for judgement in given for p in judgement.sentences)]
        documents = {sha: self._office.document(sha) for sha in dict.fromkeys(p.article_sha256 for p in pointers)}

        def quotes(pointers: Sequence[Pointer]) -> list[Quote]:
            return [quote_at(documents[pointer.article_sha256], pointer) for pointer in pointers]

        return Case(
            entry,
            quotes(entry.quotes),
            quotes(entry.nearest),
            quotes(entry.considered),
            documents,
            mine,
            others if mine else (),
            0 if mine else len(others),
            agreement(database) if mine and others else (),
            self._office.look(answer, user.name),
        )

    def _source(self, case: Case | None, chosen: str, words: Words) -> Html:
        current = {d.article.sha256: d for d in self._office.documents()}
        own = dict(case.documents) if case else {}
        known: Mapping[str, Document] = own | dict(list(current.items())[:MAX_CHOICES])
        shown = known.get(chosen) or next(iter(own.values()), None)
        if shown is None and len(known) == 1:
            shown = next(iter(known.values()))
        quotes = (case.quotes or case.nearest) if case else ()
        taken = {
            quote.sentence.span: (number, quote)
            for number, quote in enumerate(quotes, 1)
            if shown and quote.document.article.sha256 == shown.article.sha256
        }
        is_current = shown is None or not current or shown.article.sha256 in current
        choices = [(sha, d.article.title) for sha, d in known.items()]
        return render_article(shown, taken, bool(case and case.entry.refused), choices, is_current, words)

    async def judge(self, request: Request) -> Response:
        """Put a verdict on record."""
        return await http.answering(self._judge, request, await request.body())

    def _judge(self, request: Request, body: bytes) -> Response:
        value, user, database = http.json_object(body), http.user_of(request), self._office.database
        verdict = _verdict(value)
        answer, note = http.text_in(value, "id"), http.text_in(value, "note")
        sentences = [self._office.pointer(*place) for place in _sentences(value)]
        judgement = judge(database, answer, user.name, verdict, sentences, note)
        others = [other for other in judgements(database, answer) if other.reviewer != user.name]
        differs = any(other.verdict is not verdict for other in others)
        return JSONResponse({"judgement": judgement, "verdict": verdict.value, "differs": differs})

    async def withdraw(self, request: Request) -> Response:
        """Withdraw one's own verdict; it stays on record as withdrawn."""
        return await http.answering(self._withdraw, request, await request.body())

    def _withdraw(self, request: Request, body: bytes) -> Response:
        number = http.json_object(body).get("judgement")
        if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 2**31:
            raise InputError("Which verdict is to be withdrawn?")
        withdraw(self._office.database, number, http.user_of(request).name)
        return JSONResponse({"withdrawn": number})


def _pointers(entry: Entry) -> tuple[Pointer, ...]:
    return (*entry.quotes, *entry.nearest, *entry.considered)


def place_of(query: Mapping[str, str]) -> Place:
    """Return the place that an address names; what makes no sense in it is left out."""
    show = query.get("show", "")
    wanted = Filter(
        Show(show) if show in set(Show) else Show.NEW,
        _day(query.get("since", "")),
        _day(query.get("until", "")),
        query.get("text", "")[:200].strip(),
    )
    page = query.get("page", "")
    return Place(
        wanted, int(page) if page.isascii() and page.isdigit() and len(page) < 8 else 1, query.get("id", "")[:64]
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _verdict(value: Mapping[str, Any]) -> Verdict:
    try:
        return Verdict(str(value.get("verdict")))
    except ValueError as problem:
        raise InputError("There is no such verdict.") from problem


def _sentences(value: Mapping[str, Any]) -> list[tuple[str, int, int]]:
    """Return the article's hash and the offsets of each sentence that was sent."""
    sent = value.get("sentences", [])
    if not isinstance(sent, list) or len(sent) > MAX_SENTENCES:
        raise InputError(f"The sentences are a list of at most {MAX_SENTENCES}.")
    found: list[tuple[str, int, int]] = []
    for item in sent:
        sha, start, end = (
            (item.get(name) for name in ("sha", "start", "end")) if isinstance(item, dict) else (None,) * 3
        )
        if not isinstance(sha, str) or type(start) is not int or type(end) is not int:
            raise InputError("A sentence is an article's hash with two offsets.")
        found.append((sha, start, end))
    return list(dict.fromkeys(found))
