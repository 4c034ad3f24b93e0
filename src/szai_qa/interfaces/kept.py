"""Reads answers on record back with their articles as they were: for the permanent page, the receipt, the command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from szai_qa.corpus.article import parse_article
from szai_qa.errors import NotFoundError, ProofError
from szai_qa.journal.database import Database
from szai_qa.journal.entries import Entry, Pointer
from szai_qa.journal.receipt import make_receipt
from szai_qa.journal.store import get_article
from szai_qa.records import Document, Quote


def kept_documents(database: Database, entry: Entry) -> Mapping[str, Document]:
    """Return every article that an answer quotes or names as near, as it was then, by its hash.

    Raises:
        ProofError: one is no longer what its hash says, or is missing.
    """
    return {sha256: kept_document(database, sha256) for sha256 in _hashes(entry)}


def _hashes(entry: Entry) -> set[str]:
    return {pointer.article_sha256 for pointer in (*entry.quotes, *entry.nearest)}


def kept_document(database: Database, sha256: str) -> Document:
    """Return an article as it was when it was quoted, with its structure; raises as `kept_documents`."""
    try:
        kept = get_article(database, sha256)
    except NotFoundError as problem:
        raise ProofError(problem.message, "Restore the journal from a backup.") from problem
    return parse_article(kept.id, kept.text, f"the kept article {kept.id}")


def quote_at(document: Document, pointer: Pointer) -> Quote:
    """Return the quote that a pointer names.

    Raises:
        ProofError: no sentence of the article stands there.
    """
    sentence = next((s for s in document.sentences if s.span == pointer.span), None)
    if sentence is None:
        raise ProofError(f"No sentence of {pointer.article_id} stands at {pointer.span.start}:{pointer.span.end}.")
    return Quote(document, sentence, pointer.highlight)


def receipt_of(database: Database, entry: Entry) -> dict[str, Any]:
    """Return the receipt of an answer on record; raises ProofError where its articles are not what they were."""
    return make_receipt(entry, {sha: document.article for sha, document in kept_documents(database, entry).items()})
