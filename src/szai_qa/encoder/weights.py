"""The encoder's tensors and its vocabulary, held once a process: embedder and reader share them.

Nobody may write to them. Together they spare a process a copy of the vocabulary (85 MB) and of what is read of the
weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers.models import Model
    from torch import Tensor


@lru_cache(maxsize=1)
def encoder_tensors(folder: Path) -> Mapping[str, Tensor]:
    """Return the float32 tensors of the converted encoder in that folder, under the names that BertModel has.

    They are mapped from the file: rows of the embedding that no text needs stay on disk. The same objects are returned
    each time, so that a process holds them once.
    """
    from safetensors.torch import load_file

    return MappingProxyType(load_file(folder / "model.safetensors"))


@lru_cache(maxsize=1)
def encoder_vocabulary(folder: Path) -> Model:
    """Return the pieces of the encoder in that folder, for the `model` of a tokenizer: the same object each time."""
    from tokenizers import Tokenizer

    vocabulary: Model = Tokenizer.from_file(str(folder / "tokenizer.json")).model
    return vocabulary
