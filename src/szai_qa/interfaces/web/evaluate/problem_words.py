"""What is wrong with a row, said in the page's language. What has no words there is shown as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

_PARTS = ("where", "field", "message", "hint")


@lru_cache
def _patterns(language: str) -> Sequence[tuple[re.Pattern[str], str]]:
    table = json.loads(files(__package__).joinpath("problem_words.json").read_text("utf-8"))
    return [(re.compile(entry["en"], re.DOTALL), entry[language]) for entry in table if language in entry]


def in_words(text: str, language: str) -> str:
    """Return a part of a problem in a language."""
    if language == "en":
        return text
    for pattern, said in _patterns(language):
        if found := pattern.fullmatch(text):
            return found.expand(said)
    return text


def problem_in(problem: Mapping[str, str], language: str) -> dict[str, str]:
    """Return a problem (where, field, message, hint) in a language."""
    return {part: in_words(problem[part], language) for part in _PARTS}
