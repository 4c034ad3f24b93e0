"""Chooses the sentences to quote. It makes quotes out of offsets and never touches a word."""

from __future__ import annotations

from collections.abc import Sequence

from szai_qa.answering.candidates import Candidate
from szai_qa.answering.confidence import ConfidenceModel
from szai_qa.records import Quote, Sentence


def rank(candidates: Sequence[Candidate], model: ConfidenceModel) -> list[Candidate]:
    """Return candidates, most probable first; equal ones in the order of the articles."""
    return sorted(candidates, key=lambda c: (-model.logit(c.evidence), c.document.article.id, c.span))


def choose_quotes(ranked: Sequence[Candidate], limit: int) -> tuple[Quote, ...]:
    """Return the sentences of the best candidates, at most `limit`, never cutting the best candidate's own.

    A sentence is quoted once, with the highlight of its best candidate.
    """
    chosen: dict[tuple[str, Sentence], Quote] = {}
    for candidate in ranked:
        quotes = [q for q in candidate.quotes() if (q.document.article.id, q.sentence) not in chosen]
        if chosen and len(chosen) + len(quotes) > limit:
            break
        chosen.update({(q.document.article.id, q.sentence): q for q in quotes})
    return tuple(chosen.values())
