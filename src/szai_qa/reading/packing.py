"""Saves and loads the reader's trained layers: whole (float16 or float32), or matrices in int8 with a scale a row.

A row's scale is its largest absolute value over 127, so a weight is off by at most half a scale. Vectors (biases,
layer norms) and the head stay float16: they are few, and the head decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from szai_qa.errors import ModelError

if TYPE_CHECKING:
    from torch import Tensor

_SCALE = ".scale"
_HEAD = "qa."


def quantise(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors to be saved: int8 matrices with a float32 scale for each output row, the rest float16."""
    import torch

    packed = {}
    for name, value in state.items():
        if value.ndim != 2 or name.startswith(_HEAD):
            packed[name] = value.to(torch.float16)
            continue
        matrix = value.to(torch.float32)
        scale = matrix.abs().amax(dim=1).clamp(min=1e-12) / 127
        packed[name] = (matrix / scale[:, None]).round().to(torch.int8)
        packed[name + _SCALE] = scale
    return packed


def dequantise(packed: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the float32 tensors of what `quantise` made; whole tensors pass as they are."""
    import torch

    state = {}
    for name, value in packed.items():
        if name.endswith(_SCALE):
            continue
        state[name] = value.to(torch.float32)
        if name + _SCALE in packed:
            state[name] = state[name] * packed[name + _SCALE][:, None]
    return state


def save_weights(state: Mapping[str, Tensor], path: Path, *, int8: bool) -> None:
    """Write the trained tensors to `path`, in int8 rows or in float16."""
    import torch
    from safetensors.torch import save_file

    packed = quantise(state) if int8 else {name: value.to(torch.float16) for name, value in state.items()}
    save_file({name: value.contiguous() for name, value in packed.items()}, path)


def load_weights(path: Path) -> dict[str, Tensor]:
    """Return the trained tensors in float32; raises ModelError where the file is missing or no such file."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return dequantise(load_file(path))
    except (OSError, SafetensorError) as error:
        raise ModelError(f"The reader's weights {path} cannot be read: {error}.", "Reinstall szai-qa.") from error
