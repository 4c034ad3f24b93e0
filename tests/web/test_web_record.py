"""Answers on record behind the page: what is kept, what the reader says, the permanent page, what fails."""

from __future__ import annotations

import asyncio
import html
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from szai_qa.interfaces.web.chat import Chat, Conversation
from szai_qa.interfaces.web.render import render_turn
from szai_qa.interfaces.web.render_record import permanent_path
from szai_qa.interfaces.web.render_source import render_about
from szai_qa.interfaces.web.words import languages, load_words
from szai_qa.journal.entries import DownReason, Feedback
from szai_qa.journal.recorder import Recorder
from szai_qa.journal.store import get_entry
from szai_qa.journal.tables import articles
from szai_qa.journal.verify_receipt import differences
from szai_qa.records import System

from .fakes import BROKEN, COMPANIES, COMPARISON, FOLLOW_UP, MISSING, OUTLINE, VISITORS, FakeAssistant
from .serving import create_quietly
from .test_web_app import Client
from .test_web_markup import Parsed

WORDS = load_words()
SYSTEM = System("index1", 0.5, (("szai-qa", "0.1.0"),))


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    recorder = Recorder(f"sqlite:///{tmp_path}/journal.sqlite", SYSTEM, "web")
    yield recorder
    recorder.close()


@pytest.fixture
def chat(assistant: FakeAssistant, recorder: Recorder) -> Chat:
    return Chat(assistant, recorder=recorder)


def break_journal(recorder: Recorder) -> None:
    with recorder.database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE audit RENAME TO elsewhere")


def test_each_answer_and_refusal_is_on_record_in_its_conversation(chat: Chat, recorder: Recorder) -> None:
    conversation = Conversation(language="zh-Hant")
    for question in (VISITORS, FOLLOW_UP, MISSING):
        conversation = chat.ask(conversation, question)
    entries = [get_entry(recorder.database, turn.public_id or "") for turn in conversation.turns]
    assert [entry.question for entry in entries] == [VISITORS, FOLLOW_UP, MISSING]
    assert entries[1].history == (VISITORS,)
    assert {entry.conversation for entry in entries} == {conversation.id}
    assert {entry.language for entry in entries} == {"zh-Hant"}


def test_a_fault_is_on_no_record_and_visits_have_conversations_of_their_own(chat: Chat) -> None:
    one, other = chat.ask(Conversation(), COMPANIES), chat.ask(Conversation(), COMPANIES)
    assert one.id != other.id
    assert chat.ask(one, BROKEN).turns[-1].public_id is None


def test_a_phone_number_in_a_question_is_shown_to_its_reader_and_not_kept(chat: Chat, recorder: Recorder) -> None:
    turn = chat.ask(Conversation(), "13800138000是谁的电话").turns[0]
    assert turn.question == "13800138000是谁的电话"
    assert "138" not in get_entry(recorder.database, turn.public_id or "").question


def test_what_the_reader_says_is_kept_shown_and_taken_back(chat: Chat, recorder: Recorder) -> None:
    conversation = chat.ask(Conversation(), COMPANIES)
    (turn,) = conversation.turns
    assert turn.public_id
    said = chat.feedback(conversation, turn.id, "down", "incomplete")
    assert get_entry(recorder.database, turn.public_id).feedback_reason is DownReason.INCOMPLETE
    shown = render_turn(said.turns[0], WORDS, ())
    assert "不完整 · 谢谢，编辑会核对。" in shown
    assert 'data-do="feedback" data-feedback="" class="link"' in shown
    back = chat.feedback(said, turn.id, "", "")
    assert get_entry(recorder.database, turn.public_id).feedback is None
    assert "谢谢" not in render_turn(back.turns[0], WORDS, ())


@pytest.mark.parametrize(
    ("turn", "feedback", "reason"),
    [("nope", "up", ""), ("", "up", ""), (None, "great", ""), (None, "up", "other"), (None, "disputed", "")],
)
def test_feedback_that_fits_nothing_changes_nothing(
    chat: Chat, recorder: Recorder, turn: str | None, feedback: str, reason: str
) -> None:
    conversation = chat.ask(Conversation(), COMPANIES)
    asked = conversation.turns[0]
    assert chat.feedback(conversation, asked.id if turn is None else turn, feedback, reason) is conversation
    assert get_entry(recorder.database, asked.public_id or "").feedback is None


def test_a_refusal_can_be_disputed_and_has_no_thumbs(chat: Chat, recorder: Recorder) -> None:
    conversation = chat.ask(Conversation(), MISSING)
    shown = render_turn(conversation.turns[0], WORDS, ())
    assert "我认为原文里有答案" in shown
    assert "thumbs" not in shown
    said = chat.feedback(conversation, conversation.turns[0].id, "disputed", "")
    assert get_entry(recorder.database, said.turns[0].public_id or "").feedback is Feedback.DISPUTED
    assert "谢谢，编辑会核对。" in render_turn(said.turns[0], WORDS, ())


@pytest.mark.parametrize("language", languages())
def test_an_answer_on_record_can_be_linked_copied_and_judged_in_every_language(chat: Chat, language: str) -> None:
    words = load_words(language)
    turn = chat.ask(Conversation(), COMPANIES).turns[0]
    shown = html.unescape(render_turn(turn, words, ()))
    assert f'href="{permanent_path(turn.public_id or "")}"' in shown
    assert f'data-link="{permanent_path(turn.public_id or "")}"' in shown
    assert all(words(f"down.{reason}") in shown for reason in DownReason)
    assert words("up") in shown


def test_an_answer_without_a_journal_has_no_link_and_no_thumbs(assistant: FakeAssistant) -> None:
    shown = render_turn(Chat(assistant).ask(Conversation(), COMPANIES).turns[0], WORDS, ())
    assert "/a/" not in shown
    assert 'data-do="feedback"' not in shown
    assert "复制引文" in shown


def test_an_answer_that_is_not_on_record_is_shown_and_says_so(
    chat: Chat, recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    break_journal(recorder)
    with caplog.at_level(logging.CRITICAL):
        turn = chat.ask(Conversation(), COMPANIES).turns[0]
    shown = render_turn(turn, WORDS, ())
    assert "2200余家" in shown
    assert "这次没能存档，所以没有永久链接。" in shown
    assert "/a/" not in shown
    assert "not on record" in caplog.text
    assert "这次没能存档" in render_turn(chat.ask(Conversation(), MISSING).turns[0], WORDS, ())


def test_feedback_that_is_not_kept_says_so(chat: Chat, recorder: Recorder) -> None:
    conversation = chat.ask(Conversation(), COMPANIES)
    with recorder.database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE answers RENAME TO elsewhere")
    said = chat.feedback(conversation, conversation.turns[0].id, "up", "")
    assert "没有存上" in render_turn(said.turns[0], WORDS, ())


def test_the_page_says_what_is_kept_and_how_long(assistant: FakeAssistant) -> None:
    documents = assistant.documents
    assert "关掉页面就没有了" in render_about(documents, WORDS)
    assert "会存档" in render_about(documents, WORDS, 0)
    assert "天后删除" not in render_about(documents, WORDS, 0)
    assert "存档 30 天后删除。" in render_about(documents, WORDS, 30)


@pytest.fixture
def kept(tmp_path: Path) -> dict[str, str]:
    """Public ids of answers on record, by question."""
    recorder = Recorder(f"sqlite:///{tmp_path}/journal.sqlite", SYSTEM, "web")
    chat = Chat(FakeAssistant(), recorder=recorder)
    turns = [chat.ask(Conversation(language="en"), q).turns[0] for q in (COMPANIES, COMPARISON, OUTLINE, MISSING)]
    recorder.close()
    return {turn.question: turn.public_id or "" for turn in turns}


def served(tmp_path: Path, *paths: str, prepare: Any = None) -> list[tuple[int, dict[str, str], str]]:  # noqa: ANN401
    """Start the application on the journal and get these paths one after the other."""
    opened: list[Recorder] = []

    def open_journal(_: object) -> Recorder:
        opened.append(Recorder(f"sqlite:///{tmp_path}/journal.sqlite", SYSTEM, "web"))
        return opened[0]

    app = create_quietly(FakeAssistant, open_journal)

    async def get() -> list[tuple[int, dict[str, str], str]]:
        request = Client(app)._request
        async with app.router.lifespan_context(app):
            while (await request("GET", "/healthz", b"", {}))[0] != 200:
                await asyncio.sleep(0.02)
            if prepare:
                prepare(opened[0])
            found = [await request("GET", path, b"", {}) for path in paths]
        return [(status, headers, body.decode()) for status, headers, body in found]

    return asyncio.run(get())


def test_the_permanent_page_shows_the_answer_and_marks_it_in_the_article(tmp_path: Path, kept: dict[str, str]) -> None:
    article = FakeAssistant().documents[0].article
    for question, public_id in kept.items():
        ((status, _, page),) = served(tmp_path, f"/a/{public_id}?lang=zh-Hans")
        assert status == 200
        assert f"<bdi>{question}</bdi>" in page
        assert article.sha256 in page
        spans = re.findall(
            r'<span data-start="(\d+)" data-end="(\d+)" class="quoted[^"]*" id="q\d+">(.*?)</span>', page
        )
        answer = FakeAssistant().ask(question)
        quotes = answer.quotes or (answer.refusal.nearest if answer.refusal else ())
        places = sorted((str(q.sentence.span.start), str(q.sentence.span.end)) for q in quotes)
        assert sorted((start, end) for start, end, _ in spans) == places
        assert "原文至今没有改动" in page
        assert Parsed(page).tags.count("main") == 1


def test_the_permanent_page_speaks_the_language_it_was_asked_in_or_that_is_chosen(
    tmp_path: Path, kept: dict[str, str]
) -> None:
    path = f"/a/{kept[COMPANIES]}"
    pages = served(tmp_path, path, f"{path}?lang=zh-Hant", f"{path}?lang=xx")
    assert [re.search('<html lang="(.*?)"', page)[1] for *_, page in pages] == ["en", "zh-Hant", "en"]  # type: ignore[index]
    assert "Download receipt" in pages[0][2]
    assert 'lang="zh-Hans"' in pages[0][2]


def test_the_receipt_is_proved_by_the_article(tmp_path: Path, kept: dict[str, str]) -> None:
    article = FakeAssistant().documents[0].article
    for public_id in kept.values():
        ((status, headers, body),) = served(tmp_path, f"/a/{public_id}/receipt.json")
        assert status == 200
        assert f'filename="szai-qa-{public_id}.json"' in headers["content-disposition"]
        assert differences(json.loads(body), {article.sha256: article.text}) == []


def test_what_is_not_on_record_is_not_found(tmp_path: Path, kept: dict[str, str]) -> None:
    unknown = "A" * 22
    (page, receipt) = served(tmp_path, f"/a/{unknown}", f"/a/{unknown}/receipt.json")
    assert page[0] == receipt[0] == 404
    assert "没有这条存档" in page[2]
    assert json.loads(receipt[2])["error"]["code"] == "not_found"


def test_an_article_changed_in_the_journal_is_a_fault_and_shows_no_quote(tmp_path: Path, kept: dict[str, str]) -> None:
    def falsify(recorder: Recorder) -> None:
        with recorder.database.writing() as connection:
            text = FakeAssistant().documents[0].article.text.replace("2200余家", "2300余家")
            connection.execute(articles.update().values(text=text))

    (page, receipt) = served(tmp_path, f"/a/{kept[COMPANIES]}", f"/a/{kept[COMPANIES]}/receipt.json", prepare=falsify)
    assert page[0] == receipt[0] == 409
    assert "2300余家" not in page[2]


def test_an_article_that_has_changed_since_is_shown_as_it_was(tmp_path: Path, kept: dict[str, str]) -> None:
    def outdate(recorder: Recorder) -> None:
        with recorder.database.writing() as connection:
            connection.exec_driver_sql("UPDATE answers SET language = 'zh-Hans'")
            connection.exec_driver_sql("UPDATE articles SET article_id = 'another'")

    ((_, _, page),) = served(tmp_path, f"/a/{kept[COMPANIES]}", prepare=outdate)
    assert "这篇已更新，这里是当时的版本。" in page


def test_health_says_whether_answers_are_put_on_record(tmp_path: Path) -> None:
    def fail(recorder: Recorder) -> None:
        break_journal(recorder)
        assert recorder.record(FakeAssistant().ask(COMPANIES), "c", (), "en") is None

    ((status, _, body),) = served(tmp_path, "/healthz")
    assert (status, json.loads(body)["journal"]) == (200, "ok")
    (tmp_path / "journal.sqlite").unlink()
    ((status, _, body),) = served(tmp_path, "/healthz", prepare=fail)
    assert (status, json.loads(body)["journal"]) == (200, "failing")


@pytest.mark.parametrize("path", ["/a/", "/a/short", "/a/" + "A" * 23, "/a/" + "A" * 22 + "/x", "/a/" + "." * 22])
def test_other_paths_below_the_permanent_ones_are_closed(tmp_path: Path, path: str) -> None:
    assert served(tmp_path, path)[0][2] == "not found"
