"""The HTML of the conversation: pure functions from a conversation and a catalogue of words to markup.

Every state looks different from every other: an answer, a refusal, a fault, a question that is too long.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from szai_qa.interfaces.web.chat import Conversation, Fault, Turn
from szai_qa.interfaces.web.markup import Html, icon, join, tag
from szai_qa.interfaces.web.render_quote import (
    article_date,
    is_outline,
    lead_of,
    render_leads,
    render_near,
    render_outline,
    render_quote,
    wants_lead,
)
from szai_qa.interfaces.web.render_record import answer_actions, refusal_actions
from szai_qa.interfaces.web.words import Words
from szai_qa.records import Answer, Document, Refusal, RefusalReason

MAX_NEAR = 2


def render_conversation(
    conversation: Conversation,
    words: Words,
    suggestions: Sequence[str],
    example: str = "",
    several_articles: bool = False,
) -> Html:
    """Return all turns, oldest first; suggestions stand under the last one only.

    `example` is a question that shows how to ask. With several articles each answer names its article on phones too.
    """
    turns = conversation.turns
    items = [
        render_turn(turn, words, suggestions if turn is turns[-1] else (), example, several_articles) for turn in turns
    ]
    notice = tag("p", words("restarted"), class_="notice", role="status") if conversation.restarted else None
    return join(notice, tag("ol", *items, class_="turns", aria_label=words("talk.aria")))


def render_first_visit(words: Words, documents: Sequence[Document], suggestions: Sequence[str]) -> Html:
    """Return what shows before the first question: the promise, questions to try, what is here."""
    return tag(
        "section",
        tag("h2", words("strap")),
        tag("p", words("hello")),
        _chips(suggestions, None),
        tag("p", _corpus(words, documents), class_="corpus"),
        class_="first",
    )


def render_starting(words: Words) -> Html:
    """Return what shows while the index and the models load."""
    card = _card("warning", "amber", words("starting"), tag("p", words("starting.text")))
    return tag("div", card, class_="first", data_starting=True)


def _corpus(words: Words, documents: Sequence[Document]) -> str:
    days = sorted(d.article.published for d in documents if d.article.published)
    if len(documents) == 1:
        return words("corpus.one", d=article_date(documents[0].article, words))
    if not days:
        return words("corpus.undated", n=len(documents))
    return words("corpus", n=len(documents), **{"from": days[0].isoformat(), "to": days[-1].isoformat()})


def render_turn(
    turn: Turn,
    words: Words,
    suggestions: Sequence[str],
    example: str = "",
    several_articles: bool = False,
    actions: Callable[[Turn, Words], Html | None] | None = None,
) -> Html:
    """Return one turn: the question, then what came of it; `actions` replaces what the reader can do with it."""
    if turn.answer is None:
        kind, body, announcement = "fault", _fault(turn, words), ""
    elif turn.answer.refusal:
        refusal = turn.answer.refusal
        below = (actions or refusal_actions)(turn, words)
        kind, body = "refusal", _refusal(refusal, words, suggestions, example, below)
        announcement = words(
            "announce.refusal", title=_refusal_title(refusal, words), missing=words("list.and").join(refusal.missing)
        )
    else:
        quotes = turn.answer.quotes
        kind, body = "answer", _answer(turn.answer, words, suggestions, (actions or answer_actions)(turn, words))
        lead = lead_of(quotes[0]) if _shows_lead(turn.answer) else None
        announcement = words("announce.answer", n=len(quotes), lead=lead or quotes[0].text)
    resolved = turn.answer.resolved_question if turn.answer else None
    return tag(
        "li",
        _fold(turn, words),
        tag("div", _question(turn.question, words), _understood(resolved, words), body, class_="turn-body"),
        class_=f"turn {kind}" + (" several" if several_articles else ""),
        data_turn=turn.id,
        data_announce=announcement.strip(),
    )


def _fold(turn: Turn, words: Words) -> Html:
    label = tag("span", words("prev", q=turn.question), class_="fold-label", dir="auto")
    return tag("button", icon("previous"), label, type="button", class_="fold", data_do="fold", aria_expanded="false")


def _question(question: str, words: Words) -> Html:
    mark = tag("span", words("question.mark"), class_="question-mark", aria_hidden="true")
    return tag("h2", mark, tag("bdi", question), class_="question")


def _understood(resolved: str | None, words: Words) -> Html | None:
    if resolved is None:
        return None
    change = tag("button", words("edit"), type="button", class_="link", data_do="edit", data_text=resolved)
    return tag("p", words("understood", q=resolved), " ", change, class_="understood")


def _shows_lead(answer: Answer) -> bool:
    return wants_lead(answer.resolved_question or answer.question)


def _answer(answer: Answer, words: Words, suggestions: Sequence[str], actions: Html | None) -> Html:
    quotes = answer.quotes
    leads = render_leads(quotes, words) if _shows_lead(answer) else None
    if is_outline(quotes):
        leads, intro = None, words("outline", n=len(quotes))
        body = join(render_outline(quotes, words), tag("p", quotes[0].document.article.url, class_="address"))
    else:
        intro = words("yesno")
        sources = [quote.document.article.id for quote in quotes]
        body = join(
            render_quote(quote, i + 1, quotes, words, show_title=i == 0 or sources[i] != sources[i - 1])
            for i, quote in enumerate(quotes)
        )
    note = tag("p", words("language.note"), class_="note") if words("language.note") else None
    return join(leads or tag("p", intro, class_="intro"), body, actions, note, _chips(suggestions, words("next")))


def _refusal_title(refusal: Refusal, words: Words) -> str:
    key = f"refusal.{refusal.reason.value}"
    if refusal.reason is RefusalReason.UNCLEAR_FOLLOWUP:
        return words(key, w=refusal.missing[0]) if refusal.missing else words(f"{key}.plain")
    return words(key)


def _refusal_text(refusal: Refusal, words: Words, example: str) -> Html | None:
    key = f"refusal.{refusal.reason.value}"
    without_cause = (refusal.reason is RefusalReason.MISSING_DETAIL and not refusal.missing) or (
        refusal.reason is RefusalReason.LOW_CONFIDENCE and not refusal.nearest
    )
    if without_cause:
        return tag("p", words(f"{key}.plain"))
    if f"{key}.text" not in words.texts or (refusal.reason is RefusalReason.NOT_A_QUESTION and not example):
        return None
    return tag("p", words(f"{key}.text", example=example))


def _refusal(refusal: Refusal, words: Words, suggestions: Sequence[str], example: str, actions: Html | None) -> Html:
    # Of an unclear follow-up `missing` names the unclear word, which the title has.
    lacking = refusal.missing if refusal.reason is RefusalReason.MISSING_DETAIL else ()
    missing = [tag("li", tag("span", words("missing.tag"), class_="tag"), tag("strong", item)) for item in lacking]
    near = refusal.nearest[:MAX_NEAR]
    quotes = [render_near(quote, number, near, words) for number, quote in enumerate(near, 1)]
    heading = tag("p", words("near"), tag("strong", words("near.not")), class_="near-title")
    return join(
        _card(
            "none",
            "plain",
            _refusal_title(refusal, words),
            _refusal_text(refusal, words, example),
            tag("ul", *missing, class_="missing") if missing else None,
        ),
        join(heading, *quotes) if quotes else None,
        actions,
        _chips(suggestions, words("instead")),
        tag("p", tag("button", words("scope"), type="button", class_="quiet", data_do="about"), class_="after"),
    )


def _fault(turn: Turn, words: Words) -> Html:
    if turn.fault is Fault.TOO_LONG:
        return _card("warning", "amber", words("too.long", n=turn.excess), tag("p", words("too.long.hint")))
    if turn.fault is Fault.BUSY:
        return _card("warning", "amber", words("busy"), tag("p", words("busy.text")), _retry(words("busy.retry"), turn))
    number = tag("p", words("failure.id", id=turn.number), class_="error-number")
    return failure_card(words, _retry(words("failure.retry"), turn), number)


def failure_card(words: Words, *children: Html) -> Html:
    """Return the card of a fault of the system; the page uses it too when the server cannot be reached."""
    return _card("warning", "red", words("failure"), tag("p", words("failure.text")), *children, role="alert")


def _retry(label: str, turn: Turn) -> Html:
    return tag("button", label, type="button", class_="button", data_do="ask", data_text=turn.question)


def _card(symbol: str, colour: str, title: str, *children: Html | None, role: str | None = None) -> Html:
    return tag("div", tag("h3", icon(symbol), title), *children, class_=f"card {colour}", role=role)


def _chips(questions: Sequence[str], title: str | None) -> Html | None:
    if not questions:
        return None
    chips = [
        tag("li", tag("button", question, type="button", class_="chip", data_do="ask", data_text=question))
        for question in questions
    ]
    label = tag("p", title, class_="chips-title") if title else None
    return tag("div", label, tag("ul", *chips), class_="chips")
