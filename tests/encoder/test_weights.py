"""Embedder and reader share what is the same for both, and training never writes to it."""

from __future__ import annotations

import pytest

from szai_qa.encoder.cache import encoder_folder
from szai_qa.encoder.weights import encoder_tensors, encoder_vocabulary

pytestmark = pytest.mark.model


def test_embedder_and_reader_hold_the_same_tensors_and_the_same_vocabulary() -> None:
    from szai_qa.indexing.embedder import SentenceTransformersEmbedder
    from szai_qa.reading.shipped import shipped_reader

    tensors = encoder_tensors(encoder_folder())
    of_embedder = SentenceTransformersEmbedder()._model[0].auto_model.state_dict()
    of_reader = shipped_reader()._model.bert.state_dict()
    for name in ("embeddings.word_embeddings.weight", "encoder.layer.3.output.dense.weight"):
        assert of_embedder[name].data_ptr() == of_reader[name].data_ptr() == tensors[name].data_ptr()
    own = "encoder.layer.4.output.dense.weight"
    assert of_reader[own].data_ptr() != of_embedder[own].data_ptr() == tensors[own].data_ptr()


def test_a_tokenizer_with_the_shared_vocabulary_is_the_one_on_disk() -> None:
    from tokenizers import Tokenizer

    from szai_qa.reading.reader import load_tokenizer

    folder = encoder_folder()
    assert encoder_vocabulary(folder) is encoder_vocabulary(folder)
    alone, shared = Tokenizer.from_file(str(folder / "tokenizer.json")), load_tokenizer(folder)
    for pair in (("深圳有多少家企业？", "2200余家。"), ("How many?", "a  b １２\u3000𠮷")):
        one, other = alone.encode(*pair), shared.encode(*pair)
        assert (one.ids, one.offsets) == (other.ids, other.offsets)


def test_what_is_trained_from_the_encoder_is_a_copy() -> None:
    from szai_qa.reading.model import load_model

    folder = encoder_folder()
    name = "encoder.layer.11.output.dense.weight"
    before = encoder_tensors(folder)[name].clone()
    model = load_model(folder)
    model.own_state()[name].zero_()
    assert encoder_tensors(folder)[name].equal(before)
