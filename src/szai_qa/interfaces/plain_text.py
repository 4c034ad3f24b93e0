"""Writes an answer for a terminal. The quoted words are the article's, unchanged; everything else is ours."""

from __future__ import annotations

from szai_qa.records import Answer, Quote


def quote_text(quote: Quote, number: int) -> str:
    """Return a numbered quote with its source: heading, title, date, offsets and address."""
    article, span = quote.document.article, quote.sentence.span
    source = [quote.heading, article.title, article.publisher, str(article.published or "")]
    place = " · ".join(part for part in source if part)
    return (
        f"[{number}] {quote.text}\n    {place} ({article.id} {span.start}:{span.end})\n    {article.url or ''}".rstrip()
    )


def answer_text(answer: Answer) -> str:
    """Return an answer for a person to read, ending with a line end."""
    lines = []
    if answer.resolved_question:
        lines.append(f"→ {answer.resolved_question}")
    if answer.refusal:
        lines.append(answer.refusal.message)
        quotes, mark = answer.refusal.nearest, "≈ "
    else:
        quotes, mark = answer.quotes, ""
    lines.extend(mark + quote_text(quote, number) for number, quote in enumerate(quotes, start=1))
    return "\n".join(lines) + "\n"
