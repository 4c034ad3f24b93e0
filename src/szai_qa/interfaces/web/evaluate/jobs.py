"""The jobs of the page and their store: one folder a job, so that a reload and a restart find them again.

| in a job's folder | holds |
|---|---|
| `job.json` | the job's state, replaced whole at each change |
| `set/` | the file as it was uploaded, or the folder of an unpacked archive |
| `preview.json` | what was found in it |
| `run/` | the run's own files (`evaluation.folder`), the report among them |
"""

from __future__ import annotations

import fcntl
import json
import re
import secrets
import shutil
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from szai_qa.errors import InputError, NotFoundError
from szai_qa.evaluation.folder import RunFolder, pretty, read_json, replace_file

_ID = re.compile(r"[0-9a-f]{16}")
_STATE, _PREVIEW, _SET, _RUN = "job.json", "preview.json", "set", "run"


class Status(StrEnum):
    """What state a job is in."""

    READY = "ready"
    """Uploaded and looked through, not started."""
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    """By a person; what was done has its report, and the rest can follow."""
    INTERRUPTED = "interrupted"
    """By the end of the server; it can go on."""
    FAILED = "failed"
    """Something broke; what was done is kept, and it can go on."""


UNFINISHED = frozenset({Status.STOPPED, Status.INTERRUPTED, Status.FAILED})
"""What can go on."""
ACTIVE = frozenset({Status.QUEUED, Status.RUNNING})


@dataclass(frozen=True, slots=True)
class Job:
    """A test set that was uploaded, and its run.

    `created` is in seconds since 1970, `elapsed_s` the time that was spent on it. `error` says what broke, where, and
    what to do; "" for nothing.
    """

    id: str
    name: str
    size: int
    created: float
    status: Status
    usable: int
    wrong: int
    skip_invalid: bool = False
    done: int = 0
    elapsed_s: float = 0.0
    error: str = ""

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise ValueError(f"{self.id!r} is no job's id")
        if not 0 <= self.done <= self.usable:
            raise ValueError(f"{self.done} of {self.usable} questions can't be done")

    @property
    def left_s(self) -> float | None:
        """How long the rest will take if it goes on as before, in seconds; None before the first question."""
        return self.elapsed_s / self.done * (self.usable - self.done) if self.done and self.elapsed_s else None


class JobStore:
    """Jobs in a folder. All changes go through `update`, one at a time."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, which is made at the first job."""
        self._folder = folder
        self._lock = threading.RLock()
        self._claim: IO[str] | None = None
        self._progress: dict[str, tuple[int, float]] = {}

    def claim(self) -> None:
        """Make the folder this process's alone, until `release` or its end.

        Raises:
            InputError: another process has it.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        lock = (self._folder / ".lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            lock.close()
            raise InputError(
                f"Another szai-qa serves evaluations in {self._folder}.", "Stop it, or set SZAI_QA_DATA_DIR."
            ) from problem
        self._claim = lock

    def release(self) -> None:
        """Let others have the folder."""
        if self._claim:
            self._claim.close()
            self._claim = None

    def new_folder(self) -> Path:
        """Make a folder for a job to be, which is none until `add`."""
        path = self._folder / secrets.token_hex(8)
        (path / _SET).mkdir(parents=True)
        return path

    def add(self, folder: Path, name: str, size: int, preview: Mapping[str, Any]) -> Job:
        """Make a new folder a job, ready to be started."""
        replace_file(folder / _PREVIEW, [pretty(preview)])
        counts = int(preview["usable"]), int(preview["wrong"])
        job = Job(folder.name, name, size, time.time(), Status.READY, *counts)
        self._write(job)
        return job

    def all(self) -> list[Job]:
        """Return all jobs, newest first."""
        found = (self._read(path.parent) for path in self._folder.glob(f"*/{_STATE}"))
        return sorted(found, key=lambda job: (-job.created, job.id))

    def get(self, job_id: str) -> Job:
        """Return a job; raises NotFoundError where there is none of that id."""
        if not _ID.fullmatch(job_id) or not (self._folder / job_id / _STATE).is_file():
            raise NotFoundError(f"There is no evaluation {job_id[:20]!r}.", "Open the page of evaluations again.")
        return self._read(self._folder / job_id)

    def update(self, job_id: str, only_from: frozenset[Status] | None = None, **changes: object) -> Job:
        """Change a job and return it; one whose status is not in `only_from` stays as it is."""
        with self._lock:
            job = self.get(job_id)
            if only_from is not None and job.status not in only_from:
                return job
            job = replace(job, **changes)  # type: ignore[arg-type]  # checked by the job itself
            self._write(job)
            return job

    def progress(self, job_id: str, done: int, elapsed_s: float) -> None:
        """Note how far a running job is; it is written at the job's next change."""
        self._progress[job_id] = done, elapsed_s

    def remove(self, job_id: str) -> None:
        """Delete a job with all its files; one that runs or waits is kept."""
        with self._lock:
            if self.get(job_id).status not in ACTIVE:
                shutil.rmtree(self._folder / job_id)

    def preview(self, job: Job) -> Mapping[str, Any]:
        """Return what was found in a job's set."""
        value: Mapping[str, Any] = read_json(self._folder / job.id / _PREVIEW)
        return value

    def set_path(self, job: Job) -> Path:
        """Return the uploaded file or folder."""
        return next((self._folder / job.id / _SET).iterdir())

    def run_folder(self, job: Job) -> RunFolder:
        """Return the folder of the job's run."""
        return RunFolder(self._folder / job.id / _RUN)

    def next_queued(self) -> Job | None:
        """Return the job that has waited longest, None where none waits."""
        return next((job for job in reversed(self.all()) if job.status is Status.QUEUED), None)

    def mark_interrupted(self) -> None:
        """Say of jobs that ran when the server ended that they were interrupted; to be called before any runs."""
        for job in self.all():
            if job.status is Status.RUNNING:
                self.update(job.id, status=Status.INTERRUPTED)

    def _write(self, job: Job) -> None:
        replace_file(self._folder / job.id / _STATE, [pretty(asdict(job))])
        if job.status is not Status.RUNNING:
            self._progress.pop(job.id, None)

    def _read(self, folder: Path) -> Job:
        value = json.loads((folder / _STATE).read_text(encoding="utf-8"))
        job = Job(**{**value, "status": Status(value["status"])})
        if job.status is Status.RUNNING and (noted := self._progress.get(job.id)):
            job = replace(job, done=noted[0], elapsed_s=noted[1])
        return job
