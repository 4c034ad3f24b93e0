"""The HTML of the list of evaluations that have run: figures, reports, what can go on or be deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from szai_qa.evaluation.html.charts import percent
from szai_qa.interfaces.web.evaluate.jobs import ACTIVE, Job, Status
from szai_qa.interfaces.web.evaluate.render import Summary, button, moment
from szai_qa.interfaces.web.markup import Html, join, tag
from szai_qa.interfaces.web.words import Words


def render_past(words: Words, jobs: Sequence[Job], summaries: Mapping[str, Summary]) -> Html:
    """Return the card of the jobs that have run, newest first; `summaries` by id, for those that have a report."""
    past = [job for job in jobs if job.status not in {*ACTIVE, Status.READY}]
    columns = ("time", "set", "count", "right", "wrong.rate", "false", "version")
    numbers = {"count", "right", "wrong.rate", "false"}
    head = [
        tag("th", words(f"eval.{name}"), scope="col", class_="number" if name in numbers else None) for name in columns
    ]
    table = tag(
        "table",
        tag("thead", tag("tr", tag("td"), *head, tag("td"))),
        tag("tbody", *(_past_row(words, job, summaries.get(job.id)) for job in past)),
    )
    return join(
        tag(
            "div",
            tag("h2", words("eval.past"), id="past-title"),
            tag("span", words("eval.compare.how"), class_="aside", id="compare-how") if len(past) > 1 else None,
            button(words("eval.compare"), "compare", id="compare", disabled=True) if len(past) > 1 else None,
            class_="row",
        ),
        tag("div", table, class_="wide", tabindex=0) if past else tag("p", words("eval.past.none"), class_="quiet"),
    )


def _past_row(words: Words, job: Job, summary: Summary | None) -> Html:
    def share(name: str) -> str:
        value = (summary or {}).get(name)
        return "" if value is None else percent(value)

    pick = None
    if summary:
        label = words("eval.pick", f=job.name, t=f"{datetime.fromtimestamp(job.created, UTC):%m-%d %H:%M}")
        pick = tag("input", type="checkbox", class_="pick", value=job.id, aria_label=label, id=f"pick-{job.id}")
    state = None
    if job.status is not Status.DONE:
        told = words(f"status.{job.status}", i=job.done, n=job.usable)
        state = join(tag("br"), tag("span", told, class_="tag low"))
        if job.error:
            state = join(state, tag("br"), tag("span", job.error, class_="error"))
    report = tag("a", words("eval.report"), href=f"/evaluate/jobs/{job.id}", id=f"report-{job.id}") if summary else None
    resume = None
    if job.status is not Status.DONE:
        resume = button(words("eval.resume"), "resume", job=job.id, kind="small", id=f"resume-{job.id}")
    remove = button(
        words("eval.remove"),
        "remove",
        job=job.id,
        kind="small",
        id=f"remove-{job.id}",
        data_title=words("eval.remove.ask", f=job.name),
        data_yes=words("eval.remove"),
        data_no=words("eval.keep"),
    )
    return tag(
        "tr",
        tag("td", pick),
        tag("td", moment(job.created)),
        tag("td", job.name, state),
        tag("td", str(job.usable), class_="number"),
        tag("td", tag("strong", share("right")), class_="number"),
        tag("td", share("wrong"), class_="number"),
        tag("td", share("false_refusal"), class_="number"),
        tag("td", (summary or {}).get("version", "")),
        tag("td", tag("div", report, resume, remove, class_="row end")),
    )
