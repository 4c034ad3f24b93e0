"""The commands of an evaluator: evaluate, compare, calibrate. Each prepares, calls the package, and prints."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from szai_qa.errors import InputError, ProofError
from szai_qa.interfaces.json_lines import as_bytes
from szai_qa.settings import load_settings

if TYPE_CHECKING:
    from szai_qa.evaluation.compare import Comparison
    from szai_qa.evaluation.gold import Against, Dataset
    from szai_qa.evaluation.report import Figure, Report
    from szai_qa.evaluation.risk import Declined, Promise
    from szai_qa.interfaces.evaluating import Prepared

DatasetOption = Annotated[
    Path, typer.Option("--dataset", metavar="FILE", help="The test set (docs/evaluation.md), or a BEIR folder.")
]
FormatOption = Annotated[
    str | None, typer.Option("--format", metavar="NAME", help="squad, drcd, cmrc, jsonl, csv, xlsx or beir.")
]
AgainstOption = Annotated[
    str | None,
    typer.Option("--against", metavar="WHAT", help="index, own (the set's texts, indexed) or paragraph (read alone)."),
]
SkipOption = Annotated[bool, typer.Option("--skip-invalid", help="Leave wrong rows out; the report counts them.")]
FolderOption = Annotated[Path, typer.Option("--output", metavar="DIR", help="The folder to write.")]
RunOption = Annotated[Path | None, typer.Option("--output", metavar="DIR", help="The folder to write.")]
CheckOption = Annotated[bool, typer.Option("--check", help="List the wrong rows, and answer nothing.")]
SliceOption = Annotated[
    list[str] | None, typer.Option("--slice", metavar="COLUMN", help="A column to slice by. [default: all that fit]")
]
MinOption = Annotated[
    list[str] | None, typer.Option("--min", metavar="NAME=VALUE", help="The figure has to be at least this.")
]
MaxOption = Annotated[
    list[str] | None, typer.Option("--max", metavar="NAME=VALUE", help="The figure may be at most this.")
]
RegressionOption = Annotated[
    list[str] | None,
    typer.Option("--max-regression", metavar="NAME=VALUE", help="May be at most this worse than the baseline."),
]
BaselineOption = Annotated[
    Path | None, typer.Option("--baseline", metavar="DIR", help="An earlier run on the same set.")
]
IndexOption = Annotated[
    Path | None, typer.Option("--index", metavar="DIR", help="The index's folder. [default: ./index]")
]
ArticlesOption = Annotated[
    Path | None, typer.Option("--articles", metavar="DIR", help="The articles' folder. [default: ./docs/articles]")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, errors too.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command(epilog="Example: szai-qa evaluate --dataset set.jsonl --output report --min f1=0.8 --max wrong=0.05")(
        evaluate
    )
    app.command(epilog="Example: szai-qa compare before after --output difference")(compare)
    app.command(epilog="Example: szai-qa calibrate --dataset set.jsonl --risk 0.05 --confidence 0.9")(calibrate)


def evaluate(
    dataset: DatasetOption,
    output: RunOption = None,
    form: FormatOption = None,
    against: AgainstOption = None,
    skip_invalid: SkipOption = False,
    check: CheckOption = False,
    slices: SliceOption = None,
    minimum: MinOption = None,
    maximum: MaxOption = None,
    regression: RegressionOption = None,
    baseline: BaselineOption = None,
    as_json: JsonOption = False,
    index: IndexOption = None,
    articles: ArticlesOption = None,
) -> None:
    """Score a test set; exit code 3 where a gate fails. A run that was stopped goes on."""
    from szai_qa.evaluation.datasets import usable
    from szai_qa.evaluation.evaluate import EvaluationSettings
    from szai_qa.evaluation.evaluate import evaluate as run
    from szai_qa.evaluation.folder import RunFolder
    from szai_qa.evaluation.gates import require_passed
    from szai_qa.evaluation.html.render import write_report_html

    gates = _gates(minimum, maximum, regression)
    before = _baseline(regression, baseline)
    prepared = _prepared(dataset, form, against, index, articles)
    if check:
        _print_check(prepared, as_json)
        return
    if output is None:
        raise InputError("--output is missing.", "Name the folder to write, or --check the set.")
    usable_set = usable(prepared.dataset, skip_invalid=skip_invalid)
    if before and before.run.dataset["sha256"] != usable_set.sha256:
        raise InputError(f"The baseline {baseline} is of another set.", "Compare with a run of the same file.")
    folder = RunFolder(output)
    with _Bar() as bar:
        settings = EvaluationSettings(slices=tuple(slices) if slices else None)
        report = run(usable_set, prepared.load(), folder, settings, bar.show)
    report = replace(report, gates=tuple(gate.judge(report, before) for gate in gates))
    folder.write_report(report)
    write_report_html(folder)
    if as_json:
        _print_json(report.as_json())
    else:
        sys.stdout.buffer.write(_report_text(report, folder).encode("utf-8", "replace"))
    require_passed(report.gates)


def compare(
    a: Annotated[Path, typer.Argument(metavar="DIR_A", help="The earlier run.")],
    b: Annotated[Path, typer.Argument(metavar="DIR_B", help="The later run.")],
    output: FolderOption,
    as_json: JsonOption = False,
) -> None:
    """Compare two runs on the same set: differences with intervals, better and worse questions."""
    from szai_qa.evaluation.compare import compare as compare_runs
    from szai_qa.evaluation.folder import RunFolder, pretty, replace_file
    from szai_qa.evaluation.html.comparison import write_comparison_html

    found = compare_runs(RunFolder(a), RunFolder(b))
    output.mkdir(parents=True, exist_ok=True)
    replace_file(output / "compare.json", [pretty(found.as_json())])
    write_comparison_html(output, found, RunFolder(a), RunFolder(b))
    if as_json:
        _print_json(found.as_json())
    else:
        sys.stdout.buffer.write(_comparison_text(found).encode("utf-8", "replace"))


def calibrate(
    dataset: DatasetOption,
    risk: Annotated[float, typer.Option(min=0.001, max=0.5, help="The largest share of wrong answers.")],
    confidence: Annotated[float, typer.Option(min=0.5, max=0.999, help="How sure the promise has to be.")] = 0.9,
    store: Annotated[bool, typer.Option("--store", help="Keep the promise with the index, and in force.")] = False,
    run: Annotated[
        Path | None, typer.Option("--run", metavar="DIR", help="Take the answers of a finished run of this set.")
    ] = None,
    form: FormatOption = None,
    against: AgainstOption = None,
    skip_invalid: SkipOption = False,
    as_json: JsonOption = False,
    index: IndexOption = None,
    articles: ArticlesOption = None,
) -> None:
    """Find the threshold that promises at most this share of wrong answers (exit code 3: nothing to promise)."""
    from szai_qa.evaluation.datasets import usable
    from szai_qa.interfaces.calibrating import calibrate_set, store_for_index

    prepared = _prepared(dataset, form, against, index, articles)
    usable_set = usable(prepared.dataset, skip_invalid=skip_invalid)
    with _Bar() as bar:
        found, system = calibrate_set(replace(prepared, dataset=usable_set), risk, confidence, run, bar.show)
    stored = store_for_index(found, system, usable_set, prepared.against, index, articles) if store else None
    if as_json:
        _print_json(found.as_json() | {"stored": stored and str(stored)})
    else:
        sys.stdout.buffer.write(_promise_text(found, stored).encode("utf-8", "replace"))
    if not found.as_json()["promised"]:
        raise ProofError(str(found), "Add labelled questions, or allow a larger share.")


def _prepared(
    dataset: Path, form: str | None, against: str | None, index: Path | None, articles: Path | None
) -> Prepared:
    from szai_qa.interfaces.evaluating import prepare

    return prepare(dataset, load_settings(), form=form, against=_against(against), index=index, articles=articles)


def _against(name: str | None) -> Against | None:
    from szai_qa.evaluation.gold import Against

    if name is None:
        return None
    if name not in list(Against):
        raise InputError(f"--against {name} is not known.", f"There are: {', '.join(Against)}.")
    return Against(name)


def _gates(minimum: list[str] | None, maximum: list[str] | None, regression: list[str] | None) -> list[Any]:
    from szai_qa.evaluation.figures import NAMES
    from szai_qa.evaluation.gates import Kind, parse_gates

    given = {Kind.MIN: minimum, Kind.MAX: maximum, Kind.MAX_REGRESSION: regression}
    return [gate for kind, texts in given.items() for gate in parse_gates(kind, texts or [], NAMES)]


def _baseline(regression: list[str] | None, folder: Path | None) -> Report | None:
    from szai_qa.evaluation.folder import RunFolder

    if regression and folder is None:
        raise InputError("--max-regression needs a baseline.", "Name an earlier run: --baseline DIR.")
    return RunFolder(folder).report() if folder else None


def _print_check(prepared: Prepared, as_json: bool) -> None:
    dataset: Dataset = prepared.dataset
    problems = [problem.as_json() for problem in dataset.problems]
    if as_json:
        counts = {"format": dataset.format, "against": prepared.against.value, "usable": len(dataset.examples)}
        _print_json(counts | {"wrong": len(problems), "problems": problems})
        return
    lines = [f"{dataset.name} ({dataset.format}): {len(dataset.examples)} rows usable, {len(problems)} wrong."]
    lines += [str(problem) for problem in dataset.problems]
    sys.stdout.buffer.write(("\n".join(lines) + "\n").encode("utf-8", "replace"))


class _Bar:
    """A progress bar on standard error, where that is a terminal; made at the first call."""

    def __enter__(self) -> _Bar:
        self._bar: Any = None
        return self

    def show(self, done: int, total: int) -> None:
        """Show how many questions are done; what an earlier run did counts as done."""
        from tqdm import tqdm

        if self._bar is None:
            if done:
                sys.stderr.write(f"szai-qa: {done} of {total} questions were answered before.\n")
            self._bar = tqdm(total=total, initial=done, desc="evaluating", unit="q", disable=None)
        self._bar.update(done - self._bar.n)

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()


def _print_json(value: object) -> None:
    sys.stdout.buffer.write(as_bytes(value) + b"\n")
    sys.stdout.flush()


def _report_text(report: Report, folder: Any) -> str:  # noqa: ANN401 - a RunFolder
    dataset = report.run.dataset
    lines = [f"{dataset['name']}: {dataset['questions']} questions, {dataset['left_out']} rows left out."]
    lines += [f"{name:20} {_figure_text(figure)}" for name, figure in report.metrics.items() if figure.n]
    counts = ", ".join(f"{name} {count}" for name, count in report.failures.items() if count)
    return "\n".join([*lines, counts, f"Report: {folder.path}"]) + "\n"


def _figure_text(figure: Figure) -> str:
    between = "" if figure.low is None else f"[{figure.low:.4f}, {figure.high:.4f}]"
    return f"{figure.value:10.4f} {between:22} n={figure.n}"


def _comparison_text(found: Comparison) -> str:
    lines = []
    for name, d in found.differences.items():
        told = "" if d.significant else "  no significant difference"
        lines.append(f"{name:20} {d.a:8.4f} {d.b:8.4f} {d.difference:+8.4f} [{d.low:+.4f}, {d.high:+.4f}]{told}")
    lines.append(f"better: {', '.join(item.id for item in found.better) or 'none'}")
    lines.append(f"worse: {', '.join(item.id for item in found.worse) or 'none'}")
    return "\n".join(lines) + "\n"


def _promise_text(found: Promise | Declined, stored: Path | None) -> str:
    if not found.as_json()["promised"]:
        return ""
    value = found.as_json()
    text = (
        f"At most {100 * value['risk']:g} % of the answers are wrong, with {100 * value['confidence']:g} % confidence, "
        f"from the threshold {value['threshold']:.4f} on. It answers {100 * value['coverage']:.1f} % of "
        f"{value['questions']} questions, {value['wrong']} of {value['answered']} wrongly.\n"
    )
    return text + (f"Stored in {stored}; it is in force from now on.\n" if stored else "")
