from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from szai_qa.journal.database import Database
from szai_qa.journal.entries import Feedback, Verdict
from szai_qa.journal.insight import (
    asked_without_answer,
    group_alike,
    insight,
    questions_by_day,
    refusals_by_reason,
    table_as_csv,
    verdicts_by_day,
)
from szai_qa.journal.store import give_feedback
from szai_qa.journal.tables import answers
from szai_qa.journal.verdicts import judge, withdraw
from szai_qa.records import RefusalReason

from .samples import answered, put, refused


def on_day(journal: Database, public_id: str, day: int) -> None:
    with journal.writing() as connection:
        moment = datetime(2026, 3, day, 12, tzinfo=UTC)
        connection.execute(answers.update().where(answers.c.public_id == public_id).values(time=moment))


def test_questions_are_counted_by_day(journal: Database) -> None:
    first, second, third = put(journal, answered()), put(journal, refused()), put(journal, answered())
    for public_id, day in ((first, 1), (second, 1), (third, 2)):
        on_day(journal, public_id, day)
    give_feedback(journal, first, Feedback.DOWN)
    give_feedback(journal, second, Feedback.DISPUTED)
    assert questions_by_day(journal) == [
        {"day": "2026-03-01", "questions": 2, "refused": 1, "up": 0, "down": 1, "disputed": 1},
        {"day": "2026-03-02", "questions": 1, "refused": 0, "up": 0, "down": 0, "disputed": 0},
    ]


def test_refusals_are_counted_by_reason_most_first(journal: Database) -> None:
    put(journal, refused(reason=RefusalReason.OFF_TOPIC))
    lacking = [put(journal, refused()) for _ in range(2)]
    give_feedback(journal, lacking[0], Feedback.DISPUTED)
    assert refusals_by_reason(journal) == [
        {"reason": "missing_detail", "questions": 2, "disputed": 1},
        {"reason": "off_topic", "questions": 1, "disputed": 0},
    ]


def test_alike_questions_without_an_answer_are_one_group(journal: Database) -> None:
    for question in ("大桥有多重？", "大桥有多重呢", "大桥有多重？", "上海的房价是多少？"):
        put(journal, refused(question))
    put(journal, answered("大桥有多重啊"))
    put(journal, refused("大桥好看吗？", RefusalReason.OPINION))
    first, second = asked_without_answer(journal)
    assert (first["question"], first["asked"], first["others"]) == ("大桥有多重？", 3, ["大桥有多重呢"])
    assert (second["question"], second["asked"]) == ("上海的房价是多少？", 1)


def test_groups_hold_every_question_once() -> None:
    wordings = Counter({f"第{i % 40}届展会有多少人参加{'了' * (i % 3)}": i for i in range(1, 200)} | {"": 1, "啊": 2})
    groups = group_alike(wordings)
    assert sorted(w for group in groups for w in group) == sorted(wordings)


def test_verdicts_in_force_are_counted_by_day(journal: Database) -> None:
    public_id = put(journal, answered())
    judge(journal, public_id, "li", Verdict.RIGHT)
    withdraw(journal, judge(journal, public_id, "wu", Verdict.SHOULD_HAVE_REFUSED), "wu")
    (row,) = verdicts_by_day(journal)
    assert (row["right"], row["should_have_refused"]) == (1, 0)


def test_every_table_can_be_taken_out(journal: Database) -> None:
    put(journal, refused("=1+1"))
    for rows in insight(journal).values():
        lines = list(table_as_csv(rows))
        assert len(lines) == (len(rows) + 1 if rows else 0)
    assert "'=1+1" in "".join(table_as_csv(asked_without_answer(journal)))
