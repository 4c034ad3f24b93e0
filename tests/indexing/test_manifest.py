from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from szai_qa.errors import IndexMismatchError, NotFoundError
from szai_qa.indexing.manifest import FORMAT_VERSION, Manifest, file_sha256, read_manifest

MANIFEST = Manifest(
    articles={"a": "0" * 64},
    embedder="e",
    tokenizer="t",
    passage_chars=240,
    sentences=1,
    passages=1,
    dimension=2,
    files={},
).with_id()


def write(folder: Path, content: object) -> None:
    (folder / "manifest.json").write_text(json.dumps(content), encoding="utf-8")


def test_a_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    write(tmp_path, MANIFEST.as_json())
    assert read_manifest(tmp_path) == MANIFEST


def test_the_id_is_a_digest_of_all_that_a_manifest_says() -> None:
    assert MANIFEST.with_id().index_id == MANIFEST.index_id
    assert replace(MANIFEST, embedder="other").with_id().index_id != MANIFEST.index_id


def test_no_manifest_is_an_error_that_names_the_folder_and_the_command(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError) as caught:
        read_manifest(tmp_path)
    assert str(tmp_path) in caught.value.message
    assert "szai-qa index build" in caught.value.hint


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"null", b"{}", b"\xff\xfe", json.dumps({"format_version": FORMAT_VERSION}).encode()],
)
def test_a_damaged_manifest_is_named(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "manifest.json").write_bytes(data)
    with pytest.raises(IndexMismatchError, match=r"manifest\.json is damaged.*szai-qa index build"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("key", ["articles", "embedder", "tokenizer", "sentences", "files", "index_id"])
def test_a_manifest_that_was_altered_anywhere_is_not_believed(tmp_path: Path, key: str) -> None:
    write(tmp_path, MANIFEST.as_json() | {key: "other"})
    with pytest.raises(IndexMismatchError, match="was altered"):
        read_manifest(tmp_path)


def test_another_format_version_is_told_apart_from_damage(tmp_path: Path) -> None:
    write(tmp_path, {"format_version": FORMAT_VERSION + 1, "something": "new"})
    with pytest.raises(IndexMismatchError, match=f"format version {FORMAT_VERSION + 1}.*reads {FORMAT_VERSION}"):
        read_manifest(tmp_path)


def test_a_files_checksum_is_its_sha256(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"abc")
    assert file_sha256(tmp_path / "f") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
