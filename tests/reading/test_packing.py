"""Saved weights: int8 rows come back within half a step, and a damaged file is an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from szai_qa.errors import ModelError
from szai_qa.reading.packing import dequantise, load_weights, quantise, save_weights

torch = pytest.importorskip("torch")


def state() -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    matrix = torch.randn(6, 32, generator=generator) * torch.arange(1, 7)[:, None]
    return {"layer.weight": matrix, "layer.bias": torch.randn(6, generator=generator), "qa.weight": torch.randn(3, 6)}


def test_a_row_comes_back_within_half_a_step_of_its_own_scale() -> None:
    original = state()["layer.weight"]
    back = dequantise(quantise(state()))["layer.weight"]
    step = original.abs().amax(dim=1) / 127
    assert bool(((original - back).abs() <= step[:, None] / 2 + 1e-6).all())


def test_vectors_and_the_head_are_not_quantised() -> None:
    packed = quantise(state())
    assert packed["layer.weight"].dtype == torch.int8
    assert packed["layer.bias"].dtype == packed["qa.weight"].dtype == torch.float16


def test_a_row_of_zeros_stays_one() -> None:
    packed = quantise({"a.weight": torch.zeros(2, 4)})
    assert dequantise(packed)["a.weight"].abs().max() == 0


@pytest.mark.parametrize("int8", [True, False])
def test_what_is_saved_is_loaded(tmp_path: Path, int8: bool) -> None:
    path = tmp_path / "w.safetensors"
    save_weights(state(), path, int8=int8)
    loaded = load_weights(path)
    assert set(loaded) == set(state())
    assert torch.allclose(loaded["layer.weight"], state()["layer.weight"], atol=0.1)


@pytest.mark.parametrize("content", [b"", b"not weights", None])
def test_a_damaged_or_missing_file_is_an_error_that_names_it(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "w.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match=r"w\.safetensors"):
        load_weights(path)
