from __future__ import annotations

import pytest

from szai_qa.answering.question import Language
from szai_qa.answering.refuse import refusal
from szai_qa.records import RefusalReason


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("reason", list(RefusalReason))
def test_every_reason_has_a_message_in_every_language(language: Language, reason: RefusalReason) -> None:
    message = refusal(reason, language, ("X",)).message
    assert message
    assert "{" not in message


@pytest.mark.parametrize("reason", list(RefusalReason))
def test_the_messages_of_the_languages_differ(reason: RefusalReason) -> None:
    assert len({refusal(reason, language, ("X",)).message for language in Language}) == 3


def test_what_is_missing_is_named_in_the_message() -> None:
    found = refusal(RefusalReason.MISSING_DETAIL, Language.SIMPLIFIED, ("2023年", "上海"))
    assert found.message.endswith("2023年、上海。")
    assert found.missing == ("2023年", "上海")


def test_a_missing_detail_without_a_name_has_a_message_without_a_gap() -> None:
    message = refusal(RefusalReason.MISSING_DETAIL, Language.SIMPLIFIED).message
    assert message.startswith("原文没有回答")
    assert "：" not in message


def test_braces_in_what_is_missing_are_plain_text() -> None:
    assert "{x}" in refusal(RefusalReason.MISSING_DETAIL, Language.ENGLISH, ("{x}",)).message
