"""Prepares an evaluation: opens the set, decides what its questions are asked of, looks its gold up, loads the system.

The command line and the page both go this way. Nothing is loaded before the set is known to be usable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from szai_qa.errors import InputError, NotFoundError
from szai_qa.evaluation.datasets import bind, holds_own_texts, load_dataset, moved_to
from szai_qa.evaluation.evaluate import Subject
from szai_qa.evaluation.gold import Against, Dataset
from szai_qa.settings import Settings, find_home


@dataclass(frozen=True)
class Prepared:
    """A set whose gold is looked up (its problems are still in it), and how to load what it is asked of."""

    dataset: Dataset
    against: Against
    load: Callable[[], Subject]


def prepare(
    path: Path,
    settings: Settings,
    *,
    form: str | None = None,
    against: Against | None = None,
    index: Path | None = None,
    articles: Path | None = None,
) -> Prepared:
    """Return a set ready to be run.

    `against` None: a set that brings no texts is asked of the index, and so is one whose texts all stand in its
    articles; a BEIR set of an index over its own texts; any other is read paragraph by paragraph.

    Raises:
        InputError: the set can't be read, or does not fit `against`.
        NotFoundError: the index is needed and there is none.
    """
    from szai_qa.interfaces import measured_systems as systems

    dataset = load_dataset(path, form)
    chosen = against or _fitting(dataset, index, articles)
    if chosen is Against.INDEX:
        folders = find_home(index, articles)
        texts = article_texts(folders[1])
        if dataset.format == "beir":
            raise InputError(f"{path.name} judges texts of its own.", "Leave out --against index.")
        bound = bind(moved_to(dataset, texts), texts)
        return Prepared(bound, chosen, lambda: systems.index_subject(settings, *folders))
    if not dataset.texts:
        raise InputError(f"{path.name} brings no texts along.", "Leave out --against, to ask the index.")
    bound = bind(dataset, own_texts(dataset, chosen))
    if chosen is Against.OWN:
        return Prepared(bound, chosen, lambda: systems.own_subject(settings, dataset))
    if dataset.format == "beir":
        raise InputError(f"{path.name} has no paragraph for a question.", "Leave out --against paragraph.")
    return Prepared(bound, chosen, lambda: systems.paragraph_subject(settings, dataset))


def article_texts(articles: Path) -> dict[str, str]:
    """Return the whole texts of a folder's articles by id; raises ArticleError, NotFoundError."""
    from szai_qa.corpus.article import load_articles

    return {document.article.id: document.article.text for document in load_articles(articles)}


def own_texts(dataset: Dataset, against: Against) -> Mapping[str, str]:
    """Return the texts that the quotes of a run over a set's own texts point into."""
    from szai_qa.interfaces.measured_systems import own_document

    if against is Against.PARAGRAPH:
        return dataset.texts
    return {
        name: own_document(name, text, dataset.titles.get(name, "")).article.text
        for name, text in dataset.texts.items()
    }


def _fitting(dataset: Dataset, index: Path | None, articles: Path | None) -> Against:
    if not dataset.texts:
        return Against.INDEX
    if dataset.format == "beir":
        return Against.OWN
    try:
        texts = article_texts(find_home(index, articles)[1])
    except NotFoundError:  # no index here: the set brings its own texts
        return Against.PARAGRAPH
    return Against.INDEX if holds_own_texts(dataset, texts) else Against.PARAGRAPH
