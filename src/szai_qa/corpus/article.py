"""Reads article files. What is stored is what was read: no character is mended, folded or dropped.

A file begins with the lines `Title:`, `Date:` and `URL:`, then a blank line, then one paragraph a line, in UTF-8.
A byte order mark is left out; line ends stay as they are. A file in another encoding is refused and not guessed
at, since a wrong guess would put words into the article that never stood there.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from szai_qa.corpus.structure import parse_document
from szai_qa.errors import ArticleError, NotFoundError
from szai_qa.records import Article, Document, text_sha256

_HEADER = re.compile(
    r"Title:[ \t]*(?P<title>[^\r\n]*)(?:\r\n|\r|\n)"
    r"Date:[ \t]*(?P<date>[^\r\n]*)(?:\r\n|\r|\n)"
    r"URL:[ \t]*(?P<url>[^\r\n]*)(?:\r\n|\r|\n)"
    r"[ \t\u3000]*(?:\r\n|\r|\n)"
)
# A title is often followed by the name of the site: 标题_深圳新闻网.
_PUBLISHER = re.compile(r"\A(?P<title>.+?)\s*[_|｜]\s*(?P<publisher>[^_|｜]{2,20})\Z")
_URL_DATE = re.compile(r"(?<![0-9])(20[0-9]{2})[-/]?(0[1-9]|1[0-2])[-/]?(0[1-9]|[12][0-9]|3[01])(?![0-9])")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_FORM = "It has to begin with the lines 'Title: …', 'Date: YYYY-MM-DD' (or None) and 'URL: …', then a blank line."


def decode(data: bytes, where: str) -> str:
    """Return a file's text, less a byte order mark.

    Raises:
        ArticleError: the bytes are not UTF-8, or hold control characters that no article has.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ArticleError(f"{where} is UTF-16, not UTF-8.", "Convert it: iconv -f UTF-16 -t UTF-8 OLD > NEW")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise ArticleError(
            f"{where} is not UTF-8 (byte {problem.start}).",
            "If it is in a Chinese encoding, convert it: iconv -f GB18030 -t UTF-8 OLD > NEW",
        ) from problem
    control = _CONTROL.search(text)
    if control:
        raise ArticleError(
            f"{where} holds the control character U+{ord(control[0]):04X} at offset {control.start()}.",
            "Remove it, or save the article as plain text again.",
        )
    return text


def _published(line: str, url: str, where: str) -> tuple[date | None, bool]:
    if line and line != "None":
        try:
            return date.fromisoformat(line), False
        except ValueError as problem:
            raise ArticleError(f"{where}: 'Date: {line}' is no date.", "Write YYYY-MM-DD or None.") from problem
    found = _URL_DATE.search(url)
    if not found:
        return None, False
    try:
        return date(int(found[1]), int(found[2]), int(found[3])), True
    except ValueError:  # 2024/02/31 in an address is no date, and no fault of the file
        return None, False


def parse_article(article_id: str, text: str, where: str = "the article") -> Document:
    """Return an article with its structure, from the whole text of its file.

    Raises:
        ArticleError: the header is not as the format says, or nothing follows it.
    """
    header = _HEADER.match(text)
    if not header:
        raise ArticleError(f"{where} has no article header.", _FORM)
    title, url = header["title"].strip(), header["url"].strip()
    if not title:
        raise ArticleError(f"{where} has an empty title.", _FORM)
    split = _PUBLISHER.match(title)
    published, from_url = _published(header["date"].strip(), url, where)
    article = Article(
        id=article_id,
        title=split["title"] if split else title,
        publisher=split["publisher"] if split else None,
        published=published,
        published_from_url=from_url,
        url=url if url and url != "None" else None,
        text=text,
        sha256=text_sha256(text),
    )
    document = parse_document(article, header.end())
    if not document.sentences:
        raise ArticleError(f"{where} has no text after its header.", _FORM)
    return document


def load_articles(folder: Path) -> list[Document]:
    """Return the articles of a folder (`*.txt`), in the order of their names.

    Raises:
        NotFoundError: there is no such folder, or no article in it.
        ArticleError: a file cannot be read as the format says.
    """
    files = sorted(folder.glob("*.txt")) if folder.is_dir() else []
    if not files:
        raise NotFoundError(f"No articles (*.txt) in {folder}.", "Name their folder with --articles DIR.")
    return [parse_article(path.stem, decode(path.read_bytes(), str(path)), str(path)) for path in files]
