"""The manifest of an index: what it was made from, and a checksum of each of its files.

`manifest.json` names the folder that holds the files. Replacing that one small file is what makes a new index
the current one, so a build that stops half-way leaves the old index whole.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from szai_qa.errors import IndexMismatchError, NotFoundError

FORMAT_VERSION = 1
NAME = "manifest.json"
REBUILD = "Run: szai-qa index build"


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file's bytes, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@dataclass(frozen=True)
class Manifest:
    """What an index was made from.

    `articles` maps an article's id to the sha256 of its text, `files` a file's name to its sha256.
    """

    articles: dict[str, str]
    embedder: str
    tokenizer: str
    passage_chars: int
    sentences: int
    passages: int
    dimension: int
    files: dict[str, str]
    format_version: int = FORMAT_VERSION
    index_id: str = field(default="", compare=False)

    def with_id(self) -> Manifest:
        """Return the manifest with its id: a digest of all that it says."""
        content = {**asdict(self), "index_id": ""}
        digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
        return Manifest(**{**content, "index_id": digest[:12]})

    def as_json(self) -> dict[str, Any]:
        """Return the manifest as `manifest.json` has it."""
        return asdict(self)


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of the index in a folder.

    Raises:
        NotFoundError: there is none.
        IndexMismatchError: it cannot be read, was altered, or has another format version.
    """
    path = folder / NAME
    if not path.is_file():
        raise NotFoundError(f"No index in {folder}.", REBUILD)
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw["format_version"] != FORMAT_VERSION:
            raise IndexMismatchError(
                f"{path} has format version {raw['format_version']}, this program reads {FORMAT_VERSION}.", REBUILD
            )
        manifest = Manifest(**raw)
        altered = manifest.with_id().index_id != manifest.index_id
    except (ValueError, KeyError, TypeError) as problem:
        raise IndexMismatchError(f"{path} is damaged ({type(problem).__name__}: {problem}).", REBUILD) from problem
    if altered:
        raise IndexMismatchError(f"{path} was altered: its content does not fit its id.", REBUILD)
    return manifest
