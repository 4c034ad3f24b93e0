r"""Masks personal data in what a reader wrote: phone numbers, ID numbers, e-mail addresses, bank cards.

Dates and amounts are never masked, and nothing else of the text is changed. Patterns don't rely on word boundaries:
for `\b` a Han character is a letter, so 邮箱a@b.cn would not be found.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

from szai_qa.records import Span

# Full-width characters stand for the ASCII ones, code point by code point, so that offsets hold.
_FOLD = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20} | dict.fromkeys(range(0x2010, 0x2016), 0x2D)
_FROM = r"(?<![0-9A-Za-z])"
_TO = r"(?![0-9A-Za-z])(?![.,][0-9])(?! ?(?:多|余)?(?:[万亿]|元(?![旦宵])))"
_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_COUNTRY = r"(?:(?:\+|00)86[ -]?|86[ -]?)?"
_AREA = r"0(?:10|2[0-9]|[3-9][0-9]{2})"
_PATTERNS = {
    "email": re.compile(r"(?<![0-9A-Za-z._%+-])[A-Za-z0-9._%+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?![A-Za-z])"),
    # The check digit is not looked at: a mistyped number is as personal as a right one.
    "identity": re.compile(
        rf"{_FROM}(?:[1-9][0-9]{{5}}[ -]?(?:18|19|20)[0-9]{{2}}{_DAY}[ -]?[0-9]{{3}}[0-9Xx]"
        rf"|[1-9][0-9]{{5}}[0-9]{{2}}{_DAY}[0-9]{{3}}){_TO}"
    ),
    "card": re.compile(rf"{_FROM}[0-9](?:[ -]?[0-9]){{12,18}}{_TO}"),
    "mobile": re.compile(rf"{_FROM}{_COUNTRY}1[3-9][0-9][ -]?[0-9]{{4}}[ -]?[0-9]{{4}}{_TO}"),
    "landline": re.compile(
        rf"{_FROM}{_COUNTRY}(?:[(]{_AREA}[)]|{_AREA})"
        rf"[ -]?[2-9][0-9]{{2,3}}[ -]?[0-9]{{4}}(?:(?:转|-)[0-9]{{1,6}})?{_TO}"
    ),
}


def _passes_luhn(digits: str) -> bool:
    """Tell whether the last digit is the check digit of the others (ISO/IEC 7812)."""
    doubled = [int(d) * (2 if i % 2 else 1) for i, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def find(text: str) -> list[tuple[Span, str]]:
    """Return where personal data stands and what it is (a key of `masking.json`), in order, without overlaps."""
    folded = text.translate(_FOLD)
    found: list[tuple[Span, str]] = []
    for kind, pattern in _PATTERNS.items():
        for match in pattern.finditer(folded):
            span = Span(*match.span())
            if kind == "card" and not _passes_luhn(re.sub("[ -]", "", match[0])):
                continue
            if all(span.end <= other.start or other.end <= span.start for other, _ in found):
                found.append((span, kind))
    return sorted(found)


@lru_cache
def _labels() -> dict[str, str]:
    labels: dict[str, str] = json.loads(files(__package__).joinpath("masking.json").read_text("utf-8"))
    return labels


def mask(text: str) -> str:
    """Return the text with each piece of personal data replaced by its kind in 〔〕."""
    parts, end = [], 0
    for span, kind in find(text):
        parts += [text[end : span.start], _labels()[kind]]
        end = span.end
    return "".join([*parts, text[end:]])


def mask_all(texts: Iterable[str]) -> list[str]:
    """Return each text, masked."""
    return [mask(text) for text in texts]
