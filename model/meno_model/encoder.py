"""The network: a RoBERTa encoder with heads for place, category and repair, and two for pre-training.

Location is one softmax over the window: index 0 (`<s>`) means "clean", any other token "the mistake is
here" (the pointer formulation of Vasic et al. 2019 and GREAT). Category and repair are read at the pointed
token; the repair head says which mutation operator would have to be undone. The encoder begins from nothing
or from a pretrained checkpoint. Needs the `[train]` extra; the editor never imports this module, it runs the
exported graph.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from meno_model.configuration import CATEGORIES, ModelShape
from meno_model.errors import ConfigurationError, TrainingExtraMissingError
from meno_model.mutations.inverses import REPAIRS
from meno_model.tokenizer import END, PAD, START

try:
    import torch
    from torch import nn
except ImportError as problem:
    raise TrainingExtraMissingError("torch") from problem

POSITION_OFFSET = 2
"""RoBERTa numbers positions from `pad + 1`."""
FASTEST = 2.8
"""Radians a token of the fastest position sinusoid."""
NEIGHBOURS = ((-1, 1, -2, 2), (-1, 1))
"""Where the heads of the first layers look at the start of training."""
LOOK = 1.25
"""The strength of that look: a match stands out of the noise of the words by about four deviations."""


class BugEncoder(nn.Module):  # type: ignore[misc]  # torch is not followed, its classes are Any
    """Token ids [B, S] to logits of location [B, S], category [B, S, C] and repair [B, S, R]."""

    def __init__(self, shape: ModelShape, attention: str = "sdpa") -> None:
        super().__init__()
        self.encoder = _pretrained(shape, attention) if shape.backbone else _roberta(shape, attention)
        sizes = self.encoder.config
        self.shape = replace(
            shape,
            vocabulary=sizes.vocab_size,
            hidden=sizes.hidden_size,
            layers=sizes.num_hidden_layers,
            heads=sizes.num_attention_heads,
            feed_forward=sizes.intermediate_size,
            positions=sizes.max_position_embeddings - POSITION_OFFSET,
        )
        width = self.shape.hidden
        self.location = _head(width, 1)
        self.clean = _head(width, 1)
        self.category = _head(width, len(CATEGORIES))
        self.repair = _head(width, len(REPAIRS))
        self.replaced = _head(width, 1)
        self.restore = nn.Linear(width, width)
        self.restore_bias = nn.Parameter(torch.zeros(self.shape.vocabulary))
        if not shape.backbone:
            self._spread_positions()

    def hidden(self, ids: torch.Tensor, mask: torch.Tensor, offset: int = 0) -> torch.Tensor:
        """Contextual vectors [B, S, H]; `offset` shifts the absolute positions."""
        positions = torch.arange(ids.shape[1], device=ids.device).unsqueeze(0) + (POSITION_OFFSET + offset)
        return self.encoder(
            input_ids=ids, attention_mask=mask, position_ids=positions.expand_as(ids)
        ).last_hidden_state

    def forward(
        self, ids: torch.Tensor, mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Location logits (masked tokens at -1e4), category and repair logits of every token."""
        return self.judge(self.hidden(ids, mask), ids, mask)

    def judge(
        self, hidden: torch.Tensor, ids: torch.Tensor, mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The three heads on hidden vectors that are there already."""
        tokens = self.location(hidden).squeeze(-1)
        silent = (mask == 0) | (ids == END)
        tokens = tokens.masked_fill(silent, -1e4)
        location = torch.cat([self.clean(hidden[:, 0]), tokens[:, 1:]], dim=1)
        return location, self.category(hidden), self.repair(hidden)

    def restored(self, hidden: torch.Tensor) -> torch.Tensor:
        """Vocabulary logits for masked tokens, tied to the input embedding."""
        weights = self.encoder.embeddings.word_embeddings.weight
        return nn.functional.linear(nn.functional.gelu(self.restore(hidden)), weights, self.restore_bias)

    def _spread_positions(self) -> None:
        """Start the learned positions as sinusoids, wavelengths from about two tokens to the whole window."""
        table = self.encoder.embeddings.position_embeddings.weight
        number, width = table.shape
        pairs = width // 2
        place = torch.arange(number, dtype=torch.float32).unsqueeze(1)
        rate = FASTEST * torch.exp(torch.arange(pairs) * (-math.log(FASTEST * number / 2) / pairs))
        amplitude = math.sqrt(2) * self.shape.initial_spread
        with torch.no_grad():
            table[:, 0::2] = amplitude * torch.sin(place * rate)
            table[:, 1::2] = amplitude * torch.cos(place * rate)
            for layer, offsets in zip(self.encoder.encoder.layer, NEIGHBOURS, strict=False):
                for head, offset in zip(range(self.shape.heads), offsets, strict=False):
                    _look_at(layer.attention.self, head, offset, rate)

    @property
    def parameter_count(self) -> int:
        """Parameters that the exported graph needs (without the pre-training heads)."""
        left_out = ("replaced.", "restore")
        return sum(p.numel() for name, p in self.named_parameters() if not name.startswith(left_out))


def _look_at(attention: Any, head: int, offset: int, rate: torch.Tensor) -> None:
    """Let one head begin by attending to the token `offset` places away.

    Keys keep the fast sinusoids, queries turn them by `offset`: their product is largest where the distance
    is `offset`. Training is free to unlearn it. It is meant to spare a small network with a short budget the
    discovery that there is a next token.
    """
    size = attention.query.weight.shape[0] // attention.num_attention_heads
    first = head * size
    query, key = attention.query.weight, attention.key.weight
    query[first : first + size] = 0.0
    key[first : first + size] = 0.0
    for pair in range(size // 2):
        angle = float(rate[pair]) * offset
        sine, cosine = 2 * pair, 2 * pair + 1
        key[first + sine, sine] = key[first + cosine, cosine] = LOOK
        query[first + sine, sine] = query[first + cosine, cosine] = LOOK * math.cos(angle)
        query[first + sine, cosine] = LOOK * math.sin(angle)
        query[first + cosine, sine] = -LOOK * math.sin(angle)


def _roberta(shape: ModelShape, attention: str) -> Any:
    try:
        from transformers import RobertaConfig, RobertaModel
    except ImportError as problem:
        raise TrainingExtraMissingError("transformers") from problem
    configuration = RobertaConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.feed_forward,
        max_position_embeddings=shape.positions + POSITION_OFFSET,
        type_vocab_size=1,
        initializer_range=shape.initial_spread,
        pad_token_id=PAD,
        bos_token_id=START,
        eos_token_id=END,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        attn_implementation=attention,
    )
    return RobertaModel(configuration, add_pooling_layer=False)


def _pretrained(shape: ModelShape, attention: str) -> Any:
    """A RoBERTa checkpoint by folder, or by name where it is in the cache or the network is there."""
    try:
        from transformers import RobertaModel
    except ImportError as problem:
        raise TrainingExtraMissingError("transformers") from problem
    try:
        return RobertaModel.from_pretrained(
            shape.backbone, add_pooling_layer=False, attn_implementation=attention
        )
    except (OSError, ValueError, RuntimeError) as problem:
        raise ConfigurationError(
            f"The pretrained encoder {shape.backbone} cannot be loaded: name a folder with a RoBERTa"
            " checkpoint, or connect to the network so that it can be fetched by name."
        ) from problem


def _head(width: int, outputs: int) -> Any:
    return nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.Linear(width, outputs))
