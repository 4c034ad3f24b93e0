"""The conversation behind the page: asks the assistant, keeps the turns, checks what it is given.

It knows no Gradio and makes no HTML. A refusal comes from the assistant as an answer; whatever else goes wrong
is a fault with a number that the log carries too, and is never shown as a refusal.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from szai_qa.errors import InputError, NotFoundError, ProofError
from szai_qa.interfaces.web.turns import Turns
from szai_qa.interfaces.web.words import DEFAULT_LANGUAGE
from szai_qa.journal.entries import DownReason, Feedback
from szai_qa.records import Answer, Document, Quote, text_sha256

log = logging.getLogger(__name__)
MAX_TURNS = 20
MAX_QUESTION_CHARS = 200
MAX_WAITING = 32


class Assistant(Protocol):
    """What the page needs. `ask` is called by one thread at a time."""

    @property
    def documents(self) -> Sequence[Document]:
        """The articles that are answered from."""

    @property
    def suggestions(self) -> Sequence[str]:
        """Questions that are known to be answered, most inviting first."""

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        """Answer a question; `history` holds the conversation's earlier questions, oldest first."""


class Recorder(Protocol):
    """Where answers are put on record (see `journal.recorder`)."""

    @property
    def failing(self) -> bool:
        """Whether the last write failed."""

    @property
    def days(self) -> int:
        """How many days answers are kept, 0 for ever."""

    def record(self, answer: Answer, conversation: str, history: Sequence[str], language: str) -> str | None:
        """Put an answer on record before it is shown; return its public id, None where that failed."""

    def feedback(self, public_id: str, feedback: Feedback | None, reason: DownReason | None = None) -> bool:
        """Keep what the reader says of an answer, None to take it back; False where that failed."""


class Fault(StrEnum):
    """Why a question got no result at all."""

    ERROR = "error"
    BUSY = "busy"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its answer or its fault; never both, never neither.

    `excess` counts the code points above the limit, `number` is the fault's number in the log. An answer on record
    has a `public_id` and what the reader says of it; `unrecorded` and `unsaved` tell that a write failed.
    """

    id: str
    question: str
    answer: Answer | None = None
    fault: Fault | None = None
    number: str = ""
    excess: int = 0
    public_id: str | None = None
    feedback: Feedback | None = None
    feedback_reason: DownReason | None = None
    unrecorded: bool = False
    unsaved: bool = False

    def __post_init__(self) -> None:
        if (self.answer is None) == (self.fault is None):
            raise ValueError("a turn has either an answer or a fault")


# Compared by identity: Gradio hashes a session's state at each event, and by value that would hash whole articles.
@dataclass(frozen=True, eq=False)
class Conversation:
    """The turns of one visit, oldest first, at most MAX_TURNS, and the language of what stands around them.

    `restarted` tells that earlier turns are lost. `id` is made at the first question: every visit starts from one
    and the same empty conversation.
    """

    turns: tuple[Turn, ...] = ()
    language: str = DEFAULT_LANGUAGE
    restarted: bool = False
    id: str = ""

    @property
    def questions(self) -> list[str]:
        """The questions that got an answer or a refusal, oldest first."""
        return [turn.question for turn in self.turns if turn.answer]

    def with_turn(self, turn: Turn) -> Conversation:
        """Return the conversation with one more turn; one that repeats the last, failed question replaces it."""
        turns = self.turns
        if turns and turns[-1].fault and turns[-1].question == turn.question:
            turns = turns[:-1]
        return replace(self, turns=(*turns, turn)[-MAX_TURNS:])


def check_quote(quote: Quote) -> None:
    """Compare a quote with its article.

    Raises:
        ProofError: the article's text is no longer the one that its hash names, or holds no such sentence.
    """
    article = quote.document.article
    if text_sha256(article.text) != article.sha256 or quote.sentence not in quote.document.sentences:
        raise ProofError(f"A quote from {article.id} does not fit its article.", "Build the index again.")


class Chat:
    """Answers questions one at a time; so many may wait, more are turned away as busy."""

    def __init__(
        self,
        assistant: Assistant,
        max_question_chars: int = MAX_QUESTION_CHARS,
        max_waiting: int = MAX_WAITING,
        recorder: Recorder | None = None,
    ) -> None:
        """Take the parts; without a recorder nothing is put on record."""
        self.assistant = assistant
        self.recorder = recorder
        self.max_question_chars = max_question_chars
        # One at a time: two questions at once take as long as one after the other, and tokenizers are not
        # safe to share between threads.
        self.turns = Turns()
        self._places = threading.BoundedSemaphore(max_waiting + 1)

    def document(self, article_id: str) -> Document | None:
        """Return an article by its id, None where there is none."""
        return next((d for d in self.assistant.documents if d.article.id == article_id), None)

    def suggestions(self, conversation: Conversation, count: int) -> list[str]:
        """Return suggested questions that the conversation has not asked yet."""
        asked = set(conversation.questions)
        return [question for question in self.assistant.suggestions if question not in asked][:count]

    def ask(self, conversation: Conversation, question: str) -> Conversation:
        """Return the conversation with the question's turn; every question gets one, a blank one too."""
        if not conversation.id:
            conversation = replace(conversation, id=secrets.token_hex(16))
        return conversation.with_turn(self._turn(conversation, question.strip()))

    def feedback(self, conversation: Conversation, turn_id: str, feedback: str, reason: str) -> Conversation:
        """Return the conversation with what the reader says of a turn; an empty `feedback` takes it back.

        What is no turn of it, or no feedback on that turn, changes nothing: it comes from the browser.
        """
        turn = next((t for t in conversation.turns if t.id == turn_id), None)
        if turn is None or turn.public_id is None or self.recorder is None:
            return conversation
        try:
            said = Feedback(feedback) if feedback else None
            why = DownReason(reason) if reason else None
            saved = self.recorder.feedback(turn.public_id, said, why)
        except (ValueError, InputError, NotFoundError):
            return conversation
        changed = replace(turn, feedback=said, feedback_reason=why) if saved else turn
        changed = replace(changed, unsaved=not saved)
        return replace(conversation, turns=tuple(changed if t is turn else t for t in conversation.turns))

    def _turn(self, conversation: Conversation, question: str) -> Turn:
        turn_id = secrets.token_hex(4)
        excess = len(question) - self.max_question_chars
        if excess > 0:
            clipped = question[: self.max_question_chars] + "…"
            return Turn(turn_id, clipped, fault=Fault.TOO_LONG, excess=excess)
        if not self._places.acquire(blocking=False):
            return Turn(turn_id, question, fault=Fault.BUSY)
        try:
            with self.turns:
                answer = self.assistant.ask(question, conversation.questions)
            for quote in answer.quotes + (answer.refusal.nearest if answer.refusal else ()):
                check_quote(quote)
            public_id = self._record(conversation, answer)
        except Exception:
            # Whatever broke, the reader must see a fault and not a blank page; the log has the whole of it.
            number = f"E-{secrets.token_hex(2)}"
            log.exception("%s: a question could not be answered", number)
            return Turn(turn_id, question, fault=Fault.ERROR, number=number)
        finally:
            self._places.release()
        unrecorded = self.recorder is not None and public_id is None
        return Turn(turn_id, question, answer=answer, public_id=public_id, unrecorded=unrecorded)

    def _record(self, conversation: Conversation, answer: Answer) -> str | None:
        if self.recorder is None:
            return None
        return self.recorder.record(answer, conversation.id, conversation.questions, conversation.language)
