"""Turns figures and curves into coordinates for the templates' SVG. It draws nothing and knows no colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from szai_qa.evaluation.report import Figure, Report

WIDTH, HEIGHT = 340, 220
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 14, 44
FEW = 10
"""A slice of fewer questions is shown as too small to tell."""
_STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
MAX_TICKS = 5

Curve = Sequence[Mapping[str, float | None]]


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: where (in the drawing) and what it says."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A share from 0 to 1 with its interval and the counts behind it."""

    label: str
    value: float
    low: float | None
    high: float | None
    count: int
    n: int

    @property
    def few(self) -> bool:
        """Whether there are too few questions to tell."""
        return self.n < FEW


@dataclass(frozen=True, slots=True)
class Present:
    """The point of the risk-coverage curve that the threshold in force stands for."""

    x: float
    y: float
    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class LineChart:
    """The risk-coverage curve: an SVG path, its axes and the present point, if there is one."""

    path: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    present: Present | None


@dataclass(frozen=True, slots=True)
class Box:
    """A bar of a histogram, in drawing units, with what it tells when it is pointed at."""

    x: float
    y: float
    width: float
    height: float
    told: str


@dataclass(frozen=True, slots=True)
class BoxChart:
    """Bars side by side with their axes."""

    boxes: tuple[Box, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]


def percent(share: float) -> str:
    """Return a share as a percentage with one decimal; all and nothing without."""
    return f"{100 * share:.0f}%" if share in {0.0, 1.0} else f"{100 * share:.1f}%"


def across(share: float) -> float:
    """Return where a share from 0 to 1 stands on the horizontal axis."""
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def down(share: float) -> float:
    """Return where a share from 0 to 1 of the vertical axis stands; 0 is at the bottom."""
    return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def slice_bars(values: Mapping[str, Mapping[str, Figure]], name: str = "right") -> tuple[Bar, ...]:
    """Return a bar for each value of a column that has the figure."""
    return tuple(
        Bar(label, figure.value, figure.low, figure.high, round(figure.value * figure.n), figure.n)
        for label, figures in values.items()
        if (figure := figures.get(name)) is not None and figure.value is not None
    )


def _step(top: float) -> float:
    return next((step for step in _STEPS if top / step <= MAX_TICKS), _STEPS[-1])


def _share_ticks(top: float) -> tuple[float, tuple[Tick, ...]]:
    """Return the axis' end, at least `top`, and its ticks in percent."""
    step = _step(max(top, 0.004))
    count = max(1, -int(-(top - 1e-9) // step))
    return step * count, tuple(Tick(down(i / count), f"{100 * step * i:g}%") for i in range(count + 1))


def risk_coverage(report: Report) -> LineChart | None:
    """Return the curve of wrong answers against answers given, None where nothing has a confidence."""
    points = [(p["coverage"] or 0.0, p["risk"] or 0.0, p["threshold"] or 0.0) for p in _curve(report, "risk_coverage")]
    if not points:
        return None
    end, y_ticks = _share_ticks(max(risk for _, risk, _ in points))
    path = "M" + "L".join(f"{across(coverage):g} {down(risk / end):g}" for coverage, risk, _ in points)
    threshold = report.run.system.get("threshold")
    present = None
    if isinstance(threshold, (int, float)):
        given = [point for point in points if point[2] >= threshold]
        if given:
            coverage, risk, _ = given[-1]
            present = Present(across(coverage), down(risk / end), coverage, risk)
    x_ticks = tuple(Tick(across(share), f"{100 * share:g}%") for share in (0, 0.5, 1))
    return LineChart(path, x_ticks, y_ticks, present)


def reliability(report: Report) -> BoxChart | None:
    """Return the share of right ones by confidence, None where there is none; the diagonal is perfect calibration."""
    bins = [item for item in _curve(report, "reliability") if item["n"]]
    if not bins:
        return None
    boxes = tuple(_reliability_box(item) for item in bins)
    ticks = tuple(Tick(down(share), f"{100 * share:g}%") for share in (0, 0.5, 1))
    return BoxChart(boxes, tuple(Tick(across(share), f"{share:g}") for share in (0, 0.5, 1)), ticks)


def _reliability_box(item: Mapping[str, float | None]) -> Box:
    low, high, correct = item["low"] or 0.0, item["high"] or 0.0, item["correct"] or 0.0
    told = f"{low:g}–{high:g}: {percent(correct)}, n = {int(item['n'] or 0)}"
    x, width = across(low) + 1, across(high) - across(low) - 2
    return Box(round(x, 1), down(correct), round(width, 1), round(down(0) - down(correct), 1), told)


def latency(report: Report) -> BoxChart | None:
    """Return how many answers took how long, None where no time was measured."""
    bins = _curve(report, "latency_ms")
    most = max((int(item["n"] or 0) for item in bins), default=0)
    longest = max((item["high"] or 0.0 for item in bins), default=0.0)
    if not most or longest < 0.001:
        return None
    boxes = []
    for item in bins:
        low, high, n = item["low"] or 0.0, item["high"] or 0.0, int(item["n"] or 0)
        left, right, top = across(low / longest), across(high / longest), down(n / most)
        told = f"{low:.0f}–{high:.0f} ms: {n}"
        boxes.append(Box(left, top, round(max(right - left - 1, 1), 1), round(down(0) - top, 1), told))
    x_ticks = tuple(Tick(across(share), f"{longest * share:.0f} ms") for share in (0, 0.5, 1))
    return BoxChart(tuple(boxes), x_ticks, (Tick(down(0), "0"), Tick(down(1), str(most))))


def _curve(report: Report, name: str) -> Curve:
    return report.curves.get(name, [])
