"""Evaluations behind the page: uploads, jobs that stop, break and go on, the dial, turns; and the endpoints."""

from __future__ import annotations

import asyncio
import io
import json
import stat
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from szai_qa.errors import InputError, NotFoundError
from szai_qa.evaluation.risk import Promise
from szai_qa.interfaces.web.evaluate import render
from szai_qa.interfaces.web.evaluate.jobs import Job, JobStore, Status
from szai_qa.interfaces.web.evaluate.problem_words import in_words, problem_in
from szai_qa.interfaces.web.evaluate.uploads import receive, safe_name, unpack
from szai_qa.interfaces.web.evaluate.workbench import Workbench
from szai_qa.interfaces.web.guard import COOKIE
from szai_qa.interfaces.web.turns import Turns
from szai_qa.interfaces.web.words import languages, load_words

from .evaluating import Desk, StandInSystem, as_json, bench_of, chunks_of, csv_of, many, wait_for
from .fakes import COMPANIES, VISITORS, FakeAssistant
from .serving import create_quietly
from .test_web_app import Client

BAD = csv_of([(COMPANIES, "2200余家"), ("", "x"), (VISITORS, "没有这样写")])
TRAP = '<img src=x onerror="alert(1)">'


@pytest.fixture
def system() -> StandInSystem:
    return StandInSystem()


@pytest.fixture
def bench(tmp_path: Path, system: StandInSystem) -> Iterator[Workbench]:
    bench = bench_of(tmp_path / "evaluations", system)
    bench.open()
    yield bench
    bench.close()


def put(bench: Workbench, data: bytes = b"", name: str = "set.csv") -> Job:
    return asyncio.run(bench.upload(name, chunks_of(data or many(6))))


def zipped(files: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return stream.getvalue()


BEIR = {
    "set/corpus.jsonl": '{"_id": "d1", "title": "桥", "text": "大桥全长1280米。"}\n',
    "set/queries.jsonl": '{"_id": "q1", "text": "大桥多长？"}\n',
    "set/qrels/test.tsv": "query-id\tcorpus-id\tscore\nq1\td1\t1\n",
}


# ---- Uploads ----


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/a.csv", "a.csv"),
        ("C:\\x\\题 1.CSV", "题 1.csv"),
        (".hidden.jsonl", "hidden.jsonl"),
        ("a\0b\n.json", "a_b_.json"),
        ("x" * 300 + ".xlsx", "x" * 95 + ".xlsx"),
    ],
)
def test_a_file_is_kept_under_a_harmless_name(given: str, kept: str) -> None:
    assert safe_name(given) == kept


@pytest.mark.parametrize("given", ["", "..", "a.exe", ".csv/..", "noending"])
def test_a_file_of_an_unknown_kind_is_refused(given: str) -> None:
    with pytest.raises(InputError, match="kind of test set"):
        safe_name(given)


@pytest.mark.parametrize(("data", "told"), [(b"x" * 101, "larger than"), (b"", "empty")])
def test_a_file_that_is_empty_or_too_large_is_refused(tmp_path: Path, data: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told):
        asyncio.run(receive(chunks_of(data), tmp_path / "a.csv", 100))


def test_only_the_files_of_a_beir_folder_leave_an_archive(tmp_path: Path) -> None:
    others = {"set/../../evil.txt": "x", "/tmp/evil.txt": "x", "set/qrels/../../a.tsv": "x", "set/notes.txt": "x"}
    path = tmp_path / "in" / "set.zip"
    path.parent.mkdir()
    path.write_bytes(zipped({**BEIR, **others}))
    folder = unpack(path)
    found = sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file())
    assert found == ["in/set/corpus.jsonl", "in/set/qrels/test.tsv", "in/set/queries.jsonl"]
    assert all(stat.S_ISREG(p.stat().st_mode) for p in folder.rglob("*.*"))


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "set.zip"
    path.write_bytes(zipped({**BEIR, "set/big.txt": "0" * 1_000_000}))
    with pytest.raises(InputError, match="unpacks to more"):
        unpack(path, 100_000)


@pytest.mark.parametrize("data", [b"PK no zip", zipped({"a.txt": "x"})])
def test_an_archive_without_a_set_is_refused_and_leaves_nothing(bench: Workbench, data: bytes, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        put(bench, data, "set.zip")
    assert bench.store.all() == []
    assert [path.name for path in (tmp_path / "evaluations").iterdir()] == [".lock"]


def test_a_preview_counts_rows_and_says_how_to_mend_the_wrong_ones(bench: Workbench) -> None:
    job = put(bench, BAD)
    preview = bench.store.preview(job)
    assert (job.usable, job.wrong, preview["format"]) == (1, 2, "csv")
    assert [(p["where"], p["field"]) for p in preview["problems"]] == [("line 3", "question"), ("line 4", "evidence")]


def test_wrong_rows_are_told_in_chinese_where_they_are_wrong(bench: Workbench) -> None:
    for problem in bench.store.preview(put(bench, BAD))["problems"]:
        told = problem_in(problem, "zh-Hans")
        assert not [part for part in told.values() if any("a" <= c <= "z" for c in part)]
    assert in_words("something new", "zh-Hans") == "something new"


def test_a_new_upload_takes_the_place_of_one_that_was_not_started(bench: Workbench) -> None:
    put(bench, many(3))
    second = put(bench, many(4))
    assert [job.id for job in bench.store.all()] == [second.id]


# ---- Jobs ----


def test_a_set_with_wrong_rows_starts_only_when_they_are_skipped(bench: Workbench) -> None:
    job = put(bench, BAD)
    with pytest.raises(InputError, match="2 rows"):
        bench.start(job.id, skip_invalid=False)
    bench.start(job.id, skip_invalid=True)
    assert wait_for(bench, job, Status.DONE).done == 1
    assert bench.report(job).run.dataset["left_out"] == 2


def test_one_job_runs_and_the_next_waits_for_it(tmp_path: Path) -> None:
    system = StandInSystem(gate=threading.Semaphore(1))
    bench = bench_of(tmp_path, system)
    bench.open()
    first, second = (bench.start(put(bench, many(n)).id, skip_invalid=False) for n in (2, 3))
    wait_for(bench, first, Status.RUNNING)
    assert bench.store.get(second.id).status is Status.QUEUED
    assert system.gate
    system.gate.release(10)
    wait_for(bench, second, Status.DONE)
    bench.close()


def test_a_stopped_job_keeps_what_is_done_and_goes_on_from_there(tmp_path: Path) -> None:
    system = StandInSystem(slow_s=0.02)
    bench = bench_of(tmp_path, system)
    bench.open()
    job = bench.start(put(bench, many(60)).id, skip_invalid=False)
    wait_for(bench, job, Status.RUNNING)
    time.sleep(0.3)
    bench.stop(job.id)
    stopped = wait_for(bench, job, Status.STOPPED)
    assert 0 < stopped.done < 60
    assert not bench.report(stopped).complete
    asked = len(system.assistant.asked)
    bench.resume(job.id)
    wait_for(bench, job, Status.DONE)
    assert len(system.assistant.asked) == 60
    assert asked == stopped.done
    assert bench.report(job).complete
    bench.close()


def test_a_job_is_interrupted_by_the_servers_end_and_can_go_on(tmp_path: Path) -> None:
    system = StandInSystem(slow_s=0.02)
    bench = bench_of(tmp_path, system)
    bench.open()
    job = bench.start(put(bench, many(60)).id, skip_invalid=False)
    wait_for(bench, job, Status.RUNNING)
    time.sleep(0.2)
    bench.close()
    assert bench.store.get(job.id).status is Status.INTERRUPTED
    after = bench_of(tmp_path, system)
    after.open()
    after.resume(job.id)
    assert wait_for(after, job, Status.DONE).done == 60
    assert len(system.assistant.asked) == 60
    after.close()


def test_a_job_of_a_server_that_was_killed_is_shown_as_interrupted(bench: Workbench, tmp_path: Path) -> None:
    job = put(bench)
    bench.close()
    bench.store.update(job.id, status=Status.RUNNING)  # as a killed process leaves it
    after = bench_of(tmp_path / "evaluations", StandInSystem())
    after.open()
    assert after.store.get(job.id).status is Status.INTERRUPTED
    after.close()


def test_a_failure_names_where_it_broke_and_keeps_what_was_done(bench: Workbench, system: StandInSystem) -> None:
    system.breaks_at = f"{COMPANIES}#3"
    job = bench.start(put(bench).id, skip_invalid=False)
    failed = wait_for(bench, job, Status.FAILED)
    assert failed.error == "after question 3: RuntimeError: the stand-in is broken on purpose"
    system.breaks_at = ""
    bench.resume(job.id)
    assert wait_for(bench, job, Status.DONE).error == ""


def test_two_servers_never_work_on_one_folder(bench: Workbench, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Another szai-qa"):
        bench_of(tmp_path / "evaluations", StandInSystem()).open()


@pytest.mark.parametrize("job_id", ["../../etc", "", "0" * 16, "..", "0" * 15 + "/"])
def test_an_id_is_never_a_path(tmp_path: Path, job_id: str) -> None:
    with pytest.raises(NotFoundError):
        JobStore(tmp_path).get(job_id)


def test_the_time_that_is_left_follows_from_the_time_so_far() -> None:
    job = Job("0" * 16, "a.csv", 1, 0.0, Status.RUNNING, 229, 0, done=140, elapsed_s=26.0)
    assert job.left_s == pytest.approx(16.53, abs=0.01)
    assert render.clock(job.elapsed_s) == "0:26"


# ---- Turns ----


def test_a_reader_goes_before_work_that_waits() -> None:
    turns, order = Turns(), []

    def work() -> None:
        with turns.behind():
            order.append("work")

    def read() -> None:
        with turns:
            order.append("reader")

    with turns:
        threads = [threading.Thread(target=work)]
        threads[0].start()
        time.sleep(0.05)  # the work waits first, and still goes last
        threads.append(threading.Thread(target=read))
        threads[1].start()
        time.sleep(0.05)
    for thread in threads:
        thread.join()
    assert order == ["reader", "work"]


def test_a_reader_waits_for_one_question_of_a_job_at_most(tmp_path: Path) -> None:
    system = StandInSystem(slow_s=0.05)
    bench = bench_of(tmp_path, system)
    bench.open()
    job = bench.start(put(bench, many(40)).id, skip_invalid=False)
    wait_for(bench, job, Status.RUNNING)
    longest = 0.0
    for _ in range(10):
        began = time.perf_counter()
        with system.turns:
            longest = max(longest, time.perf_counter() - began)
    assert bench.store.get(job.id).status is Status.RUNNING
    assert longest < 0.5  # all that was left of the job would have taken some 2 seconds
    bench.close()


# ---- The dial, comparisons ----


def finished(bench: Workbench, data: bytes) -> Job:
    return wait_for(bench, bench.start(put(bench, data).id, skip_invalid=False), Status.DONE)


def test_the_dial_promises_what_the_set_bears_and_no_more(bench: Workbench) -> None:
    finished(bench, many(90))
    dial = bench.dial()
    assert dial is not None
    found = {row.risk: row for row in dial.rows}
    assert isinstance(found[0.1], Promise)
    assert found[0.1].as_json()["threshold"] == 0.9
    assert found[0.02].as_json() | {"available": 0} == {
        "promised": False,
        "risk": 0.02,
        "confidence": 0.9,
        "reason": "too_small",
        "needed": 114,
        "available": 0,
    }


def test_a_promise_is_put_in_force_and_on_record(bench: Workbench, system: StandInSystem) -> None:
    records: list[Any] = []
    bench._record = lambda who, change: records.append((who, change))
    job = finished(bench, many(90))
    bench.apply(job.id, 0.1, "chen")
    assert system.threshold == 0.9
    assert records[0][0] == "chen"
    assert (records[0][1]["from"], records[0][1]["to"]) == (0.5, 0.9)


def test_what_can_not_be_promised_is_not_put_in_force(bench: Workbench, system: StandInSystem) -> None:
    job = finished(bench, many(90))
    with pytest.raises(InputError, match="too small to promise 2 %"):
        bench.apply(job.id, 0.02, "chen")
    assert system.threshold == 0.5


def test_runs_on_different_sets_are_told_apart_by_their_hashes(bench: Workbench) -> None:
    first, second, third = (finished(bench, many(n)) for n in (6, 6, 9))
    assert bench.same_set(first.id, second.id) is None
    hashes = bench.same_set(first.id, third.id)
    assert hashes
    assert hashes[0] != hashes[1]
    assert "set.csv" in bench.comparison(second.id, first.id)


# ---- Endpoints ----


class Site:
    """The application with the page, and a client that is logged in, or is not."""

    def __init__(self, folder: Path, bench: Workbench) -> None:
        self.desk = Desk(folder)
        self.office: Any = None

        def open_office(documents: Any) -> Any:  # noqa: ANN401
            self.office = self.desk.open(documents)
            return self.office

        app = create_quietly(FakeAssistant, open_office=open_office, open_workbench=lambda *_: bench)
        self._client = Client(app)

    def __call__(self, method: str, path: str, body: bytes = b"", who: bool = True, **more: str) -> Any:  # noqa: ANN401
        headers = {"cookie": f"{COOKIE}={self.desk.cookie}"} if who else {}
        return self._client(method, path, body, **headers, **({"origin": "http://localhost"} | more))


@pytest.fixture
def site(tmp_path: Path, bench: Workbench) -> Iterator[Site]:
    site = Site(tmp_path, bench)
    yield site
    site.office.close()


def test_the_page_is_closed_to_who_is_not_logged_in(site: Site) -> None:
    for method, path in (("GET", "/evaluate"), ("GET", "/evaluate/cards"), ("POST", "/evaluate/sets?name=a.csv")):
        assert site(method, path, who=False)[0] == 401


def test_another_site_can_start_nothing(site: Site) -> None:
    assert site("POST", "/evaluate/sets?name=a.csv", many(3), origin="http://evil.example")[0] == 403


def test_a_set_goes_from_upload_to_report_over_http(site: Site, bench: Workbench) -> None:
    status, _, body = site("POST", "/evaluate/sets?name=desk.csv", BAD)
    assert status == 200
    assert "desk.csv" in as_json(body)["card"]
    job = bench.store.all()[0]
    assert site("POST", f"/evaluate/jobs/{job.id}/start", b'{"skip": false}')[0] == 400
    assert site("POST", f"/evaluate/jobs/{job.id}/start", b'{"skip": true}')[0] == 200
    wait_for(bench, job, Status.DONE)
    cards = as_json(site("GET", "/evaluate/cards")[2])
    assert f"/evaluate/jobs/{job.id}" in cards["cards"]["past"]
    status, headers, page = site("GET", f"/evaluate/jobs/{job.id}/report.html")
    assert status == 200
    assert "sandbox allow-scripts" in headers["content-security-policy"]
    assert "desk.csv" in page.decode()
    status, headers, _ = site("GET", f"/evaluate/jobs/{job.id}/report.json?download")
    assert headers["content-disposition"] == "attachment; filename*=UTF-8''desk-report.json"


def test_what_stands_in_a_set_never_becomes_markup_on_the_page(site: Site, bench: Workbench) -> None:
    put(bench, csv_of([(TRAP.replace('"', '""'), "2200余家"), (COMPANIES, TRAP.replace('"', '""'))]))
    assert "<img" not in site("GET", "/evaluate")[2].decode()


@pytest.mark.parametrize("name", ["job.json", "preview.json", "answers.jsonl", "..%2Fjob.json", "run.json"])
def test_only_the_reports_files_are_given_out(site: Site, bench: Workbench, name: str) -> None:
    job = finished(bench, many(3))
    assert site("GET", f"/evaluate/jobs/{job.id}/{name}")[0] == 404


def test_the_dial_takes_a_share_of_ones_own(site: Site, bench: Workbench) -> None:
    finished(bench, many(90))
    card = as_json(site("GET", "/evaluate/cards?risk=7.5")[2])["cards"]["dial"]
    assert 'id="risk-7.5"' in card
    for wrong in ("abc", "90", "nan"):
        assert site("GET", f"/evaluate/cards?risk={wrong}")[0] == 400


def test_different_sets_are_told_on_the_page(site: Site, bench: Workbench) -> None:
    a, b = finished(bench, many(3)), finished(bench, many(6))
    assert "不能比较" in site("GET", f"/evaluate/compare?a={a.id}&b={b.id}")[2].decode()


def test_every_language_has_the_pages_words() -> None:
    first = load_words(catalogue="evaluate")
    for language in languages():
        texts = load_words(language, "evaluate").texts
        assert texts.keys() == first.texts.keys()
    table = json.loads(Path(render.__file__).with_name("problem_words.json").read_text("utf-8"))
    assert all(entry.keys() == {"en", "zh-Hans", "zh-Hant"} for entry in table)
