"""Makes spellings equal for matching and reading; what it returns is never shown to anyone.

Two forms: `to_simplified` keeps every offset (one code point in, one out), `for_matching` does not.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import opencc

# A lone surrogate cannot be encoded, so OpenCC and the tokenizers raise on it; for OpenCC a NUL ends the text.
_UNREADABLE = re.compile("[\0\ud800-\udfff]")


@lru_cache(maxsize=1)
def _converter() -> opencc.OpenCC:
    import opencc

    # tw2s and not tw2sp: the phrase dictionaries change the length of a text (使用者 → 用户).
    return opencc.OpenCC("tw2s")


def readable(text: str) -> str:
    """Return the text with each lone surrogate and each NUL replaced by U+FFFD; the length stays."""
    return _UNREADABLE.sub("\ufffd", text)


def to_simplified(text: str) -> str:
    """Return the text in simplified characters, of the same length, so that offsets hold.

    Raises:
        AssertionError: the conversion changed the length (it has no rule that does).
    """
    simplified: str = _converter().convert(readable(text))
    if len(simplified) != len(text):
        raise AssertionError("conversion to simplified characters changed the length of a text")
    return simplified


def for_matching(text: str) -> str:
    """Return the form in which questions and articles are compared: NFKC, simplified, lower case.

    NFKC folds full-width letters and digits, and ﹢ and ＋ to +. The length may change.
    """
    return unicodedata.normalize("NFKC", to_simplified(text)).lower()
