"""The HTML of one answer on record as a reviewer sees it: what was asked and answered, and the form of the verdict."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from szai_qa.interfaces.web.desk.render_article import sentence_place
from szai_qa.interfaces.web.markup import Html, icon, join, tag
from szai_qa.interfaces.web.render_quote import lead_of, quote_words
from szai_qa.interfaces.web.render_record import permanent_path
from szai_qa.interfaces.web.words import Words, languages, load_words
from szai_qa.journal.entries import Entry, Feedback, Judgement, Pointer, Verdict
from szai_qa.journal.verdicts import MAX_NOTE_CHARS, Agreement
from szai_qa.records import Document, Quote

SHORT_ID = 8
NO_SENTENCES = frozenset({Verdict.SHOULD_HAVE_REFUSED, Verdict.ARTICLE_WRONG})


@dataclass(frozen=True, slots=True)
class Case:
    """An answer on record with all that is shown of it.

    `mine` is the reviewer's own verdict in force; `others` are those of others and are empty until there is one.
    `hidden` counts the verdicts of others that don't show yet.
    """

    entry: Entry
    quotes: Sequence[Quote]
    nearest: Sequence[Quote]
    considered: Sequence[Quote]
    documents: Mapping[str, Document]
    mine: Judgement | None = None
    others: Sequence[Judgement] = ()
    hidden: int = 0
    agreements: Sequence[Agreement] = ()
    viewers: Sequence[str] = ()

    @property
    def differs(self) -> bool:
        """Whether somebody found otherwise than this reviewer."""
        return self.mine is not None and any(other.verdict is not self.mine.verdict for other in self.others)


def render_case(case: Case, words: Words) -> Html:
    """Return the middle column."""
    entry = case.entry
    return tag(
        "section",
        _meta(entry, words),
        tag("h2", entry.question, lang=entry.language, class_="question"),
        _understood(entry, words),
        _feedback(entry, words),
        tag("p", words("case.viewing", who="、".join(case.viewers)), class_="viewing") if case.viewers else None,
        _refusal(case, words) if entry.refused else _answer(case, words),
        _considered(case, words),
        _verdict(case, words),
        _others(case, words),
        _record(entry, words),
        id="case",
        aria_label=words("case.aria"),
        data_id=entry.public_id,
    )


def render_no_case(words: Words, text: str) -> Html:
    """Return the middle column where there is nothing to judge."""
    return tag("section", tag("p", text, class_="nothing"), id="case", aria_label=words("case.aria"))


def _meta(entry: Entry, words: Words) -> Html:
    known = f"channel.{entry.channel}"
    parts = [
        tag("span", entry.public_id[:SHORT_ID], title=entry.public_id),
        tag("time", f"{entry.time:%m-%d %H:%M}", datetime=entry.time.isoformat()),
        words(known) if known in words.texts else entry.channel,
        load_words(entry.language)("language.name") if entry.language in languages() else entry.language,
        words("case.confidence", c=f"{entry.confidence:.2f}", t=f"{entry.threshold:.2f}"),
    ]
    joined = [item for part in parts for item in (" · ", part)]
    return tag("p", *joined[1:], class_="meta")


def _understood(entry: Entry, words: Words) -> Html | None:
    history = None
    if entry.history:
        history = tag("p", words("case.history"), "：", " / ".join(entry.history), class_="understood")
    resolved = tag("p", words("understood", q=entry.resolved_question), class_="understood")
    return join(history, resolved if entry.resolved_question else None)


def _feedback(entry: Entry, words: Words) -> Html | None:
    if entry.feedback is None:
        return None
    bad = entry.feedback is not Feedback.UP
    said = words(f"reader.{entry.feedback_reason or entry.feedback}")
    label = tag(
        "span", icon("thumb-down" if bad else "thumb-up"), words("case.feedback"), class_="tag bad" if bad else "tag ok"
    )
    return tag("p", label, " ", said, class_="feedback")


def _quote(quote: Quote, number: int | None, words: Words, near: bool = False) -> Html:
    where = sentence_place(quote.document, quote.sentence, words)
    span = quote.sentence.span
    go = tag(
        "button",
        tag("span", str(number), class_="number") if number else None,
        tag("span", where, class_="place"),
        type="button",
        class_="go",
        data_sha=quote.document.article.sha256,
        data_start=span.start,
        data_end=span.end,
    )
    return tag(
        "figure",
        tag("blockquote", quote_words(quote, marked=not near), lang="zh-Hans"),
        tag("figcaption", go, tag("span", quote.document.article.title, class_="title", lang="zh-Hans")),
        class_="quote near" if near else "quote",
    )


def _answer(case: Case, words: Words) -> Html:
    leads = [(lead, number) for number, quote in enumerate(case.quotes, 1) if (lead := lead_of(quote))]
    lead = tag(
        "p",
        *(
            tag("span", tag("strong", text, lang="zh-Hans"), tag("sup", f"[{number}]"), class_="lead")
            for text, number in leads
        ),
        class_="leads",
    )
    quotes = [_quote(quote, number, words) for number, quote in enumerate(case.quotes, 1)]
    return tag("div", tag("h3", words("case.answer")), lead if leads else None, *quotes, class_="given")


def _refusal(case: Case, words: Words) -> Html:
    entry = case.entry
    title = words(f"refusal.{entry.reason}", w="、".join(entry.missing)) if entry.reason else words("case.refusal")
    missing = [tag("li", tag("span", words("missing.tag"), class_="tag low"), " ", item) for item in entry.missing]
    near = [_quote(quote, number, words, near=True) for number, quote in enumerate(case.nearest, 1)]
    return tag(
        "div",
        tag("h3", words("case.refusal")),
        tag("p", icon("none"), title, class_="refusal"),
        tag("ul", *missing, class_="missing") if missing else None,
        tag("h4", words("case.near")) if near else None,
        *near,
        class_="given",
    )


def _considered(case: Case, words: Words) -> Html | None:
    shown = {(quote.document.article.sha256, quote.sentence.span) for quote in (*case.quotes, *case.nearest)}
    rest = [q for q in case.considered if (q.document.article.sha256, q.sentence.span) not in shown]
    if not rest:
        return None
    quotes = [_quote(quote, None, words, near=True) for quote in rest]
    return tag("details", tag("summary", words("case.considered", n=len(rest))), *quotes, class_="considered")


def _record(entry: Entry, words: Words) -> Html:
    versions = " · ".join(f"{name} {version}" for name, version in entry.versions.items())
    return tag(
        "details",
        tag("summary", words("case.record")),
        tag("p", words("case.versions", i=entry.index_id, v=versions)),
        tag("p", entry.public_id, " · ", words("case.latency", ms=round(entry.latency_ms))),
        tag("p", tag("a", words("link"), href=permanent_path(entry.public_id), target="_blank")),
        class_="record",
    )


def _verdict(case: Case, words: Words) -> Html:
    mine = case.mine
    options = [
        tag(
            "label",
            tag(
                "input",
                type="radio",
                name="verdict",
                value=verdict.value,
                checked=bool(mine and mine.verdict is verdict),
                data_needs=verdict.needs_sentences,
                data_none=verdict in NO_SENTENCES,
            ),
            tag("kbd", str(number), aria_hidden="true"),
            tag("span", words(f"verdict.{verdict}")),
        )
        for number, verdict in enumerate(Verdict, 1)
    ]
    note = tag(
        "textarea",
        mine.note if mine else "",
        id="note",
        name="note",
        rows=1,
        maxlength=MAX_NOTE_CHARS,
        placeholder=words("note"),
        aria_label=words("note"),
    )
    withdraw = None
    if mine:
        undo = tag(
            "button",
            words("undo"),
            type="button",
            class_="link",
            data_do="withdraw",
            data_judgement=mine.id,
            data_verdict=mine.verdict.value,
        )
        said = tag("span", words("saved", v=words(f"verdict.{mine.verdict}")))
        withdraw = tag("p", said, " ", undo, class_="mine")
    return tag(
        "form",
        tag("fieldset", tag("legend", words("verdict.title")), tag("div", *options, class_="verdicts")),
        tag("p", id="picked", class_="picked", data_picked=_picked(case, words)),
        tag("p", id="needed", class_="needed", role="alert"),
        note,
        tag("p", words("blind"), class_="blind") if case.hidden else None,
        withdraw,
        tag(
            "div",
            tag("button", words("submit"), " ", tag("kbd", "Enter", aria_hidden="true"), class_="button primary"),
            tag(
                "button",
                words("skip.next"),
                " ",
                tag("kbd", "J", aria_hidden="true"),
                type="button",
                class_="button",
                data_do="next",
            ),
            class_="buttons",
        ),
        id="verdict",
    )


def _picked(case: Case, words: Words) -> str:
    """Return the sentences of the reviewer's own verdict, as the page's script keeps them."""
    picked = [
        {"sha": p.article_sha256, "start": p.span.start, "end": p.span.end, "place": _place_of(case, p, words)}
        for p in (case.mine.sentences if case.mine else ())
    ]
    return json.dumps(picked, ensure_ascii=False)


def _place_of(case: Case, pointer: Pointer, words: Words) -> str:
    document = case.documents[pointer.article_sha256]
    sentence = next((s for s in document.sentences if s.span == pointer.span), None)
    return sentence_place(document, sentence, words) if sentence else f"{pointer.span.start}:{pointer.span.end}"


def _others(case: Case, words: Words) -> Html | None:
    """Return what others found beside one's own verdict, what differs in bold, and how the pair agrees."""
    if case.mine is None or not case.others:
        return None
    columns = [case.mine, *case.others]

    def row(key: str, values: Sequence[str]) -> Html:
        cells = [tag("td", tag("strong", v) if v != values[0] or len(set(values)) > 1 else v) for v in values]
        return tag("tr", tag("th", words(f"others.{key}"), scope="row"), *cells)

    head = tag("tr", tag("td"), *(tag("th", judgement.reviewer, scope="col") for judgement in columns))
    sentences = ["、".join(_place_of(case, p, words) for p in judgement.sentences) for judgement in columns]
    table = tag(
        "table",
        tag("thead", head),
        tag(
            "tbody",
            row("verdict", [words(f"verdict.{judgement.verdict}") for judgement in columns]),
            row("sentences", sentences),
            row("note", [judgement.note for judgement in columns]),
        ),
    )
    kappas = [
        tag("p", agreement_line(agreement, words), class_="kappa")
        for agreement in case.agreements
        if case.mine.reviewer in agreement.reviewers
    ]
    title = words("differ" if case.differs else "same")
    settle = tag("p", words("others.settle")) if case.differs else None
    return tag(
        "div", tag("h3", title), tag("div", table, class_="wide", tabindex=0), *kappas, settle, class_="others-verdicts"
    )


def agreement_line(agreement: Agreement, words: Words) -> str:
    """Return in one line how two reviewers agree."""
    kappa = "—" if agreement.kappa is None else f"{agreement.kappa:.2f}"
    one, other = agreement.reviewers
    return words("others.kappa", a=one, b=other, n=agreement.both, s=agreement.same, k=kappa)
