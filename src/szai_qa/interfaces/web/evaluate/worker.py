"""Runs the jobs of the store in a thread of its own: one at a time, the one that has waited longest first."""

from __future__ import annotations

import logging
import threading
import time

from szai_qa.errors import SzaiQaError
from szai_qa.evaluation.compare import compare
from szai_qa.evaluation.datasets import usable
from szai_qa.evaluation.evaluate import EvaluationSettings, evaluate
from szai_qa.evaluation.html.comparison import Earlier, earlier
from szai_qa.evaluation.html.render import write_report_html
from szai_qa.interfaces.web.evaluate.jobs import ACTIVE, Job, JobStore, Status
from szai_qa.interfaces.web.evaluate.system import Measured

log = logging.getLogger(__name__)
SAVE_EVERY_S = 2.0


class Worker:
    """The thread that runs jobs. What a job has answered is on the disk, whatever ends it."""

    def __init__(self, store: JobStore, system: Measured, settings: EvaluationSettings = EvaluationSettings()) -> None:  # noqa: B008 - frozen
        self._store = store
        self._system = system
        self._settings = settings
        self._closing = threading.Event()
        self._work = threading.Event()
        self._stop_job = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to work; jobs that an earlier server left running are marked as interrupted."""
        self._store.mark_interrupted()
        self._closing.clear()
        self._work.set()
        self._thread = threading.Thread(target=self._run, name="evaluate", daemon=True)
        self._thread.start()

    def close(self, timeout_s: float = 5.0) -> None:
        """Stop after the question in hand; the job is marked as interrupted."""
        self._closing.set()
        self._work.set()
        if self._thread:
            self._thread.join(timeout_s)

    def wake(self) -> None:
        """Look for waiting jobs."""
        self._work.set()

    def stop(self, job_id: str) -> None:
        """Stop a job: one that waits at once, one that runs after the question in hand."""
        job = self._store.update(job_id, only_from=frozenset({Status.QUEUED}), status=Status.STOPPED)
        if job.status is Status.RUNNING:
            self._stop_job.set()

    def _run(self) -> None:
        while not self._closing.is_set():
            self._work.clear()
            job = self._store.next_queued()
            if job is None:
                self._work.wait()
                continue
            self._stop_job.clear()
            job = self._store.update(job.id, only_from=frozenset({Status.QUEUED}), status=Status.RUNNING, error="")
            if job.status is Status.RUNNING:
                self._attempt(job)

    def _attempt(self, job: Job) -> None:
        try:
            status = self._evaluate(job)
        except SzaiQaError as problem:
            self._fail(job, str(problem))
        except Exception as problem:
            # Whatever broke, the evaluator must see that it did; the log has the whole of it.
            log.exception("evaluation %s of %s broke", job.id, job.name)
            self._fail(job, f"{type(problem).__name__}: {problem}")
        else:
            self._store.update(job.id, status=status)

    def _fail(self, job: Job, error: str) -> None:
        done = len(self._store.run_folder(job).finished())
        where = f"after question {done}: " if done else ""
        self._store.update(job.id, status=Status.FAILED, done=min(done, job.usable), error=where + error)

    def _evaluate(self, job: Job) -> Status:
        prepared = self._system.prepare(self._store.set_path(job))
        dataset = usable(prepared.dataset, skip_invalid=job.skip_invalid)
        subject = self._system.subject(prepared, self._closing)
        if subject is None:
            return Status.INTERRUPTED
        progress = _Progress(self._store, job)
        report = evaluate(dataset, subject, self._store.run_folder(job), self._settings, progress.show, self._must_stop)
        write_report_html(self._store.run_folder(job), self._compared(job))
        if report.complete:
            return Status.DONE
        return Status.STOPPED if self._stop_job.is_set() else Status.INTERRUPTED

    def _must_stop(self) -> bool:
        return self._closing.is_set() or self._stop_job.is_set()

    def _compared(self, job: Job) -> Earlier | None:
        """Return how a finished job compares with the last finished one of the same set, None where there is none."""
        digest = self._store.preview(job)["sha256"]
        for other in self._store.all():
            same = other.id != job.id and other.status is Status.DONE and other.created < job.created
            if same and self._store.preview(other)["sha256"] == digest:
                folders = self._store.run_folder(other), self._store.run_folder(job)
                try:
                    return earlier(compare(*folders, self._settings.resamples), folders[0].report())
                except SzaiQaError:  # other rows were left out, or one was stopped: they can't be compared
                    return None
        return None


class _Progress:
    """Notes a job's progress in the store, and now and then writes it down."""

    def __init__(self, store: JobStore, job: Job) -> None:
        self._store, self._job = store, job
        self._began = self._saved = time.monotonic()

    def show(self, done: int, total: int) -> None:
        now = time.monotonic()
        self._store.progress(self._job.id, min(done, self._job.usable), self._job.elapsed_s + now - self._began)
        if now - self._saved >= SAVE_EVERY_S:
            self._saved = now
            self._store.update(self._job.id, only_from=ACTIVE)
