"""What the page measures: the very assistant that answers on the site, question by question between its readers.

Only a set that brings its own texts gets a system of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from szai_qa.errors import InputError, SzaiQaError
from szai_qa.evaluation.evaluate import Subject
from szai_qa.evaluation.gold import Against, Example
from szai_qa.evaluation.promises import StoredPromise
from szai_qa.evaluation.rows import Reply
from szai_qa.interfaces.evaluating import Prepared, prepare
from szai_qa.interfaces.web.turns import Turns
from szai_qa.settings import Settings

if TYPE_CHECKING:
    from szai_qa.answering.assistant import Assistant
    from szai_qa.evaluation.report import Report
    from szai_qa.evaluation.risk import Promise
    from szai_qa.interfaces.web.chat import Chat


class Measured(Protocol):
    """What the page needs of the system that it measures."""

    def prepare(self, path: Path) -> Prepared:
        """Open a set; raises InputError or NotFoundError."""

    def subject(self, prepared: Prepared, stopping: threading.Event) -> Subject | None:
        """Return what answers, once it is loaded; None where `stopping` was set before."""

    @property
    def threshold(self) -> float | None:
        """The threshold in force, None while the system loads."""

    def promise(self) -> StoredPromise | None:
        """Return the promise in force, if there is one."""

    def keep(self, promise: Promise, report: Report) -> None:
        """Store a promise that was measured in a run, and put its threshold in force.

        Raises:
            InputError, ProofError: it was measured on something else, or a setting fixes the threshold.
        """


def taking_turns(subject: Subject, turns: Turns) -> Subject:
    """Return the subject answering one question at a time, behind the readers of the site."""

    def answer(examples: Sequence[Example]) -> Sequence[Reply]:
        replies: list[Reply] = []
        for example in examples:
            with turns.behind():
                replies += subject.answerer([example])
        return replies

    return replace(subject, answerer=answer)


class SiteSystem:
    """The site's own assistant, index and settings."""

    def __init__(
        self,
        settings: Settings,
        index: Path,
        articles: Path,
        chat: Callable[[], Chat | None],
        failed: Callable[[], SzaiQaError | None] = lambda: None,
    ) -> None:
        """Take the folders, and what returns the chat, None while it loads; `failed` returns why it never will."""
        self._settings = settings
        self._index, self._articles = index, articles
        self._chat, self._failed = chat, failed

    def prepare(self, path: Path) -> Prepared:
        """Open a set; raises InputError or NotFoundError."""
        return prepare(path, self._settings, index=self._index, articles=self._articles)

    def subject(self, prepared: Prepared, stopping: threading.Event) -> Subject | None:
        """Return what answers, once the assistant is loaded; raises what kept it from being loaded."""
        from szai_qa.interfaces.measured_systems import site_subject

        while (chat := self._chat()) is None:
            if problem := self._failed():
                raise problem
            if stopping.wait(0.5):
                return None
        if prepared.against is Against.INDEX:
            subject = site_subject(self._settings, self._index, _assistant(chat))
        else:
            subject = prepared.load()
        return taking_turns(subject, chat.turns)

    @property
    def threshold(self) -> float | None:
        """The threshold in force, None while the assistant loads."""
        chat = self._chat()
        return _assistant(chat).threshold if chat else None

    def promise(self) -> StoredPromise | None:
        """Return the promise that holds for the index."""
        from szai_qa.interfaces.risk import valid_promise

        chat = self._chat()
        if chat is None or self._settings.threshold is not None:
            return None
        return valid_promise(self._index, _assistant(chat).reader_identity)

    def keep(self, promise: Promise, report: Report) -> None:
        """Store a promise beside the index, and let the assistant go by its threshold from the next question on."""
        from szai_qa.interfaces.calibrating import store_measured

        chat = self._chat()
        if self._settings.threshold is not None or chat is None:
            raise InputError("The threshold is fixed by SZAI_QA_THRESHOLD.", "Unset it, and start the server again.")
        store_measured(promise, report, self._index)
        with chat.turns:
            chat.assistant = _assistant(chat).at_threshold(promise.threshold)


def _assistant(chat: Chat) -> Assistant:
    # The chat knows less of it than it is: here it has been loaded by `loading`.
    return cast("Assistant", chat.assistant)
