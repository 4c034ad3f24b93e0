"""The figures of a reader's evaluation with 95 % intervals, from the answer lines of one list. It chooses nothing.

`sentence`: answerable questions whose best span lies in an evidence sentence. `f1`: character F1 of that span with the
nearest accepted answer, by longest common subsequence, without punctuation. `auroc`: confidence of answerable against
unanswerable questions, the mean over the turns of a conversation, so that how late a turn comes is no knowledge.
`contrast`: the full article got the higher confidence than the one without the evidence. At the threshold: `refusal`,
unanswerable questions refused; `cut`, articles without the evidence refused; `false`, answerable questions refused;
`wrong`, of all questions those answered outside the evidence, or at all though unanswerable.

Intervals are drawn by article (percentile bootstrap): questions on one article are alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from szai_qa.training.calibrate import is_right
from szai_qa.training.data import Item, without

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

DRAWS = 1000
_NOT_WORDS = re.compile(r"[\W_]+")


class Scores:
    """The questions of a list in columns; `articles` numbers the articles, the columns are named as the figures."""

    def __init__(self, items: Sequence[Item], lines: Mapping[str, Mapping[str, Any]]) -> None:
        """Score the answer lines, by id, of these questions."""
        own = [lines[item.id] for item in items]
        cut = [lines[item.id + "#cut"] if lacks_answer(item) else None for item in items]
        texts = {text: number for number, text in enumerate(dict.fromkeys(item.text for item in items))}
        self.articles = np.array([texts[item.text] for item in items])
        self.turn = np.array([len(item.history) for item in items])
        self.lang = np.array([item.lang for item in items])
        self.kind = np.array([item.kind for item in items])
        self.answerable = np.array([item.answerable for item in items])
        self.confidence = np.array([float(line["confidence"]) for line in own])
        self.refused = np.array([bool(line["refused"]) for line in own])
        self.hit = np.array([item.answerable and is_right(item, line) for item, line in zip(items, own, strict=True)])
        self.f1 = np.array([_best_f1(item, line["best_answer"]) for item, line in zip(items, own, strict=True)])
        self.has_cut = np.array([line is not None for line in cut])
        self.cut_confidence = np.array([float(line["confidence"]) if line else 0.0 for line in cut])
        self.cut_refused = np.array([bool(line["refused"]) if line else False for line in cut])

    def of(self, chosen: BoolArray) -> Scores:
        """Return these questions alone."""
        part = object.__new__(Scores)
        for name, column in vars(self).items():
            setattr(part, name, column[chosen])
        return part

    def slices(self) -> dict[str, Scores]:
        """Return the questions by follow-up or not, by language and by kind."""
        names = {"single": self.turn == 0, "follow-up": self.turn > 0}
        names |= {f"lang={value}": self.lang == value for value in sorted(set(self.lang))}
        names |= {f"kind={value}": self.kind == value for value in sorted(set(self.kind))}
        return {name: self.of(chosen) for name, chosen in names.items() if chosen.any()}


def summary(scores: Scores) -> dict[str, dict[str, float | int]]:
    """Return each figure that the questions allow: its value, its interval and over how many questions it is."""
    contrast = (scores.confidence > scores.cut_confidence) + 0.5 * (scores.confidence == scores.cut_confidence)
    everything = np.ones(len(scores.turn), dtype=bool)
    means = {
        "sentence": (scores.answerable, scores.hit),
        "f1": (scores.answerable, scores.f1),
        "contrast": (scores.has_cut, contrast),
        "refusal": (~scores.answerable, scores.refused),
        "cut": (scores.has_cut, scores.cut_refused),
        "false": (scores.answerable, scores.refused),
        "wrong": (everything, ~scores.refused & ~scores.hit),
    }
    found = {
        name: _figure(scores, _mean_of(values.astype(np.float64), chosen), int(chosen.sum()))
        for name, (chosen, values) in means.items()
        if chosen.any()
    }
    if len(set(scores.answerable)) == 2:
        found["auroc"] = _figure(scores, lambda weights: _auroc_by_turn(scores, weights), len(everything))
    return found


def lacks_answer(item: Item) -> bool:
    """Tell whether a question is answerable and no accepted answer is left once its evidence is cut out."""
    return item.answerable and not any(words in without(item.text, item.evidence)[0] for words in item.accepted)


def character_f1(found: str, accepted: str) -> float:
    """Return the F1 of two texts by their longest common subsequence of characters, without punctuation and case."""
    one, other = (_NOT_WORDS.sub("", text.lower()) for text in (found, accepted))
    if not one or not other:
        return float(one == other)
    row = [0] * (len(other) + 1)
    for x in one:
        above = row
        row = [0]
        for j, y in enumerate(other):
            row.append(above[j] + 1 if x == y else max(above[j + 1], row[j]))
    return 2 * row[-1] / (len(one) + len(other))


def interval(groups: npt.NDArray[np.int64], figure: Callable[[FloatArray], float | None]) -> tuple[float, float]:
    """Return the 95 % interval of a figure by drawing groups again: it is given each row's weight.

    Draws in which the figure does not exist are left out.
    """
    names, number = np.unique(groups, return_inverse=True)
    chance = np.random.default_rng(0)
    drawn = []
    for _ in range(DRAWS):
        counts = np.bincount(chance.integers(len(names), size=len(names)), minlength=len(names))
        value = figure(counts[number].astype(np.float64))
        if value is not None:
            drawn.append(value)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def _figure(scores: Scores, figure: Callable[[FloatArray], float | None], n: int) -> dict[str, float | int]:
    value = figure(np.ones(len(scores.articles)))
    low, high = interval(scores.articles, figure)
    return {"value": round(value or 0.0, 4), "low": round(low, 4), "high": round(high, 4), "n": n}


def _mean_of(values: FloatArray, chosen: BoolArray) -> Callable[[FloatArray], float | None]:
    def mean(weights: FloatArray) -> float | None:
        total = float(weights[chosen].sum())
        return float((weights[chosen] * values[chosen]).sum()) / total if total else None

    return mean


def _auroc_by_turn(scores: Scores, weights: FloatArray) -> float | None:
    parts = []
    for turn in np.unique(scores.turn):
        at = scores.turn == turn
        part = _auroc(scores.confidence[at], scores.answerable[at], weights[at])
        if part is not None:
            parts.append(part)
    return sum(parts) / len(parts) if parts else None


def _auroc(confidence: FloatArray, answerable: BoolArray, weights: FloatArray) -> float | None:
    levels, level = np.unique(confidence, return_inverse=True)
    right = np.bincount(level, weights * answerable, len(levels))
    wrong = np.bincount(level, weights * ~answerable, len(levels))
    pairs = right.sum() * wrong.sum()
    below = np.cumsum(wrong) - wrong
    return float((right * (below + wrong / 2)).sum() / pairs) if pairs else None


def _best_f1(item: Item, found: str | None) -> float:
    return max((character_f1(found or "", answer) for answer in item.accepted), default=0.0)
