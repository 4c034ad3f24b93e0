"""Whatever a text holds, it shows as itself and never as markup."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from szai_qa.interfaces.web.chat import Conversation, Turn
from szai_qa.interfaces.web.markup import escape, icon, join, tag
from szai_qa.interfaces.web.render import render_conversation
from szai_qa.interfaces.web.words import load_words
from szai_qa.records import Answer, Refusal, RefusalReason

WORDS = load_words()
ANY_TEXT = st.text(st.characters()) | st.text(
    st.sampled_from("<>&\"'=/ !-[]`${}\\*_~#\r\n\t\0\x1b\ud800\u202e\u2028𝟘🐉a")
)


class Parsed(HTMLParser):
    """The tags, attributes and text of a piece of HTML."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.extend(attrs)

    def handle_endtag(self, tag: str) -> None:
        self.tags.append("/" + tag)

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.tags.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.tags.append("declaration")

    def unknown_decl(self, data: str) -> None:
        self.tags.append("declaration")

    def handle_pi(self, data: str) -> None:
        self.tags.append("instruction")


def showable(text: str) -> str:
    """Replace, one by one, the characters that cannot be shown."""
    hidden = {*range(9), 11, 12, *range(14, 32), 127, *range(0xD800, 0xE000)}
    return "".join("\ufffd" if ord(character) in hidden else character for character in text)


@given(ANY_TEXT)
@example("<img src=x onerror=alert(1)>")
@example("&lt;&#60;&amp")
@example("a\rb\r\nc")
def test_escaped_text_shows_as_itself_in_elements_and_attributes(text: str) -> None:
    parsed = Parsed(tag("p", text, title=text))
    assert parsed.tags == ["p", "/p"]
    assert parsed.text == showable(text)
    assert parsed.attributes == [("title", showable(text))]


@given(ANY_TEXT)
def test_escaped_text_can_always_be_sent(text: str) -> None:
    assert escape(text).encode("utf-8").decode("utf-8") == escape(text)


@given(question=ANY_TEXT, missing=ANY_TEXT, suggestion=ANY_TEXT)
def test_no_question_changes_the_structure_of_a_turn(question: str, missing: str, suggestion: str) -> None:
    def parsed(question: str, missing: str, suggestion: str) -> Parsed:
        refusal = Refusal(RefusalReason.MISSING_DETAIL, missing, (missing,))
        turn = Turn("1", question, Answer(question, (), refusal, 0.1, resolved_question=question))
        return Parsed(render_conversation(Conversation((turn,)), WORDS, [suggestion]))

    wild, plain = parsed(question, missing, suggestion), parsed("a", "b", "c")
    assert wild.tags == plain.tags
    assert [name for name, _ in wild.attributes] == [name for name, _ in plain.attributes]
    assert showable(question) in wild.text


def test_markup_is_not_escaped_twice() -> None:
    assert join(tag("b", "&"), "<") == "<b>&amp;</b>&lt;"


def test_attributes_that_are_none_or_false_are_left_out() -> None:
    assert tag("a", class_="x", data_n=1, hidden=True, title=None, open=False) == '<a class="x" data-n="1" hidden></a>'


def test_an_unknown_icon_is_an_error() -> None:
    with pytest.raises(KeyError):
        icon("nothing")
