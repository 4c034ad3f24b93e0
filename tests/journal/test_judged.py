from __future__ import annotations

from dataclasses import replace

import pytest

from szai_qa.errors import ProofError
from szai_qa.journal.database import Database
from szai_qa.journal.entries import Pointer, Verdict
from szai_qa.journal.judged import judged_questions, run_judged
from szai_qa.journal.publish import last_published, publish
from szai_qa.journal.trail import check_trail
from szai_qa.journal.verdicts import judge
from szai_qa.records import Answer

from .samples import SYSTEM, answered, bridge, put, quote_of, refused

OTHER = quote_of(bridge(), "市民王芳说")
WRONG = Answer("大桥多长？", (OTHER,), None, 0.9)


def test_an_answer_judged_right_becomes_a_question_with_its_quotes_as_evidence(journal: Database) -> None:
    public_id = put(journal, answered())
    judge(journal, public_id, "li", Verdict.RIGHT)
    (question,) = judged_questions(journal)
    assert question.as_json() == {
        "id": public_id,
        "lang": "zh-Hans",
        "type": "judged-right",
        "question": "大桥多长？",
        "answerable": True,
        "answers": ["1280米"],
        "evidence": ["大桥全长1280米，双向六车道！"],
        "evidence_groups": [["大桥全长1280米，双向六车道！"]],
    }


def test_a_corrected_answer_asks_for_every_sentence_that_was_picked(journal: Database) -> None:
    picked = [Pointer.to(answered().quotes[0]), Pointer.to(OTHER)]
    judge(journal, put(journal, refused("大桥怎样？")), "li", Verdict.SHOULD_HAVE_ANSWERED, picked)
    (question,) = judged_questions(journal)
    assert [len(group) for group in question.evidence_groups] == [1, 1]
    both = Answer("大桥怎样？", (*answered().quotes, OTHER), None, 0.9)
    assert question.passes(both)
    assert not question.passes(answered())
    assert not question.passes(refused())


def test_what_should_have_been_refused_asks_for_a_refusal(journal: Database) -> None:
    judge(journal, put(journal, answered("大桥多重？")), "li", Verdict.SHOULD_HAVE_REFUSED)
    (question,) = judged_questions(journal)
    assert question.answerable is False
    assert question.passes(refused())
    assert not question.passes(answered())


def test_questions_that_guard_nothing_are_left_out(journal: Database) -> None:
    differing, faulty, bare = (
        put(journal, answered()),
        put(journal, answered("坏？")),
        put(journal, answered("那呢？"), history=("大桥多长？",)),
    )
    judge(journal, differing, "li", Verdict.RIGHT)
    judge(journal, differing, "wu", Verdict.SHOULD_HAVE_REFUSED)
    judge(journal, faulty, "li", Verdict.ARTICLE_WRONG)
    judge(journal, bare, "li", Verdict.RIGHT)
    assert judged_questions(journal) == []


def test_a_follow_up_is_asked_as_it_was_understood(journal: Database) -> None:
    answer = replace(answered("那长度呢？"), resolved_question="大桥的长度是多少？")
    judge(journal, put(journal, answer, history=("大桥何时通车？",)), "li", Verdict.RIGHT)
    assert [question.question for question in judged_questions(journal)] == ["大桥的长度是多少？"]


def test_a_question_judged_twice_counts_once_as_judged_last(journal: Database) -> None:
    judge(journal, put(journal, answered()), "li", Verdict.SHOULD_HAVE_REFUSED)
    judge(journal, put(journal, answered()), "li", Verdict.RIGHT)
    assert [question.verdict for question in judged_questions(journal)] == [Verdict.RIGHT]


def test_an_english_question_is_marked_so(journal: Database) -> None:
    judge(journal, put(journal, answered("How long is it?")), "li", Verdict.RIGHT)
    assert judged_questions(journal)[0].language == "en"


def test_a_wrong_answer_fails_its_test_before_the_fix_and_passes_after(journal: Database) -> None:
    wrong = put(journal, WRONG)
    judge(journal, wrong, "li", Verdict.WRONG_QUOTE, [Pointer.to(answered().quotes[0])])
    questions = judged_questions(journal)
    assert run_judged(questions, lambda _: WRONG) == {wrong: False}
    assert run_judged(questions, lambda _: answered()) == {wrong: True}


def test_a_version_is_published_with_what_its_questions_came_to(journal: Database) -> None:
    public_id = put(journal, answered())
    judge(journal, public_id, "li", Verdict.RIGHT)
    questions = judged_questions(journal)
    assert last_published(journal) is None
    publish(journal, SYSTEM, questions, run_judged(questions, lambda _: answered()), "wu")
    last = last_published(journal)
    assert last
    assert (last.index_id, last.threshold, last.results, last.override) == ("index1", 0.5, {public_id: True}, None)
    check_trail(journal)


def test_a_regression_is_not_published_unless_a_reason_is_given(journal: Database) -> None:
    public_id = put(journal, WRONG)
    judge(journal, public_id, "li", Verdict.WRONG_QUOTE, [Pointer.to(answered().quotes[0])])
    questions = judged_questions(journal)
    publish(journal, SYSTEM, questions, {public_id: True}, "wu")
    with pytest.raises(ProofError, match=r"1 judged questions .*大桥多长"):
        publish(journal, replace(SYSTEM, index_id="index2"), questions, {public_id: False}, "wu")
    last = last_published(journal)
    assert last
    assert last.index_id == "index1"
    publish(journal, replace(SYSTEM, index_id="index2"), questions, {public_id: False}, "wu", "文章改了")
    last = last_published(journal)
    assert last
    assert (last.index_id, last.override) == ("index2", "文章改了")
    with journal.reading() as connection:
        actions = connection.exec_driver_sql("SELECT action FROM audit ORDER BY number").scalars().all()
    assert actions[-3:] == ["published", "refused_to_publish", "published_by_override"]
    check_trail(journal)


def test_what_never_passed_blocks_nothing_and_what_was_right_when_asked_does(journal: Database) -> None:
    wrong, right = put(journal, WRONG), put(journal, answered("桥长几何？"))
    judge(journal, wrong, "li", Verdict.WRONG_QUOTE, [Pointer.to(answered().quotes[0])])
    judge(journal, right, "li", Verdict.RIGHT)
    questions = judged_questions(journal)
    publish(journal, SYSTEM, questions, {wrong: False, right: True}, "wu")
    with pytest.raises(ProofError, match="桥长几何"):
        publish(journal, SYSTEM, questions, {wrong: True, right: False}, "wu")
