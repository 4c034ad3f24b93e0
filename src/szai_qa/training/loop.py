"""The training loop: seeded, resumable, with checkpoints that are always whole.

The schedule counts samples, never time, so a process that is paused learns the same. On SIGTERM it saves and ends.
A run that is resumed with fewer samples in all keeps what it has learned and ends sooner, its rate decayed to zero.
"""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from torch.nn import functional

from szai_qa.errors import InputError
from szai_qa.reading.model import ANSWERABLE, END, START, ReaderModel
from szai_qa.reading.packing import save_weights
from szai_qa.training.batching import Batch

CHECKPOINT, WEIGHTS, LOG = "checkpoint.pt", "weights.safetensors", "log.jsonl"

# Returns figures of the model as it is, for the learning curve.
Measure = Callable[[ReaderModel], dict[str, float]]


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a run does; a resumed run must be given the same, but for `samples`."""

    samples: int
    seed: int
    rate: float = 6e-5
    warm_up: int = 1000
    answerable_weight: float = 0.7
    decay: float = 0.01
    clip: float = 1.0
    log_every: int = 500
    measure_every: int = 5000
    checkpoint_seconds: float = 180.0

    def rate_at(self, seen: int) -> float:
        """Return the learning rate after so many samples: up in a line, then down in a line to zero."""
        if seen < self.warm_up:
            return self.rate * (seen + 1) / self.warm_up
        return self.rate * max(0.0, self.samples - seen) / max(1, self.samples - self.warm_up)


def reader_loss(logits: torch.Tensor, batch: Batch, answerable_weight: float) -> torch.Tensor:
    """Return the mean of the start's and the end's cross-entropy, plus the weighted answerability loss."""
    blocked = ~batch.spans
    start = functional.cross_entropy(logits[..., START].masked_fill(blocked, -1e4), batch.start)
    end = functional.cross_entropy(logits[..., END].masked_fill(blocked, -1e4), batch.end)
    answerable = functional.binary_cross_entropy_with_logits(logits[:, 0, ANSWERABLE], batch.answerable)
    return (start + end) / 2 + answerable_weight * answerable


class Trainer:
    """One run in one folder: `checkpoint.pt`, `weights.safetensors` (as of the last checkpoint), `log.jsonl`."""

    def __init__(self, model: ReaderModel, recipe: Recipe, folder: Path, measure: Measure | None = None) -> None:
        self._model = model
        self._recipe = recipe
        self._folder = folder
        self._measure = measure
        self._parameters = [p for p in model.parameters() if p.requires_grad]
        self._optimizer = torch.optim.AdamW(self._parameters, lr=recipe.rate, weight_decay=recipe.decay)
        self._steps = 0
        self._seen = 0
        self._stop = False
        torch.manual_seed(recipe.seed)

    def resume(self) -> None:
        """Go on from the folder's checkpoint; raises InputError where it is missing or of another recipe."""
        path = self._folder / CHECKPOINT
        if not path.is_file():
            raise InputError(f"{path} is missing: there is nothing to resume.", "Start without --resume.")
        state = torch.load(path, weights_only=True)
        if state["seed"] != self._recipe.seed:
            raise InputError(f"{path} is of a run with the seed {state['seed']}.", "Give the same --seed.")
        self._model.load_own_state(state["model"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._steps, self._seen = state["steps"], state["seen"]
        torch.set_rng_state(state["rng"])

    def run(self, batches: Iterator[Batch], on_step: Callable[[int], None] | None = None) -> int:
        """Train to the end, or until SIGTERM; return the samples seen. `batches` begin at the run's beginning."""
        before = signal.signal(signal.SIGTERM, self._ask_to_stop)
        try:
            for _ in range(self._steps):
                next(batches)
            self._train(batches, on_step)
        finally:
            signal.signal(signal.SIGTERM, before)
        self.save()
        return self._seen

    def save(self) -> None:
        """Write checkpoint and weights, each whole or not at all."""
        state: dict[str, Any] = {
            "model": self._model.own_state(),
            "optimizer": self._optimizer.state_dict(),
            "steps": self._steps,
            "seen": self._seen,
            "seed": self._recipe.seed,
            "rng": torch.get_rng_state(),
        }
        temporary = self._folder / (CHECKPOINT + ".part")
        torch.save(state, temporary)
        temporary.replace(self._folder / CHECKPOINT)
        temporary = self._folder / (WEIGHTS + ".part")
        save_weights(self._model.own_state(), temporary, int8=False)
        temporary.replace(self._folder / WEIGHTS)

    def _train(self, batches: Iterator[Batch], on_step: Callable[[int], None] | None) -> None:
        losses: list[float] = []
        saved = time.monotonic()
        self._model.train()
        for batch in batches:
            if self._stop:
                break
            before = self._seen
            losses.append(self._step(batch))
            if self._crossed(before, self._recipe.log_every):
                self._log({"loss": round(sum(losses) / len(losses), 4)})
                losses = []
            if self._measure and self._crossed(before, self._recipe.measure_every):
                self._log(self._measured())
            if time.monotonic() - saved > self._recipe.checkpoint_seconds:
                self.save()
                saved = time.monotonic()
            if on_step:
                on_step(self._steps)

    def _step(self, batch: Batch) -> float:
        for group in self._optimizer.param_groups:
            group["lr"] = self._recipe.rate_at(self._seen)
        loss = reader_loss(self._model(batch.ids, batch.mask), batch, self._recipe.answerable_weight)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self._parameters, self._recipe.clip)
        self._optimizer.step()
        self._steps += 1
        self._seen += len(batch)
        return loss.item()

    def _measured(self) -> dict[str, float]:
        assert self._measure is not None
        self._model.eval()
        figures = self._measure(self._model)
        self._model.train()
        return figures

    def _crossed(self, before: int, every: int) -> bool:
        return before // every != self._seen // every

    def _log(self, figures: dict[str, float]) -> None:
        row = {"samples": self._seen, "time": round(time.time()), "rate": self._recipe.rate_at(self._seen)} | figures
        with (self._folder / LOG).open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stop = True


def sources(samples: Sequence[Any]) -> dict[str, int]:
    """Count the samples by how they were made."""
    counts: dict[str, int] = {}
    for sample in samples:
        counts[sample.source] = counts.get(sample.source, 0) + 1
    return counts
