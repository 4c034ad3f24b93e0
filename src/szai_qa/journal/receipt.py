"""Makes an answer's receipt: a JSON object that proves its quotes without this program. `verify_receipt` checks it."""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterable, Mapping
from typing import Any

from szai_qa.errors import ProofError
from szai_qa.journal.entries import Entry, Pointer
from szai_qa.journal.verify_receipt import FORMAT, receipt_digest, selectors
from szai_qa.records import Article

FRAGMENT_CHARS = 12
ANNOTATION_CONTEXT = "http://www.w3.org/ns/anno.jsonld"


def fragment_url(url: str | None, words: str) -> str | None:
    """Return the address at which a browser shows these words on a page, None where the page has no address."""
    if url is None or not url.startswith(("https://", "http://")):
        return None
    ends = [words] if len(words) <= 2 * FRAGMENT_CHARS else [words[:FRAGMENT_CHARS], words[-FRAGMENT_CHARS:]]
    # A hyphen is syntax in a text fragment, and quote() leaves it as it is.
    encoded = (urllib.parse.quote(end, safe="").replace("-", "%2D") for end in ends)
    return f"{url.partition('#')[0]}#:~:text={','.join(encoded)}"


def make_receipt(entry: Entry, articles: Mapping[str, Article]) -> dict[str, Any]:
    """Return the receipt of an answer on record; `articles` holds those that it points to, by their hash.

    Raises:
        ProofError: an article is missing, or a pointer leads out of it.
    """
    receipt: dict[str, Any] = {
        "format": FORMAT,
        "id": entry.public_id,
        "time": entry.time.isoformat(),
        "question": entry.question,
        "resolved_question": entry.resolved_question,
        "refusal": None,
        "quotes": list(_quotes(entry.quotes, articles)),
        "confidence": entry.confidence,
        "threshold": entry.threshold,
        "index_id": entry.index_id,
        "versions": dict(entry.versions),
    }
    if entry.refused:
        nearest = list(_quotes(entry.nearest, articles))
        receipt["refusal"] = {"reason": entry.reason, "missing": list(entry.missing), "nearest": nearest}
    return receipt | {"sha256": receipt_digest(receipt)}


def _quotes(pointers: Iterable[Pointer], articles: Mapping[str, Article]) -> Iterable[dict[str, Any]]:
    for pointer in pointers:
        article = articles.get(pointer.article_sha256)
        if article is None or pointer.span.end > len(article.text):
            raise ProofError(f"A quote from {pointer.article_id} does not fit the article that is kept of it.")
        span, mark = pointer.span, pointer.highlight
        words = span.of(article.text)
        yield {
            "article_id": pointer.article_id,
            "article_sha256": pointer.article_sha256,
            "title": article.title,
            "publisher": article.publisher,
            "published": article.published and article.published.isoformat(),
            "start": span.start,
            "end": span.end,
            "text": words,
            "highlight": mark and {"start": mark.start, "end": mark.end, "text": mark.of(article.text)},
            "url": fragment_url(article.url, words),
            "annotation": {
                "@context": ANNOTATION_CONTEXT,
                "type": "Annotation",
                "motivation": "highlighting",
                "target": {
                    # Offsets are of the stored text and not of the page that it was taken from.
                    "source": f"urn:sha256:{pointer.article_sha256}",
                    "scope": article.url,
                    "selector": selectors(article.text, span.start, span.end),
                },
            },
        }
