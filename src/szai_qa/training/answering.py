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
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import logsumexp

from szai_qa.answering.confidence import load_confidence
from szai_qa.answering.evidence import FEATURES
from szai_qa.errors import InputError
from szai_qa.training.calibrate import logistic
from szai_qa.training.data import CHOOSE, load_articles, reading_items

if TYPE_CHECKING:
    from szai_qa.answering.assistant import Assistant
    from szai_qa.records import Document

FloatArray = npt.NDArray[np.float64]

AGAINST = frozenset({"conflicts", "absent"})
"""Evidence that speaks against a span; all other speaks for it."""
CHOOSING, NEWS = "choosing", "news"
"""The names under which the rows of the two sources are kept."""
HEADER = "Title: {}\nDate: {}\nURL: None\n\n"
MAX_NEWS_CHARS = 3500
"""Longer articles of the archive are left out: each is embedded whole for one question."""


@dataclass(frozen=True, slots=True)
class Row:
    """One question: the evidence of each span that was read, and whether it stands in a sentence that answers."""

    id: str
    lang: str
    answerable: bool
    evidence: list[list[float]]
    right: list[bool]


class Workbench:
    """Makes an assistant for one article after the other."""

    def __init__(self) -> None:
        from szai_qa.indexing.embedder import SentenceTransformersEmbedder
        from szai_qa.reading.shipped import shipped_reader
        from szai_qa.settings import load_settings

        self._embedder, self._reader = SentenceTransformersEmbedder(), shipped_reader()
        self._confidence, self._settings = load_confidence(), load_settings()

    @property
    def weights_sha256(self) -> str:
        """The sha256 of the reader's weights."""
        return self._reader.checksum

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


def weigh(choosing: Sequence[Row], news: Sequence[Row], ridge: float = 0.05) -> FloatArray:
    """Return the weights of FEATURES and an offset: one softmax over a question's spans and "none of them".

    A question of the choosing list asks for its right spans, or for none where nothing answers; one on the news asks
    for its right spans above the wrong ones, for it is known to be answered. Signs are bounded: evidence that speaks
    for a span by its meaning is never counted against it, however few articles taught us.
    """
    questions = [(*_arrays(row), True) for row in choosing if row.evidence]
    questions += [(*_arrays(row), False) for row in news if any(row.right)]
    bounds = [(None, 0.0) if name in AGAINST else (0.0, None) for name in FEATURES]

    def loss(weights: FloatArray) -> tuple[float, FloatArray]:
        total, slope = 0.0, np.zeros_like(weights)
        for evidence, right, can_be_none in questions:
            scores = evidence @ weights
            if not can_be_none:
                scores[0] = -np.inf
            wanted = scores[right]
            everything, sought = logsumexp(scores), logsumexp(wanted)
            total += everything - sought
            slope += np.exp(scores - everything) @ evidence - np.exp(wanted - sought) @ evidence[right]
        decay = np.append(weights[:-1], 0.0)
        return total + ridge * float(decay @ decay) / 2, slope + ridge * decay

    start = np.zeros(len(FEATURES) + 1)
    found: FloatArray = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)]).x
    return found


def _arrays(row: Row) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Return the evidence of "none of them" (all 0) and of each span (last column 1), and which of them is right."""
    evidence = np.vstack([np.zeros(len(FEATURES) + 1), np.column_stack([row.evidence, np.ones(len(row.evidence))])])
    return evidence, np.array([not any(row.right), *row.right])


def fit(choosing: Sequence[Row], news: Sequence[Row], steps: int = 200) -> dict[str, object]:
    """Return the constants of `confidence.json`: weights, offset and the threshold with most right decisions.

    The best span's score goes through a logistic curve, so that the confidence is a probability on the choosing list.
    The threshold makes the sum of right answers and right refusals largest there.
    """
    weights = weigh(choosing, news)
    best = [(row, (_arrays(row)[0] @ weights)[1:]) for row in choosing if row.evidence]
    scores = np.array([values.max() for _, values in best])
    right = np.array([row.right[int(values.argmax())] for row, values in best], dtype=np.float64)
    scale, offset = logistic(np.column_stack([scores, np.ones(len(best))]), right)
    chance = 1 / (1 + np.exp(-(scale * scores + offset)))
    answerable = np.array([row.answerable for row, _ in best])
    grid = np.linspace(0.05, 0.95, steps)
    gains = [float((right * (chance >= t) + ~answerable * (chance < t)).sum()) for t in grid]
    named = {name: round(float(scale * weight), 4) for name, weight in zip(FEATURES, weights[:-1], strict=True)}
    return {
        "weights": named,
        "offset": round(float(scale * weights[-1] + offset), 4),
        "threshold": round(float(grid[int(np.argmax(gains))]), 3),
    }


@dataclass(frozen=True, slots=True)
class KeptRows:
    """A folder of rows that one reader's weights gave: they take an hour to make, and are fitted and drawn from."""

    folder: Path

    def claim(self, weights_sha256: str) -> None:
        """Make the folder, for rows of these weights alone.

        Raises:
            InputError: it holds rows of other weights.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self._weights.exists() and not any(self.folder.glob("*.jsonl")):
            self._weights.write_text(weights_sha256 + "\n", encoding="utf-8")
        if self.weights_sha256() != weights_sha256:
            raise InputError(f"The rows in {self.folder} are of other weights.", "Name an empty folder.")

    def weights_sha256(self) -> str:
        """Return the sha256 of the weights that gave the rows; raises InputError where the folder names none."""
        try:
            return self._weights.read_text(encoding="utf-8").strip()
        except OSError as problem:
            raise InputError(
                f"{self._weights} cannot be read: {problem.strerror}.", "Name the folder of --rows."
            ) from problem

    def load(self, name: str) -> list[Row]:
        """Return the rows kept under a name; raises InputError where they can't be read."""
        path = self._file(name)
        try:
            return [Row(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
        except (OSError, ValueError, TypeError) as problem:
            raise InputError(f"{path} holds no rows ({problem}).", "Name the folder of --rows.") from problem

    def made(self, name: str, rows: Iterable[Row]) -> list[Row]:
        """Return the rows kept under a name, made and written first where there are none."""
        from tqdm import tqdm

        path = self._file(name)
        if not path.is_file():
            lines = [json.dumps(asdict(row)) + "\n" for row in tqdm(rows, desc=name, unit="question")]
            path.write_text("".join(lines), encoding="utf-8")
        return self.load(name)

    @property
    def _weights(self) -> Path:
        return self.folder / "weights_sha256"

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.jsonl"


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
    kept = KeptRows(options.rows)
    kept.claim(bench.weights_sha256)
    choosing = kept.made(CHOOSING, choosing_rows(bench, options.reading))
    news = kept.made(NEWS, news_rows(bench, options.news_questions, options.news_archive))
    constants = json.loads(options.out.read_text(encoding="utf-8")) | fit(choosing, news)
    options.out.write_text(json.dumps(constants, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
