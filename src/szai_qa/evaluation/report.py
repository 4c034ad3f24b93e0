"""The report of a run as a value: figures with intervals, slices, curves, and all that it takes to run it again.

`report.json` is `Report.as_json()`. Nothing here measures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value with its 95 % interval and the number of rows behind it; None where there are no rows.

    `low` and `high` are None too where no interval is computed.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int

    def __post_init__(self) -> None:
        if (self.value is None) != (self.n == 0):
            raise ValueError("a figure has a value exactly where it has rows")


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What was run on what. `dataset`: name, format, sha256, questions, units, left_out.

    `against` is a value of `gold.Against`; `system` holds index_id, reader, threshold, settings; `versions` the
    program's and its libraries'. `settings` are the evaluation's own: seed, resamples, slices.
    """

    dataset: Mapping[str, Any]
    against: str
    system: Mapping[str, Any]
    settings: Mapping[str, Any]
    versions: Mapping[str, str]
    started: str = ""
    finished: str = ""


Figures = Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class Report:
    """All that was measured in one run.

    `slices` maps column → value → figures. `curves`: `risk_coverage` [{coverage, risk, threshold}] from strict to
    loose; `reliability` [{low, high, n, confidence, correct}] by bins of confidence; `latency_ms` [{low, high, n}].
    `failures` counts each class of `rows.Failure`, and `right`. `problems` are the rows left out. `complete` is false
    where the run was stopped. `gates` lists [{name, kind, limit, value, passed}].
    """

    run: RunRecord
    metrics: Figures
    slices: Mapping[str, Mapping[str, Figures]] = field(default_factory=dict)
    curves: Mapping[str, list[dict[str, float | None]]] = field(default_factory=dict)
    failures: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Mapping[str, str], ...] = ()
    gates: tuple[Mapping[str, Any], ...] = ()
    complete: bool = True

    def as_json(self) -> dict[str, Any]:
        """Return what `report.json` holds."""
        return {
            "format_version": FORMAT_VERSION,
            "complete": self.complete,
            "metrics": {name: asdict(figure) for name, figure in self.metrics.items()},
            "slices": {
                column: {
                    value: {name: asdict(figure) for name, figure in figures.items()}
                    for value, figures in values.items()
                }
                for column, values in self.slices.items()
            },
            "curves": dict(self.curves),
            "failures": dict(self.failures),
            "problems": [dict(problem) for problem in self.problems],
            "gates": [dict(gate) for gate in self.gates],
            "run": {name: value for name, value in asdict(self.run).items() if name != "versions"},
            "versions": dict(self.run.versions),
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> Report:
        """Return the report that `as_json` wrote; raises KeyError or TypeError where something is missing."""
        return Report(
            run=RunRecord(**value["run"], versions=value["versions"]),
            metrics=_figures(value["metrics"]),
            slices={
                column: {name: _figures(figures) for name, figures in values.items()}
                for column, values in value["slices"].items()
            },
            curves=value["curves"],
            failures=value["failures"],
            problems=tuple(value["problems"]),
            gates=tuple(value["gates"]),
            complete=value["complete"],
        )


def _figures(values: Mapping[str, Any]) -> Figures:
    return {name: Figure(**figure) for name, figure in values.items()}
