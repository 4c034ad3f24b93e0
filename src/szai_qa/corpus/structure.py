"""Finds an article's headings, picture captions, paragraphs, sentences and passages by their form.

Nothing here knows a particular article. A heading is a line that carries a number of a run that counts from one
(一、二、三、 or （一）（二）), or a line wholly in 【】; a caption is a line that ends as credits do (摄, 供图 …).
Both may be absent: then the article is one section of plain paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from szai_qa.corpus.passages import windows
from szai_qa.corpus.sentences import split_lines, split_sentences
from szai_qa.records import Article, Document, Passage, Section, Sentence, SentenceKind, Span

_NUMERALS = "一二三四五六七八九十"
# One pattern a style of numbering; only a run that counts 1, 2, 3 … in one style makes headings.
_NUMBERED = (
    re.compile(rf"([{_NUMERALS}]{{1,3}})、"),
    re.compile(rf"[（(]([{_NUMERALS}]{{1,3}})[）)]"),
    re.compile(r"([0-9]{1,2})[、.．](?![0-9])"),
)
_BRACKETED = re.compile(r"【[^【】]{1,30}】\Z")
_CAPTION = re.compile(r"(?:摄|摄影|供图|制图|配图|资料图片?|／图|/图)[）)】]?\Z|\A(?:图为|图：|[▲△▼])")
_SENTENCE_END = "。！？；，：:"
MAX_HEADING_CHARS = 80
MAX_CAPTION_CHARS = 150


def numeral_value(numeral: str) -> int:
    """Return the value of a numeral from 1 to 99, Chinese (二十三) or Arabic; 0 where it is none (一二)."""
    if numeral.isascii():
        return int(numeral)
    tens, ten, units = numeral.rpartition("十")
    if len(tens) > 1 or len(units) > 1 or tens == "十":
        return 0
    digit = _NUMERALS.find(units) + 1 if units else 0
    return ((_NUMERALS.find(tens) + 1 if tens else 1) * 10 if ten else 0) + digit


def find_headings(text: str, lines: Iterable[Span]) -> dict[Span, int | None]:
    """Return the lines that are headings, each with its number (None for one in 【】)."""
    headings: dict[Span, int | None] = {}
    runs: list[dict[Span, int]] = [{} for _ in _NUMBERED]
    for line in lines:
        words = line.of(text)
        if _BRACKETED.match(words):
            headings[line] = None
        if len(line) > MAX_HEADING_CHARS or words[-1] in _SENTENCE_END:
            continue
        for style, run in zip(_NUMBERED, runs, strict=True):
            found = style.match(words)
            if found and numeral_value(found[1]) == len(run) + 1 and found.end() < len(words):
                run[line] = len(run) + 1
    for run in runs:
        if len(run) > 1:
            headings.update(run)
    return headings


def is_caption(words: str) -> bool:
    """Tell whether a line has the form of a picture caption."""
    return len(words) <= MAX_CAPTION_CHARS and _CAPTION.search(words) is not None


def parse_document(article: Article, body_start: int) -> Document:
    """Return the structure of an article whose body begins at offset `body_start` of its text."""
    text = article.text
    lines = split_lines(text, body_start)
    headings = find_headings(text, lines)
    sections: list[Section] = []
    sentences: list[Sentence] = []
    paragraph = 0
    for line in lines:
        if line in headings:
            sections.append(Section(line, headings[line]))
            sentences.append(Sentence(line, SentenceKind.HEADING, len(sections) - 1, None))
            paragraph = 0
            continue
        if not sections:
            sections.append(Section(None, None))
        paragraph += 1
        caption = is_caption(line.of(text))
        pieces = [line] if caption else split_sentences(text, line.start, line.end)
        kind = SentenceKind.CAPTION if caption else SentenceKind.BODY
        sentences.extend(Sentence(piece, kind, len(sections) - 1, paragraph) for piece in pieces)
    return Document(article, tuple(sections), tuple(sentences), tuple(_passages(sentences)))


def _passages(sentences: list[Sentence]) -> Iterable[Passage]:
    first = 0
    while first < len(sentences):
        section = sentences[first].section
        last = first
        while last + 1 < len(sentences) and sentences[last + 1].section == section:
            last += 1
        for i, j in windows([s.span for s in sentences[first : last + 1]]):
            a, b = first + i, first + j
            yield Passage(Span(sentences[a].span.start, sentences[b].span.end), section, a, b)
        first = last + 1
