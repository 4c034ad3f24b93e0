"""The HTML of the risk dial, and of the pages that show a report in a frame of its own."""

from __future__ import annotations

from szai_qa.evaluation.html.charts import percent
from szai_qa.evaluation.risk import Declined, Promise, Reason
from szai_qa.interfaces.web.evaluate.render import button, card_title
from szai_qa.interfaces.web.evaluate.workbench import MAX_RISK, MIN_RISK, RISKS, Dial
from szai_qa.interfaces.web.markup import Child, Html, icon, join, tag
from szai_qa.interfaces.web.words import Words


def share_text(risk: float) -> str:
    """Return a share as a number of percent, without the sign."""
    return f"{100 * risk:g}"


def render_dial(words: Words, dial: Dial | None) -> Html:
    """Return the dial's card."""
    title = card_title(words, 3, "dial", "dial-title")
    if dial is None:
        return join(title, tag("p", words("dial.none"), class_="quiet"))
    questions = dial.job.usable
    chosen = _chosen(dial)
    head = [
        tag("th", words("dial.most"), scope="col"),
        tag("th", words("dial.threshold"), scope="col", class_="number"),
        tag("th", words("dial.coverage"), scope="col", class_="number"),
    ]
    rows = [_row(words, found, found is chosen) for found in dial.rows]
    return join(
        title,
        tag("p", words("dial.ask"), tag("br"), words("dial.by", f=dial.job.name, n=questions), class_="aside"),
        tag("table", tag("thead", tag("tr", *head)), tag("tbody", *rows), class_="promises"),
        *(_declined(words, found) for found in dial.rows if isinstance(found, Declined)),
        _custom(words, dial),
        _apply(words, dial, chosen),
    )


def _chosen(dial: Dial) -> Promise | None:
    """Return the row that is ticked at first: the one in force, else the first that holds."""
    promised = [found for found in dial.rows if isinstance(found, Promise)]
    present = dial.in_force.promise.risk if dial.in_force else None
    return next((found for found in promised if found.risk == present), promised[0] if promised else None)


def _row(words: Words, found: Promise | Declined, chosen: bool) -> Html:
    share = share_text(found.risk)
    holds = isinstance(found, Promise)
    radio = tag(
        "input",
        type="radio",
        name="risk",
        value=share,
        id=f"risk-{share}",
        checked=chosen,
        disabled=not holds,
        data_threshold=f"{found.threshold:g}" if isinstance(found, Promise) else None,
        data_coverage=percent(found.coverage) if isinstance(found, Promise) else None,
        data_label=words("dial.apply", r=share),
    )
    numbers: Child = (tag("td", "—", class_="number"), tag("td", "—", class_="number"))
    if isinstance(found, Promise):
        numbers = (
            tag("td", f"{found.threshold:.2f}", class_="number"),
            tag("td", percent(found.coverage), class_="number"),
        )
    label = tag("label", radio, tag("strong", f"{share}%"), class_="tick")
    return tag("tr", tag("td", label), numbers, class_=None if holds else "void")


def _declined(words: Words, found: Declined) -> Html:
    kind = "small" if found.reason is Reason.TOO_SMALL else "errors"
    title = words(f"dial.{kind}", r=share_text(found.risk))
    text = (
        words(f"dial.{kind}.text", n=found.needed, m=found.available) if kind == "small" else words("dial.errors.text")
    )
    return tag("p", icon("warning"), tag("span", tag("strong", title), " ", text), class_="notice")


def _custom(words: Words, dial: Dial) -> Html:
    own = next((found.risk for found in dial.rows if found.risk not in RISKS), None)
    field = tag(
        "input",
        type="number",
        id="custom",
        min=share_text(MIN_RISK),
        max=share_text(MAX_RISK),
        step="any",
        value=None if own is None else share_text(own),
        aria_label=words("dial.custom.aria"),
    )
    return tag(
        "form",
        tag("label", words("dial.custom"), field, "%"),
        tag("button", words("dial.try"), type="submit", class_="button small"),
        id="custom-form",
        class_="row",
    )


def _apply(words: Words, dial: Dial, chosen: Promise | None) -> Html:
    now = "—" if dial.threshold is None else f"{dial.threshold:g}"
    present = (
        words("dial.now", r=share_text(dial.in_force.promise.risk), t=now)
        if dial.in_force
        else words("dial.now.none", t=now)
    )
    label = words("dial.apply", r=share_text(chosen.risk)) if chosen else words("dial.apply.none")
    return tag(
        "p",
        button(
            label,
            "apply",
            job=dial.job.id,
            kind="primary",
            id="apply",
            disabled=chosen is None,
            data_title=words("dial.confirm", a=now, b="{b}"),
            data_text=words("dial.confirm.text", r="{r}", c="{c}"),
            data_yes=words("dial.yes"),
            data_no=words("dial.no"),
        ),
        tag("span", present, class_="aside"),
        class_="row",
    )


def render_framed(words: Words, title: str, address: str, files: tuple[tuple[str, str], ...]) -> Html:
    """Return a page that shows a report in a frame; `files` are further (label, address) to download."""
    links = [
        tag("a", icon("download") if i == 0 else None, label, href=href, class_="button", download=True)
        for i, (label, href) in enumerate(files)
    ]
    return tag(
        "main",
        tag(
            "div",
            tag("a", "← ", words("eval.back"), href="/evaluate"),
            tag("h1", title),
            tag("div", *links, class_="row"),
            class_="head",
        ),
        tag("iframe", title=title, sandbox="allow-scripts", data_src=address, id="report"),
        id="main",
        class_="framed",
    )


def render_refused_comparison(words: Words, hashes: tuple[str, str]) -> Html:
    """Return the page that says why two runs can't be compared."""
    return tag(
        "main",
        tag("div", tag("a", "← ", words("eval.back"), href="/evaluate"), class_="head"),
        tag(
            "section",
            tag("h1", icon("none"), " ", words("eval.other")),
            tag("p", words("eval.other.hash", a=hashes[0][:12], b=hashes[1][:12]), class_="quiet"),
            class_="card",
        ),
        id="main",
    )
