"""Fills the template of a run's report. The same run gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from szai_qa.evaluation.folder import RunFolder, replace_file
from szai_qa.evaluation.html import charts, words
from szai_qa.evaluation.html.comparison import Earlier
from szai_qa.evaluation.html.page import environment, flat, frame
from szai_qa.evaluation.html.questions import Questions, questions_of
from szai_qa.evaluation.report import Figure, Report
from szai_qa.evaluation.rows import Failure, Row

if TYPE_CHECKING:
    from markupsafe import Markup

REPORT_HTML = "report.html"
HEADS = ("right", "wrong", "false_refusal", "verbatim")
SEARCH_HEADS = ("recall_at_5", "mrr_at_10", "ndcg_at_10", "map")
SLICE_METRICS = ("right", "wrong", "false_refusal", "refusal_recall", "f1", "evidence_f1", "recall_at_5")
FILTERS = ("missed", "wrong_quote", "should_refuse", "false_refusal", "wrong_span")
_REASONS = ("missing_detail", "off_topic", "opinion", "low_confidence", "unclear_followup", "not_a_question")


@dataclass(frozen=True, slots=True)
class _Head:
    name: str
    value: str
    counts: str
    low: str
    high: str
    note: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Slice:
    label: str
    n: int
    figures: Mapping[str, Figure]

    @property
    def few(self) -> bool:
        return self.n < charts.FEW


def report_html(report: Report, rows: Iterable[Row], previous: Earlier | None = None, lang: str = "zh-Hans") -> str:
    """Return a run's report as one HTML page; `previous` adds the sentence that compares with an earlier run."""
    kept = list(rows)
    questions = questions_of(kept)
    counts = questions.counts()
    figure = report.metrics.get
    judged = bool((right := figure("right")) and right.n)
    failed = [(name.value, report.failures.get(name.value, 0)) for name in Failure]
    failed = sorted((item for item in failed if item[1]), key=lambda item: -item[1])
    filters = [(name, counts[name]) for name in FILTERS if counts[name]] + [("all", len(kept))]
    slices = _slices(report)
    latency = [words.shown("latency_p50_ms", found.value) for name in ("latency_p50_ms", "latency_p95_ms")
               if (found := figure(name))]  # fmt: skip
    values = {
        "report": report,
        "run": report.run,
        "name": report.run.dataset["name"],
        "total": len(kept),
        "left_out": report.run.dataset.get("left_out", 0),
        "took": _took(report),
        "version": report.run.versions.get("szai-qa", "?"),
        "heads": [_head(report, kept, name) for name in (HEADS if judged else SEARCH_HEADS)],
        "previous": previous,
        "judged": judged,
        "counts": counts,
        "failed": failed,
        "most": max((count for _, count in failed), default=1),
        "main_slice": _main_slice(report),
        "risk": charts.risk_coverage(report),
        "reliability": charts.reliability(report),
        "latency": charts.latency(report) if len(latency) == 2 else None,
        "p50": latency[0] if latency else "",
        "p95": latency[-1] if latency else "",
        "filters": filters,
        "questions": questions,
        "reasons": _REASONS,
        "slices": slices,
        "slice_metrics": [name for name in SLICE_METRICS if _measured(slices, name)],
        "provenance": _provenance(report),
        "data": _data(questions),
    }
    return environment().get_template("report.html.jinja").render(**frame(lang), **values)


def write_report_html(folder: RunFolder, previous: Earlier | None = None) -> Path:
    """Write `report.html` beside a finished run's other files; return its path.

    Raises:
        NotFoundError: there is no finished run.
    """
    page = report_html(folder.report(), folder.rows(), previous)
    replace_file(folder.path / REPORT_HTML, [page.encode("utf-8")])
    return folder.path / REPORT_HTML


def _head(report: Report, rows: Sequence[Row], name: str) -> _Head:
    figure = report.metrics.get(name) or Figure(None, None, None, 0)
    known = figure.low is not None and figure.high is not None
    low, high = (words.shown(name, figure.low), words.shown(name, figure.high)) if known else ("", "")
    note = {"a": 0, "r": 0}
    counts = ""
    if figure.value is not None and name in HEADS:
        counts = f"{round(figure.value * figure.n)} / {figure.n}"
        marked = [row for row in rows if row.scores.get(name) == 1.0]
        answerable = sum(bool(row.example.answerable) for row in marked)
        note = {"a": answerable, "r": len(marked) - answerable}
    if name == "verbatim" and figure.value is not None:
        quotes = [(row.scores.get("verbatim"), row.scores.get("quotes")) for row in rows]
        exact = round(sum(share * (n or 0) for share, n in quotes if share is not None))
        counts = f"{exact} / {round(sum(n or 0 for share, n in quotes if share is not None))}"
    return _Head(name, words.shown(name, figure.value), counts, low, high, note)


def _main_slice(report: Report) -> dict[str, Any] | None:
    """Return the bars of the column that tells most: `type`, else the first of the set's own, else any."""
    order = sorted(report.slices, key=lambda name: (name != "type", name == "answerable"))
    for column in order:
        if bars := charts.slice_bars(report.slices[column]):
            return {"column": column, "bars": bars}
    return None


def _slices(report: Report) -> list[tuple[str, list[_Slice]]]:
    def size(figures: Mapping[str, Figure]) -> int:
        return max((figure.n for figure in figures.values()), default=0)

    order = sorted(report.slices, key=lambda name: (name != "type", name == "answerable"))
    return [
        (column, [_Slice(value, size(figures), figures) for value, figures in report.slices[column].items()])
        for column in order
    ]


def _measured(slices: Sequence[tuple[str, Sequence[_Slice]]], name: str) -> bool:
    return any(
        (figure := item.figures.get(name)) is not None and figure.value is not None
        for _, rows in slices
        for item in rows
    )


def _took(report: Report) -> str:
    try:
        started, finished = (datetime.fromisoformat(text) for text in (report.run.started, report.run.finished))
    except ValueError:
        return ""
    seconds = int((finished - started).total_seconds())
    return f"{seconds // 60}:{seconds % 60:02d}"


def _provenance(report: Report) -> list[tuple[str, list[tuple[str, str]]]]:
    run = report.run
    times = {"started": run.started, "finished": run.finished}
    groups = {
        "again.data": run.dataset,
        "again.system": {"against": run.against, **run.system},
        "again.settings": {**run.settings, **times},
        "again.versions": run.versions,
    }
    return [(label, flat(values)) for label, values in groups.items()]


def _data(questions: Questions) -> Markup:
    """Return what the script shows, as JSON that can't end its element."""
    from markupsafe import Markup

    used = {key: pair for key, pair in words.catalogue().items() if key.startswith(("d.", "reason.", "refused"))}
    text = json.dumps({**questions.data(), "words": used}, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text.encode("utf-8", "backslashreplace").decode("utf-8"))
