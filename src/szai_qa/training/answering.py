"""Fits the answer path's confidence on the choosing list: `python -m szai_qa.training.answering`.

Each article of the list becomes an index of its own; each of its questions is searched, read and weighed just as a
user's would be. The logistic regression learns which of the spans that were read stand in an evidence sentence.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from szai_qa.answering.assistant import Assistant
from szai_qa.answering.confidence import load_confidence
from szai_qa.corpus.article import parse_article
from szai_qa.indexing.embedder import SentenceTransformersEmbedder
from szai_qa.indexing.store import make_index
from szai_qa.reading.shipped import shipped_reader
from szai_qa.settings import load_settings
from szai_qa.training.data import CHOOSE, Item, load_articles, reading_items


@dataclass(frozen=True, slots=True)
class Row:
    """One question's candidates: their evidence, whether each is right, and which question it was."""

    id: str
    kind: str
    lang: str
    answerable: bool
    evidence: list[list[float]]
    right: list[bool]


HEADER = "Title: {}\nDate: {}\nURL: None\n\n"


def rows(path: Path, split: str) -> Iterator[Row]:
    """Yield a row for each question of a list."""
    embedder, reader = SentenceTransformersEmbedder(), shipped_reader()
    confidence, settings = load_confidence(), load_settings()
    for article in tqdm(load_articles(path, split), unit="article"):
        header = HEADER.format(article["article_id"], article["published"])
        document = parse_article(article["article_id"], header + article["text"])
        assistant = Assistant(make_index([document], embedder), embedder, reader, confidence, settings)
        for item in reading_items([article]):
            found = assistant.find(item.question, item.history)
            right = [_right(item, c.span.start - len(header), c.span.end - len(header)) for c in found.ranked]
            evidence = [list(c.evidence.values()) for c in found.ranked]
            yield Row(item.id, item.kind, item.lang, item.answerable, evidence, right)


def _right(item: Item, start: int, end: int) -> bool:
    return any(span.start <= start and end <= span.end for span in item.evidence)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the rows of a list, or fit the confidence on rows that were written."""
    parser = argparse.ArgumentParser(prog="python -m szai_qa.training.answering", description=__doc__)
    parser.add_argument("--reading", type=Path, required=True, help="the reading questions, JSON lines")
    parser.add_argument("--rows", type=Path, required=True, help="where the rows are kept between the two steps")
    parser.add_argument("--split", default=CHOOSE)
    options = parser.parse_args(arguments)
    with options.rows.open("w", encoding="utf-8") as out:
        for row in rows(options.reading, options.split):
            out.write(json.dumps([row.id, row.kind, row.lang, row.answerable, row.evidence, row.right]) + "\n")


if __name__ == "__main__":
    main()
