"""Words a refusal: the reason, a sentence in the question's language, and the quotes that come near."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

from szai_qa.answering.question import Language
from szai_qa.records import Quote, Refusal, RefusalReason


@lru_cache(maxsize=1)
def _messages() -> dict[str, dict[str, str]]:
    path = files("szai_qa.answering").joinpath("refusal_messages.json")
    messages: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return messages


def refusal(
    reason: RefusalReason,
    language: Language,
    missing: Sequence[str] = (),
    nearest: Sequence[Quote] = (),
) -> Refusal:
    """Return a refusal with its message; `missing` names what the articles lack, as the question has it."""
    words = _messages()[language]
    key = reason.value
    if reason is RefusalReason.MISSING_DETAIL and not missing:
        key = "missing_detail_unnamed"
    message = words[key].format(missing=words["joiner"].join(missing))
    return Refusal(reason, message, tuple(missing), tuple(nearest))
