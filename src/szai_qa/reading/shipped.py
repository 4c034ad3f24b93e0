"""The reader that comes with the package: where its weights are."""

from __future__ import annotations

from pathlib import Path

from szai_qa.reading.reader import ExtractiveReader, load_reader

FOLDER = Path(__file__).parent / "weights"


def shipped_reader() -> ExtractiveReader:
    """Return the reader with the package's own weights; raises ModelError where they are missing or damaged."""
    return load_reader(FOLDER / "reader.safetensors")
