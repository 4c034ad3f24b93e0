"""What can be done on the page, apart from how it looks and is sent: upload, start, stop, compare, set the dial."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from szai_qa.errors import InputError, NotFoundError
from szai_qa.evaluation.compare import compare
from szai_qa.evaluation.gold import Against
from szai_qa.evaluation.html.comparison import comparison_html
from szai_qa.evaluation.report import Report
from szai_qa.evaluation.risk import Declined, Promise, calibrate, judged_rows
from szai_qa.interfaces.web.evaluate.jobs import UNFINISHED, Job, JobStore, Status
from szai_qa.interfaces.web.evaluate.preview import preview_of
from szai_qa.interfaces.web.evaluate.system import Measured
from szai_qa.interfaces.web.evaluate.uploads import receive, safe_name, unpack
from szai_qa.interfaces.web.evaluate.worker import Worker

if TYPE_CHECKING:
    from szai_qa.evaluation.promises import StoredPromise
    from szai_qa.evaluation.risk import Judged

log = logging.getLogger(__name__)
CONFIDENCE = 0.9
RISKS = (0.10, 0.05, 0.02)
MIN_RISK, MAX_RISK = 0.001, 0.5


Recorded = Callable[[str, Mapping[str, Any]], None]
"""Gets who changed the threshold, and from what to what."""


@dataclass(frozen=True, slots=True)
class Dial:
    """What the dial can promise by the last finished run on the site's own articles, and what is in force."""

    job: Job
    rows: tuple[Promise | Declined, ...]
    threshold: float | None
    in_force: StoredPromise | None


class Workbench:
    """All that evaluators do, on one store of jobs."""

    def __init__(
        self, folder: Path, system: Measured, worker: Worker | None = None, record: Recorded = lambda *_: None
    ) -> None:
        """Take the folder of jobs and what is measured; `record` puts a change of the threshold on record."""
        self.store = JobStore(folder)
        self._system = system
        self.worker = worker or Worker(self.store, system)
        self._record = record
        self._judged: dict[str, list[Judged]] = {}
        self._summaries: dict[str, tuple[tuple[Status, int], Mapping[str, Any]]] = {}

    def open(self) -> None:
        """Begin to work on jobs, those of an earlier server too that wait.

        Raises:
            InputError: another server works on the same folder.
        """
        self.store.claim()
        self.worker.start()

    def close(self) -> None:
        """Stop after the question in hand; the job that runs is marked as interrupted."""
        self.worker.close()
        self.store.release()

    async def upload(self, name: str, chunks: AsyncIterator[bytes]) -> Job:
        """Take a set and look it through; one that was uploaded before and not started makes room for it.

        Raises:
            InputError: its kind, size or content can't be used.
        """
        name = safe_name(name)
        folder = await asyncio.to_thread(self.store.new_folder)
        try:
            path = folder / "set" / name
            size = await receive(chunks, path)
            job = await asyncio.to_thread(self._look_through, folder, path, size)
        except BaseException:
            await asyncio.to_thread(shutil.rmtree, folder)
            raise
        for other in self.store.all():
            if other.status is Status.READY and other.id != job.id:
                self.store.remove(other.id)
        return job

    def _look_through(self, folder: Path, path: Path, size: int) -> Job:
        name = path.name
        return self.store.add(folder, name, size, preview_of(self._system.prepare(unpack(path))))

    def start(self, job_id: str, *, skip_invalid: bool) -> Job:
        """Let a job wait for its turn.

        Raises:
            InputError: rows are wrong and are not to be skipped, or none is usable.
        """
        job = self.store.get(job_id)
        if not job.usable or (job.wrong and not skip_invalid):
            raise InputError(f"{job.wrong} rows of {job.name} are wrong.", "Skip them, or choose the mended file.")
        job = self.store.update(
            job_id, only_from=frozenset({Status.READY}), status=Status.QUEUED, skip_invalid=skip_invalid
        )
        self.worker.wake()
        return job

    def resume(self, job_id: str) -> Job:
        """Let a job that did not come to its end wait for its turn again; what it has done is kept."""
        job = self.store.update(job_id, only_from=UNFINISHED, status=Status.QUEUED)
        self.worker.wake()
        return job

    def stop(self, job_id: str) -> None:
        """Stop a job that waits or runs; what it has done is kept."""
        self.worker.stop(job_id)

    def comparison(self, first: str, second: str) -> str:
        """Return two finished jobs compared, as a page that stands alone; the earlier one is before.

        Raises:
            InputError: they are of different sets.
        """
        jobs = sorted((self.store.get(job_id) for job_id in (first, second)), key=lambda job: job.created)
        a, b = (self.store.run_folder(job) for job in jobs)
        return comparison_html(compare(a, b), a, b)

    def same_set(self, first: str, second: str) -> tuple[str, str] | None:
        """Return the hashes of two jobs' sets where they differ, else None."""
        digests = [str(self.store.preview(self.store.get(job_id))["sha256"]) for job_id in (first, second)]
        return None if digests[0] == digests[1] else (digests[0], digests[1])

    def dial(self, custom: float | None = None) -> Dial | None:
        """Return what can be promised, None where no run on the site's own articles is finished.

        `custom` adds a share of wrong answers to RISKS.

        Raises:
            InputError: it lies outside of MIN_RISK and MAX_RISK.
        """
        job = self._last_on_index()
        if job is None:
            return None
        risks = dict.fromkeys([*RISKS, *([_checked(custom)] if custom is not None else [])])
        rows = tuple(calibrate(self._judged_rows(job), risk, CONFIDENCE) for risk in risks)
        return Dial(job, rows, self._system.threshold, self._system.promise())

    def apply(self, job_id: str, risk: float, who: str) -> Promise:
        """Put a promise of a finished run in force, from the next question on; it is logged.

        Raises:
            InputError: it can't be promised, or not for the site.
            ProofError: the index is another one by now.
        """
        job = self.store.get(job_id)
        found = calibrate(self._judged_rows(job), _checked(risk), CONFIDENCE)
        if isinstance(found, Declined):
            raise InputError(str(found), "Choose a larger share.")
        before = self._system.threshold
        self._system.keep(found, self.report(job))
        change = {"from": before, "to": found.threshold, "risk": risk, "dataset": job.name, "run": job.id}
        log.warning("%s changed the threshold: %s", who, change)
        self._record(who, change)
        return found

    def report(self, job: Job) -> Report:
        """Return a job's report; raises NotFoundError where there is none."""
        return self.store.run_folder(job).report()

    def summaries(self, jobs: Iterable[Job]) -> dict[str, Mapping[str, Any]]:
        """Return what the list of jobs shows of each that has a report, by id."""
        found = {}
        for job in jobs:
            if job.status in {Status.DONE, *UNFINISHED}:
                key = (job.status, job.done)
                known = self._summaries.get(job.id)
                if known is None or known[0] != key:
                    known = self._summaries[job.id] = (key, self._summary(job))
                if known[1]:
                    found[job.id] = known[1]
        return found

    def _summary(self, job: Job) -> Mapping[str, Any]:
        try:
            report = self.report(job)
        except NotFoundError:  # nothing of it was scored
            return {}
        names = ("right", "wrong", "false_refusal")
        shares = {name: report.metrics[name].value for name in names if name in report.metrics}
        return {**shares, "version": report.run.versions.get("szai-qa", "")}

    def _last_on_index(self) -> Job | None:
        finished = (job for job in self.store.all() if job.status is Status.DONE)
        return next((job for job in finished if self._against(job) == Against.INDEX), None)

    def _against(self, job: Job) -> str:
        preview: Mapping[str, Any] = self.store.preview(job)
        return str(preview["against"])

    def _judged_rows(self, job: Job) -> list[Judged]:
        if job.id not in self._judged:
            self._judged = {job.id: judged_rows(self.store.run_folder(job).rows())}  # the last one only
        return self._judged[job.id]


def _checked(risk: float) -> float:
    if not MIN_RISK <= risk <= MAX_RISK:
        raise InputError(f"{100 * risk:g} % is no share to promise.", "Choose one from 0.1 to 50 %.")
    return risk
