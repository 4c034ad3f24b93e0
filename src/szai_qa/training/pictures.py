"""Draws how far the answer path's confidence can be trusted: `python -m szai_qa.training.pictures --help`.

Three sources of judged questions: the choosing list, on which the confidence was fitted (its rows are those that
`szai_qa.training.answering` keeps); the same list cross-validated, each fifth of its articles judged by constants that
were fitted on the rest; and runs of `szai-qa evaluate` on sets that nothing was fitted on. Of each it draws the
risk-coverage curve and the reliability diagram, and writes the expected error: the share of wrong answers among those
given at the shipped threshold, and at others. Nothing is fitted here that ships.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from szai_qa.answering.confidence import SHIPPED, ConfidenceModel, load_confidence
from szai_qa.answering.evidence import Evidence
from szai_qa.evaluation.folder import RunFolder
from szai_qa.evaluation.risk import Judged, judged_rows
from szai_qa.evaluation.statistics import (
    Floats,
    aurc,
    expected_calibration_error,
    mean_figure,
    reliability,
    risk_coverage,
)
from szai_qa.training.answering import CHOOSING, NEWS, KeptRows
from szai_qa.training.calibrate import Row, fit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FITTED, CROSS, DEVELOPMENT = "choosing list", "choosing list, cross-validated", "development set"
FOLDS = 5
THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_DRAWS = 2000
_FEW = 0.02  # share of questions below which a risk is mostly chance: the curve begins there


def judged(rows: Sequence[Row], model: ConfidenceModel) -> list[Judged]:
    """Return for each question how sure the model is of its best span, and whether that one is right."""
    found = []
    for row in rows:
        evidence = [Evidence(*values) for values in row.evidence]
        if not evidence:
            found.append(Judged(article_of(row), 0.0, correct=False))
            continue
        best = max(range(len(evidence)), key=lambda i: model.logit(evidence[i]))
        found.append(Judged(article_of(row), model.confidence(evidence[best]), row.answerable and row.right[best]))
    return found


def article_of(row: Row) -> str:
    """Return the article that a question of the choosing list is on: what stands before the first dot of its id."""
    return row.id.partition(".")[0]


def cross_validated(choosing: Sequence[Row], news: Sequence[Row], shipped: ConfidenceModel) -> list[Judged]:
    """Return the choosing list's questions, each judged by constants fitted without its article."""
    found: list[Judged] = []
    for fold in range(FOLDS):
        held = [row for row in choosing if _fold(article_of(row)) == fold]
        fitted = fit([row for row in choosing if _fold(article_of(row)) != fold], news)
        found += judged(held, replace(shipped, weights=fitted.weights, offset=fitted.offset))
    return found


def _fold(article: str) -> int:
    return hashlib.sha256(article.encode()).digest()[0] % FOLDS


def _columns(items: Sequence[Judged]) -> tuple[Floats, Floats]:
    return (
        np.array([item.confidence for item in items], dtype=np.float64),
        np.array([item.correct for item in items], dtype=np.float64),
    )


def error_at(items: Sequence[Judged], threshold: float) -> dict[str, Any]:
    """Return the share of wrong answers among those at or above a threshold, with interval, and the share answered."""
    confidence, correct = _columns(items)
    given = confidence >= threshold
    units = np.unique([item.unit for item in items], return_inverse=True)[1][given]
    error = mean_figure(1 - correct[given], np.ones(given.sum()), units, _DRAWS, 0)
    rounded = {
        name: value if name == "n" or value is None else round(value, 4) for name, value in asdict(error).items()
    }
    return {"threshold": threshold, "coverage": round(float(given.mean()), 4), "error": rounded}


def expected_error(sources: Mapping[str, Sequence[Judged]], threshold: float) -> dict[str, Any]:
    """Return what the docs quote: for each source the expected error at the shipped threshold and at others."""
    found: dict[str, Any] = {}
    for name, items in sources.items():
        confidence, correct = _columns(items)
        found[name] = {
            "questions": len(items),
            "at_shipped": error_at(items, threshold),
            "calibration_error": round(expected_calibration_error(confidence, correct) or 0.0, 4),
            "aurc": round(aurc(confidence, correct) or 0.0, 4),
            "by_threshold": [error_at(items, other) for other in THRESHOLDS],
        }
    return {"threshold": threshold, "sources": found}


def draw_risk(sources: Mapping[str, Sequence[Judged]], threshold: float, picture: Path) -> None:
    """Write the risk-coverage curves, the shipped threshold marked on each."""

    def draw(axes: Axes) -> None:
        for name, items in sources.items():
            confidence, correct = _columns(items)
            coverage, risk, levels = risk_coverage(confidence, correct)
            shown = coverage >= _FEW
            (line,) = axes.plot(coverage[shown], risk[shown], label=f"{name} ({len(items)} questions)")
            last = int(np.searchsorted(-levels, -threshold, side="right")) - 1
            if last >= 0:
                axes.plot(coverage[last], risk[last], marker="o", color=line.get_color())
        axes.set_xlabel("coverage: share of all questions answered")
        axes.set_ylabel("risk: share of these answers that are wrong")
        axes.set_title(f"Risk and coverage; points: the shipped threshold {threshold:g}")
        axes.set_xlim(0, 1)
        axes.set_ylim(bottom=0)

    _picture(picture, draw)


def draw_reliability(sources: Mapping[str, Sequence[Judged]], picture: Path) -> None:
    """Write the reliability diagrams: the share of right answers by confidence, a larger point for more of them."""

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color="grey", linestyle="--", label="as stated")
        for name, items in sources.items():
            confidence, correct = _columns(items)
            bins = [b for b in reliability(confidence, correct) if b["n"]]
            x, y, n = (
                np.array([b[column] for b in bins], dtype=np.float64) for column in ("confidence", "correct", "n")
            )
            (line,) = axes.plot(x, y, label=name)
            axes.scatter(x, y, 150 * n / len(items) + 8, color=line.get_color())
        axes.set_xlabel("confidence")
        axes.set_ylabel("share of answers that are right")
        axes.set_title("Reliability; a point's size: how many questions")
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)

    _picture(picture, draw)


def _picture(path: Path, draw: Any) -> None:  # noqa: ANN401 - a function of matplotlib's axes
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.4), layout="constrained")
    axes = figure.subplots()
    draw(axes)
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, format="png", metadata={"Software": None})  # the same figures, the same bytes


def main(arguments: Sequence[str] | None = None) -> None:
    """Judge, draw and write."""
    parser = argparse.ArgumentParser(prog="python -m szai_qa.training.pictures", description=__doc__)
    parser.add_argument("--rows", type=Path, required=True, help="the folder that szai_qa.training.answering keeps")
    parser.add_argument("--runs", type=Path, nargs="*", default=[], help="folders that szai-qa evaluate wrote")
    parser.add_argument("--confidence", type=Path, default=SHIPPED, help="the constants (default: the package's own)")
    parser.add_argument("--out", type=Path, default=Path("docs/img"), help="folder of the pictures (%(default)s)")
    parser.add_argument("--error", type=Path, default=Path("docs/expected-error.json"), help="(%(default)s)")
    options = parser.parse_args(arguments)
    model = load_confidence(options.confidence)
    kept = KeptRows(options.rows)
    choosing, news = kept.load(CHOOSING), kept.load(NEWS)
    sources = {FITTED: judged(choosing, model), CROSS: cross_validated(choosing, news, model)}
    if options.runs:
        sources[DEVELOPMENT] = [item for run in options.runs for item in judged_rows(RunFolder(run).rows())]
    draw_risk(sources, model.threshold, options.out / "risk-coverage.png")
    draw_reliability(sources, options.out / "reliability.png")
    found = {"weights_sha256": kept.weights_sha256()} | expected_error(sources, model.threshold)
    options.error.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
