"""The conversation: turns, limits, faults."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from fakes import BROKEN, COMPANIES, MISSING, FakeAssistant

from szai_qa.interfaces.web.chat import MAX_TURNS, Chat, Conversation, Fault
from szai_qa.records import Answer, Document, Quote, RefusalReason, Sentence, SentenceKind, Span


def test_earlier_questions_are_handed_on_oldest_first() -> None:
    assistant = FakeAssistant()
    chat = Chat(assistant)
    conversation = Conversation()
    for question in (COMPANIES, MISSING, "那去年呢？"):
        conversation = chat.ask(conversation, question)
    assert assistant.asked[-1] == ("那去年呢？", (COMPANIES, MISSING))


def test_a_blank_question_is_refused_as_no_question(assistant: FakeAssistant) -> None:
    turn = Chat(assistant).ask(Conversation(), " \n\t\u3000 ").turns[0]
    assert turn.answer
    assert turn.answer.refusal
    assert turn.answer.refusal.reason is RefusalReason.NOT_A_QUESTION


def test_a_question_of_10000_characters_is_not_asked_and_not_kept_whole() -> None:
    assistant = FakeAssistant()
    turn = Chat(assistant).ask(Conversation(), "问" * 10_000).turns[0]
    assert (turn.fault, turn.excess) == (Fault.TOO_LONG, 9_800)
    assert len(turn.question) < 210
    assert not assistant.asked


def test_a_question_of_exactly_200_emoji_is_asked() -> None:
    assistant = FakeAssistant()
    assert Chat(assistant).ask(Conversation(), "🐉" * 200).turns[0].answer


def test_a_fault_is_logged_with_the_number_that_is_shown(
    assistant: FakeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        turn = Chat(assistant).ask(Conversation(), BROKEN).turns[0]
    assert turn.fault is Fault.ERROR
    assert turn.number in caplog.text
    assert "on purpose" in caplog.text


def test_asking_again_replaces_the_turn_that_failed(assistant: FakeAssistant) -> None:
    chat = Chat(assistant)
    conversation = chat.ask(chat.ask(Conversation(), BROKEN), BROKEN)
    assert len(conversation.turns) == 1
    assert conversation.questions == []


def test_only_the_last_turns_are_kept(assistant: FakeAssistant) -> None:
    chat, conversation = Chat(assistant), Conversation()
    for i in range(MAX_TURNS + 3):
        conversation = chat.ask(conversation, f"第{i}问")
    assert len(conversation.turns) == MAX_TURNS
    assert conversation.turns[-1].question == f"第{MAX_TURNS + 2}问"


def test_a_quote_that_is_no_sentence_of_its_article_is_a_fault(assistant: FakeAssistant) -> None:
    document = assistant.documents[0]
    torn = Quote(document, Sentence(Span(400, 410), SentenceKind.BODY, 1, 1))

    @dataclass
    class Torn:
        documents: Sequence[Document] = (document,)
        suggestions: Sequence[str] = ()

        def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
            return Answer(question, (torn,), None, 0.9)

    assert Chat(Torn()).ask(Conversation(), "问").turns[0].fault is Fault.ERROR


def test_questions_beyond_those_that_may_wait_are_turned_away(assistant: FakeAssistant) -> None:
    started, go_on = threading.Event(), threading.Event()

    @dataclass
    class Held:
        documents: Sequence[Document] = ()
        suggestions: Sequence[str] = ()

        def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
            started.set()
            go_on.wait(5)
            return assistant.ask(question, history)

    chat = Chat(Held(), max_waiting=0)
    first = threading.Thread(target=chat.ask, args=(Conversation(), COMPANIES))
    first.start()
    started.wait(5)
    assert chat.ask(Conversation(), COMPANIES).turns[0].fault is Fault.BUSY
    go_on.set()
    first.join()
    assert chat.ask(Conversation(), COMPANIES).turns[0].answer


def test_what_was_asked_is_not_suggested_again(assistant: FakeAssistant) -> None:
    chat = Chat(assistant)
    assert COMPANIES in chat.suggestions(Conversation(), 9)
    assert COMPANIES not in chat.suggestions(chat.ask(Conversation(), COMPANIES), 9)
