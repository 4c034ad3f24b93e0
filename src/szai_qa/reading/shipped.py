"""The reader that comes with the package: where its weights and its calibration are."""

from __future__ import annotations

from pathlib import Path

from szai_qa.reading.calibration import Calibration, load_calibration
from szai_qa.reading.reader import ExtractiveReader

FOLDER = Path(__file__).parent / "weights"


def shipped_reader() -> ExtractiveReader:
    """Return the reader with the package's own weights.

    Raises:
        ModelError: weights or encoder are missing or damaged.
    """
    return ExtractiveReader(FOLDER / "reader.safetensors")


def shipped_calibration() -> Calibration:
    """Return the constants that were fitted for the package's own weights.

    Raises:
        ModelError: they are missing.
    """
    return load_calibration(FOLDER / "calibration.json")
