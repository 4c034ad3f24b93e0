"""The reader's network: the shared encoder with upper layers of its own and three outputs for each token.

Embeddings and the layers below `FIRST_OWN_LAYER` are the encoder's and stay as they are; only the layers above and the
head `qa` (hidden size to start, end, answerable) are trained, saved and loaded. It knows nothing of text.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from szai_qa.errors import ModelError

if TYPE_CHECKING:
    from transformers import BertModel

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

    def load_own_state(self, state: Mapping[str, Tensor]) -> None:
        """Take over trained tensors, any float type; raises ModelError where names or shapes differ."""
        own = self.own_state()
        if set(own) != set(state):
            raise ModelError(f"Not a reader's weights: {sorted(set(own) ^ set(state))[:3]} … are missing or unknown.")
        with torch.no_grad():
            for name, value in state.items():
                if own[name].shape != value.shape:
                    raise ModelError(f"Not a reader's weights: {name} has the shape {tuple(value.shape)}.")
                own[name].copy_(value)

    def _frozen(self) -> list[nn.Module]:
        return [self.bert.embeddings, *self.bert.encoder.layer[:FIRST_OWN_LAYER]]

    def _own_layer_tensors(self) -> list[tuple[int, str, Tensor]]:
        layers = enumerate(self.bert.encoder.layer)
        own = [(i, layer) for i, layer in layers if i >= FIRST_OWN_LAYER]
        return [(i, name, value) for i, layer in own for name, value in layer.state_dict().items()]


def load_model(encoder: Path, own: Mapping[str, Tensor] | None = None, dropout: float = 0.0) -> ReaderModel:
    """Return the network over the encoder in that folder, in evaluation mode.

    `own` are the trained tensors; without them the upper layers are the encoder's and the head is random. `dropout`
    acts in training mode and on the upper layers alone.
    """
    from safetensors.torch import load_file
    from transformers import BertConfig, BertModel

    config = BertConfig.from_pretrained(
        encoder,
        hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=0.0,  # it would switch off the fast attention
        attn_implementation="sdpa",
    )
    with torch.device("meta"):
        bert = BertModel(config, add_pooling_layer=False)
    tensors = load_file(encoder / "model.safetensors")  # mapped: rows of the embedding that no text needs stay on disk
    for name in [name for name in tensors if name.startswith("pooler.")]:
        del tensors[name]
    # These index buffers are no weights, and have no values on the meta device.
    length = config.max_position_embeddings
    bert.embeddings.register_buffer("position_ids", torch.arange(length).unsqueeze(0), persistent=False)
    bert.embeddings.register_buffer("token_type_ids", torch.zeros((1, length), dtype=torch.long), persistent=False)
    bert.load_state_dict(tensors, strict=True, assign=True)
    model = ReaderModel(bert)
    if own is not None:
        model.load_own_state(own)
    return model.eval()
