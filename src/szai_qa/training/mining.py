"""Finds the windows that fool a reader: for each question, the window without an answer that it scores best.

One pass over the training questions with the weights at hand; the result is a file of JSON lines that the sample
builder reads. Questions come in a seeded order, so a pass that is stopped early has covered a fair draw.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Sequence
from pathlib import Path

from szai_qa.reading.reader import ExtractiveReader, question_text
from szai_qa.training.data import Item
from szai_qa.training.windows import unanswering_windows

_GROUP = 16  # questions read together: enough for full batches


def mine(reader: ExtractiveReader, items: Sequence[Item], path: Path, seed: int, minutes: float) -> int:
    """Write {"id", "question", "window", "score"} for as many questions as the minutes allow; return how many."""
    order = [item for item in items if len(unanswering_windows(item)) > 1]
    random.Random(seed).shuffle(order)
    stop = time.monotonic() + 60 * minutes
    done = 0
    with path.open("w", encoding="utf-8") as file:
        for at in range(0, len(order), _GROUP):
            if time.monotonic() > stop:
                break
            group = order[at : at + _GROUP]
            for line in _worst_windows(reader, group):
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
            file.flush()
            done += len(group)
    return done


def _worst_windows(reader: ExtractiveReader, items: Sequence[Item]) -> list[dict[str, object]]:
    windows = [unanswering_windows(item) for item in items]
    pairs = [
        (question_text(item.question, item.history), w) for item, ws in zip(items, windows, strict=True) for w in ws
    ]
    scores = iter(reader.read_pairs(pairs))
    lines: list[dict[str, object]] = []
    for item, texts in zip(items, windows, strict=True):
        best = [next(scores) for _ in texts]
        ranked = sorted(((s[0].score, w) for s, w in zip(best, texts, strict=True) if s), reverse=True)
        lines += [{"id": item.id, "window": window, "score": round(score, 3)} for score, window in ranked[:2]]
    return lines


def load_mined(path: Path) -> dict[str, list[str]]:
    """Return for each question's id its mined windows, the worst first."""
    mined: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        mined.setdefault(row["id"], []).append(row["window"])
    return mined
