from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from szai_qa.errors import ProofError
from szai_qa.journal.database import Database
from szai_qa.journal.entries import Feedback, Verdict
from szai_qa.journal.store import delete_conversation, give_feedback
from szai_qa.journal.tables import answers, articles, audit, audit_details, verdicts
from szai_qa.journal.trail import check_trail, log_action
from szai_qa.journal.verdicts import judge, withdraw

from .samples import answered, put, refused


@pytest.fixture
def used(journal: Database) -> Database:
    """A journal with five entries in its trail: two answers, a login, a verdict, its withdrawal."""
    first = put(journal, answered(), "c1")
    put(journal, refused(), "c2")
    log_action(journal, "li", "login", "user:li", {"from": "here"})
    withdraw(journal, judge(journal, first, "li", Verdict.RIGHT, note="好"), "li")
    return journal


def change(journal: Database, statement: sa.Executable) -> None:
    with journal.writing() as connection:
        assert connection.execute(statement).rowcount == 1


def test_an_untouched_trail_holds(used: Database) -> None:
    checked = check_trail(used)
    assert (checked.entries, checked.deleted) == (5, 0)


def test_an_empty_trail_holds(journal: Database) -> None:
    assert check_trail(journal).entries == 0


def test_readers_feedback_breaks_nothing(used: Database) -> None:
    public_id = put(used, answered())
    give_feedback(used, public_id, Feedback.DOWN)
    assert check_trail(used).entries == 6


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (answers.update().where(answers.c.id == 1).values(question="别的"), "Entry 1 .*answers:1: it was changed"),
        (answers.update().where(answers.c.id == 2).values(confidence=0.99), "Entry 2 .*answers:2: it was changed"),
        (answers.update().where(answers.c.id == 2).values(missing=["别的"]), "Entry 2"),
        (verdicts.update().values(note="坏"), "Entry 4 .*verdicts:1: it was changed"),
        (audit_details.update().where(audit_details.c.number == 3).values(payload="{}"), "Entry 3 .*user:li"),
        (audit.update().where(audit.c.number == 3).values(actor="wu"), "Entry 3 .*was changed"),
        (audit.update().where(audit.c.number == 2).values(sha256="0" * 64), "Entry 2 .*was changed"),
        (verdicts.update().values(withdrawn=None), "verdict 1 is withdrawn was changed"),
        (articles.update().values(text="别的"), "kept article bridge .*was changed"),
        (verdicts.delete(), "Entry 4 .*gone without a deletion"),
        (audit_details.delete().where(audit_details.c.number == 3), "Entry 3 .*gone without a deletion"),
    ],
)
def test_an_edit_shows_at_its_entry(used: Database, statement: sa.Executable, message: str) -> None:
    change(used, statement)
    with pytest.raises(ProofError, match=message):
        check_trail(used)


def test_an_entry_taken_out_shows(used: Database) -> None:
    change(used, audit_details.delete().where(audit_details.c.number == 3))
    change(used, audit.delete().where(audit.c.number == 3))
    with pytest.raises(ProofError, match=r"Entry 3 .*is missing"):
        check_trail(used)


def test_a_row_put_in_behind_the_trail_shows(used: Database) -> None:
    with used.writing() as connection:
        row = dict(connection.execute(answers.select().where(answers.c.id == 1)).one()._mapping)
        connection.execute(answers.insert().values(row | {"id": 77, "public_id": "x" * 22}))
    with pytest.raises(ProofError, match="answers:77 stands in the journal"):
        check_trail(used)


def test_deleting_a_conversation_leaves_the_chain_whole(used: Database) -> None:
    head = check_trail(used).head
    delete_conversation(used, "c1", "admin")
    checked = check_trail(used, [head])
    assert (checked.entries, checked.deleted) == (6, 2)
    with used.reading() as connection:
        payload = connection.scalar(sa.select(audit_details.c.payload).where(audit_details.c.number == 6))
    assert json.loads(payload or "") == {"subjects": ["answers:1", "verdicts:1"]}


def test_a_deleted_rows_number_is_never_used_again(used: Database) -> None:
    delete_conversation(used, "c2", "admin")
    put(used, answered("新问题"), "c3")
    assert check_trail(used).entries == 7


def test_a_trail_that_was_cut_off_shows_by_a_digest_noted_down(used: Database) -> None:
    log_action(used, "li", "logout", "user:li", {})
    head = check_trail(used).head
    change(used, audit_details.delete().where(audit_details.c.number == 6))
    change(used, audit.delete().where(audit.c.number == 6))
    assert check_trail(used).entries == 5
    with pytest.raises(ProofError, match="cut off"):
        check_trail(used, [head])


def test_the_trail_holds_no_words_of_a_reader(used: Database) -> None:
    put(used, refused("凤凰山上的秘密"))
    with used.reading() as connection:
        everything = [*connection.execute(sa.select(audit)), *connection.execute(sa.select(audit_details))]
    assert "凤凰山" not in repr(everything)


def test_equal_payloads_have_different_digests(used: Database) -> None:
    for _ in range(2):
        log_action(used, "li", "login", "user:li", {"from": "here"})
    with used.reading() as connection:
        digests = connection.scalars(sa.select(audit.c.payload_sha256).where(audit.c.action == "login")).all()
    assert len(set(digests)) == 3


def test_a_verdict_withdrawn_behind_the_trail_shows(used: Database) -> None:
    public_id = put(used, answered())
    judge(used, public_id, "li", Verdict.SHOULD_HAVE_REFUSED)
    judge(used, public_id, "li", Verdict.RIGHT)
    check_trail(used)
    with used.writing() as connection:
        connection.execute(verdicts.update().where(verdicts.c.id == 3).values(withdrawn=sa.func.current_timestamp()))
    with pytest.raises(ProofError, match="verdict 3"):
        check_trail(used)
