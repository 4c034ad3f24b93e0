"""Measures how follow-ups are understood: `python -m szai_qa.training.understanding --reading FILE --list choose`.

Each turn of a conversation has a gold stand-alone form. Measured: how often a turn is rightly taken as elliptical, and
the F1 of characters (words of Latin letters) between what was understood and the gold form, beside two simple ways: the
turn as it is, and the turn before it joined to it. Nothing is fitted here.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from szai_qa.answering.dialogue import unclear_word, understood_as
from szai_qa.corpus.normalize import for_matching
from szai_qa.corpus.tokens import tokenize
from szai_qa.training.data import load_articles


@dataclass(frozen=True, slots=True)
class Turn:
    """A later turn: the question, those before it, its gold stand-alone form, and whether the article answers it."""

    question: str
    history: tuple[str, ...]
    gold: str
    lang: str
    answerable: bool


def later_turns(reading: Path, split: str) -> Iterator[Turn]:
    """Yield the turns after the first of each conversation of a list."""
    for article in load_articles(reading, split):
        for turns in article["conversations"]:
            for i, turn in enumerate(turns):
                if i:
                    earlier = tuple(t["question"] for t in turns[:i])
                    yield Turn(turn["question"], earlier, turn["resolved"], turn["lang"], turn["answerable"])


def f1(one: str, other: str) -> float:
    """Return the F1 (0 to 1) of two texts as bags of Han characters and Latin or digit runs."""
    a, b = (Counter(t for t in tokenize(text) if len(t) == 1 or t.isascii()) for text in (one, other))
    common = sum((a & b).values())
    return 2 * common / (sum(a.values()) + sum(b.values())) if common else 0.0


def figures(turns: Sequence[Turn]) -> dict[str, float]:
    """Return the measures, shares from 0 to 1, over these turns."""
    readings = [understood_as(turn.question, turn.history) for turn in turns]
    elliptical = [for_matching(turn.gold) != for_matching(turn.question) for turn in turns]
    taken = [reading is not None for reading in readings]
    both = sum(t and e for t, e in zip(taken, elliptical, strict=True))
    unclear = [bool(unclear_word(turn.question, turn.history)) for turn in turns if turn.answerable]
    count = max(1, len(turns))
    return {
        "turns": len(turns),
        "elliptical_precision": round(both / max(1, sum(taken)), 4),
        "elliptical_recall": round(both / max(1, sum(elliptical)), 4),
        "f1": round(sum(f1(r or t.question, t.gold) for r, t in zip(readings, turns, strict=True)) / count, 4),
        "f1_as_it_is": round(sum(f1(t.question, t.gold) for t in turns) / count, 4),
        "f1_joined_to_last": round(sum(f1(t.history[-1] + " " + t.question, t.gold) for t in turns) / count, 4),
        "f1_joined_to_first": round(sum(f1(t.history[0] + " " + t.question, t.gold) for t in turns) / count, 4),
        "unclear_on_answerable": round(sum(unclear) / max(1, len(unclear)), 4),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the measures of a list, of all turns and of each language, as JSON."""
    import sys

    parser = argparse.ArgumentParser(prog="python -m szai_qa.training.understanding", description=__doc__)
    parser.add_argument("--reading", type=Path, required=True, help="the reading questions, JSON lines")
    parser.add_argument("--list", default="choose", help="train, choose or report (default: %(default)s)")
    options = parser.parse_args(arguments)
    turns = list(later_turns(options.reading, options.list))
    groups = {"all": turns} | {lang: [t for t in turns if t.lang == lang] for lang in sorted({t.lang for t in turns})}
    shown = {name: figures(group) for name, group in groups.items()}
    sys.stdout.write(json.dumps(shown, indent=1) + "\n")


if __name__ == "__main__":
    main()
