"""Puts answers of one system on record, and knows whether that works: the one thing that interfaces need to hold."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from szai_qa.errors import JournalError
from szai_qa.journal.database import Database, open_database
from szai_qa.journal.entries import DownReason, Feedback
from szai_qa.journal.store import give_feedback, prune, record
from szai_qa.records import Answer, System

log = logging.getLogger(__name__)


class Recorder:
    """A journal and what answers. Threads may share it.

    A journal that can't be opened is tried again at every answer, so that a database that comes up late is used.
    """

    def __init__(self, url: str, system: System, channel: str, days: int = 0) -> None:
        """Open the journal at a URL; answers older than `days` days are deleted, now and daily (0: never).

        Raises:
            SettingsError: the URL is none, or its driver is not installed.
        """
        self.system = system
        self._url = url
        self._channel = channel
        self._days = days
        self._lock = threading.Lock()
        self._database: Database | None = None
        self._pruned: date | None = None
        self._failing = False
        self._attempt("The journal can't be opened", self._prune_daily)

    @property
    def failing(self) -> bool:
        """Whether the last write failed."""
        return self._failing

    @property
    def days(self) -> int:
        """How many days answers are kept, 0 for ever."""
        return self._days

    @property
    def database(self) -> Database:
        """The open journal.

        Raises:
            JournalError: it can't be opened.
        """
        with self._lock:
            if self._database is None:
                self._database = open_database(self._url)
            return self._database

    def record(self, answer: Answer, conversation: str, history: Sequence[str], language: str) -> str | None:
        """Put an answer on record before it is shown; return its public id.

        None where that failed: the answer may be shown, without a permanent address. The log has the cause.
        """
        public_ids: list[str] = []

        def write() -> None:
            public_id = record(
                self.database,
                answer,
                self.system,
                conversation=conversation,
                channel=self._channel,
                language=language,
                history=history,
            )
            public_ids.append(public_id)
            self._prune_daily()

        self._attempt("An answer is not on record", write)
        return public_ids[0] if public_ids else None

    def feedback(self, public_id: str, feedback: Feedback | None, reason: DownReason | None = None) -> bool:
        """Keep what the reader says of an answer; False where that failed, and the log has the cause.

        Raises:
            InputError, NotFoundError: it is no feedback on this answer.
        """
        return self._attempt(
            "Feedback is not on record", lambda: give_feedback(self.database, public_id, feedback, reason)
        )

    def close(self) -> None:
        """Close the journal."""
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None

    def _attempt(self, failure: str, write: Callable[[], None]) -> bool:
        try:
            write()
        except JournalError as problem:
            self._failing = True
            log.critical("%s: %s", failure, problem)
            return False
        self._failing = False
        return True

    def _prune_daily(self) -> None:
        today = datetime.now(UTC).date()
        if today != self._pruned:
            prune(self.database, self._days)
            self._pruned = today
