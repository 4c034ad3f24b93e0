"""How far a question's wording alone gets: a classifier that never sees the article, as a measure to compare with.

Logistic regression on hashed character n-grams, learnt on the training list
(`python -m szai_qa.training.question_only`).
"""

from __future__ import annotations

import argparse
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from szai_qa.corpus.normalize import to_simplified
from szai_qa.training.data import REPORT, TRAIN, Item, load_articles, reading_items
from szai_qa.training.measure import auroc

FloatArray = npt.NDArray[np.float32]

_BUCKETS = 1 << 13


def features(items: Sequence[Item]) -> FloatArray:
    """Return (items, buckets): the 1- to 3-grams of each question, hashed, rows of unit length."""
    rows = np.zeros((len(items), _BUCKETS), np.float32)
    for row, item in enumerate(items):
        text = f"^{to_simplified(item.question).lower()}$"
        for size in (1, 2, 3):
            for at in range(len(text) - size + 1):
                rows[row, zlib.crc32(text[at : at + size].encode()) % _BUCKETS] += 1
    lengths: FloatArray = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / lengths


def fit(
    rows: npt.NDArray[np.float32], answerable: npt.NDArray[np.float32], steps: int = 300
) -> npt.NDArray[np.float32]:
    """Return the weights after so many steps of gradient descent with momentum."""
    weights = np.zeros(rows.shape[1], np.float32)
    speed = np.zeros_like(weights)
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-(rows @ weights)))
        speed = 0.9 * speed - 5.0 * (rows.T @ (chance - answerable) / len(rows) + 1e-5 * weights)
        weights = weights + speed
    return weights


def main(argv: Sequence[str] | None = None) -> None:
    """Write the AUROC on the reporting list's single questions."""
    parser = argparse.ArgumentParser(prog="python -m szai_qa.training.question_only", description=__doc__)
    parser.add_argument("--reading", type=Path, required=True, help="articles with questions, JSON lines")
    options = parser.parse_args(argv)
    train, report = (
        [item for item in reading_items(load_articles(options.reading, split)) if not item.history]
        for split in (TRAIN, REPORT)
    )
    weights = fit(features(train), np.array([item.answerable for item in train], np.float32))
    scores = features(report) @ weights
    right = [float(score) for item, score in zip(report, scores, strict=True) if item.answerable]
    wrong = [float(score) for item, score in zip(report, scores, strict=True) if not item.answerable]
    sys.stdout.write(f"{auroc(right, wrong):.3f} AUROC over {len(report)} questions\n")


if __name__ == "__main__":
    main()
