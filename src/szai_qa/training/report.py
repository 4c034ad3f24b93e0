"""Reads one of the fixed lists with given weights: `python -m szai_qa.training.report`.

Writes to --out the list's articles (`articles.jsonl`) and the answer lines (`answers.jsonl`), for any scorer of
`szai-qa read`. With --fit, on the choosing list only, it writes `decision.json`: the confidence's constants.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from pathlib import Path

from szai_qa.errors import InputError, SzaiQaError
from szai_qa.reading.decision import Decision, load_decision
from szai_qa.reading.reader import load_reader
from szai_qa.training.calibrate import fit
from szai_qa.training.data import CHOOSE, REPORT, load_articles, reading_items
from szai_qa.training.measure import read_lines


def main(argv: list[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m szai_qa.training.report", description=__doc__)
    parser.add_argument("--reading", type=Path, required=True, help="articles with questions, JSON lines")
    parser.add_argument("--list", choices=[CHOOSE, REPORT], required=True)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--decision", type=Path, help="constants of the confidence (default: none fitted)")
    parser.add_argument("--fit", type=float, metavar="SHARE", help="fit them, for this share of false refusals")
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
    reader = load_reader(options.weights)
    decision = load_decision(options.decision) if options.decision else Decision()
    lines = read_lines(reader, items, decision)
    if options.fit is not None:
        decision = fit(items, {line["id"]: line for line in lines}, options.fit)
        for line in lines:
            if line["start"] is not None:
                line["confidence"] = decision.confidence(line["span"], line["answerable"])
                line["refused"] = decision.refuses(line["confidence"])
                line["answer"] = "" if line["refused"] else line["best_answer"]
        fitted = {
            "constants": dataclasses.asdict(decision),
            "weights_sha256": reader.checksum,
            "fitted_on": f"choosing list, {len(items)} questions, whole articles read",
            "method": "logistic regression on span and answerable logit; target: the best span lies in an evidence "
            f"sentence; threshold: the {options.fit} quantile of the answerable questions' confidence",
        }
        _write(options.out / "decision.json", json.dumps(fitted, indent=1) + "\n")
    _write(options.out / "articles.jsonl", "".join(json.dumps(a, ensure_ascii=False) + "\n" for a in articles))
    _write(options.out / "answers.jsonl", "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    return 0


def _write(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
