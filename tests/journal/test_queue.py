from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from szai_qa.journal.database import Database
from szai_qa.journal.entries import Feedback, Pointer, Verdict
from szai_qa.journal.queue import PAGE_SIZE, Filter, Show, counts, queue_page
from szai_qa.journal.store import give_feedback
from szai_qa.journal.tables import answers
from szai_qa.journal.verdicts import judge, withdraw
from szai_qa.records import RefusalReason

from .samples import answered, put, refused

MANY = 10_000


def shown(journal: Database, **wanted: object) -> list[str]:
    return [item.public_id for item in queue_page(journal, Filter(**wanted)).items]  # type: ignore[arg-type]


def test_the_newest_stand_first_but_thumbs_down_before_all(journal: Database) -> None:
    first, second, third = (put(journal, answered()) for _ in range(3))
    give_feedback(journal, first, Feedback.DOWN)
    give_feedback(journal, second, Feedback.UP)
    assert shown(journal, show=Show.ALL) == [first, third, second]


def test_new_is_what_has_no_verdict_in_force(journal: Database) -> None:
    judged, new = put(journal, answered()), put(journal, answered())
    verdict = judge(journal, judged, "li", Verdict.RIGHT)
    assert shown(journal, show=Show.NEW) == [new]
    withdraw(journal, verdict, "li")
    assert shown(journal, show=Show.NEW) == [new, judged]


def test_each_filter_shows_its_own(journal: Database) -> None:
    good, unsure = put(journal, answered()), put(journal, answered(confidence=0.55))
    lacking, weak = put(journal, refused()), put(journal, refused("？", RefusalReason.LOW_CONFIDENCE))
    give_feedback(journal, good, Feedback.DOWN)
    give_feedback(journal, lacking, Feedback.DISPUTED)
    judge(journal, good, "li", Verdict.RIGHT)
    judge(journal, good, "wu", Verdict.INCOMPLETE, [Pointer.to(answered().quotes[0])])
    judge(journal, unsure, "li", Verdict.RIGHT)
    judge(journal, unsure, "wu", Verdict.RIGHT)
    expected = {
        Show.ALL: [good, weak, lacking, unsure],
        Show.NEW: [weak, lacking],
        Show.THUMBS_DOWN: [good],
        Show.REFUSED: [weak, lacking],
        Show.LOW_CONFIDENCE: [weak, unsure],
        Show.DISPUTED: [lacking],
        Show.DISAGREEMENT: [good],
    }
    assert {show: shown(journal, show=show) for show in Show} == expected
    assert counts(journal) == {show: len(ids) for show, ids in expected.items()}


def test_a_search_looks_into_the_question_and_how_it_was_understood(journal: Database) -> None:
    plain, follow_up = (
        put(journal, answered("桥100%好吗")),
        put(journal, replace(answered("那呢"), resolved_question="桥呢")),
    )
    assert shown(journal, show=Show.ALL, text="桥") == [follow_up, plain]
    assert shown(journal, show=Show.ALL, text="100%") == [plain]
    assert shown(journal, show=Show.ALL, text="%") == [plain]
    assert shown(journal, show=Show.ALL, text=plain) == [plain]


def test_a_day_is_whole_and_both_ends_belong_to_it(journal: Database) -> None:
    ids = [put(journal, answered()) for _ in range(3)]
    moments = [
        datetime(2026, 3, 1, 0, 0, tzinfo=UTC),
        datetime(2026, 3, 2, 23, 59, 59, tzinfo=UTC),
        datetime(2026, 3, 3, tzinfo=UTC),
    ]
    with journal.writing() as connection:
        for public_id, moment in zip(ids, moments, strict=True):
            connection.execute(answers.update().where(answers.c.public_id == public_id).values(time=moment))
    assert shown(journal, show=Show.ALL, since=date(2026, 3, 1), until=date(2026, 3, 2)) == [ids[1], ids[0]]
    assert shown(journal, show=Show.ALL, since=date(2026, 3, 3)) == [ids[2]]


def test_a_line_carries_the_verdicts_in_force(journal: Database) -> None:
    public_id = put(journal, answered())
    judge(journal, public_id, "li", Verdict.SHOULD_HAVE_REFUSED)
    judge(journal, public_id, "li", Verdict.RIGHT)
    assert queue_page(journal, Filter(Show.ALL)).items[0].verdicts == (("li", "right"),)


@pytest.fixture
def full(journal: Database) -> Database:
    """A journal of 10,000 answers, some of them judged, refused or found bad."""
    public_id = put(journal, answered())
    put(journal, refused())
    with journal.writing() as connection:
        rows = [dict(row._mapping) for row in connection.execute(answers.select().order_by(answers.c.id))]
        many = []
        for i in range(MANY - 2):
            row = rows[i % 7 == 0] | {"public_id": f"{i:022}", "time": rows[0]["time"] - timedelta(minutes=i)}
            row |= {"question": f"第{i}个问题", "conversation": f"c{i // 3}"}
            row["feedback"] = "down" if i % 50 == 1 else None
            many.append({name: value for name, value in row.items() if name != "id"})
        connection.execute(answers.insert(), many)
    judge(journal, public_id, "li", Verdict.RIGHT)
    return journal


@pytest.mark.parametrize("show", Show)
def test_a_queue_of_10000_answers_opens_in_under_a_second(full: Database, show: Show) -> None:
    for wanted, page in ((Filter(show), 1), (Filter(show, text="99"), 1), (Filter(show), 100)):
        began = time.perf_counter()
        found = queue_page(full, wanted, page)
        assert time.perf_counter() - began < 1
        assert len(found.items) <= PAGE_SIZE
    if show is Show.NEW:
        assert queue_page(full, Filter(show), 200).total == MANY - 1


def test_pages_join_to_the_whole_queue(full: Database) -> None:
    pages = [queue_page(full, Filter(Show.REFUSED), number) for number in range(1, 1 + -(-1430 // PAGE_SIZE))]
    ids = [item.public_id for page in pages for item in page.items]
    assert len(ids) == len(set(ids)) == pages[0].total
    assert queue_page(full, Filter(Show.REFUSED), 999).number == pages[0].pages
