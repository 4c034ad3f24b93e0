from __future__ import annotations

import fcntl
import json
import multiprocessing
import shutil
import time
from pathlib import Path

import pytest

from stand_ins import BreakingEmbedder, HashingEmbedder, document_of, write_archive
from szai_qa.corpus.tokens import TOKENIZER
from szai_qa.errors import ArticleError, IndexBusyError, IndexMismatchError, NotFoundError, ProofError, SzaiQaError
from szai_qa.indexing import store
from szai_qa.indexing.manifest import read_manifest
from szai_qa.indexing.store import build_index, check_files, open_index, verify_index

FILES = [
    "lexical/data.csc.index.npy",
    "lexical/indices.csc.index.npy",
    "lexical/indptr.csc.index.npy",
    "lexical/params.index.json",
    "lexical/vocab.index.json",
    "passages.faiss",
    "sentences.faiss",
    "spans.json",
]


@pytest.fixture
def index(tmp_path: Path, archive: Path, embedder: HashingEmbedder) -> Path:
    build_index(tmp_path / "index", archive, embedder)
    return tmp_path / "index"


def home_of(index: Path) -> Path:
    return index / read_manifest(index).index_id


def snapshot(folder: Path) -> dict[str, bytes]:
    files = (p for p in folder.rglob("*") if p.is_file() and p.name != ".lock")
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}


def test_an_index_that_was_built_opens_and_is_proved(index: Path, archive: Path, embedder: HashingEmbedder) -> None:
    opened = open_index(index, archive, embedder)
    assert [document.article.id for document in opened.documents] == ["bridge", "fair", "school"]
    assert len(opened.sentences) == len(opened.sentence_vectors) == read_manifest(index).sentences
    assert verify_index(index, archive, embedder) == read_manifest(index)


def test_rows_are_the_sentences_in_order(index: Path, archive: Path, embedder: HashingEmbedder) -> None:
    opened = open_index(index, archive, embedder)
    for row, (document, sentence) in enumerate(opened.sentences):
        query = embedder.embed_queries([document.text_of(sentence)])[0]
        positions, cosines = opened.sentence_vectors.search(query, 1)
        assert positions == [row]
        assert cosines[0] == pytest.approx(1.0, abs=1e-5)


def test_the_index_holds_the_files_that_its_manifest_lists(index: Path) -> None:
    assert sorted(read_manifest(index).files) == FILES
    assert set(snapshot(home_of(index))) == set(FILES)


def test_the_same_articles_give_the_same_index(index: Path, archive: Path, embedder: HashingEmbedder) -> None:
    before = snapshot(index)
    build_index(index, archive, embedder)
    assert snapshot(index) == before


def test_opening_and_proving_write_nothing(index: Path, archive: Path, embedder: HashingEmbedder) -> None:
    before = {path: path.stat().st_mtime_ns for path in index.rglob("*")}
    open_index(index, archive, embedder)
    verify_index(index, archive, embedder)
    assert {path: path.stat().st_mtime_ns for path in index.rglob("*")} == before


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("quick", [True, False])
def test_one_changed_byte_of_any_file_is_found(
    index: Path, archive: Path, embedder: HashingEmbedder, file: str, quick: bool
) -> None:
    path = home_of(index) / file
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(IndexMismatchError, match=f"{path} is damaged.*szai-qa index build"):
        open_index(index, archive, embedder)
    with pytest.raises(ProofError, match=f"{path} is damaged"):
        verify_index(index, archive, embedder, quick=quick)


@pytest.mark.parametrize("file", FILES)
def test_a_truncated_file_is_found(index: Path, archive: Path, embedder: HashingEmbedder, file: str) -> None:
    path = home_of(index) / file
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(IndexMismatchError, match=f"{path} is damaged"):
        open_index(index, archive, embedder)


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_is_named(index: Path, archive: Path, embedder: HashingEmbedder, file: str) -> None:
    (home_of(index) / file).unlink()
    with pytest.raises(IndexMismatchError, match=f"{file} is missing.*szai-qa index build"):
        open_index(index, archive, embedder)


@pytest.mark.parametrize("name", ["bridge", "fair", "school"])
def test_one_changed_character_of_an_article_is_found(
    index: Path, archive: Path, embedder: HashingEmbedder, name: str
) -> None:
    path = archive / f"{name}.txt"
    path.write_bytes(path.read_bytes().replace("。".encode(), "！".encode(), 1))
    with pytest.raises(IndexMismatchError, match=f"article {name} was changed.*szai-qa index build"):
        open_index(index, archive, embedder)
    with pytest.raises(ProofError, match=f"article {name} was changed"):
        verify_index(index, archive, embedder, quick=True)


def test_an_article_that_is_gone_is_named(index: Path, archive: Path, embedder: HashingEmbedder) -> None:
    (archive / "fair.txt").unlink()
    with pytest.raises(IndexMismatchError, match="article fair of the index is gone"):
        open_index(index, archive, embedder)


def test_an_article_that_was_added_is_named(index: Path, archive: Path, embedder: HashingEmbedder) -> None:
    shutil.copy(archive / "fair.txt", archive / "new.txt")
    with pytest.raises(IndexMismatchError, match="article new is not in the index"):
        open_index(index, archive, embedder)


def test_another_model_than_the_index_was_made_with_is_refused(index: Path, archive: Path) -> None:
    with pytest.raises(IndexMismatchError, match=r"another embedding model \(hashing-1\).*\(hashing-2\)"):
        open_index(index, archive, HashingEmbedder("hashing-2"))


def test_another_tokenizer_than_the_index_was_made_with_is_refused(
    index: Path, archive: Path, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "TOKENIZER", "words")
    with pytest.raises(IndexMismatchError, match="another tokenizer"):
        open_index(index, archive, embedder)
    assert read_manifest(index).tokenizer == TOKENIZER


def test_an_index_of_a_version_that_splits_otherwise_is_refused(
    index: Path, archive: Path, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "load_articles", lambda _: [document_of("一句。", article_id="bridge")])
    with pytest.raises(IndexMismatchError, match="szai-qa index build"):
        open_index(index, archive, embedder)


def test_the_manifest_of_another_index_does_not_pass(
    index: Path, tmp_path: Path, embedder: HashingEmbedder, archive: Path
) -> None:
    other = write_archive(tmp_path / "others", {"x": "Title: 别的\nDate: None\nURL: None\n\n别的话。\n"})
    build_index(tmp_path / "other", other, embedder)
    shutil.copy(tmp_path / "other" / "manifest.json", index / "manifest.json")
    with pytest.raises(IndexMismatchError, match=r"is missing.*szai-qa index build"):
        open_index(index, archive, embedder)


def test_a_folder_without_an_index_is_an_error_with_the_command(
    tmp_path: Path, archive: Path, embedder: HashingEmbedder
) -> None:
    with pytest.raises(NotFoundError, match="szai-qa index build"):
        open_index(tmp_path / "nothing", archive, embedder)


@pytest.mark.parametrize("drift", [-1.0, 0.999, float("nan")])
def test_vectors_that_differ_from_a_new_build_fail_the_proof(index: Path, archive: Path, drift: float) -> None:
    class Drifted(HashingEmbedder):
        def embed_passages(self, texts: object, progress: bool = False) -> object:  # type: ignore[override]
            vectors = super().embed_passages(texts, progress)  # type: ignore[arg-type]
            vectors[0] *= drift
            return vectors

    with pytest.raises(ProofError, match="row 0 has cosine"):
        verify_index(index, archive, Drifted())
    assert verify_index(index, archive, Drifted(), quick=True)


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt, MemoryError])
def test_a_build_that_breaks_half_way_leaves_the_old_index_whole(
    index: Path, archive: Path, embedder: HashingEmbedder, failure: type[BaseException]
) -> None:
    before = snapshot(index)
    (archive / "new.txt").write_bytes((archive / "fair.txt").read_bytes())
    with pytest.raises(failure):
        build_index(index, archive, BreakingEmbedder(failure=failure))
    (archive / "new.txt").unlink()
    assert snapshot(index) == before
    assert verify_index(index, archive, embedder)


def test_a_build_that_is_killed_leaves_the_old_index_whole_and_its_rest_is_swept_up(
    index: Path, archive: Path, embedder: HashingEmbedder
) -> None:
    before = snapshot(index)
    (index / ".building-killed").mkdir()
    (index / ".building-killed" / "spans.json").write_text("{}")
    assert verify_index(index, archive, embedder)
    build_index(index, archive, embedder)
    assert snapshot(index) == before


def test_a_wrong_article_stops_a_build_before_anything_is_touched(
    index: Path, archive: Path, embedder: HashingEmbedder
) -> None:
    before = snapshot(index)
    (archive / "bad.txt").write_bytes("没有头".encode())
    with pytest.raises(ArticleError, match=r"bad\.txt"):
        build_index(index, archive, embedder)
    assert snapshot(index) == before


def test_a_new_index_replaces_the_old_one(index: Path, archive: Path, embedder: HashingEmbedder) -> None:
    old = home_of(index)
    (archive / "fair.txt").unlink()
    build_index(index, archive, embedder)
    assert home_of(index) != old
    assert not old.exists()
    assert verify_index(index, archive, embedder)


def test_building_again_mends_a_damaged_index(index: Path, archive: Path, embedder: HashingEmbedder) -> None:
    (home_of(index) / "spans.json").write_text("{}")
    build_index(index, archive, embedder)
    assert verify_index(index, archive, embedder)


def test_an_index_is_never_gone_while_the_same_one_is_built_again(
    index: Path, archive: Path, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(store.os, "replace", stop)
    monkeypatch.setattr(Path, "rename", stop)
    with pytest.raises(KeyboardInterrupt):
        build_index(index, archive, embedder)
    assert check_files(index)


def test_a_build_touches_nothing_in_the_folder_that_is_not_its_own(
    tmp_path: Path, archive: Path, embedder: HashingEmbedder
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("mine")
    build_index(tmp_path, archive, embedder)
    assert (tmp_path / "mine" / "letter.txt").read_text() == "mine"
    assert (archive / "fair.txt").exists()


def test_a_second_build_at_the_same_time_is_refused(index: Path, archive: Path, embedder: HashingEmbedder) -> None:
    with (index / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(IndexBusyError, match="Another build"):
            build_index(index, archive, embedder)


class SlowEmbedder(HashingEmbedder):
    def embed_passages(self, texts: object, progress: bool = False) -> object:  # type: ignore[override]
        time.sleep(1.0)
        return super().embed_passages(texts, progress)  # type: ignore[arg-type]


def build_slowly(folder: Path, articles: Path, results: multiprocessing.Queue[str]) -> None:
    try:
        build_index(folder, articles, SlowEmbedder())
        results.put("built")
    except SzaiQaError as problem:
        results.put(problem.code)


def test_of_two_processes_that_build_at_once_one_is_refused_and_the_index_is_whole(
    tmp_path: Path, archive: Path, embedder: HashingEmbedder
) -> None:
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    builds = [context.Process(target=build_slowly, args=(tmp_path / "i", archive, results)) for _ in range(2)]
    for build in builds:
        build.start()
    found = sorted(results.get(timeout=60) for _ in builds)
    for build in builds:
        build.join(timeout=60)
    if found == ["built", "built"]:
        pytest.skip("the second process started after the first was done")
    assert found == ["built", "index_busy"]
    assert verify_index(tmp_path / "i", archive, embedder)


def test_the_manifest_is_plain_json_with_the_hash_of_each_article(index: Path) -> None:
    raw = json.loads((index / "manifest.json").read_text(encoding="utf-8"))
    assert raw["articles"].keys() == {"bridge", "fair", "school"}
    assert all(len(value) == 64 for value in raw["articles"].values())
