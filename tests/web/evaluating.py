"""A small real system to evaluate: it answers from the repository's article by offsets, as slowly as it is told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from szai_qa.accounts.sessions import Sessions, load_key
from szai_qa.accounts.users import Role, User, add_user
from szai_qa.evaluation.evaluate import EvaluationSettings, Subject
from szai_qa.evaluation.gold import Against, Example
from szai_qa.evaluation.promises import StoredPromise
from szai_qa.evaluation.rows import Reply, Retrieved
from szai_qa.interfaces.evaluating import Prepared, prepare
from szai_qa.interfaces.web.desk.office import Office
from szai_qa.interfaces.web.evaluate.jobs import Job, Status
from szai_qa.interfaces.web.evaluate.system import taking_turns
from szai_qa.interfaces.web.evaluate.workbench import Workbench
from szai_qa.interfaces.web.evaluate.worker import Worker
from szai_qa.interfaces.web.guard import COOKIE
from szai_qa.interfaces.web.turns import Turns
from szai_qa.journal.database import Database, open_database
from szai_qa.settings import Settings

from .fakes import ARTICLES, COMPANIES, MISSING, VISITORS, FakeAssistant
from .serving import running

if TYPE_CHECKING:
    from szai_qa.evaluation.report import Report
    from szai_qa.evaluation.risk import Promise

SETTINGS = EvaluationSettings(resamples=50)
GOLD = {COMPANIES: "2200余家", VISITORS: "10.2万人次", MISSING: ""}
SURE = {COMPANIES: 0.95, VISITORS: 0.9, MISSING: 0.2}


class StandInSystem:
    """What `SiteSystem` is, over the fake assistant. `gate` lets questions through one by one where it is given."""

    def __init__(self, slow_s: float = 0.0, gate: threading.Semaphore | None = None) -> None:
        self.assistant = FakeAssistant()
        self.slow_s = slow_s
        self.gate = gate
        self.turns = Turns()
        self.threshold: float | None = 0.5
        self.breaks_at = ""
        self.kept: list[Promise] = []

    def prepare(self, path: Path) -> Prepared:
        return prepare(path, Settings(), index=ARTICLES, articles=ARTICLES)

    def subject(self, prepared: Prepared, stopping: threading.Event) -> Subject | None:
        texts = {document.article.id: document.article.text for document in self.assistant.documents}
        system = {"index_id": "standin", "reader": "r", "confidence_model": "c", "threshold": self.threshold}
        return taking_turns(Subject(self._answer, texts, Against.INDEX, system, {"szai-qa": "0.1.0"}), self.turns)

    def promise(self) -> StoredPromise | None:
        return None

    def keep(self, promise: Promise, report: Report) -> None:
        self.kept.append(promise)
        self.threshold = promise.threshold

    def _answer(self, examples: Sequence[Example]) -> list[Reply]:
        if self.gate:
            self.gate.acquire()
        time.sleep(self.slow_s)
        return [self._reply(example) for example in examples]

    def _reply(self, example: Example) -> Reply:
        if example.question == self.breaks_at:
            raise RuntimeError("the stand-in is broken on purpose")
        question = example.question.partition("#")[0]  # the same question may stand many times in a set
        answer = self.assistant.ask(question).as_json(example.id) | {"latency_ms": 12.5}
        answer["confidence"] = SURE.get(question, answer["confidence"])
        document = self.assistant.documents[0]
        passage = document.passages[0]
        found = Retrieved(document.article.id, passage.span.start, passage.span.end, document.text_of(passage), 0.5)
        return Reply(answer, (found,))


def csv_of(rows: Sequence[tuple[str, str]]) -> bytes:
    """Return a test set of questions and answers."""
    return "\n".join(["question,answer", *(f'"{question}","{answer}"' for question, answer in rows)]).encode()


def many(n: int) -> bytes:
    """Return a set of so many questions, each with its own words; every third has no answer."""
    questions = [COMPANIES, VISITORS, MISSING]
    return csv_of([(f"{questions[i % 3]}#{i}", GOLD[questions[i % 3]]) for i in range(n)])


def bench_of(folder: Path, system: StandInSystem) -> Workbench:
    """Return a workbench whose bootstrap is quick."""
    bench = Workbench(folder, system)
    bench.worker = Worker(bench.store, system, SETTINGS)
    return bench


async def chunks_of(data: bytes) -> Any:  # noqa: ANN401 - an async iterator
    """Yield bytes as a request's body does."""
    for start in range(0, len(data), 1000):
        yield data[start : start + 1000]


def wait_for(bench: Workbench, job: Job, *statuses: Status, done: int = 0, seconds: float = 20) -> Job:
    """Return the job once it has one of the statuses and so much is done."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        job = bench.store.get(job.id)
        if job.status in statuses and job.done >= done:
            return job
        time.sleep(0.02)
    raise AssertionError(f"still {job.status} at {job.done}: {job.error}")


class Desk:
    """Accounts on a journal in a folder, and the cookie of one who is logged in."""

    def __init__(self, folder: Path, role: Role = Role.EVALUATOR) -> None:
        self.url = f"sqlite:///{folder / 'journal.sqlite'}"
        self.folder = folder
        database: Database = open_database(self.url)
        user: User = add_user(database, "chen", role, "long enough a password")
        self.cookie = Sessions(database, load_key(folder)).begin(user)
        database.close()

    def open(self, documents: Callable[[], Sequence[Any]]) -> Office:
        return Office(self.url, self.folder, documents)


@contextmanager
def serving(desk: Desk, bench: Workbench, port: int = 0) -> Iterator[str]:
    """Run the web application with the evaluation page; give its address."""
    with running(FakeAssistant, port, open_office=desk.open, open_workbench=lambda *_: bench) as url:
        yield url


def cookie_for(desk: Desk, url: str) -> list[dict[str, str]]:
    """Return the cookie as a browser takes it."""
    return [{"name": COOKIE, "value": desk.cookie, "url": url}]


def as_json(data: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Return a response's JSON."""
    return json.loads(data)
