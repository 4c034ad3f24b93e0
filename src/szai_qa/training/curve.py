"""Draws a run's learning curve: `python -m szai_qa.training.curve LOG.jsonl CURVE.png`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

FIGURES = ("sentence", "contrast", "auroc")


def draw(log: Path, picture: Path) -> None:
    """Write a PNG of two panels over the samples seen: the loss, and the figures on questions of the choosing list."""
    from matplotlib.figure import Figure

    rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    loss, right = figure.subplots(1, 2)
    for axes, names in ((loss, ("loss",)), (right, FIGURES)):
        for name in names:
            points = [(row["samples"], row[name]) for row in rows if name in row]
            axes.plot(*zip(*points, strict=True), marker="." if name == "loss" else "o", label=name)
        axes.set_xlabel("samples")
        axes.grid(alpha=0.3)
        axes.legend()
    loss.set_title("Training loss")
    right.set_title("Questions of the choosing list")
    figure.savefig(picture, format="png")


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m szai_qa.training.curve", description=__doc__)
    parser.add_argument("log", type=Path)
    parser.add_argument("picture", type=Path)
    options = parser.parse_args(argv)
    draw(options.log, options.picture)


if __name__ == "__main__":
    main()
