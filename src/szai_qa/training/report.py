"""Reads one of the fixed lists with given weights: `python -m szai_qa.training.report`.

Writes to --out the list's articles (`articles.jsonl`) and the answer lines (`answers.jsonl`), for any scorer of
`szai-qa read`. With --fit, on the choosing list only, it writes `decision.json`: the confidence's constants. With
--record it enters the list's figures in a file that names the weights (docs/reader-evaluation.json).
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from szai_qa.errors import InputError, SzaiQaError
from szai_qa.reading.decision import Decision, load_decision
from szai_qa.reading.reader import load_reader
from szai_qa.reading.shipped import FOLDER
from szai_qa.training.calibrate import fit
from szai_qa.training.data import CHOOSE, REPORT, Item, load_articles, reading_items
from szai_qa.training.figures import Scores, summary
from szai_qa.training.measure import read_items


def main(argv: list[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m szai_qa.training.report", description=__doc__)
    parser.add_argument("--reading", type=Path, required=True, help="articles with questions, JSON lines")
    parser.add_argument("--list", choices=[CHOOSE, REPORT], required=True)
    parser.add_argument("--weights", type=Path, help="(default: the package's own, with its own constants)")
    parser.add_argument("--decision", type=Path, help="constants of the confidence (default: none fitted)")
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
    options.out.mkdir(parents=True, exist_ok=True)
    articles = load_articles(options.reading, options.list)
    items = list(reading_items(articles))
    reader = load_reader(options.weights or FOLDER / "reader.safetensors")
    decision = _decision(options)
    readings = read_items(reader, items)
    if options.fit is not None:
        decision = fit(items, {reading.key: reading.line(decision) for reading in readings}, options.fit)
        _write(options.out / "decision.json", _fitted(decision, reader.checksum, len(items), options.fit))
    lines = [reading.line(decision) for reading in readings]
    listed = _json_lines(articles)
    _write(options.out / "articles.jsonl", listed)
    _write(options.out / "answers.jsonl", _json_lines(lines))
    if options.record:
        entry = figures_of(items, lines) | {"articles_sha256": hashlib.sha256(listed.encode()).hexdigest()}
        enter(options.record, reader.checksum, decision, options.list, entry)
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


def enter(record: Path, checksum: str, decision: Decision, name: str, entry: Mapping[str, Any]) -> None:
    """Enter a list's figures in the record; those of other weights or other constants are dropped, never kept beside.

    Raises:
        InputError: the file is there and is no record.
    """
    head = {"weights_sha256": checksum, "decision": dataclasses.asdict(decision)}
    lists: dict[str, Any] = {}
    if record.exists():
        try:
            earlier = json.loads(record.read_text(encoding="utf-8"))
            if all(earlier[key] == value for key, value in head.items()):
                lists = earlier["lists"]
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"{record} is no record of an evaluation ({error}).", "Give another file.") from error
    _write(record, json.dumps(head | {"lists": {**lists, name: entry}}, indent=1) + "\n")


def _decision(options: argparse.Namespace) -> Decision:
    if options.decision:
        return load_decision(options.decision)
    return Decision() if options.weights else load_decision(FOLDER / "decision.json")


def _fitted(decision: Decision, checksum: str, questions: int, share: float) -> str:
    fitted = {
        "constants": dataclasses.asdict(decision),
        "weights_sha256": checksum,
        "fitted_on": f"choosing list, {questions} questions, whole articles read",
        "method": "logistic regression on span and answerable logit; target: the best span lies in an evidence "
        f"sentence; threshold: the {share} quantile of the answerable questions' confidence",
    }
    return json.dumps(fitted, indent=1) + "\n"


def _json_lines(values: Sequence[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)


def _write(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
