"""The HTML of the insight page: bars for days, tables for the rest, a file for each. Every figure stands in a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from szai_qa.interfaces.web.desk.render_case import agreement_line
from szai_qa.interfaces.web.markup import Child, Html, icon, tag
from szai_qa.interfaces.web.words import Words
from szai_qa.journal.entries import Verdict
from szai_qa.journal.verdicts import Agreement

DAYS = 30
WEEKS = 8
QUESTIONS = 20
WIDTH, HEIGHT, GAP = 720, 160, 4
Rows = Sequence[Mapping[str, Any]]


def render_insight(tables: Mapping[str, Rows], agreements: Sequence[Agreement], words: Words) -> Html:
    """Return the page's content; `tables` are those of the journal, by name."""
    return tag(
        "main",
        tag("h1", words("insight.title")),
        _days(tables["questions_by_day"], words),
        _reasons(tables["refusals_by_reason"], words),
        _unanswered(tables["asked_without_answer"], words),
        _verdicts(tables["verdicts_by_day"], words),
        _agreement(agreements, words),
        _files(words),
        id="main",
        class_="insight",
    )


def _section(key: str, file: str, words: Words, *content: Child) -> Html:
    link = _file(file, "CSV", words) if file else None
    return tag("section", tag("div", tag("h2", words(key)), link, class_="section-head"), *content)


def _file(name: str, what: str, words: Words) -> Html:
    return tag(
        "a",
        icon("download"),
        words("insight.export", f=what),
        href=f"/staff/export/{name}",
        download=True,
        class_="file",
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[Child]], words: Words) -> Html:
    if not rows:
        return tag("p", words("insight.none"), class_="none")
    return tag(
        "div",
        tag(
            "table",
            tag("thead", tag("tr", *(tag("th", cell, scope="col") for cell in head))),
            tag(
                "tbody",
                *(tag("tr", tag("th", row[0], scope="row"), *(tag("td", cell) for cell in row[1:])) for row in rows),
            ),
        ),
        class_="wide",
        tabindex=0,
    )


def _days(rows: Rows, words: Words) -> Html:
    if not rows:
        return _section("insight.days", "", words, tag("p", words("insight.none"), class_="none"))
    last = date.fromisoformat(rows[-1]["day"])
    by_day = {row["day"]: row for row in rows}
    days = [(last - timedelta(days=back)).isoformat() for back in reversed(range(DAYS))]
    shown = [by_day.get(day) or {"questions": 0, "refused": 0} for day in days]
    total, refused = (sum(row[name] for row in shown) for name in ("questions", "refused"))
    head = [words(f"insight.{name}") for name in ("day", "answered", "refused", "down", "disputed")]
    cells = [
        [row["day"], *map(str, (row["questions"] - row["refused"], row["refused"], row["down"], row["disputed"]))]
        for row in reversed(rows[-DAYS:])
    ]
    sums = words("insight.total", n=total, a=total - refused, r=refused)
    legend = tag(
        "span",
        *(tag("span", words(f"insight.{name}"), class_=f"key-{name}") for name in ("answered", "refused")),
        class_="legend",
    )
    return _section(
        "insight.days",
        "questions_by_day.csv",
        words,
        tag("p", sums, " · ", words("insight.range", n=DAYS), legend),
        _bars(days, shown, f"{words('insight.days')}：{sums}"),
        tag("details", tag("summary", words("insight.table")), _table(head, cells, words)),
    )


def _bars(days: Sequence[str], rows: Rows, label: str) -> Html:
    """Return a bar for each day, answered below and refused above, from zero."""
    top = max(1, *(row["questions"] for row in rows))
    step = WIDTH // len(days)
    drawn: list[Html] = []
    for number, row in enumerate(rows):
        high, refused = (round(HEIGHT * row[name] / top) for name in ("questions", "refused"))
        x = number * step
        for y, height, kind in (
            (HEIGHT - high, refused, "refused"),
            (HEIGHT - high + refused, high - refused, "answered"),
        ):
            if height:
                drawn.append(tag("rect", x=x, y=y + 20, width=step - GAP, height=height, class_=kind))
    ticks = [
        tag("text", day[5:], x=number * step, y=HEIGHT + 38)
        for number, day in enumerate(days)
        if number % 7 == 0 and number < DAYS - 1
    ]
    scale = tag("text", str(top), x=0, y=14)
    base = tag("path", d=f"M0 {HEIGHT + 20}h{WIDTH}")
    return tag(
        "svg",
        scale,
        *drawn,
        *ticks,
        base,
        viewBox=f"0 0 {WIDTH} {HEIGHT + 44}",
        role="img",
        aria_label=label,
        class_="bars",
    )


def _reasons(rows: Rows, words: Words) -> Html:
    total = sum(row["questions"] for row in rows)
    cells = [
        [
            words(f"refusal.{row['reason']}", w="…"),
            str(row["questions"]),
            f"{row['questions'] / total:.0%}",
            str(row["disputed"]),
        ]
        for row in rows
    ]
    head = [words(f"insight.{name}") for name in ("reason", "count", "share", "disputed")]
    return _section("insight.reasons", "refusals_by_reason.csv", words, _table(head, cells, words))


def _unanswered(rows: Rows, words: Words) -> Html:
    def question(row: Mapping[str, Any]) -> Html:
        others = None
        if row["others"]:
            others = tag(
                "details",
                tag("summary", words("insight.variants", n=row["wordings"] - 1)),
                tag("ul", *(tag("li", other) for other in row["others"])),
            )
        return tag("div", row["question"], others)

    head = [words(f"insight.{name}") for name in ("question", "asked")]
    cells = [[question(row), str(row["asked"])] for row in rows[:QUESTIONS]]
    return _section(
        "insight.unanswered",
        "asked_without_answer.csv",
        words,
        tag("p", words("insight.similar")),
        _table(head, cells, words),
    )


def _verdicts(rows: Rows, words: Words) -> Html:
    weeks: dict[date, dict[str, int]] = {}
    for row in rows:
        day = date.fromisoformat(row["day"])
        week = weeks.setdefault(day - timedelta(days=day.weekday()), dict.fromkeys(Verdict, 0))
        for verdict in Verdict:
            week[verdict] += row[verdict]
    head = [words("insight.week"), *(words(f"verdict.{verdict}") for verdict in Verdict)]
    latest = sorted(weeks.items(), reverse=True)[:WEEKS]
    cells = [[monday.isoformat(), *(str(counts[verdict]) for verdict in Verdict)] for monday, counts in latest]
    return _section("insight.verdicts", "verdicts_by_day.csv", words, _table(head, cells, words))


def _agreement(agreements: Sequence[Agreement], words: Words) -> Html:
    lines = [tag("p", agreement_line(each, words)) for each in agreements]
    return _section("insight.agree", "", words, *(lines or [tag("p", words("insight.none"), class_="none")]))


def _files(words: Words) -> Html:
    return tag(
        "section",
        tag("h2", words("insight.records")),
        tag("p", _file("answers.jsonl", "JSONL", words), _file("answers.csv", "CSV", words)),
        tag("h2", words("insight.tests")),
        tag("p", _file("judged-tests.jsonl", "JSONL", words)),
    )
