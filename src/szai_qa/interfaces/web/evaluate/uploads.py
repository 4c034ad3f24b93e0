"""Takes an uploaded test set into a folder: only known kinds, only so large, only under names of our making.

An archive is never unpacked as it is: the files of a BEIR folder are read out of it, and nothing else.
"""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO

from szai_qa.errors import InputError

KINDS = (".csv", ".tsv", ".xlsx", ".jsonl", ".json", ".zip")
MAX_BYTES = 50_000_000
MAX_UNPACKED_BYTES = 200_000_000
MAX_NAME_CHARS = 100
_CHUNK = 1 << 20
_ONE_OF = f"Choose one of {', '.join(KINDS)}."


def safe_name(given: str) -> str:
    """Return the file name of what a browser calls a file: no folders, no marks that mean more, and a known ending.

    Raises:
        InputError: the ending is none of KINDS.
    """
    base = PureWindowsPath(PurePosixPath(given).name).name
    name = re.sub(r"[^\w.\- ()（）]", "_", base).lstrip(". ")
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in KINDS:
        raise InputError(f"{base[:60] or 'A file without a name'} is no kind of test set that is known.", _ONE_OF)
    return name[: -len(suffix)][: MAX_NAME_CHARS - len(suffix)] + suffix


async def receive(chunks: AsyncIterator[bytes], target: Path, limit: int = MAX_BYTES) -> int:
    """Write what is sent to a file; return its size in bytes.

    Raises:
        InputError: it is empty, or larger than `limit`.
    """
    size = 0
    with target.open("wb") as stream:
        async for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise InputError(f"{target.name} is larger than {limit // 1_000_000} MB.", "Split the set.")
            stream.write(chunk)
    if not size:
        raise InputError(f"{target.name} is empty.", "Choose another file.")
    return size


def unpack(path: Path, limit: int = MAX_UNPACKED_BYTES) -> Path:
    """Return the set that a file holds: the file itself, or for an archive the BEIR folder that takes its place.

    Raises:
        InputError: the archive is damaged, holds no BEIR folder, or too much.
    """
    if path.suffix not in {".zip", ".xlsx"}:
        return path
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(info.file_size for info in archive.infolist()) > limit:
                raise InputError(f"{path.name} unpacks to more than {limit // 1_000_000} MB.", "Split the set.")
            if path.suffix == ".xlsx":
                return path
            folder = path.with_suffix("")
            _extract_beir(archive, folder, path.name)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as problem:
        raise InputError(f"{path.name} can't be unpacked ({problem}).", "Pack it again as a plain ZIP.") from problem
    path.unlink()
    return folder


def _extract_beir(archive: zipfile.ZipFile, folder: Path, name: str) -> None:
    members = {info.filename: info for info in archive.infolist() if not info.is_dir()}
    corpus = next((member for member in members if PurePosixPath(member).name == "corpus.jsonl"), None)
    if corpus is None:
        raise InputError(f"{name} holds no corpus.jsonl.", "Pack corpus.jsonl, queries.jsonl and qrels/ (BEIR).")
    top = corpus.removesuffix("corpus.jsonl")
    wanted = {f"{top}corpus.jsonl": folder / "corpus.jsonl", f"{top}queries.jsonl": folder / "queries.jsonl"}
    for member in members:
        judged = re.fullmatch(re.escape(f"{top}qrels/") + r"([\w-]{1,60}\.tsv)", member)
        if judged:
            wanted[member] = folder / "qrels" / judged[1]
    for member, target in wanted.items():
        if member in members:
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(members[member]) as source, target.open("wb") as stream:
                _copy(source, stream, members[member].file_size)


def _copy(source: IO[bytes], target: IO[bytes], size: int) -> None:
    # No more than the archive's list says, whatever its data holds.
    shutil.copyfileobj(source, target, _CHUNK)
    if target.tell() > size:
        raise zipfile.BadZipFile("a file is longer than the archive says")
