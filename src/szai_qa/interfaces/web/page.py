"""The Gradio page: components, handlers and wiring, in this order. The only module that imports Gradio.

A handler is a thin call into `chat` and `render`. What the browser sends is checked for its type here and for its
meaning there; the conversation stays on the server.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any, TypeVar

import gradio as gr
from fastapi import FastAPI

from szai_qa.interfaces.web import render, render_frame, render_source
from szai_qa.interfaces.web.chat import Chat, Conversation
from szai_qa.interfaces.web.markup import Html
from szai_qa.interfaces.web.words import Words, languages, load_words

T = TypeVar("T", str, int)
# In this order: each stands on those before it.
STYLES = ("tokens.css", "chat.css", "source.css", "record.css", "modes.css")
SCRIPTS = ("base.js", "source.js", "chat.js")
FIRST_SUGGESTIONS = 4
NEXT_SUGGESTIONS = 2
# Gradio looks for an event's name in quotes in this text, to know that there is such an event.
_CONNECT = "window.szaiChat.{name}(element, trigger, watch); // {events}"


@dataclass(frozen=True, slots=True)
class Components:
    """What handlers fill."""

    conversation: gr.State
    top: gr.HTML
    talk: gr.HTML
    waiting: gr.HTML
    box: gr.HTML
    panel: gr.HTML
    about: gr.HTML


class Handlers:
    """What happens at each event. `ready` returns the chat, or None while it loads."""

    def __init__(self, ready: Callable[[], Chat | None], max_chars: int) -> None:
        self._ready = ready
        self._max_chars = max_chars

    def view(self, conversation: Conversation, event: gr.EventData) -> tuple[Conversation | str, ...]:
        """Return the whole page, in the language and with the article that the browser asks for."""
        conversation = _in_language(conversation, event)
        words = load_words(conversation.language)
        chat = self._ready()
        documents = chat.assistant.documents if chat else ()
        panel = ""
        if chat and documents and _sent(event, "panel", 0):
            panel = render_source.render_source(chat.document(_sent(event, "article", "")) or documents[0], words)
        return (
            conversation,
            *frame(words, self._max_chars),
            self._talk(chat, conversation),
            panel,
            self._about(chat, words),
        )

    def ask(self, conversation: Conversation, event: gr.EventData) -> tuple[Conversation, str]:
        """Return the conversation with one more turn, and its view."""
        chat = self._ready()
        if chat:
            if _sent(event, "shown", 0) and not conversation.turns:
                conversation = replace(_in_language(conversation, event), restarted=True)
            conversation = chat.ask(conversation, _sent(event, "question", ""))
        return conversation, self._talk(chat, conversation)

    def feedback(self, conversation: Conversation, event: gr.EventData) -> tuple[Conversation, str]:
        """Return the conversation with what the reader says of one of its answers, and its view."""
        chat = self._ready()
        if chat:
            sent = [_sent(event, name, "") for name in ("turn", "feedback", "reason")]
            conversation = chat.feedback(conversation, *sent)
        return conversation, self._talk(chat, conversation)

    def read(self, conversation: Conversation, event: gr.EventData) -> str | dict[str, object]:
        """Return the panel with the article that is asked for; an unknown one changes nothing."""
        chat = self._ready()
        document = chat.document(_sent(event, "article", "")) if chat else None
        if document is None:
            nothing: dict[str, object] = gr.skip()
            return nothing
        return render_source.render_source(document, load_words(conversation.language))

    def clear(self, conversation: Conversation) -> tuple[Conversation, str]:
        """Return an empty conversation and its view."""
        empty = Conversation(language=conversation.language)
        return empty, self._talk(self._ready(), empty)

    def _talk(self, chat: Chat | None, conversation: Conversation) -> str:
        words = load_words(conversation.language)
        if chat is None:
            return render.render_starting(words)
        documents = chat.assistant.documents
        if not conversation.turns:
            return render.render_first_visit(words, documents, chat.suggestions(conversation, FIRST_SUGGESTIONS))
        suggestions = chat.suggestions(conversation, NEXT_SUGGESTIONS)
        example = next(iter(chat.assistant.suggestions), "")
        return render.render_conversation(conversation, words, suggestions, example, len(documents) > 1)

    def _about(self, chat: Chat | None, words: Words) -> str:
        recorder = chat.recorder if chat else None
        days = recorder.days if recorder else None
        return render_source.render_about(chat.assistant.documents if chat else (), words, days)


def _in_language(conversation: Conversation, event: gr.EventData) -> Conversation:
    """Return the conversation in the language that the browser names, if there is a catalogue of it."""
    language = _sent(event, "language", "")
    return replace(conversation, language=language) if language in languages() else conversation


def frame(words: Words, max_chars: int) -> tuple[Html, Html, Html]:
    """Return the parts of the page that depend on the language alone: header, waiting turn, box."""
    return (
        render_frame.render_header(words),
        render_frame.render_waiting(words),
        render_frame.render_box(words, max_chars),
    )


def _sent(event: gr.EventData, name: str, default: T) -> T:
    """Return what the browser sent with an event, or `default` where it is missing or of another type."""
    data = event._data
    value = data.get(name) if isinstance(data, dict) else None
    return value if isinstance(value, type(default)) else default


def _html(name: str, value: str = "", events: tuple[str, ...] = ()) -> gr.HTML:
    script = _CONNECT.format(name=name, events=" ".join(f"'{event}'" for event in events))
    return gr.HTML(value, elem_id=name, js_on_load=script, apply_default_css=False)


def _components(max_chars: int) -> Components:
    header, pending, form = frame(load_words(), max_chars)
    conversation = gr.State(Conversation())
    top = _html("top", header)
    with gr.Column(elem_id="main"):
        with gr.Column(elem_id="scroll"):
            talk = _html("talk")
            waiting = _html("waiting", pending)
        box = _html("box", form, ("ask", "read", "clear", "view", "feedback"))
    panel = _html("panel")
    about = _html("more")
    return Components(conversation, top, talk, waiting, box, panel, about)


def _wire(parts: Components, handlers: Handlers) -> None:
    talk = [parts.conversation, parts.talk]
    page = [parts.conversation, parts.top, parts.waiting, parts.box, parts.talk, parts.panel, parts.about]
    options: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    events = [
        parts.box.view(handlers.view, parts.conversation, page, **options),
        parts.box.ask(handlers.ask, parts.conversation, talk, **options),
        parts.box.read(handlers.read, parts.conversation, parts.panel, **options),
        parts.box.clear(handlers.clear, parts.conversation, talk, **options),
        parts.box.feedback(handlers.feedback, parts.conversation, talk, **options),
    ]
    for event in events:
        event.failure(None, js="() => window.szaiChat.failed()")


def build_page(ready: Callable[[], Chat | None], max_chars: int) -> gr.Blocks:
    """Return the page; `ready` is asked at each event for the chat, None while it loads."""
    words = load_words()
    with gr.Blocks(title=render_frame.title(words), analytics_enabled=False, fill_width=True) as page:
        _wire(_components(max_chars), Handlers(ready, max_chars))
    blocks: gr.Blocks = page
    return blocks


def mount_page(app: FastAPI, ready: Callable[[], Chat | None], max_chars: int) -> None:
    """Put the page at the root of an application: closed where Gradio can be closed, and with no outside host."""
    folder = files("szai_qa.interfaces.web")
    styles = (f"<style>{folder.joinpath(name).read_text('utf-8')}</style>" for name in STYLES)
    scripts = (f"<script>{folder.joinpath(name).read_text('utf-8')}</script>" for name in SCRIPTS)
    gr.mount_gradio_app(
        app,
        build_page(ready, max_chars),
        path="/",
        theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["monospace"]),
        head="".join([*styles, *scripts]),
        footer_links=[],
        run_history=False,
        show_error=False,
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        allowed_paths=[],
        max_file_size=1,
    )
