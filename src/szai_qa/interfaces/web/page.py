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

from szai_qa.interfaces.web import render, render_source
from szai_qa.interfaces.web.chat import Chat, Conversation
from szai_qa.interfaces.web.words import Words

T = TypeVar("T", str, int)
FIRST_SUGGESTIONS = 4
NEXT_SUGGESTIONS = 2
# Gradio looks for an event's name in quotes in this text, to know that there is such an event.
_CONNECT = "window.szaiChat.{name}(element, trigger, watch); // {events}"


@dataclass(frozen=True, slots=True)
class Components:
    """What handlers fill."""

    conversation: gr.State
    talk: gr.HTML
    box: gr.HTML
    panel: gr.HTML
    about: gr.HTML


class Handlers:
    """What happens at each event. `ready` returns the chat, or None while it loads."""

    def __init__(self, ready: Callable[[], Chat | None], words: Words) -> None:
        self._ready = ready
        self._words = words

    def start(self) -> tuple[str, str, str]:
        """Return the first view: the talk, the panel with the first article, the list of articles."""
        chat = self._ready()
        if chat is None:
            return str(render.render_starting(self._words)), "", ""
        documents = chat.assistant.documents
        return (
            self._talk(chat, Conversation()),
            str(render_source.render_source(documents[0], self._words)) if documents else "",
            str(render_source.render_about(documents, self._words)),
        )

    def ask(self, conversation: Conversation, event: gr.EventData) -> tuple[Conversation, str]:
        """Return the conversation with one more turn, and its view."""
        chat = self._ready()
        if chat is None:
            return conversation, str(render.render_starting(self._words))
        question, shown = _sent(event, "question", ""), _sent(event, "shown", 0)
        if shown and not conversation.turns:
            conversation = replace(conversation, restarted=True)
        conversation = chat.ask(conversation, question)
        return conversation, self._talk(chat, conversation)

    def read(self, event: gr.EventData) -> str | dict[str, object]:
        """Return the panel with the article that is asked for; an unknown one changes nothing."""
        chat = self._ready()
        document = chat.document(_sent(event, "article", "")) if chat else None
        return str(render_source.render_source(document, self._words)) if document else gr.skip()

    def clear(self) -> tuple[Conversation, str]:
        """Return an empty conversation and its view."""
        chat = self._ready()
        empty = Conversation()
        return empty, self._talk(chat, empty) if chat else str(render.render_starting(self._words))

    def _talk(self, chat: Chat, conversation: Conversation) -> str:
        documents = chat.assistant.documents
        if not conversation.turns:
            suggestions = chat.suggestions(conversation, FIRST_SUGGESTIONS)
            return str(render.render_first_visit(self._words, documents, suggestions))
        suggestions = chat.suggestions(conversation, NEXT_SUGGESTIONS)
        return str(render.render_conversation(conversation, self._words, suggestions, len(documents) > 1))


def _sent(event: gr.EventData, name: str, default: T) -> T:
    """Return what the browser sent with an event, or `default` where it is missing or of another type."""
    data = event._data
    value = data.get(name) if isinstance(data, dict) else None
    return value if isinstance(value, type(default)) else default


def _html(name: str, value: str = "", events: tuple[str, ...] = ()) -> gr.HTML:
    script = _CONNECT.format(name=name, events=" ".join(f"'{event}'" for event in events))
    return gr.HTML(value, elem_id=name, js_on_load=script, apply_default_css=False)


def _components(words: Words, max_chars: int) -> Components:
    conversation = gr.State(Conversation())
    _html("top", str(render_source.render_header(words)))
    with gr.Column(elem_id="main"):
        with gr.Column(elem_id="scroll"):
            talk = _html("talk")
            _html("waiting", str(render_source.render_waiting(words)))
        box = _html("box", str(render_source.render_box(words, max_chars)), ("ask", "read", "clear", "start"))
    panel = _html("panel")
    about = _html("more")
    return Components(conversation, talk, box, panel, about)


def _wire(parts: Components, handlers: Handlers) -> None:
    first_view = [parts.talk, parts.panel, parts.about]
    failed = "() => window.szaiChat.failed()"
    options: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    parts.box.start(handlers.start, None, first_view, **options)
    asked = parts.box.ask(handlers.ask, parts.conversation, [parts.conversation, parts.talk], **options)
    asked.failure(None, js=failed)
    parts.box.read(handlers.read, None, parts.panel, **options)
    parts.box.clear(handlers.clear, None, [parts.conversation, parts.talk], **options)


def build_page(ready: Callable[[], Chat | None], words: Words, max_chars: int) -> gr.Blocks:
    """Return the page; `ready` is asked at each event for the chat, None while it loads."""
    with gr.Blocks(title=f"{words('brand')} · {words('strap')}", analytics_enabled=False, fill_width=True) as page:
        _wire(_components(words, max_chars), Handlers(ready, words))
    blocks: gr.Blocks = page
    return blocks


def mount_options() -> dict[str, Any]:
    """Return how the page is mounted: closed where it can be, in the page's own look, with no outside host."""
    folder = files("szai_qa.interfaces.web")
    style = folder.joinpath("chat.css").read_text("utf-8")
    script = folder.joinpath("chat.js").read_text("utf-8")
    return {
        "theme": gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["monospace"]),
        "head": f"<style>{style}</style><script>{script}</script>",
        "footer_links": [],
        "run_history": False,
        "show_error": False,
        "enable_monitoring": False,
        "ssr_mode": False,
        "pwa": False,
        "mcp_server": False,
        "allowed_paths": [],
        "max_file_size": 1,
    }
