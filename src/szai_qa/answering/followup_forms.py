"""The forms of follow-ups, Chinese and English (`followup_words.json`)."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    """Return the forms of follow-ups (`followup_words.json`)."""
    path = files("szai_qa.answering").joinpath("followup_words.json")
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
