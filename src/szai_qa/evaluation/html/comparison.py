"""Fills the template of two runs compared, and tells how a run compares with an earlier one in one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from szai_qa.evaluation.compare import Changed, Comparison, Difference
from szai_qa.evaluation.folder import RunFolder, replace_file
from szai_qa.evaluation.html import words
from szai_qa.evaluation.html.page import environment, flat, frame
from szai_qa.evaluation.html.questions import Question, questions_of
from szai_qa.evaluation.report import Report

COMPARE_HTML = "compare.html"


@dataclass(frozen=True, slots=True)
class Earlier:
    """How a run compares with an earlier one of the same set, in one sentence."""

    when: str
    version: str
    points: str
    gained: int
    lost: int
    p: str
    significant: bool


@dataclass(frozen=True, slots=True)
class _Change:
    id: str
    text: str
    before: str | None
    after: str | None
    change: float


def comparison_html(comparison: Comparison, a: RunFolder, b: RunFolder, lang: str = "zh-Hans") -> str:
    """Return the comparison of two runs as one HTML page."""
    before, after = a.report(), b.report()
    lines = [{line.id: line for line in questions_of(run.rows()).lines} for run in (a, b)]
    values = {
        "name": comparison.dataset["name"],
        "total": len(lines[0]),
        "comparison": comparison,
        "previous": earlier(comparison, before),
        "a": before,
        "b": after,
        "better": _changes(comparison.better, *lines),
        "worse": _changes(comparison.worse, *lines),
        "settings": _differing(before, after),
        "verdict_of": _verdict,
        "signed": words.signed,
        "metric_pair": lambda name: words.named("m", name),
    }
    return environment().get_template("compare.html.jinja").render(**frame(lang), **values)


def write_comparison_html(target: Path, comparison: Comparison, a: RunFolder, b: RunFolder) -> Path:
    """Write `compare.html` into a folder that is there; return its path."""
    replace_file(target / COMPARE_HTML, [comparison_html(comparison, a, b).encode("utf-8")])
    return target / COMPARE_HTML


def earlier(comparison: Comparison, before: Report) -> Earlier | None:
    """Return the sentence's values for a comparison with `before`, None where there are no judged questions."""
    right = comparison.differences.get("right")
    if right is None or right.mcnemar is None:
        return None
    return Earlier(
        when=before.run.started[:16].replace("T", " "),
        version=before.run.versions.get("szai-qa", "?"),
        points=f"{100 * right.difference:+.1f}",
        gained=right.gained or 0,
        lost=right.lost or 0,
        p=f"{right.mcnemar:.2f}",
        significant=right.mcnemar < 0.05,
    )


def _verdict(difference: Difference) -> str:
    if not difference.significant:
        return "none"
    return "gain" if (difference.difference > 0) is not difference.lower_is_better else "loss"


def _changes(
    changed: Iterable[Changed], before: Mapping[str, Question], after: Mapping[str, Question]
) -> list[_Change]:
    return [
        _Change(item.id, after[item.id].text, before[item.id].given, after[item.id].given, item.b - item.a)
        for item in changed
    ]


def _differing(before: Report, after: Report) -> list[tuple[str, str, str]]:
    """Return what of system, settings and versions is another: name, before, after."""
    sides = [
        dict(flat({"system": report.run.system, "settings": report.run.settings, "versions": report.run.versions}))
        for report in (before, after)
    ]
    names = sorted({*sides[0], *sides[1]})
    return [(name, old, new) for name in names if (old := sides[0].get(name, "—")) != (new := sides[1].get(name, "—"))]
