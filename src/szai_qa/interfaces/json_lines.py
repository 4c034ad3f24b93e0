"""Reads and writes JSON lines: all of the input is checked before anything is done, an output appears whole or not."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from szai_qa.errors import InputError


def as_bytes(value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Return a value as one line of JSON in UTF-8; a lone surrogate comes out as an escape, so that it stays valid."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace")


def read_objects(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """Return the objects of a file with their line numbers, blank lines left out.

    Raises:
        InputError: the file cannot be read, a line is no object with a text `id`, or an id stands twice.
    """
    try:
        # Not splitlines: U+2028 and U+0085 may stand inside a JSON text and end no line.
        lines = path.read_bytes().decode("utf-8-sig").split("\n")
    except OSError as problem:
        raise InputError(f"{path} cannot be read: {problem.strerror}.", "Name a file of JSON lines.") from problem
    except UnicodeDecodeError as problem:
        raise InputError(f"{path} is not UTF-8 (byte {problem.start}).", "Save it as UTF-8.") from problem
    objects: list[tuple[int, dict[str, Any]]] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as problem:
            raise InputError(f"{where}: no JSON ({problem}).", "Write one JSON object a line.") from problem
        if not isinstance(value, dict) or not isinstance(value.get("id"), str) or not value["id"]:
            raise InputError(f"{where}: no object with a text 'id'.", 'Write {"id": "Q1", …} on each line.')
        if value["id"] in seen:
            raise InputError(
                f"{where}: the id {value['id']!r} stands in line {seen[value['id']]} too.", "Give each line its own id."
            )
        seen[value["id"]] = number
        objects.append((number, value))
    return objects


def text_field(value: Any, where: str, field: str) -> str:  # noqa: ANN401 - any JSON value
    """Return a field that has to be a text.

    Raises:
        InputError: it is not one.
    """
    if not isinstance(value, str):
        raise InputError(f"{where}: {field!r} is missing or no text.", f"Write {field!r} as a text in quotation marks.")
    return value


def texts_field(value: Any, where: str, field: str) -> list[str]:  # noqa: ANN401 - any JSON value
    """Return a field that has to be a list of texts.

    Raises:
        InputError: it is not one.
    """
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InputError(f"{where}: {field!r} is missing or no list of texts.", f"Write {field!r} as [text, …].")
    return value


def write_objects(path: Path, objects: Iterable[dict[str, Any]]) -> None:
    """Write one object a line, as `write_whole` writes."""
    write_whole(path, (as_bytes(value) + b"\n" for value in objects))


def write_whole(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file piece by piece; it gets its name only when all of it is on the disk.

    Raises:
        InputError: the folder is not there or cannot be written, or the file's name is a folder's.
    """
    if path.is_dir():
        raise InputError(f"{path} is a folder.", "Name a file to write.")
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as problem:
        raise InputError(
            f"{path} cannot be written: {problem.strerror}.", "Name a file in a folder that is there."
        ) from problem
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.writelines(pieces)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
