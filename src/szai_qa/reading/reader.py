"""Reads windows of text for the span that answers a question. It decides nothing: refusing is others' work.

Question and window go in as one pair of texts, earlier questions of the conversation before the question. Both are
read in simplified characters; the conversion keeps lengths, so spans are offsets of the window as it was given.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from szai_qa.corpus.normalize import to_simplified
from szai_qa.encoder.cache import encoder_checksum, encoder_folder
from szai_qa.reading.spans import SpanScore, best_spans
from szai_qa.reading.windows import split_windows
from szai_qa.records import Span

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

    from szai_qa.reading.model import ReaderModel

MAX_EARLIER = 2
SEPARATOR = " | "
_MAX_QUESTION_CHARS = 256  # of question and earlier ones together: leaves a window its room
_MAX_TOKENS = 512
_BATCH_TOKENS = 4096
_PAD = 1


class Reader(Protocol):
    """What the answer path needs of a reader."""

    @property
    def identity(self) -> str:
        """A text that changes whenever the weights change."""

    def read(
        self, question: str, history: Sequence[str], windows: Sequence[str], top: int = 1
    ) -> list[list[SpanScore]]:
        """Return for each window its best `top` spans that do not overlap, best first."""


@dataclass(frozen=True, slots=True)
class PassageSpan:
    """A span of one of several passages, as offsets of `passages[passage]`, and how it was read in its window."""

    passage: int
    span: Span
    read: SpanScore


def question_text(question: str, history: Sequence[str]) -> str:
    """Return what the reader gets as the question: at most two earlier ones before it, the latest kept whole."""
    return SEPARATOR.join([*history[-MAX_EARLIER:], question])[-_MAX_QUESTION_CHARS:]


def load_tokenizer(folder: Path) -> Tokenizer:
    """Return the encoder's tokenizer as the reader uses it: pairs, cut at 512 tokens, not padded."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.encode_special_tokens = True  # "<s>" in a text is text
    tokenizer.enable_truncation(_MAX_TOKENS, strategy="longest_first")
    return tokenizer


class ExtractiveReader:
    """The trained reader over a network and its tokenizer. Scores are the same alone or in any batch (to 1e-3).

    `checksum` is the sha256 of the file of trained weights.
    """

    def __init__(self, model: ReaderModel, tokenizer: Tokenizer, checksum: str) -> None:
        self.checksum = checksum
        self._model = model
        self._tokenizer = tokenizer
        self._identity = hashlib.sha256(f"{checksum}\0{encoder_checksum()}".encode()).hexdigest()

    @property
    def identity(self) -> str:
        """A hash of the trained layers and of the encoder below them."""
        return self._identity

    def read(
        self, question: str, history: Sequence[str], windows: Sequence[str], top: int = 1
    ) -> list[list[SpanScore]]:
        """Return for each window its best `top` spans that do not overlap, best first (none for a blank window)."""
        return self.read_pairs([(question_text(question, history), window) for window in windows], top)

    def read_pairs(self, pairs: Sequence[tuple[str, str]], top: int = 1) -> list[list[SpanScore]]:
        """Do the same for pairs of `question_text` and window, batched by length."""
        unique = list(dict.fromkeys(pairs))
        encodings = self._tokenizer.encode_batch([(_plain(q), _plain(w)) for q, w in unique])
        results: list[list[SpanScore]] = [[] for _ in unique]
        for batch in batches([len(encoding.ids) for encoding in encodings]):
            self._read_batch(batch, encodings, unique, top, results)
        found = dict(zip(unique, results, strict=True))
        return [found[pair] for pair in pairs]

    def read_passages(self, asked: Sequence[tuple[str, Sequence[str]]], top: int = 1) -> list[list[PassageSpan]]:
        """Return for each pair of `question_text` and passages the best `top` spans of every window, in their order.

        The windows of all questions are batched together. Neighbouring windows overlap, so a span may come twice.
        """
        spots = [
            (q, i, window)
            for q, (_, passages) in enumerate(asked)
            for i, passage in enumerate(passages)
            for window in split_windows(passage)
        ]
        scores = self.read_pairs([(asked[q][0], window.of(asked[q][1][i])) for q, i, window in spots], top)
        found: list[list[PassageSpan]] = [[] for _ in asked]
        for (q, i, window), spans in zip(spots, scores, strict=True):
            found[q] += [
                PassageSpan(i, Span(window.start + read.start, window.start + read.end), read) for read in spans
            ]
        return found

    def _read_batch(
        self,
        batch: Sequence[int],
        encodings: Sequence[Encoding],
        pairs: Sequence[tuple[str, str]],
        top: int,
        results: list[list[SpanScore]],
    ) -> None:
        import torch

        width = max(len(encodings[i].ids) for i in batch)
        ids = torch.full((len(batch), width), _PAD)
        mask = torch.zeros((len(batch), width), dtype=torch.long)
        for row, i in enumerate(batch):
            length = len(encodings[i].ids)
            ids[row, :length] = torch.tensor(encodings[i].ids)
            mask[row, :length] = 1
        with torch.inference_mode():
            logits = self._model(ids, mask).numpy()
        for row, i in enumerate(batch):
            first, offsets = window_tokens(encodings[i])
            results[i] = best_spans(pairs[i][1], offsets, logits[row], first, top)


def _plain(text: str) -> str:
    """Return the text as it is read, of the same length; a zero character would end it for the converter."""
    return to_simplified(text.replace("\0", "\ufffd"))


def load_reader(weights: Path) -> ExtractiveReader:
    """Return the reader with these trained weights over the shared encoder.

    Raises ModelError where the file or the encoder is missing or damaged.
    """
    from szai_qa.reading.model import load_model
    from szai_qa.reading.packing import load_weights

    own = load_weights(weights)
    folder = encoder_folder()
    with weights.open("rb") as file:
        checksum = hashlib.file_digest(file, "sha256").hexdigest()
    return ExtractiveReader(load_model(folder, own), load_tokenizer(folder), checksum)


def window_tokens(encoding: Encoding) -> tuple[int, list[tuple[int, int]]]:
    """Return where the window's tokens begin in the pair, and their offsets in the window."""
    sequence = encoding.sequence_ids
    first = next((i for i, owner in enumerate(sequence) if owner == 1), 0)
    return first, [offset for offset, owner in zip(encoding.offsets, sequence, strict=True) if owner == 1]


def batches(lengths: Sequence[int], tokens: int = _BATCH_TOKENS) -> list[list[int]]:
    """Return the indices in groups of like length, each of at most `tokens` tokens when padded (one at least)."""
    groups: list[list[int]] = []
    for i in sorted(range(len(lengths)), key=lambda i: (-lengths[i], i)):
        if groups and lengths[groups[-1][0]] * (len(groups[-1]) + 1) <= tokens:
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups
