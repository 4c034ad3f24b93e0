"""Texts read without padding get the logits that they get one by one, and in a padded batch."""

from __future__ import annotations

import pytest
from test_training import WORDS, tiny_model

torch = pytest.importorskip("torch")

TEXTS = [[0, 9, 3, 2], [0, 44, 7, 12, 30, 8, 21, 2], [0, 2], [0, 5, 5, 5, 2]]


def test_unpadded_logits_are_those_of_each_text_alone() -> None:
    model = tiny_model().eval()
    with torch.inference_mode():
        together = model.packed(TEXTS)
        for text, logits in zip(TEXTS, together, strict=True):
            ids = torch.tensor([text])
            assert torch.allclose(logits, model(ids, torch.ones_like(ids))[0], atol=1e-5)


def test_unpadded_logits_are_those_of_a_padded_batch() -> None:
    model = tiny_model().eval()
    width = max(map(len, TEXTS))
    ids = torch.tensor([text + [1] * (width - len(text)) for text in TEXTS])
    mask = torch.tensor([[1] * len(text) + [0] * (width - len(text)) for text in TEXTS])
    with torch.inference_mode():
        padded = model(ids, mask)
        for row, logits in enumerate(model.packed(TEXTS)):
            assert torch.allclose(logits, padded[row, : len(logits)], atol=1e-5)


def test_a_text_does_not_see_its_neighbours() -> None:
    model = tiny_model().eval()
    with torch.inference_mode():
        one = model.packed([TEXTS[0], [0, WORDS - 1, 2]])[0]
        other = model.packed([TEXTS[0], [0, 4, 4, 4, 4, 2]])[0]
    assert torch.allclose(one, other, atol=1e-6)
