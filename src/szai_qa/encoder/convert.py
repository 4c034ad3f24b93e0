"""Writes the packed encoder as a folder that sentence-transformers and transformers load.

The vocabulary is cut to the scripts of the product (`keep_piece`): the embedding table shrinks from 384 MB
to 166 MB, and no Chinese or English text is split otherwise. Nothing is trained or rounded here: the
weights are the packed ones, dequantised to float32.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from pathlib import Path

import numpy as np

from szai_qa.encoder.packed import FloatArray, PackedModel, Sizes, Vocabulary, read_packed
from szai_qa.encoder.tokenizer import BOS, EOS, PAD, SPECIAL, UNK, build_tokenizer

CONVERTER_VERSION = 1
CHECKSUMS = "checksums.json"
QUERY_PREFIX, PASSAGE_PREFIX = "query: ", "passage: "

_MARK = "▁"
_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def keep_piece(piece: str) -> bool:
    """Tell whether a piece stays: any single character, else ASCII, Han, numbers and symbols only."""
    text = piece.replace(_MARK, "")
    return piece in SPECIAL or len(text) <= 1 or all(map(_of_our_scripts, text))


def _of_our_scripts(character: str) -> bool:
    return (
        character.isascii()
        or unicodedata.category(character)[0] in "NPS"
        or unicodedata.name(character, "").startswith("CJK ")
    )


def prune(packed: PackedModel) -> tuple[Vocabulary, list[int]]:
    """Return the vocabulary that stays and, in its order, the rows of the embedding table."""
    old = packed.vocabulary
    rows = [i for i, piece in enumerate(old.pieces) if keep_piece(piece)]
    new = {row: i for i, row in enumerate(rows)}
    vocabulary = Vocabulary(
        tuple(old.pieces[i] for i in rows),
        tuple(old.scores[i] for i in rows),
        *(new[i] for i in (old.bos, old.eos, old.pad, old.unk)),
    )
    return vocabulary, rows


def convert(source: Path, folder: Path) -> None:
    """Write the folder (it must exist and be empty), `checksums.json` last."""
    from safetensors.numpy import save_file

    packed = read_packed(source)
    vocabulary, rows = prune(packed)
    tensors = bert_tensors(packed, rows)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    tokenizer = build_tokenizer(vocabulary, packed.normalization)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    (folder / "1_Pooling").mkdir()
    for name, content in _configurations(packed.sizes, vocabulary).items():
        (folder / name).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    _write_checksums(source, folder)


def bert_tensors(packed: PackedModel, rows: list[int]) -> dict[str, FloatArray]:
    """Return the weights under the names of transformers' BertModel, each in its shape."""
    sizes, flat = packed.sizes, packed.tensors
    hidden = sizes.hidden
    tensors = {
        "embeddings.word_embeddings.weight": flat["emb.word"].reshape(-1, hidden)[rows],
        "embeddings.position_embeddings.weight": flat["emb.pos"].reshape(-1, hidden),
        "embeddings.token_type_embeddings.weight": flat["emb.type"].reshape(-1, hidden),
        "embeddings.LayerNorm.weight": flat["emb.ln.w"],
        "embeddings.LayerNorm.bias": flat["emb.ln.b"],
    }
    # Nothing uses BERT's pooler; zeros keep the loaders from inventing random weights (and from warning).
    tensors["pooler.dense.weight"] = np.zeros((hidden, hidden), np.float32)
    tensors["pooler.dense.bias"] = np.zeros(hidden, np.float32)
    for layer in range(sizes.layers):
        for short, name in _LAYER_NAMES.items():
            weight, bias = flat[f"l{layer}.{short}.w"], flat[f"l{layer}.{short}.b"]
            if not short.endswith("ln"):
                weight = weight.reshape(bias.size, -1)
            tensors[f"encoder.layer.{layer}.{name}.weight"] = weight
            tensors[f"encoder.layer.{layer}.{name}.bias"] = bias
    return tensors


def _configurations(sizes: Sizes, vocabulary: Vocabulary) -> dict[str, object]:
    library = "sentence_transformers.models"
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_act": "gelu",
            "hidden_size": sizes.hidden,
            "num_hidden_layers": sizes.layers,
            "num_attention_heads": sizes.heads,
            "intermediate_size": sizes.feed_forward,
            "max_position_embeddings": sizes.positions,
            "type_vocab_size": sizes.types,
            "layer_norm_eps": sizes.layer_norm_eps,
            "vocab_size": len(vocabulary.pieces),
            "pad_token_id": vocabulary.pad,
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": sizes.positions,
            "bos_token": BOS,
            "eos_token": EOS,
            "cls_token": BOS,
            "sep_token": EOS,
            "pad_token": PAD,
            "unk_token": UNK,
            "split_special_tokens": True,
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": f"{library}.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{library}.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{library}.Normalize"},
        ],
        "1_Pooling/config.json": {"word_embedding_dimension": sizes.hidden, "pooling_mode_mean_tokens": True},
        "sentence_bert_config.json": {"max_seq_length": sizes.positions, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": QUERY_PREFIX, "passage": PASSAGE_PREFIX},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    }


def _write_checksums(source: Path, folder: Path) -> None:
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)  # some writers make private files
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    content = {
        "converter_version": CONVERTER_VERSION,
        "source": {"name": source.name, "sha256": sha256_of(source)},
        "files": {
            path.relative_to(folder).as_posix(): {"size": path.stat().st_size, "sha256": sha256_of(path)}
            for path in files
        },
    }
    (folder / CHECKSUMS).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def sha256_of(path: Path) -> str:
    """Return the file's sha256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
