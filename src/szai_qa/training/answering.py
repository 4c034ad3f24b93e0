"""Fits the answer path's confidence: `python -m szai_qa.training.answering --help`.

Each article of the choosing list becomes an index of its own, and each of its questions is searched, read and weighed
just as a user's would be. Two sources of questions: those of the choosing list, and short questions on other news
articles, which no reader has ever been trained on (answerable ones only, so they teach the ranking alone).
"""

from __future__ import annotations

import argparse
import json
import lzma
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from szai_qa.answering.confidence import load_confidence
from szai_qa.training.calibrate import Row, fit, most_right
from szai_qa.training.data import CHOOSE, load_articles, reading_items

if TYPE_CHECKING:
    from szai_qa.answering.assistant import Assistant
    from szai_qa.records import Document

FloatArray = npt.NDArray[np.float64]

HEADER = "Title: {}\nDate: {}\nURL: None\n\n"
MAX_NEWS_CHARS = 3500
"""Longer articles of the archive are left out: each is embedded whole for one question."""


class Workbench:
    """Makes an assistant for one article after the other."""

    def __init__(self) -> None:
        from szai_qa.indexing.embedder import SentenceTransformersEmbedder
        from szai_qa.reading.shipped import shipped_reader
        from szai_qa.settings import load_settings

        self._embedder, self._reader = SentenceTransformersEmbedder(), shipped_reader()
        self._confidence, self._settings = load_confidence(), load_settings()

    def open(self, article_id: str, published: str, text: str) -> tuple[Assistant, Document, int]:
        """Return an assistant over one text, its document, and where the text begins in the article."""
        from szai_qa.answering.assistant import Assistant
        from szai_qa.corpus.article import parse_article
        from szai_qa.indexing.store import make_index

        header = HEADER.format(article_id, published)
        document = parse_article(article_id, header + text)
        index = make_index([document], self._embedder)
        return Assistant(index, self._embedder, self._reader, self._confidence, self._settings), document, len(header)


def choosing_rows(bench: Workbench, reading: Path) -> Iterator[Row]:
    """Yield a row for each question of the choosing list."""
    for article in load_articles(reading, CHOOSE):
        assistant, _, base = bench.open(article["article_id"], article["published"], article["text"])
        for item in reading_items([article]):
            ranked = assistant.find(item.question, item.history).ranked
            spans = [(c.span.start - base, c.span.end - base) for c in ranked]
            right = [any(e.start <= start and end <= e.end for e in item.evidence) for start, end in spans]
            yield Row(item.id, item.lang, item.answerable, [list(c.evidence.values()) for c in ranked], right)


def news_rows(bench: Workbench, questions: Path, archive: Path) -> Iterator[Row]:
    """Yield a row for each of the short questions whose answer stands in one sentence of its article."""
    asked = [json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines() if line.strip()]
    wanted = {question["article_id"] for question in asked}
    with lzma.open(archive, "rt", encoding="utf-8") as lines:
        articles = {a["id"]: a for a in map(json.loads, lines) if a["id"] in wanted}
    for question in asked:
        article = articles[question["article_id"]]
        answer = question["answer"].rstrip("。！？； ")
        if len(article["text"]) > MAX_NEWS_CHARS:
            continue
        assistant, document, _ = bench.open(article["id"], article["published"], article["text"])
        ranked = assistant.find(question["question"], ()).ranked
        right = [
            any(answer in document.text_of(s) or document.text_of(s) in answer for s in c.sentences) for c in ranked
        ]
        yield Row(question["id"], "zh-Hans", True, [list(c.evidence.values()) for c in ranked], right)


def _kept(path: Path, rows: Iterable[Row], total: int | None = None) -> list[Row]:
    """Return the rows kept in a file, made and written first where there is none."""
    from tqdm import tqdm

    if not path.is_file():
        made = [asdict(row) for row in tqdm(rows, total=total, desc=path.name, unit="question")]
        path.write_text("".join(json.dumps(row) + "\n" for row in made), encoding="utf-8")
    return [Row(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def main(arguments: Sequence[str] | None = None) -> None:
    """Weigh the questions of both sources, fit, and write `confidence.json`."""
    parser = argparse.ArgumentParser(prog="python -m szai_qa.training.answering", description=__doc__)
    parser.add_argument("--reading", type=Path, required=True, help="the reading questions, JSON lines")
    parser.add_argument("--news-questions", type=Path, required=True, help="short questions on the archive, JSON lines")
    parser.add_argument("--news-archive", type=Path, required=True, help="the archive, JSON lines packed with xz")
    parser.add_argument("--rows", type=Path, required=True, help="a folder that keeps what was weighed")
    parser.add_argument("--out", type=Path, required=True, help="the confidence.json to change")
    options = parser.parse_args(arguments)
    bench = Workbench()
    options.rows.mkdir(parents=True, exist_ok=True)
    choosing = _kept(options.rows / "choosing.jsonl", choosing_rows(bench, options.reading))
    news = _kept(options.rows / "news.jsonl", news_rows(bench, options.news_questions, options.news_archive))
    fitted = fit(choosing, news)
    constants = json.loads(options.out.read_text(encoding="utf-8")) | fitted.constants(most_right(fitted))
    options.out.write_text(json.dumps(constants, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
