"""Keeps an article's text that no answer has quoted yet, so that a reviewer can point into it."""

from __future__ import annotations

from datetime import UTC, datetime

from szai_qa.journal.database import Database
from szai_qa.records import Article


def keep_article(database: Database, article: Article) -> None:
    """Keep an article's text, unless it is kept already.

    Raises:
        JournalError: it could not be written.
    """
    from sqlalchemy import select

    from szai_qa.journal.tables import articles

    is_kept = select(articles.c.sha256).where(articles.c.sha256 == article.sha256)
    with database.reading() as connection:
        if connection.scalar(is_kept):
            return
    with database.writing() as connection:
        if not connection.scalar(is_kept):
            values = {
                "sha256": article.sha256,
                "article_id": article.id,
                "text": article.text,
                "added": datetime.now(UTC),
            }
            connection.execute(articles.insert().values(values))
