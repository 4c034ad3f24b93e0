"""The pages' own words, by key, from one catalogue file a language: `words.LANGUAGE.json`, `desk.LANGUAGE.json`.

Adding a file of each adds a language. Nothing here ever touches the words of an article.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_LANGUAGE = "zh-Hans"
_BELOW = {"desk": "words", "evaluate": "desk"}


@dataclass(frozen=True)
class Words:
    """One language's catalogue."""

    language: str
    texts: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """Return the words of a key, with `{name}` filled in.

        Raises:
            KeyError: the key, or a value that its text needs, is missing.
        """
        text = self.texts[key]
        return text.format_map(values) if values else text

    def numeral(self, number: int) -> str:
        """Return a section's number as this language writes it; from 1 to 99 in Chinese numerals, if it has them."""
        digits = self.texts["digits"]
        if not digits or not 0 < number < 100:
            return str(number)
        tens, units = divmod(number, 10)
        return (digits[tens] if tens > 1 else "") + (digits[10] if tens else "") + (digits[units] if units else "")


@lru_cache
def load_words(language: str = DEFAULT_LANGUAGE, catalogue: str = "words") -> Words:
    """Return a language's catalogue: of the chat, or of pages behind it (`desk`, `evaluate`), which know those below.

    Raises:
        FileNotFoundError: there is no catalogue of that language.
    """
    text = files(__package__).joinpath(f"{catalogue}.{language}.json").read_text("utf-8")
    others = load_words(language, _BELOW[catalogue]).texts if catalogue in _BELOW else {}
    return Words(language, MappingProxyType({**others, **json.loads(text)}))


@lru_cache
def languages() -> list[str]:
    """Return the languages that have a catalogue, the default one first, Chinese before others."""
    names = (file.name for file in files(__package__).iterdir())
    found = sorted(name[6:-5] for name in names if name.startswith("words.") and name.endswith(".json"))
    return sorted(found, key=lambda language: (language != DEFAULT_LANGUAGE, not language.startswith("zh"), language))
