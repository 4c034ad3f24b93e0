"""Writes a character table as the precompiled map that tokenizers' Precompiled normaliser reads.

The format is sentencepiece's: the byte length of a double-array trie, the trie's 32-bit units, then the
replacements, each ended by a zero byte. A step of a look-up goes from a node to `base ^ byte` and stands
there only if the unit's label is that byte. Two nodes with one base would thus take each other's children
for their own, so every base here is unique by construction: inner nodes own a block of 256 slots each, and
the values of leaves fill slots that are left over (never a block's first, which is the base of its owner).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

_BLOCK = 256
_HAS_LEAF = 1 << 8
_VALUE = 1 << 31  # marks a unit as a value: no label equals it
_MAX_OFFSET = 1 << 21


@dataclass
class _Node:
    """A node of the plain trie that is laid out."""

    children: dict[int, _Node] = field(default_factory=dict)
    value: int | None = None


def precompiled_charsmap(table: dict[str, str]) -> bytes:
    """Return the map for `table` (one character to its replacement), as bytes of the sentencepiece format."""
    replacements = bytearray()
    root = _Node()
    for character, replacement in sorted(table.items()):
        node = root
        for byte in character.encode():
            node = node.children.setdefault(byte, _Node())
        node.value = len(replacements)
        replacements += replacement.encode() + b"\0"
    units = _lay_out(root)
    trie = struct.pack(f"<{len(units)}I", *units)
    return struct.pack("<I", len(trie)) + trie + bytes(replacements)


def _lay_out(root: _Node) -> list[int]:
    inner = [node for node in _walk(root) if node.children]
    # Block 0 holds the root's own unit; node k has block k + 1, so that no base is the root's position.
    bases = {id(node): (k + 1) * _BLOCK for k, node in enumerate(inner)}
    units = [0] * (len(inner) + 1) * _BLOCK
    taken = {bases[id(node)] + byte for node in inner for byte in node.children}
    free = (slot for slot in range(1, len(units)) if slot % _BLOCK and slot not in taken)
    units[0] = _offset(0, bases[id(root)])
    for node in inner:
        for byte, child in node.children.items():
            position = bases[id(node)] + byte
            base = bases[id(child)] if child.children else next(free)
            units[position] = _offset(position, base) | byte
            if child.value is not None:
                units[position] |= _HAS_LEAF
                units[base] = _VALUE | child.value
    return units


def _walk(node: _Node) -> Iterator[_Node]:
    yield node
    for child in node.children.values():
        yield from _walk(child)


def _offset(position: int, base: int) -> int:
    distance = position ^ base
    if distance >= _MAX_OFFSET:
        raise ValueError(f"the trie is too large: an offset of {distance}")
    return distance << 10
