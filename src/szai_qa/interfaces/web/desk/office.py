"""What all pages of the desk share: the journal, who is logged in, the articles, who is looking at what.

It makes no HTML and knows no request.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from szai_qa.accounts.sessions import Sessions, load_key
from szai_qa.accounts.tries import Tries
from szai_qa.accounts.users import User
from szai_qa.errors import InputError
from szai_qa.interfaces.kept import kept_document
from szai_qa.journal.database import Database, open_database
from szai_qa.journal.entries import Pointer
from szai_qa.journal.shelf import keep_article
from szai_qa.records import Document, Span

VIEWING_S = 120
MAX_PARSED = 16


class Office:
    """The desk's one state. Threads may share it.

    A journal that can't be opened is tried again at every request: the public chat runs without it.
    """

    def __init__(
        self, url: str, folder: Path, documents: Callable[[], Sequence[Document]], tries: Tries | None = None
    ) -> None:
        """Take the journal's URL, the folder that holds the key of cookies, and a function that gives the articles."""
        self._url = url
        self._key = load_key(folder)
        self._documents = documents
        self._lock = threading.Lock()
        self._database: Database | None = None
        self._parsed: dict[str, Document] = {}
        self._viewing: dict[str, dict[str, float]] = {}
        self.tries = tries or Tries()

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

    @property
    def sessions(self) -> Sessions:
        """The sessions of the journal's users.

        Raises:
            JournalError: the journal can't be opened.
        """
        return Sessions(self.database, self._key)

    def user_of(self, cookie: str | None) -> User | None:
        """Return whose session a cookie names, None for nobody's."""
        return self.sessions.user_of(cookie) if cookie else None

    def close(self) -> None:
        """Close the journal."""
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None

    def documents(self) -> Sequence[Document]:
        """Return the articles that are answered from now; none while they load."""
        return self._documents()

    def document(self, sha256: str) -> Document:
        """Return an article by its hash: one that was ever quoted as it was then, or one that is answered from now.

        Raises:
            ProofError: there is none, or the text that was kept was changed.
        """
        current = next((d for d in self._documents() if d.article.sha256 == sha256), None)
        return current or self._kept(sha256)

    def _kept(self, sha256: str) -> Document:
        with self._lock:
            found = self._parsed.get(sha256)
        if found is None:
            found = kept_document(self.database, sha256)
            with self._lock:
                # Few are open at a time; all that were ever quoted may be many.
                self._parsed = {**dict(list(self._parsed.items())[1 - MAX_PARSED :]), sha256: found}
        return found

    def pointer(self, sha256: str, start: int, end: int) -> Pointer:
        """Return the pointer to a sentence of an article, which is kept from now on.

        Raises:
            InputError: no sentence of the article stands there.
            ProofError: there is no such article.
        """
        document = self.document(sha256)
        if not any((s.span.start, s.span.end) == (start, end) for s in document.sentences):
            raise InputError(f"No sentence of {document.article.id} stands at {start}:{end}.", "Pick it again.")
        keep_article(self.database, document.article)
        return Pointer(document.article.id, sha256, Span(start, end))

    def look(self, public_id: str, name: str) -> list[str]:
        """Note that a user looks at an answer; return who else does."""
        now = time.monotonic()
        with self._lock:
            for seen in self._viewing.values():
                seen.pop(name, None)
            self._viewing.setdefault(public_id, {})[name] = now
            self._viewing = {
                answer: fresh
                for answer, seen in self._viewing.items()
                if (fresh := {who: at for who, at in seen.items() if now - at < VIEWING_S})
            }
            return sorted(who for who in self._viewing[public_id] if who != name)
