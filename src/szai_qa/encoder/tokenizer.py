"""Builds the encoder's fast tokenizer from the packed vocabulary: same ids as XLM-RoBERTa's, offsets kept.

A single text becomes `<s> A </s>`, a pair `<s> A </s></s> B </s>`. It never looks at a text; it only builds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from szai_qa.encoder.charsmap import precompiled_charsmap
from szai_qa.encoder.packed import Vocabulary

if TYPE_CHECKING:
    from tokenizers import Tokenizer

BOS, PAD, EOS, UNK = "<s>", "<pad>", "</s>", "<unk>"
SPECIAL = (BOS, PAD, EOS, UNK)


def build_tokenizer(vocabulary: Vocabulary, normalization: dict[str, str]) -> Tokenizer:
    """Return the tokenizer for these pieces (in the order of their ids) and this table of characters."""
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    pieces = list(zip(vocabulary.pieces, vocabulary.scores, strict=True))
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=vocabulary.unk, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Precompiled(precompiled_charsmap(normalization)),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BOS} $A {EOS}",
        pair=f"{BOS} $A {EOS} {EOS} $B {EOS}",
        special_tokens=[(BOS, vocabulary.bos), (EOS, vocabulary.eos)],
    )
    tokenizer.add_special_tokens(list(SPECIAL))
    return tokenizer
