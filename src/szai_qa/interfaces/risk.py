"""Puts a stored promise of the risk dial in force, or says why it is void. It never writes."""

from __future__ import annotations

import logging
from pathlib import Path

from szai_qa.answering.confidence import SHIPPED
from szai_qa.evaluation.promises import Conditions, StoredPromise, read_promise
from szai_qa.indexing.manifest import file_sha256, read_manifest
from szai_qa.settings import Settings

log = logging.getLogger(__name__)


def conditions_of(index: Path, reader: str) -> Conditions:
    """Return what a promise depends on: the index in a folder, the reader's identity, the confidence's constants."""
    return Conditions(read_manifest(index).index_id, reader, file_sha256(SHIPPED))


def valid_promise(index: Path, reader: str) -> StoredPromise | None:
    """Return the promise that holds for an index and a reader; one that is void is said so in the log and left out.

    Raises:
        InputError: the file of the promise is damaged.
    """
    stored = read_promise(index)
    if stored is None:
        return None
    if void := stored.void_because(conditions_of(index, reader)):
        log.warning("%s Run szai-qa calibrate --store again.", void)
        return None
    return stored


def with_promise(settings: Settings, index: Path, reader: str) -> Settings:
    """Return the settings with the promised threshold, unless a threshold is set, which goes before it."""
    if settings.threshold is not None:
        return settings
    stored = valid_promise(index, reader)
    return settings if stored is None else settings.model_copy(update={"threshold": stored.promise.threshold})
