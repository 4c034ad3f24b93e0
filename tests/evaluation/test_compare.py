"""Two runs on the same set: differences, tests against libraries and full enumeration, better and worse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom

from szai_qa.errors import InputError
from szai_qa.evaluation.compare import Comparison, compare, permutation_p
from szai_qa.evaluation.evaluate import EvaluationSettings, Subject, evaluate
from szai_qa.evaluation.folder import RunFolder
from szai_qa.evaluation.gold import Against, Dataset, Example
from szai_qa.evaluation.rows import Reply
from worked_run import LONG, OPENED, TEXTS, answer, quote


def dataset(sha256: str = "a" * 64) -> Dataset:
    gold = {"answers": ("1280米",), "groups": (("全长1280米",),)}
    examples = tuple(Example(f"Q{i}", f"问{i}？", f"Q{i}", True, **gold) for i in range(12))
    return Dataset("set.jsonl", "jsonl", sha256, examples)


def run(folder: Path, right: set[int], data: Dataset | None = None) -> RunFolder:
    """Run a system that answers the named questions rightly and the others with another sentence."""

    def answerer(examples: Sequence[Example]) -> list[Reply]:
        return [
            Reply(answer(e.question, quote(LONG, "1280米") if int(e.id[1:]) in right else quote(OPENED)))
            for e in examples
        ]

    subject = Subject(answerer, TEXTS, Against.INDEX, {}, {})
    evaluate(data or dataset(), subject, RunFolder(folder), EvaluationSettings(resamples=10))
    return RunFolder(folder)


@pytest.fixture
def compared(tmp_path: Path) -> Comparison:
    return compare(run(tmp_path / "a", {0, 1, 2, 3}), run(tmp_path / "b", {1, 2, 3, *range(4, 12)}))


def test_the_difference_is_of_the_later_from_the_earlier_run(compared: Comparison) -> None:
    credit = compared.differences["credit"]
    assert (credit.a, credit.b, credit.n) == (pytest.approx(4 / 12), pytest.approx(11 / 12), 12)
    assert credit.difference == pytest.approx(7 / 12)
    assert credit.significant
    assert not credit.lower_is_better
    assert compared.differences["wrong"].lower_is_better


def test_questions_that_got_better_and_worse_are_named(compared: Comparison) -> None:
    assert (compared.by, [item.id for item in compared.worse]) == ("credit", ["Q0"])
    assert [item.id for item in compared.better] == [f"Q{i}" for i in range(4, 12)]


def test_mcnemar_is_the_exact_binomial_test_of_the_discordant_pairs(compared: Comparison) -> None:
    right = compared.differences["right"]
    assert (right.gained, right.lost) == (8, 1)
    assert right.mcnemar == pytest.approx(2 * binom.cdf(1, 9, 0.5))
    assert compared.differences["f1"].mcnemar is None


def test_a_run_does_not_differ_from_itself(tmp_path: Path) -> None:
    same = compare(run(tmp_path / "a", {0, 1}), run(tmp_path / "b", {0, 1}))
    credit = same.differences["credit"]
    assert (credit.difference, credit.low, credit.high, credit.p, credit.significant) == (0.0, 0.0, 0.0, 1.0, False)
    assert same.better == same.worse == ()


def test_a_constant_difference_has_no_width(tmp_path: Path) -> None:
    worse = compare(run(tmp_path / "a", set(range(12))), run(tmp_path / "b", set()))
    assert (worse.differences["credit"].low, worse.differences["credit"].high) == (-1.0, -1.0)


def test_runs_of_different_sets_are_not_compared(tmp_path: Path) -> None:
    other = run(tmp_path / "b", {0}, dataset("b" * 64))
    with pytest.raises(InputError, match=r"different sets .aaaaaaaaaaaa and bbbbbbbbbbbb"):
        compare(run(tmp_path / "a", {0}), other)


def test_runs_of_different_questions_are_not_compared(tmp_path: Path) -> None:
    fewer = run(tmp_path / "b", {0}, replace(dataset(), examples=dataset().examples[:5]))
    with pytest.raises(InputError, match="different questions"):
        compare(run(tmp_path / "a", {0}), fewer)


def test_the_permutation_test_counts_all_exchanges_of_signs() -> None:
    differences = np.array([0.5, 0.25, 1.0, -0.25, 0.5, 0.75])
    sums = [np.dot(signs, differences) for signs in product((1, -1), repeat=6)]
    share = np.mean([abs(total) >= abs(differences.sum()) - 1e-12 for total in sums])
    assert permutation_p(differences, np.arange(6), 2000, 0) == pytest.approx(share)


def test_a_conversation_exchanges_its_turns_together() -> None:
    alone = permutation_p(np.ones(8), np.arange(8), 2000, 0)
    together = permutation_p(np.ones(8), np.repeat(np.arange(2), 4), 2000, 0)
    assert (alone, together) == (pytest.approx(2 / 2**8), pytest.approx(0.5))
