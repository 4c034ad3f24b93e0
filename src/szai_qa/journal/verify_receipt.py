"""Proves an answer's receipt against the text of its articles, or says what differs. It needs Python alone.

    python verify_receipt.py RECEIPT.json ARTICLE.txt [ARTICLE.txt …]

Exit code 0: every quote stands in its article, character for character, where the receipt says; 3: something differs;
2: a file can't be read. `szai-qa verify` uses the same functions. It proves the words, and that the receipt is as it
was written; whether the site ever gave this answer is for its journal to prove.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

FORMAT = "szai-qa receipt 1"
CONTEXT_CHARS = 32
"""How much of the article a receipt shows before and after a quote."""


class NoReceiptError(ValueError):
    """The text is not a receipt at all."""


def parse_receipt(text: str) -> dict[str, Any]:
    """Return a receipt from its JSON text.

    Raises:
        NoReceiptError: it is not JSON, names something twice, or is no receipt.
    """
    try:
        value = json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_no_constant)
    except (ValueError, RecursionError) as problem:
        raise NoReceiptError(f"it is no JSON ({problem})") from problem
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise NoReceiptError(f"its format is not “{FORMAT}”")
    return value


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def receipt_digest(receipt: Mapping[str, Any]) -> str:
    """Return the sha256 of everything that a receipt says but its own digest."""
    rest = {name: value for name, value in receipt.items() if name != "sha256"}
    text = json.dumps(rest, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def article_text(data: bytes) -> str:
    """Return an article file's text, less a byte order mark; offsets count its code points."""
    return data.decode("utf-8-sig")


def text_digest(text: str) -> str:
    """Return the sha256 by which an article is known."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def selectors(text: str, start: int, end: int) -> list[dict[str, Any]]:
    """Return where a quote stands, as the selectors of the W3C Web Annotation Data Model."""
    return [
        {"type": "TextPositionSelector", "start": start, "end": end},
        {
            "type": "TextQuoteSelector",
            "exact": text[start:end],
            "prefix": text[max(0, start - CONTEXT_CHARS) : start],
            "suffix": text[end : end + CONTEXT_CHARS],
        },
    ]


def differences(receipt: Mapping[str, Any], articles: Mapping[str, str]) -> list[str]:
    """Return what does not fit, in words; nothing where the receipt is proved.

    `articles` maps the sha256 of an article's text to the text.
    """
    found = []
    if receipt.get("sha256") != receipt_digest(receipt):
        found.append("the receipt was changed after it was written: its digest differs")
    try:
        for name, quote in _quotes(receipt):
            found += [f"{name}: {problem}" for problem in _quote_differences(quote, articles)]
    except (KeyError, TypeError, AttributeError) as problem:
        found.append(f"the receipt is damaged: {problem!r}")
    return found


def _quotes(receipt: Mapping[str, Any]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    refusal = receipt["refusal"]
    for kind, quotes in (("quote", receipt["quotes"]), ("near quote", refusal["nearest"] if refusal else [])):
        for number, quote in enumerate(quotes, start=1):
            yield f"{kind} {number}", quote


def _quote_differences(quote: Mapping[str, Any], articles: Mapping[str, str]) -> Iterable[str]:
    text = articles.get(quote["article_sha256"])
    if text is None:
        yield f"no article with the hash {quote['article_sha256']} ({quote['article_id']}) was found"
        return
    if text_digest(text) != quote["article_sha256"]:
        yield f"the article {quote['article_id']} does not fit its hash"
    start, end, mark = quote["start"], quote["end"], quote["highlight"]
    if not 0 <= start < end <= len(text):
        yield f"offsets {start} to {end} lie outside the article"
        return
    if quote["text"] != text[start:end]:
        yield f"the article has “{text[start:end]}” at {start} to {end}, the receipt “{quote['text']}”"
    if mark is not None:
        if not start <= mark["start"] < mark["end"] <= end:
            yield "the highlight lies outside the quote"
        elif mark["text"] != text[mark["start"] : mark["end"]]:
            yield f"the article has “{text[mark['start'] : mark['end']]}” as the highlight"
    if quote["annotation"]["target"]["selector"] != selectors(text, start, end):
        yield "the selectors do not fit the article"


def main(arguments: list[str]) -> int:
    """Verify a receipt against article files; print the outcome and return the exit code."""
    if len(arguments) < 2:
        sys.stderr.write(f"{(__doc__ or '').strip()}\n")
        return 2
    try:
        receipt_text = Path(arguments[0]).read_text(encoding="utf-8")
        texts = [article_text(Path(name).read_bytes()) for name in arguments[1:]]
    except (OSError, UnicodeDecodeError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    try:
        found = differences(parse_receipt(receipt_text), {text_digest(text): text for text in texts})
    except NoReceiptError as problem:
        found = [str(problem)]
    for line in found:
        sys.stderr.write(f"NOT PROVED: {line}\n")
    if not found:
        sys.stdout.write("proved: every quote stands in its article where the receipt says\n")
    return 3 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
