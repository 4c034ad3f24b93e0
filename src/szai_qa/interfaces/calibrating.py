"""Sets the risk dial on a labelled set, and stores what it promises beside the index."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from szai_qa.errors import InputError, ProofError
from szai_qa.evaluation.evaluate import answer_and_score
from szai_qa.evaluation.folder import RunFolder
from szai_qa.evaluation.gold import Against, Dataset
from szai_qa.evaluation.promises import Conditions, StoredPromise, store_promise
from szai_qa.evaluation.report import Report
from szai_qa.evaluation.risk import Declined, Promise, calibrate, judged_rows
from szai_qa.interfaces.evaluating import Prepared
from szai_qa.settings import find_home


def calibrate_set(
    prepared: Prepared,
    risk: float,
    confidence: float,
    run: Path | None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Promise | Declined, Mapping[str, Any]]:
    """Answer a usable set (or take the answers of a finished run of it), and find what can be promised.

    Returns the promise, and what it was measured with.

    Raises:
        InputError: the run is of another set, or was not finished.
    """
    if run is not None:
        report = RunFolder(run).report()
        if report.run.dataset["sha256"] != prepared.dataset.sha256 or not report.complete:
            raise InputError(
                f"{run} is no finished run of {prepared.dataset.name}.", "Leave out --run to answer it now."
            )
        if report.run.against != prepared.against:
            raise InputError(f"{run} was asked of {report.run.against}.", f"Add --against {report.run.against}.")
        return calibrate(judged_rows(RunFolder(run).rows()), risk, confidence), report.run.system
    with tempfile.TemporaryDirectory(prefix="szai-qa-calibrate-") as name:
        folder = RunFolder(Path(name))
        subject = prepared.load()
        answer_and_score(prepared.dataset, subject, folder, on_progress=on_progress)
        return calibrate(judged_rows(folder.rows()), risk, confidence), subject.system


def store_for_index(
    found: Promise | Declined,
    system: Mapping[str, Any],
    dataset: Dataset,
    against: Against,
    index: Path | None,
    articles: Path | None,
) -> Path | None:
    """Store a promise beside the index that it was measured on; a refusal to promise stores nothing.

    Raises:
        InputError: it was not measured on the index.
        ProofError: the index is another one by now.
    """
    if isinstance(found, Declined):
        return None
    if against is not Against.INDEX:
        raise InputError(f"A promise measured on {against} says nothing about the index.", "Leave out --store.")
    described = {"name": dataset.name, "sha256": dataset.sha256, "questions": len(dataset.examples)}
    return _store(found, system, described, find_home(index, articles)[0])


def store_measured(found: Promise, report: Report, index: Path) -> Path:
    """Store a promise that was measured in a finished run beside an index, as `store_for_index` does."""
    if report.run.against != Against.INDEX:
        raise InputError(f"A promise measured on {report.run.against} says nothing about the index.", "Ask the index.")
    described = {name: report.run.dataset[name] for name in ("name", "sha256", "questions")}
    return _store(found, report.run.system, described, index)


def _store(found: Promise, system: Mapping[str, Any], described: Mapping[str, Any], folder: Path) -> Path:
    from szai_qa.indexing.manifest import read_manifest

    conditions = Conditions(**{name: str(system[name]) for name in Conditions.__slots__})
    if read_manifest(folder).index_id != conditions.index_id:
        raise ProofError(f"The index in {folder} is another one than the promise was measured on.", "Calibrate again.")
    stored = datetime.now(UTC).isoformat(timespec="seconds")
    return store_promise(folder, StoredPromise(found, conditions, described, stored))
