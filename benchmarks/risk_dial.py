"""Shows what the risk dial promises and what then happens, on reading questions whose articles come in groups.

usage: python benchmarks/risk_dial.py ARTICLES.jsonl ANSWERS.jsonl [--confidence 0.9] [--rounds 1000] [--risk R ...]

ARTICLES.jsonl: lines {"article_id", "group", "text", "questions": [question, ...], "conversations": [[turn, ...]]},
a question or turn: {"id", "answerable", "evidence": [sentence, ...]}. ANSWERS.jsonl: what `szai-qa read` wrote for
them. An answer is right where the question is answerable and the best span lies in an evidence sentence.

Two studies, each of `--rounds` rounds. "halves": the groups are split in two at random, the dial is set on one half and
watched on the other, which is as noisy as the first. "resampled": as many groups as there are are drawn with
replacement, the dial is set on them and watched on the whole list, which is then the truth that they were drawn from.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from szai_qa.evaluation.risk import Judged, Promise, calibrate, unit_counts

Groups = list[list[Judged]]


def read_groups(articles: Path, answers: Path) -> Groups:
    """Return the judged questions, group by group; a conversation is one unit."""
    with answers.open(encoding="utf-8") as lines:
        given = {line["id"]: line for line in map(json.loads, lines)}
    groups: dict[str, list[Judged]] = {}
    with articles.open(encoding="utf-8") as lines:
        for article in map(json.loads, lines):
            judged = groups.setdefault(article["group"], [])
            for unit, question in _asked(article):
                answer = given[question["id"]]
                correct = is_right(article["text"], question, answer)
                judged.append(Judged(unit, float(answer["confidence"]), correct))
    return list(groups.values())


def _asked(article: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for question in article["questions"]:
        yield question["id"], question
    for turns in article["conversations"]:
        for turn in turns:
            yield turns[0]["id"], turn


def is_right(text: str, question: dict[str, Any], answer: dict[str, Any]) -> bool:
    """Tell whether the best span lies in a sentence that holds evidence."""
    start, end = answer["start"], answer["end"]
    if not question["answerable"] or start is None:
        return False
    places = (match.span() for words in question["evidence"] for match in re.finditer(re.escape(words), text))
    return any(a <= start and end <= b for a, b in places)


def drawn(groups: Groups, picked: Sequence[int]) -> list[Judged]:
    """Return the questions of picked groups; a group that is picked twice counts as two."""
    return [
        Judged(f"{copy} {item.unit}", item.confidence, item.correct)
        for copy, i in enumerate(picked)
        for item in groups[i]
    ]


def watched(judged: Sequence[Judged], threshold: float) -> tuple[float, float, float]:
    """Return at a threshold: the share of wrong answers, of wrong units among the answered, and the coverage."""
    given = [item for item in judged if item.confidence >= threshold]
    levels, answered, wrong = unit_counts(judged)
    at = np.flatnonzero(levels >= threshold)
    if not len(at) or not given:
        return 0.0, 0.0, 0.0
    risk = sum(not item.correct for item in given) / len(given)
    return risk, wrong[at[-1]] / answered[at[-1]], len(given) / len(judged)


def study(groups: Groups, risk: float, confidence: float, rounds: int, *, halves: bool) -> dict[str, float]:
    """Return how often the dial declined, what was observed, and how often a promise was broken."""
    rng = np.random.default_rng(0)
    everything = drawn(groups, range(len(groups)))
    seen = []
    for _ in range(rounds):
        if halves:
            order = rng.permutation(len(groups)).tolist()
            half = len(groups) // 2
            calibration, other = drawn(groups, order[:half]), drawn(groups, order[half:])
        else:
            calibration, other = drawn(groups, rng.integers(len(groups), size=len(groups)).tolist()), everything
        found = calibrate(calibration, risk, confidence)
        if isinstance(found, Promise):
            seen.append((*watched(other, found.threshold), found.threshold))
    if not seen:
        return {"declined": 1.0}
    answers, units, coverage, threshold = np.array(seen).T
    return {
        "declined": 1 - len(seen) / rounds,
        "wrong_answers": float(answers.mean()),
        "wrong_units": float(units.mean()),
        "broken": float((units > risk).sum() / rounds),
        "coverage": float(coverage.mean()),
        "threshold": float(np.median(threshold)),
    }


def main() -> None:
    """Print one row a limit and study."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("answers", type=Path)
    parser.add_argument("--confidence", type=float, default=0.9)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--risk", type=float, nargs="+", default=[0.02, 0.05, 0.1])
    options = parser.parse_args()
    groups = read_groups(options.articles, options.answers)
    everything = drawn(groups, range(len(groups)))
    units, right = len({item.unit for item in everything}), np.mean([item.correct for item in everything])
    print(f"{len(groups)} groups, {len(everything)} questions, {units} units, {right:.3f} right")
    for risk in options.risk:
        print(f"whole list, {risk:g}: {json.dumps(calibrate(everything, risk, options.confidence).as_json())}")
    for name, halves in (("halves", True), ("resampled", False)):
        for risk in options.risk:
            found = study(groups, risk, options.confidence, options.rounds, halves=halves)
            print(f"{name:10} {risk:5.2f}  " + "  ".join(f"{key} {value:.3f}" for key, value in found.items()))


if __name__ == "__main__":
    main()
