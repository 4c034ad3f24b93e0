from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from szai_qa.accounts.tables import metadata as accounts
from szai_qa.errors import InputError, JournalError, NotFoundError, ProofError, SettingsError
from szai_qa.journal.database import Database, open_database
from szai_qa.journal.entries import DownReason, Feedback, Pointer
from szai_qa.journal.store import delete_conversation, get_article, get_entry, give_feedback, prune
from szai_qa.journal.tables import answers, articles, metadata

from .samples import answered, bridge, put, refused


def test_an_answer_comes_back_as_it_was_put_on_record(journal: Database) -> None:
    answer = answered()
    before = datetime.now(UTC)
    entry = get_entry(journal, put(journal, answer, history=("有大桥吗？",)))
    assert before <= entry.time <= datetime.now(UTC)
    assert (entry.question, entry.refused, entry.reason) == (answer.question, False, None)
    assert entry.quotes == (Pointer.to(answer.quotes[0]),)
    assert entry.considered == (Pointer.to(answer.considered[0]),)
    assert (entry.confidence, entry.threshold, entry.latency_ms) == (0.9, 0.5, 12.5)
    assert (entry.index_id, entry.versions) == ("index1", {"szai-qa": "0.1.0", "reader": "r1"})
    assert (entry.conversation, entry.history, entry.channel) == ("c1", ("有大桥吗？",), "web")


def test_a_refusal_comes_back_with_its_reason_and_what_is_near(journal: Database) -> None:
    answer = refused()
    entry = get_entry(journal, put(journal, answer))
    assert (entry.refused, entry.reason, entry.missing) == (True, "missing_detail", ("重量",))
    assert answer.refusal
    assert entry.nearest == (Pointer.to(answer.refusal.nearest[0]),)


def test_a_public_id_is_long_and_safe_in_an_address(journal: Database) -> None:
    ids = {put(journal, answered()) for _ in range(20)}
    assert len(ids) == 20
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", each) for each in ids)


def test_an_article_is_kept_once_by_its_hash(journal: Database) -> None:
    for _ in range(3):
        put(journal, answered())
    article = bridge().article
    assert get_article(journal, article.sha256).text == article.text
    with journal.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(articles)) == 1


def test_an_article_that_was_changed_in_the_database_is_not_handed_out(journal: Database) -> None:
    put(journal, answered())
    with journal.writing() as connection:
        connection.execute(articles.update().values(text=articles.c.text + "。"))
    with pytest.raises(ProofError, match="bridge"):
        get_article(journal, bridge().article.sha256)


def test_personal_data_is_masked_wherever_the_reader_wrote_it(journal: Database, url: str) -> None:
    answer = replace(refused("13800138000 是谁的？"), resolved_question="我的邮箱a@szai.com.cn呢")
    assert answer.refusal
    answer = replace(answer, refusal=replace(answer.refusal, missing=("13800138000",)))
    entry = get_entry(journal, put(journal, answer, history=("我叫王芳，13900139000",)))
    assert entry.question == "〔电话〕 是谁的？"
    assert entry.resolved_question == "我的邮箱〔邮箱〕呢"
    assert (entry.missing, entry.history) == (("〔电话〕",), ("我叫王芳，〔电话〕",))


def test_what_no_database_stores_is_replaced(journal: Database) -> None:
    assert get_entry(journal, put(journal, refused("a\ud800b\x00c"))).question == "a\ufffdb\ufffdc"


def test_an_unknown_answer_is_not_found(journal: Database) -> None:
    with pytest.raises(NotFoundError):
        get_entry(journal, "A" * 22)


def test_feedback_is_kept_and_can_be_taken_back(journal: Database) -> None:
    public_id = put(journal, answered())
    give_feedback(journal, public_id, Feedback.DOWN, DownReason.INCOMPLETE)
    entry = get_entry(journal, public_id)
    assert (entry.feedback, entry.feedback_reason) == (Feedback.DOWN, DownReason.INCOMPLETE)
    give_feedback(journal, public_id, None)
    entry = get_entry(journal, public_id)
    assert (entry.feedback, entry.feedback_reason) == (None, None)


def test_only_a_refusal_is_disputed_and_only_an_answer_found_good_or_bad(journal: Database) -> None:
    answer, refusal = put(journal, answered()), put(journal, refused())
    give_feedback(journal, refusal, Feedback.DISPUTED)
    for public_id, feedback in ((answer, Feedback.DISPUTED), (refusal, Feedback.UP), (refusal, Feedback.DOWN)):
        with pytest.raises(InputError):
            give_feedback(journal, public_id, feedback)
    with pytest.raises(InputError):
        give_feedback(journal, answer, Feedback.UP, DownReason.OTHER)


def test_deleting_a_conversation_leaves_the_others(journal: Database) -> None:
    gone = [put(journal, answered(), "c1"), put(journal, refused(), "c1")]
    left = put(journal, answered(), "c2")
    assert delete_conversation(journal, "c1", "admin") == 2
    for public_id in gone:
        with pytest.raises(NotFoundError):
            get_entry(journal, public_id)
    assert get_entry(journal, left).conversation == "c2"


def test_a_conversation_can_be_named_by_one_of_its_answers(journal: Database) -> None:
    first, _ = put(journal, answered(), "c1"), put(journal, refused(), "c1")
    assert delete_conversation(journal, first, "admin") == 2
    with pytest.raises(NotFoundError):
        delete_conversation(journal, first, "admin")


def test_deleted_words_are_in_no_file_any_more(tmp_path: Path) -> None:
    with open_database(f"sqlite:///{tmp_path}/journal.sqlite") as journal:
        put(journal, refused("凤凰山上的秘密是什么？"), "c1")
        assert any("凤凰山上的秘密".encode() in path.read_bytes() for path in tmp_path.iterdir())
        delete_conversation(journal, "c1", "admin")
        assert not any("凤凰山上的秘密".encode() in path.read_bytes() for path in tmp_path.iterdir())


def test_answers_older_than_the_retention_are_deleted(journal: Database) -> None:
    old, new = put(journal, answered()), put(journal, answered())
    with journal.writing() as connection:
        long_ago = datetime.now(UTC) - timedelta(days=31)
        connection.execute(answers.update().where(answers.c.public_id == old).values(time=long_ago))
    assert prune(journal, 0) == 0
    assert prune(journal, 30) == 1
    assert get_entry(journal, new)
    with pytest.raises(NotFoundError):
        get_entry(journal, old)


def test_the_migrations_make_the_tables_that_the_code_knows(journal: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with journal.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, [metadata, accounts]) == []


def test_a_journal_opens_again_with_what_it_holds(url: str) -> None:
    with open_database(url) as journal:
        public_id = put(journal, answered())
    with open_database(url) as journal:
        assert get_entry(journal, public_id).question == "大桥多长？"


def test_a_journal_of_a_newer_version_is_refused(url: str) -> None:
    with open_database(url) as journal, journal.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(JournalError, match="version"):
        open_database(url)


@pytest.mark.parametrize("url", ["sqlite://", "mysql://host/db", "no url", "sqlite:///:memory:"])
def test_another_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(SettingsError):
        open_database(url)


def test_a_write_that_fails_is_an_error_and_leaves_nothing(journal: Database) -> None:
    with journal.writing() as connection:
        connection.exec_driver_sql("DROP TABLE audit_details")
        connection.exec_driver_sql("DROP TABLE audit")
    with pytest.raises(JournalError, match="audit"):
        put(journal, answered())
    with journal.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(answers)) == 0


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(JournalError, match="SZAI_QA_DATA_DIR"):
        open_database(f"sqlite:///{tmp_path}/file/journal.sqlite")
