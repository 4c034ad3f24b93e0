"""Builds an index folder, opens it read-only, and proves that it fits its articles and model.

Opening never writes and never repairs: what does not fit raises an error that names the command to run.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from szai_qa.corpus.article import load_articles
from szai_qa.corpus.normalize import to_simplified
from szai_qa.corpus.passages import WINDOW_CHARS
from szai_qa.corpus.tokens import TOKENIZER
from szai_qa.errors import IndexBusyError, IndexMismatchError, ProofError
from szai_qa.indexing.dense import DenseIndex
from szai_qa.indexing.embedder import Embedder
from szai_qa.indexing.manifest import NAME, REBUILD, Manifest, file_sha256, read_manifest
from szai_qa.indexing.sparse import SparseIndex
from szai_qa.records import Document, Passage, Sentence

MIN_COSINE = 0.9999
"""How close a rebuilt vector has to be: another processor may round otherwise."""

_SENTENCES, _PASSAGES, _LEXICAL, _SPANS = "sentences.faiss", "passages.faiss", "lexical", "spans.json"
_OWN = {_SENTENCES, _PASSAGES, _LEXICAL, _SPANS}
_BUILDING = ".building-"
_INDEX_FOLDER = re.compile("[0-9a-f]{12}")


@dataclass(frozen=True)
class Index:
    """An open index: row i of `sentence_vectors` is `sentences[i]`, of `passage_vectors` and `lexical` `passages[i]`.

    Sentences and passages come as (document, piece), in the order of the articles. One in memory only has no id.
    """

    documents: tuple[Document, ...]
    sentences: tuple[tuple[Document, Sentence], ...]
    passages: tuple[tuple[Document, Passage], ...]
    sentence_vectors: DenseIndex
    passage_vectors: DenseIndex
    lexical: SparseIndex
    id: str = ""

    def __post_init__(self) -> None:
        if len(self.sentence_vectors) != len(self.sentences) or len(self.passage_vectors) != len(self.passages):
            raise IndexMismatchError("The index has another number of vectors than of sentences or passages.", REBUILD)


def _sentences(documents: Sequence[Document]) -> tuple[tuple[Document, Sentence], ...]:
    return tuple((document, sentence) for document in documents for sentence in document.sentences)


def _passages(documents: Sequence[Document]) -> tuple[tuple[Document, Passage], ...]:
    return tuple((document, passage) for document in documents for passage in document.passages)


def _with_heading(document: Document, passage: Passage) -> str:
    """Return a passage's words after its section's heading, which names what the section is about."""
    heading, words = document.heading_of(passage), document.text_of(passage)
    return words if heading is None or heading in passage.span else f"{heading.of(document.article.text)}\n{words}"


def _spans(documents: Sequence[Document]) -> str:
    """Return all offsets as JSON text, to be compared as a whole."""
    table = {
        document.article.id: {
            "sentences": [[s.span.start, s.span.end, s.kind.value, s.section, s.paragraph] for s in document.sentences],
            "passages": [[p.span.start, p.span.end, p.section, p.first, p.last] for p in document.passages],
        }
        for document in documents
    }
    return json.dumps(table, sort_keys=True)


def _embed(texts: Sequence[str], embedder: Embedder, progress: bool) -> DenseIndex:
    """Return the vectors of texts, converted to simplified characters, as a question is."""
    return DenseIndex.build(embedder.embed_passages([to_simplified(text) for text in texts], progress=progress))


def make_index(documents: Sequence[Document], embedder: Embedder, *, progress: bool = False) -> Index:
    """Return an index over articles, in memory only."""
    sentences, passages = _sentences(documents), _passages(documents)
    words = [_with_heading(document, passage) for document, passage in passages]
    return Index(
        documents=tuple(documents),
        sentences=sentences,
        passages=passages,
        sentence_vectors=_embed([document.text_of(sentence) for document, sentence in sentences], embedder, progress),
        passage_vectors=_embed(words, embedder, progress),
        lexical=SparseIndex.build(words),
    )


def _save(index: Index, folder: Path) -> None:
    """Write all files of an index into an empty folder."""
    (folder / _SPANS).write_text(_spans(index.documents), encoding="utf-8")
    index.lexical.save(folder / _LEXICAL)
    index.passage_vectors.save(folder / _PASSAGES)
    index.sentence_vectors.save(folder / _SENTENCES)


def _manifest(folder: Path, documents: Sequence[Document], embedder: Embedder) -> Manifest:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return Manifest(
        articles={document.article.id: document.article.sha256 for document in documents},
        embedder=embedder.identity,
        tokenizer=TOKENIZER,
        passage_chars=WINDOW_CHARS,
        sentences=len(_sentences(documents)),
        passages=len(_passages(documents)),
        dimension=embedder.dimension,
        files={path.relative_to(folder).as_posix(): file_sha256(path) for path in files},
    ).with_id()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, which the system lets go when the process ends, however it ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            raise IndexBusyError(
                f"Another build is at work in {folder}.", "Wait until it is done, then run it again."
            ) from problem
        yield


def build_index(folder: Path, articles: Path, embedder: Embedder, *, progress: bool = False) -> Manifest:
    """Build the index of all articles of a folder, and make it the current one in a single step.

    Raises:
        IndexBusyError: another build holds the folder.
        ArticleError, NotFoundError: the articles cannot be read.
    """
    documents = load_articles(articles)
    with _locked(folder):
        work = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=folder))
        try:
            _save(make_index(documents, embedder, progress=progress), work)
            manifest = _manifest(work, documents, embedder)
            target = folder / manifest.index_id
            if _damaged_file(target, manifest) is None:  # the same index, whole: it never leaves its place
                shutil.rmtree(work)
            else:
                shutil.rmtree(target, ignore_errors=True)
                work.chmod(0o755)
                work.rename(target)
        except BaseException:
            shutil.rmtree(work, ignore_errors=True)
            raise
        draft = folder / f".{NAME}"
        draft.write_text(json.dumps(manifest.as_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        os.replace(draft, folder / NAME)
        _sweep(folder, target)
    return manifest


def _sweep(folder: Path, current: Path) -> None:
    """Remove earlier indexes and what killed builds left, and nothing else that stands in the folder."""
    for old in folder.iterdir():
        if not old.is_dir() or old == current:
            continue
        is_index = _INDEX_FOLDER.fullmatch(old.name) and {path.name for path in old.iterdir()} <= _OWN
        if is_index or old.name.startswith(_BUILDING):
            shutil.rmtree(old)


def _same(kept: Path, rebuilt: Path) -> bool:
    """Compare two files; weights of the lexical index may differ in the last bits, vectors are compared elsewhere."""
    if kept.suffix == ".faiss" or file_sha256(kept) == file_sha256(rebuilt):
        return True
    if kept.suffix != ".npy":
        return False
    old, new = np.load(kept), np.load(rebuilt)
    return old.dtype == new.dtype and old.shape == new.shape and np.allclose(old, new, rtol=1e-5, atol=0.0)


def check_files(folder: Path) -> Manifest:
    """Compare each file of the index with its checksum; return the manifest.

    Raises:
        NotFoundError: there is no index.
        IndexMismatchError: a file is missing, damaged, or not of this index; the message names it.
    """
    manifest = read_manifest(folder)
    if damage := _damaged_file(folder / manifest.index_id, manifest):
        raise IndexMismatchError(f"The index file {damage}.", REBUILD)
    return manifest


def _damaged_file(home: Path, manifest: Manifest) -> str | None:
    """Return the first file that is missing or differs from its checksum, and which of the two it is."""
    for name, expected in manifest.files.items():
        path = home / name
        if not path.is_file():
            return f"{path} is missing"
        if file_sha256(path) != expected:
            return f"{path} is damaged: its checksum differs"
    return None


def _check_sources(manifest: Manifest, documents: Sequence[Document], embedder: Embedder) -> None:
    """Raise IndexMismatchError unless the index was made from these articles with this model."""
    now = {document.article.id: document.article.sha256 for document in documents}
    for article_id in sorted(now.keys() | manifest.articles.keys()):
        if article_id not in manifest.articles:
            raise IndexMismatchError(f"The article {article_id} is not in the index.", REBUILD)
        if article_id not in now:
            raise IndexMismatchError(f"The article {article_id} of the index is gone.", REBUILD)
        if now[article_id] != manifest.articles[article_id]:
            raise IndexMismatchError(f"The article {article_id} was changed after the index was built.", REBUILD)
    for what, found, expected in (
        ("embedding model", manifest.embedder, embedder.identity),
        ("tokenizer", manifest.tokenizer, TOKENIZER),
        ("passage length", manifest.passage_chars, WINDOW_CHARS),
    ):
        if found != expected:
            raise IndexMismatchError(f"The index has another {what} ({found}) than is set ({expected}).", REBUILD)


def open_index(folder: Path, articles: Path, embedder: Embedder) -> Index:
    """Open the index read-only, after comparing it with its checksums, the articles and the model.

    Raises:
        NotFoundError: there is no index, or there are no articles.
        IndexMismatchError: something does not fit.
    """
    manifest = check_files(folder)
    documents = tuple(load_articles(articles))
    _check_sources(manifest, documents, embedder)
    home = folder / manifest.index_id
    if (home / _SPANS).read_text(encoding="utf-8") != _spans(documents):
        raise IndexMismatchError("The index was built by a version that splits articles otherwise.", REBUILD)
    return Index(
        documents=documents,
        sentences=_sentences(documents),
        passages=_passages(documents),
        sentence_vectors=DenseIndex.load(home / _SENTENCES),
        passage_vectors=DenseIndex.load(home / _PASSAGES),
        lexical=SparseIndex.load(home / _LEXICAL),
        id=manifest.index_id,
    )


def verify_index(
    folder: Path, articles: Path, embedder: Embedder, *, quick: bool = False, progress: bool = False
) -> Manifest:
    """Prove that the index is the one that its articles and model give, by building it again beside it.

    `quick` compares checksums only.

    Raises:
        ProofError: it is not; the message says what differs.
    """
    try:
        index = open_index(folder, articles, embedder)
    except IndexMismatchError as problem:
        raise ProofError(problem.message, problem.hint) from problem
    manifest = read_manifest(folder)
    if not quick:
        _compare_with_new_build(folder / manifest.index_id, manifest, index, embedder, progress)
    return manifest


def _compare_with_new_build(home: Path, manifest: Manifest, index: Index, embedder: Embedder, progress: bool) -> None:
    again = make_index(index.documents, embedder, progress=progress)
    with tempfile.TemporaryDirectory(prefix="szai-qa-verify-") as name:
        work = Path(name)
        _save(again, work)
        files = sorted(path.relative_to(work).as_posix() for path in work.rglob("*") if path.is_file())
        if files != sorted(manifest.files):
            raise ProofError("The index holds other files than a new build.", REBUILD)
        for file in files:
            if not _same(home / file, work / file):
                raise ProofError(f"{home / file} differs from a new build.", REBUILD)
    for file, kept, rebuilt in (
        (_SENTENCES, index.sentence_vectors, again.sentence_vectors),
        (_PASSAGES, index.passage_vectors, again.passage_vectors),
    ):
        cosines = (kept.vectors() * rebuilt.vectors()).sum(axis=1)
        if not (cosines >= MIN_COSINE).all():  # so that NaN fails too
            raise ProofError(
                f"{home / file}: row {int(np.argmin(cosines))} has cosine {float(np.min(cosines)):.5f} with a new "
                f"build, less than {MIN_COSINE}.",
                REBUILD,
            )
