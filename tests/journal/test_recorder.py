from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from szai_qa.errors import InputError, SettingsError
from szai_qa.journal.database import open_database
from szai_qa.journal.entries import Feedback
from szai_qa.journal.recorder import Recorder
from szai_qa.journal.store import get_entry
from szai_qa.journal.tables import answers

from .samples import SYSTEM, answered, put


@pytest.fixture
def recorder(url: str) -> Iterator[Recorder]:
    recorder = Recorder(url, SYSTEM, "web")
    yield recorder
    recorder.close()


def test_a_recorded_answer_is_on_record(recorder: Recorder) -> None:
    public_id = recorder.record(answered(), "c9", ("有大桥吗？",), "en")
    assert public_id
    entry = get_entry(recorder.database, public_id)
    assert (entry.conversation, entry.history, entry.language, entry.channel) == ("c9", ("有大桥吗？",), "en", "web")
    assert not recorder.failing


def test_a_write_that_fails_gives_no_id_and_is_loud_until_one_succeeds(
    recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    with recorder.database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE audit RENAME TO elsewhere")
    with caplog.at_level(logging.CRITICAL):
        assert recorder.record(answered(), "c1", (), "en") is None
    assert recorder.failing
    assert "not on record" in caplog.text
    with recorder.database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO audit")
    assert recorder.record(answered(), "c1", (), "en")
    assert not recorder.failing


def test_a_journal_that_comes_up_late_is_used(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    recorder = Recorder(f"sqlite:///{tmp_path}/data/journal.sqlite", SYSTEM, "web")
    assert recorder.failing
    assert recorder.record(answered(), "c1", (), "en") is None
    (tmp_path / "data").unlink()
    assert recorder.record(answered(), "c1", (), "en")
    assert not recorder.failing
    recorder.close()


def test_feedback_that_does_not_fit_is_the_callers_error(recorder: Recorder) -> None:
    public_id = recorder.record(answered(), "c1", (), "en")
    assert public_id
    assert recorder.feedback(public_id, Feedback.UP)
    with pytest.raises(InputError):
        recorder.feedback(public_id, Feedback.DISPUTED)


def test_what_is_older_than_the_retention_is_deleted_at_the_start(url: str) -> None:
    with open_database(url) as journal:
        put(journal, answered())
        with journal.writing() as connection:
            connection.execute(answers.update().values(time=datetime.now(UTC) - timedelta(days=9)))
    recorder = Recorder(url, SYSTEM, "web", days=7)
    with recorder.database.reading() as connection:
        assert connection.execute(answers.select()).all() == []
    recorder.close()


def test_a_wrong_url_stops_the_program() -> None:
    with pytest.raises(SettingsError):
        Recorder("mysql://nowhere", SYSTEM, "web")
