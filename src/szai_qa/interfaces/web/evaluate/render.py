"""The HTML of the evaluation page: four cards, each of which can be renewed alone. All text passes `markup`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from szai_qa.evaluation.html.charts import percent
from szai_qa.interfaces.web.evaluate.jobs import ACTIVE, Job, Status
from szai_qa.interfaces.web.evaluate.preview import SHOWN_PROBLEMS
from szai_qa.interfaces.web.evaluate.problem_words import problem_in
from szai_qa.interfaces.web.evaluate.uploads import KINDS, MAX_BYTES
from szai_qa.interfaces.web.markup import Child, Html, icon, join, tag
from szai_qa.interfaces.web.words import Words

Summary = Mapping[str, Any]
"""What the list of earlier evaluations shows of a report: right, wrong, false_refusal, version."""


def render_page(words: Words, cards: Mapping[str, Html]) -> Html:
    """Return the page's main part; `cards` are `set`, `running`, `dial`, `past`."""
    formats = ("csv", "jsonl", "json", "zip")
    return tag(
        "main",
        tag(
            "div",
            tag("h1", words("eval.title")),
            tag(
                "details",
                tag("summary", words("eval.formats")),
                tag("ul", *(tag("li", words(f"eval.kinds.{name}")) for name in formats)),
                class_="formats",
            ),
            class_="head",
        ),
        tag("p", icon("warning"), tag("span", id="fault-text"), class_="fault", id="fault", role="alert", hidden=True),
        tag(
            "div",
            tag("section", cards["set"], id="set", class_="card", aria_labelledby="set-title"),
            tag(
                "div",
                tag("section", cards["running"], id="running", class_="card", aria_labelledby="running-title"),
                tag("section", cards["dial"], id="dial", class_="card", aria_labelledby="dial-title"),
                class_="side",
            ),
            class_="work",
        ),
        tag("section", cards["past"], id="past", class_="card", aria_labelledby="past-title"),
        tag("dialog", id="ask", aria_labelledby="ask-title"),
        id="main",
        data_lost=words("eval.lost"),
    )


def card_title(words: Words, number: int, key: str, title_id: str) -> Html:
    """Return a card's title with its step."""
    return tag("h2", tag("span", str(number), class_="step", aria_hidden="true"), words(key), id=title_id)


def clock(seconds: float) -> str:
    """Return a length of time as 0:26 or 1:02:03."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}" if minutes >= 60 else f"{minutes}:{rest:02d}"


def file_size(size: int) -> str:
    """Return a file's size, rounded up to KB, or in MB."""
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{max(1, round(size / 1000))} KB"


def moment(seconds: float) -> Html:
    """Return a time, which the page's script shows in the reader's own zone."""
    at = datetime.fromtimestamp(seconds, UTC)
    return tag("time", f"{at:%m-%d %H:%M}", datetime=at.isoformat(timespec="seconds"))


def button(label: str, action: str, *, job: str = "", kind: str = "", symbol: str = "", **more: str | bool) -> Html:
    """Return a button that the page's script acts on."""
    return tag(
        "button",
        icon(symbol) if symbol else None,
        tag("span", label),
        type="button",
        class_=f"button {kind}".strip(),
        data_do=action,
        data_job=job or None,
        **more,
    )


# ---- The set ----


def render_set(words: Words, job: Job | None, preview: Summary, waiting: int) -> Html:
    """Return the card of the set that is to be started; without one it asks for a file."""
    return join(
        card_title(words, 1, "eval.set", "set-title"),
        _drop(words, job, preview),
        _preview(words, job, preview, waiting) if job else None,
    )


def _drop(words: Words, job: Job | None, preview: Summary) -> Html:
    if job:
        rows = words("eval.size", n=job.usable + job.wrong, f=preview["format"].upper(), s=file_size(job.size))
        told: Child = (tag("strong", job.name), tag("span", rows, class_="aside"))
    else:
        kinds = words("eval.kinds", m=MAX_BYTES // 1_000_000)
        told = (tag("strong", words("eval.drop")), tag("span", kinds, class_="aside"))
    return tag(
        "div",
        icon("file"),
        tag("p", told),
        tag(
            "label",
            words("eval.replace" if job else "eval.choose"),
            tag("input", type="file", id="file", class_="vh", accept=",".join(KINDS)),
            class_="button",
        ),
        tag("p", words("eval.uploading"), class_="uploading", hidden=True),
        id="drop",
    )


def _preview(words: Words, job: Job, preview: Summary, waiting: int) -> Html:
    share = percent(preview["unanswerable"] / job.usable) if job.usable else "0%"
    counts = (
        tag("span", icon("check"), words("eval.usable", n=job.usable), class_="tag ok"),
        tag("span", icon("warning"), words("eval.wrong", n=job.wrong), class_="tag bad") if job.wrong else None,
        tag("span", words("eval.unanswerable", n=preview["unanswerable"], p=share), class_="aside"),
        tag("span", words(f"eval.against.{preview['against']}"), class_="aside"),
    )
    return join(
        tag("p", *counts, class_="counts"),
        _problems(words, job, preview["problems"]) if job.wrong else None,
        _first_rows(words, preview["first"]) if job.usable else None,
        _start(words, job, waiting) if job.usable else None,
    )


def _problems(words: Words, job: Job, problems: Sequence[Mapping[str, str]]) -> Html:
    head = tag("tr", *(tag("th", words(f"eval.{name}"), scope="col") for name in ("row", "field", "what", "mend")))
    rows = [
        tag(
            "tr",
            tag("td", problem["where"]),
            tag("td", problem["field"]),
            tag("td", problem["message"]),
            tag("td", problem["hint"], class_="quiet"),
        )
        for problem in (problem_in(one, words.language) for one in problems[:SHOWN_PROBLEMS])
    ]
    rest = len(problems) - len(rows)
    return join(
        tag("div", tag("table", tag("thead", head), tag("tbody", *rows)), class_="wide", tabindex=0),
        tag(
            "p",
            f"{words('eval.more', n=rest)} " if rest else None,
            tag("a", words("eval.problems"), href=f"/evaluate/jobs/{job.id}/problems.csv", download=True),
            class_="aside",
        ),
    )


def _first_rows(words: Words, first: Sequence[Mapping[str, Any]]) -> Html:
    def gold(row: Mapping[str, Any]) -> Html:
        if row["gold"] is not None:
            return tag("td", row["gold"], class_="article", lang="zh-Hans")
        return tag("td", words("eval.ungraded" if row["answerable"] is None else "eval.none"), class_="quiet")

    rows = [
        tag(
            "tr",
            tag("td", row["id"]),
            tag("td", row["question"]),
            gold(row),
            tag("td", words("eval.state"), class_="fine"),
        )
        for row in first
    ]
    caption = tag("caption", words("eval.first", n=len(first)))
    return tag("div", tag("table", caption, tag("tbody", *rows)), class_="wide", tabindex=0)


def _start(words: Words, job: Job, waiting: int) -> Html:
    skip = (
        tag(
            "label",
            tag("input", type="checkbox", id="skip"),
            words("eval.skip", m=job.wrong),
            class_="tick",
        )
        if job.wrong
        else None
    )
    return tag(
        "div",
        skip,
        tag("span", words("eval.start.after", n=waiting), class_="aside") if waiting else None,
        button(
            words("eval.start", n=job.usable),
            "start",
            job=job.id,
            kind="primary",
            id="start",
            disabled=bool(job.wrong),
        ),
        class_="start",
    )


# ---- What runs ----


def render_running(words: Words, jobs: Sequence[Job]) -> Html:
    """Return the card of the jobs that run or wait, the running one first."""
    active = sorted((job for job in jobs if job.status in ACTIVE), key=lambda job: (job.status, job.created))
    active.sort(key=lambda job: job.status is not Status.RUNNING)
    return join(
        card_title(words, 2, "eval.running", "running-title"),
        *(_active(words, job) for job in active),
        None if active else tag("p", words("eval.idle"), class_="quiet"),
    )


def _active(words: Words, job: Job) -> Html:
    state: Child
    if job.status is Status.QUEUED:
        state = words("eval.waiting")
    elif job.done == job.usable:
        state = words("eval.scoring")
    elif job.left_s is None:
        state = words("eval.run.first", i=job.done, n=job.usable, t=clock(job.elapsed_s))
    else:
        times = {"t": clock(job.elapsed_s), "r": clock(job.left_s)}
        state = words("eval.run", i=job.done, n=job.usable, **times)
    return tag(
        "div",
        tag("strong", job.name, id=f"name-{job.id}"),
        tag("progress", value=job.done, max=job.usable, aria_labelledby=f"name-{job.id}"),
        tag("p", tag("span", state), tag("span", words("eval.leave"), class_="fine"), class_="progress-line"),
        tag(
            "p",
            button(words("eval.stop"), "stop", job=job.id, kind="danger", symbol="stop", id=f"stop-{job.id}"),
            tag("span", words("eval.stop.hint"), class_="aside"),
            class_="row",
        ),
        class_="active",
    )
