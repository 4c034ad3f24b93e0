"""Reads one of the fixed lists with given weights: `python -m szai_qa.training.report`.

Writes to --out the list's articles (`articles.jsonl`) and the answer lines (`answers.jsonl`), for any scorer of
`szai-qa read`. With --fit, on the choosing list only, it writes `passages.json`: the confidence's constants. With
--record it enters the list's figures in a file that names the weights (docs/reader-evaluation.json).
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from szai_qa.answering.confidence import ConfidenceModel, load_confidence
from szai_qa.answering.passages import shipped_confidence
from szai_qa.errors import InputError, SzaiQaError
from szai_qa.reading.reader import load_reader
from szai_qa.reading.shipped import FOLDER
from szai_qa.training.calibrate import fit, refusing_at_most
from szai_qa.training.data import CHOOSE, REPORT, Item, load_articles, reading_items
from szai_qa.training.figures import Scores, summary
from szai_qa.training.measure import Reading, read_items


def main(argv: list[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m szai_qa.training.report", description=__doc__)
    parser.add_argument("--reading", type=Path, required=True, help="articles with questions, JSON lines")
    parser.add_argument("--list", choices=[CHOOSE, REPORT], required=True)
    parser.add_argument("--weights", type=Path, help="(default: the package's own)")
    parser.add_argument("--confidence", type=Path, help="constants of the confidence (default: the package's own)")
    parser.add_argument("--fit", type=float, metavar="SHARE", help="fit them, for this share of false refusals")
    parser.add_argument("--record", type=Path, metavar="FILE", help="enter the figures here, under the list's name")
    parser.add_argument("--out", type=Path, required=True)
    try:
        return _report(parser.parse_args(argv))
    except SzaiQaError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code


def _report(options: argparse.Namespace) -> int:
    if options.fit is not None and options.list != CHOOSE:
        raise InputError("Constants are fitted on the choosing list only.", "Give --list choose.")
    if options.record:
        read_record(options.record)  # before hours of reading, not after
    options.out.mkdir(parents=True, exist_ok=True)
    articles = load_articles(options.reading, options.list)
    items = list(reading_items(articles))
    reader = load_reader(options.weights or FOLDER / "reader.safetensors")
    readings = read_items(reader, items)
    constants = options.confidence
    if options.fit is not None:
        constants = options.out / "passages.json"
        _write(constants, _fitted([r for r in readings if r.key == r.item.id], reader.checksum, options.fit))
    confidence = load_confidence(constants) if constants else shipped_confidence()
    lines = [reading.line(confidence) for reading in readings]
    listed = _json_lines(articles)
    _write(options.out / "articles.jsonl", listed)
    _write(options.out / "answers.jsonl", _json_lines(lines))
    if options.record:
        entry = figures_of(items, lines) | {"articles_sha256": hashlib.sha256(listed.encode()).hexdigest()}
        enter(options.record, reader.checksum, confidence, options.list, entry)
    return 0


def figures_of(items: Sequence[Item], lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the record says of one list: today's date, how many questions, the figures, and those by slice."""
    scores = Scores(items, {line["id"]: line for line in lines})
    return {
        "date": datetime.date.today().isoformat(),
        "articles": len(set(scores.articles)),
        "questions": len(items),
        "figures": summary(scores),
        "slices": {name: summary(part) for name, part in scores.slices().items()},
    }


def enter(record: Path, checksum: str, confidence: ConfidenceModel, name: str, entry: Mapping[str, Any]) -> None:
    """Enter a list's figures in the record; those of other weights or other constants are dropped, never kept beside.

    Raises:
        InputError: the file is there and is no record.
    """
    constants = {**confidence.weights, "offset": confidence.offset, "threshold": confidence.threshold}
    head: dict[str, Any] = {"weights_sha256": checksum, "confidence": constants}
    earlier = read_record(record)
    lists = earlier.get("lists", {}) if all(earlier.get(key) == value for key, value in head.items()) else {}
    _write(record, json.dumps(head | {"lists": {**lists, name: entry}}, indent=1) + "\n")


def read_record(record: Path) -> dict[str, Any]:
    """Return an evaluation's record, empty where there is none yet; raises InputError where the file is another one."""
    try:
        found = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {"weights_sha256": ""}
        if "weights_sha256" not in found:
            raise ValueError("it names no weights")
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"{record} is no record of an evaluation ({error}).", "Give another file.") from error
    return dict(found)


def _fitted(readings: Sequence[Reading], checksum: str, share: float) -> str:
    """Return the constants that these readings of whole texts give, as JSON."""
    fitted = fit([reading.row() for reading in readings])
    about = {
        "weights_sha256": checksum,
        "fitted_on": f"choosing list, {len(readings)} questions, whole articles read",
        "method": "softmax over a question's spans and none of them, then a logistic curve for the best one; "
        f"threshold: the {share} quantile of the answerable questions' confidence",
    }
    return json.dumps(fitted.constants(refusing_at_most(fitted, share)) | about, indent=1) + "\n"


def _json_lines(values: Sequence[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)


def _write(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
