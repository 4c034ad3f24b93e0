"""Keeps a promise of the risk dial beside the index that it was measured on: `risk.json` in the index's folder.

A promise holds for one index, one reader and one confidence model. Where one of them is another now, it is void, and
says so. Reading never writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from szai_qa.errors import InputError
from szai_qa.evaluation.folder import pretty, read_json, replace_file
from szai_qa.evaluation.risk import Promise

NAME = "risk.json"
_MEND = "Run szai-qa calibrate --store again, or remove the file."


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a promise was measured with; `dataset` describes the set (name, sha256, questions)."""

    index_id: str
    reader: str
    confidence_model: str

    def differing(self, other: Conditions) -> list[str]:
        """Return the names of what is another."""
        return [name for name in self.__slots__ if getattr(self, name) != getattr(other, name)]


@dataclass(frozen=True, slots=True)
class StoredPromise:
    """A promise with what it was measured on and with; `stored` is when, in UTC."""

    promise: Promise
    conditions: Conditions
    dataset: Mapping[str, Any]
    stored: str

    def as_json(self) -> dict[str, Any]:
        """Return what `risk.json` holds."""
        conditions = {name: getattr(self.conditions, name) for name in self.conditions.__slots__}
        return {"promise": self.promise.as_json(), **conditions, "dataset": dict(self.dataset), "stored": self.stored}

    def void_because(self, now: Conditions) -> str | None:
        """Return in one sentence why the promise is void, None where it holds."""
        if differs := self.conditions.differing(now):
            what = " and ".join(name.replace("_", " ") for name in differs)
            return f"The promise of {self.stored[:10]} is void: it was measured with another {what}."
        return None


def store_promise(folder: Path, promise: StoredPromise) -> Path:
    """Write `risk.json` into an index folder; return its path."""
    replace_file(folder / NAME, [pretty(promise.as_json())])
    return folder / NAME


def read_promise(folder: Path) -> StoredPromise | None:
    """Return the promise that is kept in an index folder, None where there is none.

    Raises:
        InputError: the file is damaged.
    """
    path = folder / NAME
    if not path.is_file():
        return None
    value = read_json(path)
    try:
        promise = {name: item for name, item in value["promise"].items() if name != "promised"}
        conditions = Conditions(**{name: value[name] for name in Conditions.__slots__})
        return StoredPromise(Promise(**promise), conditions, value["dataset"], value["stored"])
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise InputError(f"{path} holds no promise ({problem}).", _MEND) from problem
