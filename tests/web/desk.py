"""A desk for tests: a journal with answers of the fake assistant, people with accounts, requests as one of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from szai_qa.accounts.users import Role, User, add_user
from szai_qa.interfaces.web.desk.office import Office
from szai_qa.interfaces.web.guard import COOKIE
from szai_qa.journal.recorder import Recorder
from szai_qa.records import Answer, Document, System

from .fakes import FakeAssistant
from .serving import create_quietly
from .test_web_app import Client

PASSWORD = "correct horse battery"
SYSTEM = System("index1", 0.5, (("szai-qa", "0.1.0"),))
OURS = {"origin": "http://localhost"}


@dataclass
class Desk:
    """One journal in a folder, with an office on it and a way to put answers on record."""

    folder: Path
    assistant: FakeAssistant = field(default_factory=FakeAssistant)

    def __post_init__(self) -> None:
        self.url = f"sqlite:///{self.folder}/journal.sqlite"
        self.recorder = Recorder(self.url, SYSTEM, "web")
        self.office = Office(self.url, self.folder, lambda: self.assistant.documents)
        self.database = self.office.database

    def open_journal(self, _: object) -> Recorder:
        return Recorder(self.url, SYSTEM, "web")

    def open_office(self, _: Callable[[], Sequence[Document]]) -> Office:
        # Not those of the application, which a request outside its life finds not loaded.
        return Office(self.url, self.folder, lambda: self.assistant.documents)

    def put(self, answer: Answer | str) -> str:
        """Put an answer on record, or that to a question; return its public id."""
        answer = self.assistant.ask(answer) if isinstance(answer, str) else answer
        return self.recorder.record(answer, "c1", (), "zh-Hans") or ""

    def hire(self, name: str = "chen", role: Role = Role.STAFF) -> User:
        return add_user(self.database, name, role, PASSWORD)

    def cookie(self, user: User) -> dict[str, str]:
        return {"cookie": f"{COOKIE}={self.office.sessions.begin(user)}"}

    def client(self) -> Client:
        return Client(create_quietly(lambda: self.assistant, self.open_journal, open_office=self.open_office))

    def close(self) -> None:
        self.office.close()
        self.recorder.close()


def send_form(client: Client, path: str, headers: dict[str, str] | None = None, **fields: str) -> Any:  # noqa: ANN401
    """Send a form as our own page does."""
    return client("POST", path, urlencode(fields).encode(), **{**OURS, **(headers or {})})


def send_json(client: Client, path: str, value: object, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """Send JSON as our own page does; return status and JSON."""
    status, _, body = client("POST", path, json.dumps(value).encode(), **OURS, **headers)
    return status, json.loads(body)
