"""Draws unanswerable questions to judge by hand whether a refusal names what the article lacks.

`python -m szai_qa.training.missing --reading FILE --list choose --seed 1` prints a table in Markdown: the question, the
gold phrase, what is named, and a column for the judgement. With `--read FILE` (lines of `szai-qa read`) only refused
questions are drawn. It judges nothing.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from szai_qa.answering.dialogue import understood_as
from szai_qa.answering.missing import missing_parts
from szai_qa.training.data import load_articles


@dataclass(frozen=True, slots=True)
class Row:
    """An unanswerable question, how it was understood, what its article lacks (gold), and what was named."""

    id: str
    question: str
    understood: str | None
    gold: str
    named: tuple[str, ...]


def unanswerable(articles: Sequence[dict[str, Any]], refused: set[str] | None = None) -> Iterator[Row]:
    """Yield a row for each unanswerable question and turn; of those in `refused` only, where it is given."""
    for article in articles:
        published = date.fromisoformat(article["published"]) if article["published"] else None
        turns = [
            (turn, conversation[:i]) for conversation in article["conversations"] for i, turn in enumerate(conversation)
        ]
        for question, before in [*((q, []) for q in article["questions"]), *turns]:
            if question["answerable"] or (refused is not None and question["id"] not in refused):
                continue
            understood = understood_as(question["question"], [turn["question"] for turn in before])
            named = missing_parts(question["question"], understood, article["text"], published)
            yield Row(question["id"], question["question"], understood, question["missing"], named)


def drawn(rows: Sequence[Row], seed: int, count: int, skip: int = 0) -> list[Row]:
    """Return `count` rows in an order drawn by the seed, after the first `skip` of them."""
    ordered = sorted(rows, key=lambda row: row.id)
    random.Random(seed).shuffle(ordered)
    return ordered[skip : skip + count]


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a table in Markdown, with a column for the judgement."""
    lines = ["| | question | lacks (gold) | named | same |", "|---|---|---|---|---|"]
    for i, row in enumerate(rows, start=1):
        asked = f"{row.question} → {row.understood}" if row.understood else row.question
        cells = [str(i), asked, row.gold, "; ".join(row.named), ""]
        lines.append("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m szai_qa.training.missing", description=__doc__)
    parser.add_argument("--reading", type=Path, required=True, help="the reading questions, JSON lines")
    parser.add_argument("--list", default="choose", help="train, choose or report (default: %(default)s)")
    parser.add_argument("--read", type=Path, help="lines of `szai-qa read`: draw refused ones only")
    parser.add_argument("--seed", type=int, default=1, help="of the draw (default: %(default)s)")
    parser.add_argument("--count", type=int, default=100, help="how many (default: %(default)s)")
    parser.add_argument("--skip", type=int, default=0, help="leave out so many first ones (default: %(default)s)")
    options = parser.parse_args(arguments)
    refused = None
    if options.read:
        lines = [json.loads(line) for line in options.read.read_text(encoding="utf-8").splitlines() if line.strip()]
        refused = {line["id"] for line in lines if line["refused"]}
    rows = list(unanswerable(load_articles(options.reading, options.list), refused))
    sys.stdout.write(table(drawn(rows, options.seed, options.count, options.skip)) + "\n")


if __name__ == "__main__":
    main()
