from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from szai_qa.corpus.article import decode, load_articles, parse_article
from szai_qa.errors import ArticleError, NotFoundError
from szai_qa.records import Article, text_sha256

HEADER = "Title: 标题\nDate: 2024-05-06\nURL: https://example.org/a\n\n"


def article_of(text: str) -> Article:
    return parse_article("x", text).article


def test_an_articles_text_is_the_whole_file_header_included() -> None:
    article = article_of(HEADER + "正文。\n")
    assert article.text == HEADER + "正文。\n"
    assert article.sha256 == text_sha256(article.text)


def test_the_header_gives_title_date_and_address() -> None:
    article = article_of(HEADER + "正文。")
    assert (article.title, article.published, article.url) == ("标题", date(2024, 5, 6), "https://example.org/a")
    assert not article.published_from_url


def test_the_publisher_is_taken_from_the_title() -> None:
    article = article_of(HEADER.replace("标题", "大桥通车_云岭日报") + "正文。")
    assert (article.title, article.publisher) == ("大桥通车", "云岭日报")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/news/content/2025-01/16/content_31440312.htm", date(2025, 1, 16)),
        ("https://example.org/2024/03/08/b.htm", date(2024, 3, 8)),
        ("https://example.org/20240308/b.htm", date(2024, 3, 8)),
        ("https://example.org/2024/02/31/b.htm", None),
        ("https://example.org/120240308123", None),
        ("None", None),
    ],
)
def test_a_missing_date_is_taken_from_the_address_and_marked(url: str, expected: date | None) -> None:
    article = article_of(f"Title: 标题\nDate: None\nURL: {url}\n\n正文。")
    assert article.published == expected
    assert article.published_from_url is (expected is not None)


def test_a_byte_order_mark_is_left_out() -> None:
    assert decode(b"\xef\xbb\xbf" + HEADER.encode(), "a.txt") == HEADER


def test_crlf_line_ends_stay_and_offsets_count_them(tmp_path: Path) -> None:
    text = (HEADER + "一句。\n二句。\n").replace("\n", "\r\n")
    (tmp_path / "x.txt").write_bytes(text.encode())
    document = load_articles(tmp_path)[0]
    assert document.article.text == text
    assert [document.text_of(s) for s in document.sentences] == ["一句。", "二句。"]


@pytest.mark.parametrize(
    ("encoding", "hint"), [("gb18030", "GB18030"), ("utf-16", "UTF-16"), ("utf-16-be", ""), ("big5", "iconv")]
)
def test_another_encoding_is_refused_and_never_guessed(encoding: str, hint: str) -> None:
    with pytest.raises(ArticleError) as caught:
        parse_article("x", decode((HEADER.replace("标题", "題目") + "正文。").encode(encoding), "a.txt"), "a.txt")
    assert "a.txt" in caught.value.message
    assert hint in caught.value.hint


def test_a_control_character_is_named_with_its_offset() -> None:
    with pytest.raises(ArticleError, match=r"U\+0000 at offset 3"):
        decode(b"abc\0def", "a.txt")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "正文。",
        "Title: 标题\n\n正文。",
        HEADER.rstrip("\n") + "\n正文。",
        HEADER.replace("Title: 标题", "Title:  "),
    ],
)
def test_a_file_without_a_whole_header_is_refused_with_the_form_that_is_wanted(text: str) -> None:
    with pytest.raises(ArticleError, match="Title: …"):
        parse_article("x", text + "正文。" if text else text, "a.txt")


def test_a_header_with_nothing_after_it_is_refused() -> None:
    with pytest.raises(ArticleError, match="no text after its header"):
        parse_article("x", HEADER + " \u3000\n", "a.txt")


@pytest.mark.parametrize("wrong", ["2024-13-01", "6 May 2024", "2024/05/06", "昨天"])
def test_a_date_in_another_form_is_refused(wrong: str) -> None:
    with pytest.raises(ArticleError, match="is no date"):
        article_of(HEADER.replace("2024-05-06", wrong) + "正文。")


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_a_folder_without_articles_is_an_error_with_a_way_out(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotFoundError, match="--articles DIR"):
        load_articles(tmp_path / name)


def test_articles_come_in_the_order_of_their_names(archive: Path) -> None:
    assert [document.article.id for document in load_articles(archive)] == ["bridge", "fair", "school"]
