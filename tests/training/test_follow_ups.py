"""Made follow-ups: what both questions name is left out or a pronoun stands for it, and nothing else changes."""

from __future__ import annotations

import random

import pytest

from szai_qa.training.follow_ups import as_follow_up


def made(question: str, earlier: str) -> set[str | None]:
    return {as_follow_up(question, earlier, random.Random(seed)) for seed in range(40)}


def test_a_shared_subject_becomes_a_pronoun_or_is_left_out() -> None:
    assert made("深圳湾协会的会员有多少家？", "深圳湾协会成立于哪年？") == {
        "它会员有多少家？",
        "他们会员有多少家？",
        "那它会员有多少家？",
        "会员有多少家？",
    }


def test_a_shared_english_name_becomes_a_pronoun() -> None:
    found = made("How many members does Bay Association have?", "When was Bay Association founded?")
    assert found == {"How many members does it have?", "How many members does they have?"}


@pytest.mark.parametrize(
    ("question", "earlier"),
    [
        ("深圳湾协会的会员有多少家？", "广州塔有多高？"),
        ("深圳湾协会里有多少家？", "深圳湾协会成立于哪年？"),
        ("会议由谁主持，深圳湾协会来了吗？", "深圳湾协会成立于哪年？"),
        ("How many members does the Bay Association have?", "When was the Bay Association founded?"),
    ],
)
def test_where_no_pronoun_would_read_well_nothing_is_made(question: str, earlier: str) -> None:
    assert made(question, earlier) == {None}
