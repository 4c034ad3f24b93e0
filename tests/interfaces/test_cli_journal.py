"""The journal's commands as others drive them. Nothing here loads a model."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from command_line import run
from journal.samples import SYSTEM, answered, put, refused
from stand_ins import write_archive
from szai_qa.interfaces import loading
from szai_qa.interfaces.cli import main
from szai_qa.interfaces.kept import receipt_of
from szai_qa.journal.database import open_database
from szai_qa.journal.entries import Verdict
from szai_qa.journal.store import get_entry
from szai_qa.journal.tables import answers
from szai_qa.journal.verdicts import judge
from szai_qa.records import Answer, System


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A project's folder with articles, a journal of an answer and a refusal, and the answer's receipt."""
    write_archive(tmp_path / "docs" / "articles")
    with open_database(f"sqlite:///{tmp_path}/data/journal.sqlite") as journal:
        public_id = put(journal, answered(), "c1")
        put(journal, refused(), "c2")
        judge(journal, public_id, "li", Verdict.RIGHT)
        receipt = receipt_of(journal, get_entry(journal, public_id))
    (tmp_path / "receipt.json").write_text(json.dumps(receipt, ensure_ascii=False), encoding="utf-8")
    return tmp_path


def test_a_receipt_is_proved_by_the_stored_article(home: Path) -> None:
    done = run("verify", "receipt.json", cwd=home)
    assert (done.code, done.err) == (0, "")
    assert "is proved" in done.out


def test_a_receipt_falsified_by_one_character_is_refused_and_says_what_differs(home: Path) -> None:
    text = (home / "receipt.json").read_text(encoding="utf-8")
    (home / "receipt.json").write_text(text.replace("1280米，", "1290米，", 1), encoding="utf-8")
    done = run("verify", "receipt.json", cwd=home)
    assert (done.code, done.out) == (3, "")
    assert "1280米" in done.err
    assert len(done.err.splitlines()) == 1
    done = run("verify", "receipt.json", "--json", cwd=home)
    assert json.loads(done.err)["error"]["code"] == "proof_failed"


def test_after_the_article_has_changed_the_journal_proves_the_receipt(home: Path) -> None:
    path = home / "docs" / "articles" / "bridge.txt"
    path.write_text(path.read_text(encoding="utf-8").replace("1280", "1281"), encoding="utf-8")
    done = run("verify", "receipt.json", cwd=home)
    assert done.code == 3
    assert "--journal" in done.err
    assert run("verify", "receipt.json", "--journal", cwd=home).code == 0


@pytest.mark.parametrize(("name", "code"), [("none.json", 2), ("docs/articles/bridge.txt", 3)])
def test_a_file_that_is_not_there_and_one_that_is_no_receipt_are_told_apart(home: Path, name: str, code: int) -> None:
    assert run("verify", name, cwd=home).code == code


def test_the_audit_trail_is_proved_and_a_change_in_the_database_found(home: Path) -> None:
    done = run("journal", "audit", "--json", cwd=home)
    head = json.loads(done.out)["head"]
    assert json.loads(done.out)["entries"] == 3
    assert run("journal", "audit", "--expect", head, cwd=home).code == 0
    assert run("journal", "audit", "--expect", "0" * 64, cwd=home).code == 3
    with open_database(f"sqlite:///{home}/data/journal.sqlite") as journal, journal.writing() as connection:
        connection.execute(answers.update().where(answers.c.id == 1).values(question="别的"))
    done = run("journal", "audit", cwd=home)
    assert done.code == 3
    assert "Entry 1 " in done.err


def test_a_deleted_conversation_is_gone_and_the_audit_trail_holds(home: Path) -> None:
    assert run("journal", "delete", "c1", "--by", "李", cwd=home).out == "1 answers are deleted.\n"
    assert run("journal", "delete", "c1", cwd=home).code == 2
    assert json.loads(run("journal", "audit", "--json", cwd=home).out)["deleted"] == 2


def test_the_journal_is_written_out_as_lines_and_as_a_table(home: Path) -> None:
    assert run("journal", "export", "--output", "a.jsonl", cwd=home).code == 0
    questions = [json.loads(line)["question"] for line in (home / "a.jsonl").read_text("utf-8").splitlines()]
    assert questions == ["大桥多长？", "大桥多重？"]
    assert run("journal", "export", "--output", "a.csv", cwd=home).out == "2 answers are in a.csv.\n"
    assert (home / "a.csv").read_bytes().startswith(b"\xef\xbb\xbfpublic_id,")
    assert run("journal", "export", "--output", "a.txt", cwd=home).code == 2


def test_judged_answers_are_written_out_as_a_test_set(home: Path) -> None:
    assert run("journal", "export-tests", "--output", "t.jsonl", cwd=home).code == 0
    (line,) = (home / "t.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["evidence_groups"] == [["大桥全长1280米，双向六车道！"]]


def test_insight_is_shown_and_written_out(home: Path) -> None:
    done = run("journal", "insight", "--json", "--output", "out", cwd=home)
    assert json.loads(done.out)["asked_without_answer"][0]["question"] == "大桥多重？"
    assert (home / "out" / "questions_by_day.csv").read_text("utf-8-sig").startswith("day,questions,refused")
    assert "missing_detail" in run("journal", "insight", cwd=home).out


def test_pruning_follows_the_setting(home: Path) -> None:
    assert run("journal", "prune", "--json", cwd=home).out == '{"deleted": 0}\n'
    assert run("journal", "prune", cwd=home, SZAI_QA_JOURNAL_DAYS="1").out == "0 answers are deleted.\n"


def test_without_a_journal_its_commands_say_so(home: Path) -> None:
    done = run("journal", "audit", cwd=home, SZAI_QA_JOURNAL_URL="")
    assert done.code == 2
    assert "SZAI_QA_JOURNAL_URL" in done.err


@dataclass
class OneAnswer:
    """Answers every question alike."""

    answer: Answer
    system: System = SYSTEM

    def ask(self, question: str) -> Answer:
        return self.answer


def publish(monkeypatch: pytest.MonkeyPatch, home: Path, answer: Answer, *arguments: str) -> int:
    monkeypatch.chdir(home)
    monkeypatch.setattr(loading, "load_assistant", lambda *_: OneAnswer(answer))
    with pytest.raises(SystemExit) as ended:
        main(["publish", *arguments])
    return int(ended.value.code or 0)


def test_a_regression_blocks_publishing_until_a_reason_is_given(
    home: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert publish(monkeypatch, home, answered()) == 0
    assert "1 of 1 questions pass" in capfdbinary.readouterr().out.decode()
    assert publish(monkeypatch, home, refused()) == 3
    assert "大桥多长？" in capfdbinary.readouterr().err.decode()
    assert publish(monkeypatch, home, refused(), "--override", "文章改了") == 0
