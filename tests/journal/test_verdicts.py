from __future__ import annotations

import random
import warnings

import pytest

from szai_qa.errors import InputError, NotFoundError
from szai_qa.journal.database import Database
from szai_qa.journal.entries import Pointer, Verdict
from szai_qa.journal.verdicts import agreement, cohen_kappa, disagreements, judge, judgements, withdraw
from szai_qa.records import Span

from .samples import answered, put, refused

SENTENCE = Pointer.to(answered().quotes[0])


def test_a_verdict_comes_back_as_it_was_given(journal: Database) -> None:
    public_id = put(journal, refused())
    judge(journal, public_id, "li", Verdict.SHOULD_HAVE_ANSWERED, [SENTENCE], "看第一段")
    (found,) = judgements(journal, public_id)
    assert (found.answer, found.reviewer, found.verdict) == (public_id, "li", Verdict.SHOULD_HAVE_ANSWERED)
    assert (found.sentences, found.note) == ((SENTENCE,), "看第一段")


def test_a_second_verdict_of_one_reviewer_replaces_the_first_and_both_stay_on_record(journal: Database) -> None:
    public_id = put(journal, answered())
    judge(journal, public_id, "li", Verdict.SHOULD_HAVE_REFUSED)
    judge(journal, public_id, "li", Verdict.RIGHT)
    assert [j.verdict for j in judgements(journal, public_id)] == [Verdict.RIGHT]
    first, second = judgements(journal, public_id, with_withdrawn=True)
    assert first.withdrawn
    assert second.withdrawn is None


def test_a_withdrawn_verdict_is_no_longer_in_force(journal: Database) -> None:
    public_id = put(journal, answered())
    verdict = judge(journal, public_id, "li", Verdict.RIGHT)
    withdraw(journal, verdict, "li")
    assert judgements(journal, public_id) == []
    with pytest.raises(NotFoundError):
        withdraw(journal, verdict, "li")


def test_nobody_withdraws_the_verdict_of_another(journal: Database) -> None:
    public_id = put(journal, answered())
    verdict = judge(journal, public_id, "li", Verdict.RIGHT)
    with pytest.raises(NotFoundError):
        withdraw(journal, verdict, "wu")
    assert judgements(journal, public_id)


@pytest.mark.parametrize("verdict", Verdict)
def test_a_verdict_has_sentences_where_it_needs_them(journal: Database, verdict: Verdict) -> None:
    public_id = put(journal, answered())
    needs = {Verdict.INCOMPLETE, Verdict.WRONG_QUOTE, Verdict.SHOULD_HAVE_ANSWERED}
    if verdict in needs:
        with pytest.raises(InputError, match="needs the sentences"):
            judge(journal, public_id, "li", verdict)
    else:
        assert judge(journal, public_id, "li", verdict)
    if verdict in {Verdict.SHOULD_HAVE_REFUSED, Verdict.ARTICLE_WRONG}:
        with pytest.raises(InputError, match="no sentences"):
            judge(journal, public_id, "li", verdict, [SENTENCE])


def test_a_sentence_has_to_stand_in_a_kept_article(journal: Database) -> None:
    public_id = put(journal, answered())
    with pytest.raises(NotFoundError):
        judge(journal, public_id, "li", Verdict.WRONG_QUOTE, [Pointer("x", "0" * 64, Span(0, 1))])
    with pytest.raises(InputError, match="ends after"):
        judge(journal, public_id, "li", Verdict.WRONG_QUOTE, [Pointer("x", SENTENCE.article_sha256, Span(0, 10_000))])


def test_a_verdict_on_no_answer_is_refused(journal: Database) -> None:
    with pytest.raises(NotFoundError):
        judge(journal, "A" * 22, "li", Verdict.RIGHT)


def test_a_note_has_a_limit(journal: Database) -> None:
    with pytest.raises(InputError, match="2001"):
        judge(journal, put(journal, answered()), "li", Verdict.RIGHT, note="长" * 2001)


def test_answers_on_which_reviewers_differ_are_found_and_agreement_is_counted(journal: Database) -> None:
    same, other, alone = (put(journal, answered()) for _ in range(3))
    for public_id, verdict in ((same, Verdict.RIGHT), (other, Verdict.SHOULD_HAVE_REFUSED), (alone, Verdict.RIGHT)):
        judge(journal, public_id, "li", verdict)
    judge(journal, same, "wu", Verdict.RIGHT)
    judge(journal, other, "wu", Verdict.RIGHT)
    (found,) = disagreements(journal)
    assert found.answer == other
    assert [j.verdict for j in found.judgements] == [Verdict.SHOULD_HAVE_REFUSED, Verdict.RIGHT]
    (pair,) = agreement(journal)
    assert (pair.reviewers, pair.both, pair.same, pair.kappa) == (("li", "wu"), 2, 1, 0.0)


def test_kappa_is_scikit_learns() -> None:
    from sklearn.metrics import cohen_kappa_score

    chance = random.Random(7)
    for size in (3, 10, 200):
        pairs = [(chance.choice("abc"), chance.choice("aab")) for _ in range(size)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = cohen_kappa_score(*zip(*pairs, strict=True))
        assert cohen_kappa(pairs) == pytest.approx(expected)


def test_kappa_is_not_defined_without_pairs_or_without_differences() -> None:
    assert cohen_kappa([]) is None
    assert cohen_kappa([("a", "a")] * 5) is None
    assert cohen_kappa([("a", "a"), ("b", "b")]) == 1
