"""Opens a test set: recognises its format, reads it, and looks its gold up in the articles.

Bad rows become `RowProblem`s; whether they stop a run is decided by `usable`. Nothing here answers a question.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from szai_qa.errors import InputError
from szai_qa.evaluation.formats.beir import files_of, is_beir, read_beir
from szai_qa.evaluation.formats.lines import read_lines
from szai_qa.evaluation.formats.problems import Rows
from szai_qa.evaluation.formats.squad import Paragraphs, is_cmrc, is_squad, read_paragraphs
from szai_qa.evaluation.formats.tables import read_csv, read_xlsx
from szai_qa.evaluation.gold import Dataset, Example, Place, RowProblem

FORMATS = ("squad", "drcd", "cmrc", "jsonl", "csv", "xlsx", "beir")
_TABLES = {".csv": "csv", ".tsv": "csv", ".xlsx": "xlsx"}
_ONE_OF = f"Name one of: {', '.join(FORMATS)}."


def load_dataset(path: Path, form: str | None = None) -> Dataset:
    """Return a test set; `form` is one of FORMATS, None to recognise it.

    Raises:
        InputError: the file can't be read, is in no known format, or has not one usable row and not one problem.
    """
    if form is not None and form not in FORMATS:
        raise InputError(f"{form!r} is no format.", _ONE_OF)
    if path.is_dir():
        if not is_beir(path):
            raise InputError(f"{path} is a folder and no BEIR set.", "It needs corpus.jsonl, queries.jsonl and qrels/.")
        return _dataset(path, _folder_sha256(path), read_beir(path))
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise InputError(f"{path} cannot be read: {problem.strerror}.", "Name a file or a BEIR folder.") from problem
    found = _read(path, data, form or _TABLES.get(path.suffix.lower()))
    dataset = _dataset(path, hashlib.sha256(data).hexdigest(), found)
    if not dataset.examples and not dataset.problems:
        raise InputError(f"{path} holds no questions.", _ONE_OF)
    return dataset


def _dataset(path: Path, sha256: str, found: Paragraphs) -> Dataset:
    rows = found.rows
    return Dataset(
        path.resolve().name, found.format, sha256, tuple(rows.examples), tuple(rows.problems), found.texts, found.titles
    )


def _folder_sha256(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in files_of(folder):
        with path.open("rb") as stream:
            digest.update(f"{path.name}\0{hashlib.file_digest(stream, 'sha256').hexdigest()}\n".encode())
    return digest.hexdigest()


def _read(path: Path, data: bytes, form: str | None) -> Paragraphs:
    if form == "xlsx":
        return _plain(read_xlsx(path), "xlsx")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise InputError(
            f"{path} is not UTF-8 (byte {problem.start}).", "Convert it: iconv -f GB18030 -t UTF-8 OLD > NEW"
        ) from problem
    if form == "csv":
        return _plain(read_csv(text, path.name), "csv")
    if form == "jsonl":
        return _plain(read_lines(text), "jsonl")
    return _read_json(path, text, form)


def _read_json(path: Path, text: str, form: str | None) -> Paragraphs:
    """Read what is either one JSON value or JSON lines."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as problem:
        if form is None and text.lstrip().startswith("{"):
            return _plain(read_lines(text), "jsonl")
        raise InputError(f"{path} is in no known format ({problem}).", _ONE_OF) from problem
    if is_squad(value) or is_cmrc(value):
        found = read_paragraphs(value)
        return found if form != "drcd" else replace(found, format="drcd")
    if form is None and isinstance(value, dict) and ("question" in value or "turns" in value):
        return _plain(read_lines(text), "jsonl")
    raise InputError(f"{path} is in no known format.", _ONE_OF)


def _plain(rows: Rows, form: str) -> Paragraphs:
    return Paragraphs(rows, {}, {}, form)


def bind(dataset: Dataset, texts: Mapping[str, str]) -> Dataset:
    """Look the gold up in the articles (id → whole text): offsets become quotes, sources ids.

    A row whose source is no article, or whose evidence stands nowhere, becomes a problem, and with it the other turns
    of its conversation.
    """
    sources = _source_names(texts) if any(example.source for example in dataset.examples) else {}
    bound, problems = [], list(dataset.problems)
    lost: set[str] = set()
    for example in dataset.examples:
        found = _bound(example, texts, sources)
        if isinstance(found, RowProblem):
            problems.append(found)
            lost.add(example.unit)
        else:
            bound.append(found)
    for example in bound:
        if example.unit in lost:
            message = f"another turn of {example.unit} can't be used."
            problems.append(RowProblem(example.where, "turns", message, "Mend that turn."))
    kept = tuple(example for example in bound if example.unit not in lost)
    return replace(dataset, examples=kept, problems=tuple(problems))


def holds_own_texts(dataset: Dataset, articles: Mapping[str, str]) -> bool:
    """Tell whether the set brings texts along and each of them stands in an article."""
    return bool(dataset.texts) and all(
        any(text in whole for whole in articles.values()) for text in dataset.texts.values()
    )


def moved_to(dataset: Dataset, articles: Mapping[str, str]) -> Dataset:
    """Return the set with the articles as sources in which its own texts stand; the others stay as they are."""
    homes = {
        name: next((a for a, whole in articles.items() if text in whole), name) for name, text in dataset.texts.items()
    }
    moved = (replace(example, source=homes.get(example.source or "", example.source)) for example in dataset.examples)
    return replace(dataset, examples=tuple(moved))


def _source_names(texts: Mapping[str, str]) -> dict[str, str]:
    """Return article ids by what a source may be called: id, file name, title, address."""
    names: dict[str, str] = {}
    for article_id, text in texts.items():
        names |= {article_id: article_id, f"{article_id}.txt": article_id}
        for line in text[:2000].split("\n")[:3]:
            label, _, value = line.strip().partition(":")
            if label in {"Title", "URL"} and value.strip() not in {"", "None"}:
                names.setdefault(value.strip(), article_id)
    return names


def _bound(example: Example, texts: Mapping[str, str], sources: Mapping[str, str]) -> Example | RowProblem:
    source = None if example.source is None else sources.get(example.source.strip())
    if example.source is not None and source is None:
        message = f"{example.source!r} is no article's id, file name, title or address."
        return RowProblem(example.where, "source", message, "Name an article of the index, or leave it empty.")
    groups = []
    for number, group in enumerate(example.groups, start=1):
        standing = [item for item in group if _quote(item, texts, source)]
        if not standing:
            where = f"the article {source}" if source else "any article"
            message = f"evidence {number} does not stand in {where}: {_shown(group[0])}"
            return RowProblem(example.where, "evidence", message, "Copy it out of the article, mark for mark.")
        # Another wording beside one that stands in the article is kept: a quote may still be a part of it.
        kept = [item for item in group if isinstance(item, str) or item in standing]
        groups.append(tuple(_quote(item, texts, source) or str(item) for item in kept))
    return example.with_groups(tuple(groups), source)


def _quote(item: str | Place, texts: Mapping[str, str], source: str | None) -> str | None:
    """Return the words of an alternative if they stand in the articles, else None."""
    if isinstance(item, str):
        searched: Iterable[str] = [texts[source]] if source is not None else texts.values()
        return item if any(item in text for text in searched) else None
    text = texts.get(item.article_id, "")
    words = text[item.start : item.end] if item.end <= len(text) else ""
    return words if words and item.text in {None, words} else None


def _shown(item: str | Place) -> str:
    text = item if isinstance(item, str) else f"{item.article_id} {item.start}:{item.end}"
    return text if len(text) <= 40 else f"{text[:39]}…"


def usable(dataset: Dataset, *, skip_invalid: bool) -> Dataset:
    """Return the set if it may be run.

    Raises:
        InputError: rows are wrong and are not to be skipped, or none is left; names the first and their number.
    """
    if dataset.problems and not skip_invalid:
        others = f" ({len(dataset.problems) - 1} more rows are wrong.)" if len(dataset.problems) > 1 else ""
        raise InputError(
            f"{dataset.name}, {dataset.problems[0]}{others}", "--check lists them, --skip-invalid leaves them out."
        )
    if not dataset.examples:
        raise InputError(f"{dataset.name} has no usable row.", "--check lists what is wrong.")
    return dataset
