from __future__ import annotations

import csv
import io
import json

import pytest

from szai_qa.journal import export
from szai_qa.journal.database import Database
from szai_qa.journal.entries import Feedback, Verdict
from szai_qa.journal.export import as_objects, csv_line, csv_lines, json_lines
from szai_qa.journal.store import give_feedback
from szai_qa.journal.verdicts import judge

from .samples import answered, put, refused


def test_json_lines_hold_every_answer_with_its_words_and_verdicts(journal: Database) -> None:
    public_id = put(journal, answered())
    put(journal, refused())
    judge(journal, public_id, "li", Verdict.RIGHT, note="好")
    first, second = (json.loads(line) for line in json_lines(as_objects(journal)))
    assert first["quotes"][0]["text"] == "大桥全长1280米，双向六车道！"
    assert (first["verdicts"][0]["verdict"], first["verdicts"][0]["note"]) == ("right", "好")
    assert (second["reason"], second["missing"], second["verdicts"]) == ("missing_detail", ["重量"], [])


def test_the_table_has_a_head_and_a_row_an_answer(journal: Database) -> None:
    public_id = put(journal, answered('他说"好",\n对吗'))
    give_feedback(journal, public_id, Feedback.UP)
    rows = list(csv.DictReader(io.StringIO("".join(csv_lines(as_objects(journal))), newline="")))
    assert len(rows) == 1
    assert rows[0]["question"] == '他说"好",\n对吗'
    assert rows[0]["quotes"] == "大桥全长1280米，双向六车道！"
    assert (rows[0]["feedback"], rows[0]["reason"]) == ("up", "")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1+1", "　=1"])
def test_text_that_a_spreadsheet_would_run_is_disarmed(journal: Database, text: str) -> None:
    put(journal, refused(text))
    (row,) = csv.DictReader(io.StringIO("".join(csv_lines(as_objects(journal))), newline=""))
    assert row["question"] == f"'{text}"


def test_numbers_stay_numbers() -> None:
    assert csv_line([-1.5, 0, True, None, "a"]) == "-1.5,0,True,,a\r\n"


def test_all_answers_come_out_though_they_are_read_in_parts(journal: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "BATCH", 2)
    ids = [put(journal, answered()) for _ in range(5)]
    assert [value["public_id"] for value in as_objects(journal)] == ids
