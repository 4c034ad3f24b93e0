"""Turns samples into batches of token ids with targets, in an order that depends on the seed alone.

Samples are taken in chunks; within a chunk those of like length share a batch, so little is padded. The order is the
same however often training is stopped and resumed, and a longer run begins with the batches of a shorter one.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from szai_qa.corpus.normalize import to_simplified
from szai_qa.reading.reader import batches, window_tokens
from szai_qa.records import Span
from szai_qa.training.samples import Sample

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer
    from torch import Tensor

CHUNK = 1024
_PAD = 1


@dataclass(frozen=True, slots=True)
class Batch:
    """One training step: (batch, tokens) tensors and (batch,) targets; the target 0 means: no answer here.

    `spans` marks the tokens an answer may begin or end at: the window's, and the first one for none.
    """

    ids: Tensor
    mask: Tensor
    spans: Tensor
    start: Tensor
    end: Tensor
    answerable: Tensor

    def __len__(self) -> int:
        return len(self.start)


def plan(samples: Sequence[Sample], tokenizer: Tokenizer, seed: int, tokens: int) -> Iterator[Batch]:
    """Yield the batches of all samples, each of at most `tokens` tokens when padded."""
    for k, at in enumerate(range(0, len(samples), CHUNK)):
        chunk = samples[at : at + CHUNK]
        encodings = tokenizer.encode_batch([(to_simplified(s.question), to_simplified(s.window)) for s in chunk])
        groups = batches([len(encoding.ids) for encoding in encodings], tokens)
        random.Random(f"{seed}-{k}").shuffle(groups)
        for group in groups:
            yield make_batch([chunk[i] for i in group], [encodings[i] for i in group])


def make_batch(samples: Sequence[Sample], encodings: Sequence[Encoding]) -> Batch:
    """Return the tensors of these samples."""
    import torch

    width = max(len(encoding.ids) for encoding in encodings)
    shape = (len(samples), width)
    ids, mask = torch.full(shape, _PAD), torch.zeros(shape, dtype=torch.long)
    spans = torch.zeros(shape, dtype=torch.bool)
    starts, ends = [], []
    for row, (sample, encoding) in enumerate(zip(samples, encodings, strict=True)):
        ids[row, : len(encoding.ids)] = torch.tensor(encoding.ids)
        mask[row, : len(encoding.ids)] = 1
        first, offsets = window_tokens(encoding)
        spans[row, 0] = True
        spans[row, first : first + len(offsets)] = True
        start, end = _target(sample.answer, first, offsets)
        starts.append(start)
        ends.append(end)
    start_target, end_target = torch.tensor(starts), torch.tensor(ends)
    return Batch(ids, mask, spans, start_target, end_target, (start_target > 0).float())


def _target(answer: Span | None, first: int, offsets: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Return the first and the last token that touch the answer, (0, 0) for none."""
    if answer is None:
        return 0, 0
    inside = [first + i for i, (a, b) in enumerate(offsets) if a < answer.end and b > answer.start]
    return (inside[0], inside[-1]) if inside else (0, 0)
