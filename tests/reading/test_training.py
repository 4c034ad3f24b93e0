"""The training loop on a tiny network: what is learnt, what is frozen, and that a resumed run is the same run."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from szai_qa.errors import InputError, ModelError

if TYPE_CHECKING:
    from szai_qa.reading.model import ReaderModel
    from szai_qa.training.batching import Batch
    from szai_qa.training.loop import Trainer

torch = pytest.importorskip("torch")

WORDS, STEPS = 50, 6


def tiny_model(dropout: float = 0.1) -> ReaderModel:
    from transformers import BertConfig, BertModel

    from szai_qa.reading.model import ReaderModel

    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=WORDS,
        hidden_size=16,
        num_hidden_layers=6,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=32,
        hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=0.0,
    )
    return ReaderModel(BertModel(config, add_pooling_layer=False))


def tiny_batches(count: int = STEPS) -> Iterator[Batch]:
    """Yield batches in which the answer is always the token 7, or none."""
    from szai_qa.training.batching import Batch

    generator = torch.Generator().manual_seed(5)
    for _ in range(count):
        ids = torch.randint(8, WORDS, (8, 12), generator=generator)
        target = torch.randint(4, 12, (8,), generator=generator)
        target[::2] = 0
        ids[torch.arange(8)[target > 0], target[target > 0]] = 7
        spans = torch.ones(8, 12, dtype=torch.bool)
        spans[:, 1:4] = False
        yield Batch(ids, torch.ones_like(ids), spans, target, target, (target > 0).float())


def trainer(folder: Path, model: ReaderModel | None = None, **recipe: float) -> Trainer:
    from szai_qa.training.loop import Recipe, Trainer

    folder.mkdir(exist_ok=True)
    settings = {"samples": 48, "seed": 3, "warm_up": 8, "log_every": 16, "rate": 1e-3} | recipe
    return Trainer(model or tiny_model(), Recipe(**settings), folder)


def weights_of(folder: Path) -> dict[str, torch.Tensor]:
    return torch.load(folder / "checkpoint.pt", weights_only=True)["model"]


def test_a_run_that_was_stopped_and_resumed_ends_with_the_same_weights(tmp_path: Path) -> None:
    trainer(tmp_path / "whole").run(tiny_batches())

    def stop(step: int) -> None:
        if step == 3:
            os.kill(os.getpid(), signal.SIGTERM)

    assert trainer(tmp_path / "parts").run(tiny_batches(), on_step=stop) < 48
    second = trainer(tmp_path / "parts")
    second.resume()
    assert second.run(tiny_batches()) == 48
    whole, parts = weights_of(tmp_path / "whole"), weights_of(tmp_path / "parts")
    assert all(torch.equal(whole[name], parts[name]) for name in whole)


def test_another_seed_ends_with_other_weights(tmp_path: Path) -> None:
    trainer(tmp_path / "a").run(tiny_batches())
    trainer(tmp_path / "b", seed=4).run(tiny_batches())
    a, b = weights_of(tmp_path / "a"), weights_of(tmp_path / "b")
    assert any(not torch.equal(a[name], b[name]) for name in a)


def test_it_learns_an_easy_task(tmp_path: Path) -> None:
    from szai_qa.training.loop import reader_loss

    model = tiny_model(0.0)
    batch = next(tiny_batches(1))
    before = reader_loss(model(batch.ids, batch.mask), batch, 0.7).item()
    trainer(tmp_path, model, samples=1600, rate=3e-3).run(tiny_batches(200))
    assert reader_loss(model(batch.ids, batch.mask), batch, 0.7).item() < before / 3


def test_embeddings_and_lower_layers_stay_as_they_were(tmp_path: Path) -> None:
    model = tiny_model()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    trainer(tmp_path, model).run(tiny_batches())
    changed = {name for name, value in model.state_dict().items() if not torch.equal(value, before[name])}
    assert {name.split(".")[3] for name in changed if name.startswith("bert.encoder")} == {"4", "5"}
    assert not any("embeddings" in name for name in changed)
    assert "qa.weight" in changed


def test_the_frozen_part_has_no_dropout_in_training() -> None:
    model = tiny_model(0.5).train()
    assert not model.bert.encoder.layer[0].training
    assert model.bert.encoder.layer[5].training


def test_the_rate_rises_and_then_falls_to_zero() -> None:
    from szai_qa.training.loop import Recipe

    recipe = Recipe(samples=1000, seed=1, rate=1.0, warm_up=100)
    rates = [recipe.rate_at(seen) for seen in range(0, 1001, 50)]
    assert max(rates) == rates[2] == 1.0
    assert rates[2:] == sorted(rates[2:], reverse=True)
    assert rates[-1] == 0.0


def test_the_log_is_json_lines_by_samples_seen(tmp_path: Path) -> None:
    trainer(tmp_path).run(tiny_batches())
    rows = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [row["samples"] for row in rows] == [16, 32, 48]
    assert all(row["loss"] > 0 for row in rows)


def test_saved_weights_load_into_another_network(tmp_path: Path) -> None:
    from szai_qa.reading.packing import load_weights

    model = tiny_model(0.0)
    trainer(tmp_path, model).run(tiny_batches())
    other = tiny_model(0.0)
    other.load_own_state(load_weights(tmp_path / "weights.safetensors"))
    batch = next(tiny_batches(1))
    model.eval()
    assert torch.allclose(model(batch.ids, batch.mask), other.eval()(batch.ids, batch.mask), atol=1e-2)


def test_weights_of_another_network_are_refused() -> None:
    model = tiny_model()
    with pytest.raises(ModelError, match="Not a reader's weights"):
        model.load_own_state({"qa.weight": torch.zeros(3, 16)})


def test_there_is_nothing_to_resume_in_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing to resume"):
        trainer(tmp_path).resume()


def test_a_run_of_another_seed_is_not_resumed(tmp_path: Path) -> None:
    trainer(tmp_path).run(tiny_batches())
    with pytest.raises(InputError, match="seed"):
        trainer(tmp_path, seed=9).resume()
