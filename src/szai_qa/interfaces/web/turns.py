"""Lets one question be answered at a time, readers' before those of a measurement. It knows no question."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """A lock with two doors: `with turns:` for a reader, `with turns.behind():` for work that can wait.

    Work goes in only while no reader is in or waits, so a reader waits for one question of it at most.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting = 0
        self._taken = False

    def __enter__(self) -> None:
        with self._changed:
            self._waiting += 1
            try:
                self._changed.wait_for(lambda: not self._taken)
            finally:
                self._waiting -= 1
            self._taken = True

    def __exit__(self, *_: object) -> None:
        self._leave()

    @contextmanager
    def behind(self) -> Iterator[None]:
        """Take a turn after all readers who wait."""
        with self._changed:
            self._changed.wait_for(lambda: not self._taken and not self._waiting)
            self._taken = True
        try:
            yield
        finally:
            self._leave()

    def _leave(self) -> None:
        with self._changed:
            self._taken = False
            self._changed.notify_all()
