"""What was acknowledged is on the disk, whatever happens to the process then."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

from project import ROOT
from szai_qa.journal.database import Database, open_database
from szai_qa.journal.store import get_entry
from szai_qa.journal.trail import check_trail

from .samples import answered, put

WRITER = """
import sys
from journal.samples import answered, put
from szai_qa.journal.database import open_database

with open_database(sys.argv[1]) as journal:
    for i in range(100_000):
        print(put(journal, answered(f"第{i}问")), flush=True)
"""
ACKNOWLEDGED = 60
MAX_MS = 100
"""A write takes some milliseconds; this bound is for a machine that is busy with other work."""


def test_a_process_killed_while_it_writes_loses_no_acknowledged_answer(url: str) -> None:
    path = os.pathsep.join([str(ROOT / "tests"), str(ROOT / "src")])
    environment = os.environ | {"PYTHONPATH": path}
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, url], env=environment, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert child.stdout
    with child.stdout as lines:
        acknowledged = [next(lines).strip() for _ in range(ACKNOWLEDGED)]
        child.send_signal(signal.SIGKILL)
        acknowledged += [line.strip() for line in lines if line.endswith("\n")]
    assert child.wait() == -signal.SIGKILL
    with open_database(url) as journal:
        for i, public_id in enumerate(acknowledged):
            assert get_entry(journal, public_id).question == f"第{i}问"
        assert check_trail(journal).entries >= len(acknowledged)


def test_sqlite_writes_each_commit_to_the_disk(tmp_path: Path) -> None:
    with open_database(f"sqlite:///{tmp_path}/journal.sqlite") as journal, journal.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL


def test_writing_an_answer_takes_little_time(journal: Database) -> None:
    put(journal, answered())
    times = []
    for _ in range(30):
        began = time.perf_counter()
        put(journal, answered())
        times.append(1000 * (time.perf_counter() - began))
    assert statistics.median(times) < MAX_MS


def test_threads_and_processes_write_one_chain(url: str) -> None:
    def write(journal: Database) -> None:
        for _ in range(10):
            put(journal, answered())

    with open_database(url) as one, open_database(url) as other:
        threads = [threading.Thread(target=write, args=(journal,)) for journal in (one, one, other, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert check_trail(one).entries == 40
