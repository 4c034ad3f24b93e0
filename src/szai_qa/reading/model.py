"""The reader's network: the shared encoder with upper layers of its own and three outputs for each token.

Embeddings and the layers below `FIRST_OWN_LAYER` are the encoder's and stay as they are; only the layers above and the
head `qa` (hidden size to start, end, answerable) are trained, saved and loaded. It knows nothing of text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor, nn

from szai_qa.encoder.weights import encoder_tensors
from szai_qa.errors import ModelError

if TYPE_CHECKING:
    from transformers import BertModel
    from transformers.models.bert.modeling_bert import BertLayer

FIRST_OWN_LAYER = 4
START, END, ANSWERABLE = 0, 1, 2


class ReaderModel(nn.Module):
    """Scores every token as a start and an end, and the text pair as answerable (read at its first token)."""

    def __init__(self, bert: BertModel) -> None:
        super().__init__()
        self.bert = bert
        self.qa = nn.Linear(bert.config.hidden_size, 3)
        for module in self._frozen():
            module.requires_grad_(False)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Return the logits, (batch, tokens, 3): start, end, answerable; padding gets numbers of no meaning."""
        states = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        logits: Tensor = self.qa(states)
        return logits

    def packed(self, texts: Sequence[Sequence[int]]) -> list[Tensor]:
        """Return for each text (its token ids) the logits that `forward` gives, (tokens, 3), without padding.

        All tokens go through the layers as one row after the other, and only attention is computed text by text: where
        texts differ in length this spares a quarter of the work. For evaluation mode: there is no dropout.
        """
        lengths = [len(text) for text in texts]
        ids = torch.tensor([token for text in texts for token in text])
        places = torch.cat([torch.arange(length) for length in lengths])
        embeddings = self.bert.embeddings
        states = embeddings.word_embeddings(ids) + embeddings.position_embeddings(places)
        states = embeddings.LayerNorm(states + embeddings.token_type_embeddings.weight[0])
        for layer in cast("Iterable[BertLayer]", self.bert.encoder.layer):
            states = _layer_packed(layer, states, lengths)
        return list(torch.split(self.qa(states), lengths))

    def train(self, mode: bool = True) -> ReaderModel:
        """Switch dropout, but never in the frozen part: it is the same function in training and in use."""
        super().train(mode)
        for module in self._frozen():
            module.eval()
        return self

    def own_state(self) -> dict[str, Tensor]:
        """Return the trained tensors alone, under the names that are saved."""
        state = {f"encoder.layer.{i}.{name}": value for i, name, value in self._own_layer_tensors()}
        return state | {f"qa.{name}": value for name, value in self.qa.state_dict().items()}

    def load_own_state(self, state: Mapping[str, Tensor], *, copy: bool = True) -> None:
        """Take over trained tensors, any float type; raises ModelError where names or shapes differ.

        Without `copy` float32 tensors become the weights themselves, which spares a second set of them; an optimizer
        that was made before would go on with the old ones.
        """
        own = self.own_state()
        if set(own) != set(state):
            raise ModelError(f"Not a reader's weights: {sorted(set(own) ^ set(state))[:3]} … are missing or unknown.")
        for name, value in state.items():
            if own[name].shape != value.shape:
                raise ModelError(f"Not a reader's weights: {name} has the shape {tuple(value.shape)}.")
        if copy:
            with torch.no_grad():
                for name, value in state.items():
                    own[name].copy_(value)
            return
        whole = {name: value.to(torch.float32) for name, value in state.items()}
        self.qa.load_state_dict({name: whole.pop(f"qa.{name}") for name in self.qa.state_dict()}, assign=True)
        self.bert.load_state_dict(whole, strict=False, assign=True)

    def _frozen(self) -> list[nn.Module]:
        return [self.bert.embeddings, *self.bert.encoder.layer[:FIRST_OWN_LAYER]]

    def _own_layer_tensors(self) -> list[tuple[int, str, Tensor]]:
        layers = enumerate(self.bert.encoder.layer)
        own = [(i, layer) for i, layer in layers if i >= FIRST_OWN_LAYER]
        return [(i, name, value) for i, layer in own for name, value in layer.state_dict().items()]


def _layer_packed(layer: BertLayer, states: Tensor, lengths: list[int]) -> Tensor:
    """Return (tokens, hidden) after one BERT layer, each text attending to itself alone."""
    attention = layer.attention.self
    projected = [project(states) for project in (attention.query, attention.key, attention.value)]
    queries, keys, values = (torch.split(part, lengths) for part in projected)
    heads = attention.num_attention_heads
    mixed = torch.cat([_attend(q, k, v, heads) for q, k, v in zip(queries, keys, values, strict=True)])
    states = layer.attention.output.LayerNorm(layer.attention.output.dense(mixed) + states)
    wide = layer.intermediate.intermediate_act_fn(layer.intermediate.dense(states))
    normed: Tensor = layer.output.LayerNorm(layer.output.dense(wide) + states)
    return normed


def _attend(query: Tensor, key: Tensor, value: Tensor, heads: int) -> Tensor:
    """Return (tokens, hidden): scaled dot-product attention of one text."""
    query, key, value = (part.reshape(len(part), heads, -1).transpose(0, 1)[None] for part in (query, key, value))
    mixed = nn.functional.scaled_dot_product_attention(query, key, value)
    return mixed[0].transpose(0, 1).flatten(1)


def load_model(encoder: Path, own: Mapping[str, Tensor] | None = None, dropout: float = 0.0) -> ReaderModel:
    """Return the network over the encoder in that folder, in evaluation mode.

    `own` are the trained tensors; without them the upper layers are the encoder's and the head is random. `dropout`
    acts in training mode and on the upper layers alone.
    """
    from transformers import BertConfig, BertModel

    config = BertConfig.from_pretrained(
        encoder,
        hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=0.0,  # it would switch off the fast attention
        attn_implementation="sdpa",
    )
    with torch.device("meta"):
        bert = BertModel(config, add_pooling_layer=False)
    tensors = {name: value for name, value in encoder_tensors(encoder).items() if not name.startswith("pooler.")}
    if own is None:  # they will be trained, and the encoder's are not to be written to
        tensors |= {name: value.clone() for name, value in tensors.items() if _layer_of(name) >= FIRST_OWN_LAYER}
    # These index buffers are no weights, and have no values on the meta device.
    length = config.max_position_embeddings
    bert.embeddings.register_buffer("position_ids", torch.arange(length).unsqueeze(0), persistent=False)
    bert.embeddings.register_buffer("token_type_ids", torch.zeros((1, length), dtype=torch.long), persistent=False)
    bert.load_state_dict(tensors, strict=True, assign=True)
    model = ReaderModel(bert)
    if own is not None:
        model.load_own_state(own, copy=False)
    return model.eval()


def _layer_of(name: str) -> int:
    """Return the number of the layer that a tensor belongs to; -1 for the embeddings."""
    parts = name.split(".")
    return int(parts[2]) if parts[:2] == ["encoder", "layer"] else -1
