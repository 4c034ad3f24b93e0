"""Keeps the converted encoder in a cache folder: made once, whole or not at all.

The folder's name holds the source's checksum and the converter's version, so another source or converter
never meets an old copy. A damaged copy is never mended or replaced silently: it raises and says what to
delete.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from szai_qa.encoder.convert import CHECKSUMS, CONVERTER_VERSION, convert, sha256_of
from szai_qa.encoder.packed import source_path
from szai_qa.errors import ModelError

CACHE_VARIABLE = "SZAI_QA_CACHE"


def cache_root() -> Path:
    """Return the cache folder: $SZAI_QA_CACHE, else $XDG_CACHE_HOME/szai-qa, else ~/.cache/szai-qa."""
    if own := os.environ.get(CACHE_VARIABLE):
        return Path(own)
    if xdg := os.environ.get("XDG_CACHE_HOME"):
        return Path(xdg) / "szai-qa"
    return Path.home() / ".cache" / "szai-qa"


def encoder_folder() -> Path:
    """Return the converted encoder's folder, made on the first call (some seconds, 256 MB).

    Each call compares the sizes of all files with those that were written. Raises ModelError where the source
    package is missing, the cache cannot be written, or the copy is damaged.
    """
    source = source_path()
    root = cache_root()
    folder = root / f"e5-small-v{CONVERTER_VERSION}-{sha256_of(source)[:16]}"
    if not folder.exists():
        try:
            _make(source, folder)
        except OSError as error:
            raise ModelError(
                f"The encoder cannot be written to {root}: {error}.",
                f"Make room there, or set {CACHE_VARIABLE} to a folder that can be written.",
            ) from error
    _check(folder, full=False)
    return folder


def verify_encoder() -> Path:
    """Return the folder once every file's sha256 is compared; raises ModelError at the first that differs."""
    folder = encoder_folder()
    _check(folder, full=True)
    return folder


def encoder_checksum() -> str:
    """Return the sha256 of `checksums.json`: one value for the weights, the tokenizer and the settings."""
    return sha256_of(encoder_folder() / CHECKSUMS)


def _make(source: Path, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _locked(folder.parent / "lock"):
        if folder.exists():  # another process was first
            return
        temporary = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
        try:
            convert(source, temporary)
            temporary.chmod(0o755)  # mkdtemp makes it private
            temporary.rename(folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # released when the file is closed, a killed process included
        yield


def _check(folder: Path, *, full: bool) -> None:
    for name, expected in _checksums(folder).items():
        path = folder / name
        if not path.is_file():
            raise _damaged(path, "is missing")
        if path.stat().st_size != expected["size"]:
            raise _damaged(path, f"has {path.stat().st_size} bytes instead of {expected['size']}")
        if full and sha256_of(path) != expected["sha256"]:
            raise _damaged(path, "has another checksum than when it was written")


def _checksums(folder: Path) -> dict[str, dict[str, Any]]:
    path = folder / CHECKSUMS
    try:
        files = json.loads(path.read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(path, f"cannot be read ({error})") from error
    if not isinstance(files, dict):
        raise _damaged(path, "holds no list of files")
    return files


def _damaged(path: Path, what: str) -> ModelError:
    folder = path.parent if path.parent.name != "1_Pooling" else path.parent.parent
    return ModelError(f"The encoder's copy is damaged: {path} {what}.", f"Delete {folder}; it is made again.")
