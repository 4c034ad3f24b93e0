"""The HTML of what a reader can do with an answer on record: link, copy, say what it was worth. Pure functions."""

from __future__ import annotations

from szai_qa.interfaces.web.chat import Turn
from szai_qa.interfaces.web.markup import Html, icon, join, tag
from szai_qa.interfaces.web.render_quote import citation
from szai_qa.interfaces.web.words import Words
from szai_qa.journal.entries import DownReason, Feedback


def permanent_path(public_id: str) -> str:
    """Return the path of an answer's permanent page."""
    return f"/a/{public_id}"


def copy_button(turn: Turn, words: Words) -> Html:
    """Return the button that copies an answer's sentences with their source and, where it has one, its address."""
    return tag(
        "button",
        icon("copy"),
        tag("span", words("copy")),
        type="button",
        class_="action",
        data_do="copy",
        data_text=citation(turn.answer.quotes if turn.answer else (), words),
        data_link=permanent_path(turn.public_id) if turn.public_id else None,
    )


def answer_actions(turn: Turn, words: Words) -> Html:
    """Return the row under an answer, and below it what the reader said of it."""
    row = tag(
        "div",
        tag("span", icon("check"), words("verbatim"), class_="exact wide"),
        copy_button(turn, words),
        _link(turn, words),
        _thumbs(turn, words),
        class_="actions",
    )
    return join(row, _reasons(turn, words), _said(turn, words), unrecorded_note(turn, words))


def refusal_actions(turn: Turn, words: Words) -> Html | None:
    """Return what a reader can do about a refusal: say that the articles do answer."""
    if turn.public_id is None:
        return unrecorded_note(turn, words)
    dispute = None
    if turn.feedback is None:
        dispute = _feedback_button(words("dispute"), Feedback.DISPUTED, class_="action")
    return join(tag("div", dispute, _link(turn, words), class_="actions"), _said(turn, words))


def unrecorded_note(turn: Turn, words: Words) -> Html | None:
    """Return the note that an answer could not be put on record."""
    if not turn.unrecorded:
        return None
    return tag("p", icon("warning"), words("unrecorded"), class_="unrecorded", role="alert")


def _link(turn: Turn, words: Words) -> Html | None:
    if turn.public_id is None:
        return None
    label = icon("link"), tag("span", words("link"))
    return tag("a", *label, href=permanent_path(turn.public_id), target="_blank", rel="noopener", class_="action")


def _thumbs(turn: Turn, words: Words) -> Html | None:
    if turn.public_id is None:
        return None
    up = turn.feedback is Feedback.UP
    down = turn.feedback is Feedback.DOWN
    return tag(
        "span",
        _feedback_button(
            "", "" if up else Feedback.UP, icon("thumb-up"), words("up"), class_="icon-button", aria_pressed=_flag(up)
        ),
        tag(
            "button",
            icon("thumb-down"),
            type="button",
            class_="icon-button",
            aria_label=words("down"),
            aria_pressed=_flag(down),
            aria_expanded="false",
            data_do="reasons",
        ),
        class_="thumbs",
        role="group",
        aria_label=words("feedback.aria"),
    )


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _feedback_button(
    text: str, feedback: str, symbol: Html | None = None, label: str | None = None, **attributes: str
) -> Html:
    return tag(
        "button",
        symbol,
        text or None,
        type="button",
        aria_label=label,
        data_do="feedback",
        data_feedback=str(feedback),
        **attributes,
    )


def _reasons(turn: Turn, words: Words) -> Html | None:
    """Return the reasons for a thumb down, hidden until it is pressed; the one that is chosen is sent."""
    if turn.public_id is None:
        return None
    buttons = [
        tag(
            "button",
            words(f"down.{reason}"),
            type="button",
            class_="chip",
            data_do="feedback",
            data_feedback=Feedback.DOWN.value,
            data_reason=reason.value,
        )
        for reason in DownReason
    ]
    return tag(
        "div", tag("p", words("down.ask")), *buttons, class_="reasons", role="group", aria_label=words("down.ask")
    )


def _said(turn: Turn, words: Words) -> Html | None:
    """Return the thanks for what the reader said, with the way back; or that it could not be kept."""
    if turn.unsaved:
        return tag("p", icon("warning"), words("feedback.failed"), class_="unrecorded", role="alert")
    if turn.feedback is None:
        return None
    thanks = words("up.thanks" if turn.feedback is Feedback.UP else "down.thanks")
    if turn.feedback_reason:
        thanks = f"{words(f'down.{turn.feedback_reason}')} · {thanks}"
    undo = _feedback_button(words("feedback.undo"), "", class_="link")
    return tag("p", thanks, " ", undo, class_="said", data_said=thanks)
