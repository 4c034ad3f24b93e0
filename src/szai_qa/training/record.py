"""Records what the package's own weights find in the sample: `python -m szai_qa.training.record`.

The file names the weights by their sha256 and gives for each question of the sample (tests/model/sample.jsonl) the span
that `szai-qa read` gives over the whole article, and its confidence. A test reads the sample again and compares, so
weights that were exchanged or damaged are noticed. Whether a span is right is not looked at here.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from szai_qa.answering.passages import Asking, answer_line, best_of, find_spans
from szai_qa.training.data import load_articles, reading_items

if TYPE_CHECKING:
    from szai_qa.answering.confidence import ConfidenceModel
    from szai_qa.reading.reader import ExtractiveReader


def recorded(
    reader: ExtractiveReader, confidence: ConfidenceModel, articles: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Return the weights' sha256 and by question [start, end, confidence]: offsets of the article's text."""
    items = list(reading_items(list(articles)))
    found = find_spans(reader, [Asking(item.question, item.history, [item.text]) for item in items])
    lines = [
        answer_line(item.id, [item.text], best_of(spans, confidence), confidence)
        for item, spans in zip(items, found, strict=True)
    ]
    spans = {line["id"]: [line["start"], line["end"], line["confidence"]] for line in lines}
    return {"weights_sha256": reader.checksum, "spans": spans}


def as_text(record: dict[str, Any]) -> str:
    """Return the record as JSON with one question a line, so that a change shows where it is."""
    spans = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in record["spans"].items())
    return f'{{\n "weights_sha256": {json.dumps(record["weights_sha256"])},\n "spans": {{\n{spans}\n }}\n}}\n'


def main(argv: Sequence[str] | None = None) -> None:
    """Read the sample and write the record."""
    from szai_qa.answering.passages import shipped_confidence
    from szai_qa.reading.shipped import shipped_reader

    parser = argparse.ArgumentParser(prog="python -m szai_qa.training.record", description=__doc__)
    parser.add_argument("--sample", type=Path, default=Path("tests/model/sample.jsonl"), help="(%(default)s)")
    parser.add_argument("--out", type=Path, default=Path("tests/model/sample-spans.json"), help="(%(default)s)")
    options = parser.parse_args(argv)
    record = recorded(shipped_reader(), shipped_confidence(), load_articles(options.sample))
    options.out.write_text(as_text(record), encoding="utf-8")


if __name__ == "__main__":
    main()
