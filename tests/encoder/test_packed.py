"""Reading the packed weights: the arithmetic and the table, on small hand-made pieces."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from szai_qa.encoder.charsmap import precompiled_charsmap
from szai_qa.encoder.packed import dequantise, read_packed
from szai_qa.errors import ModelError


def test_a_block_holds_low_nibbles_first_then_high_ones() -> None:
    raw = struct.pack("<e", 0.5) + bytes([0x10 * 9 + 7] * 16)
    assert dequantise(raw).tolist() == [(7 - 8) * 0.5] * 16 + [(9 - 8) * 0.5] * 16


def test_blocks_follow_each_other_with_scales_of_their_own() -> None:
    raw = b"".join(struct.pack("<e", scale) + bytes([0xFF] * 16) for scale in (1.0, 2.0))
    assert np.unique(dequantise(raw)).tolist() == [7.0, 14.0]


def test_a_file_of_another_kind_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "other.bin"
    path.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ModelError, match="no packed e5 model"):
        read_packed(path)


def test_a_truncated_file_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "short.bin"
    path.write_bytes(b"E5S1" + bytes(20))
    with pytest.raises(ModelError, match="damaged"):
        read_packed(path)


def test_the_character_map_replaces_exactly_the_characters_of_its_table() -> None:
    from tokenizers import normalizers

    table = {"Ａ": "A", "\u200b": " ", "\x01": "", "㍿": "株式会社", "é": "e"}
    normalizer = normalizers.Precompiled(precompiled_charsmap(table))
    for character in map(chr, [*range(1, 0x3000, 7), *range(0x4E00, 0x5000), *range(0xFF00, 0xFF60)]):
        assert normalizer.normalize_str(character) == table.get(character, character)
    assert normalizer.normalize_str("Ａ㍿é深") == "A株式会社e深"
