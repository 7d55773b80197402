"""The losses: dense pre-training on corrupted code, then pairs of clean and mutated code.

Dense: 15 % of the tokens masked (restore them), 10 % replaced by another token of the same window
(say which were); a label at every token pays most for a small model (ELECTRA, Clark et al. 2020).
Pairs: cross-entropy of the location softmax against a *set* of right tokens, cross-entropy of the
category at those tokens, and a margin that asks the mutant to look worse than its own clean side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional

from meno_model.encoder import BugEncoder
from meno_model.tokenizer import MASK, PAD, SPECIAL_TOKENS

MASKED, REPLACED = 0.15, 0.10


@dataclass(slots=True)
class PairBatch:
    """`ids`, `mask` [2B, S]: first the clean sides, then the mutants; labels [B] for the mutants."""

    ids: torch.Tensor
    mask: torch.Tensor
    starts: torch.Tensor
    ends: torch.Tensor
    categories: torch.Tensor


def dense_loss(
    model: BugEncoder, ids: torch.Tensor, offset: int, random: Any
) -> tuple[torch.Tensor, dict[str, float]]:
    """Masked-token and replaced-token loss of clean sequences [B, S]."""
    mask = (ids != PAD).long()
    draw = torch.rand(ids.shape, generator=random)
    ordinary = ids >= len(SPECIAL_TOKENS)
    masked = ordinary & (draw < MASKED)
    replaced = ordinary & (draw >= MASKED) & (draw < MASKED + REPLACED)
    corrupted = ids.masked_fill(masked, MASK)
    others = _from_the_same_row(ids, ordinary, random)
    corrupted = torch.where(replaced, others, corrupted)
    really = replaced & (corrupted != ids)
    hidden = model.hidden(corrupted, mask, offset)
    restore = functional.cross_entropy(model.restored(hidden[masked]).float(), ids[masked])
    judged = ordinary & ~masked
    told = functional.binary_cross_entropy_with_logits(
        model.replaced(hidden[judged]).squeeze(-1).float(), really[judged].float()
    )
    return restore + 5.0 * told, {"restore": float(restore.detach()), "replaced": float(told.detach())}


def _from_the_same_row(ids: torch.Tensor, ordinary: torch.Tensor, random: Any) -> torch.Tensor:
    """For each place an ordinary token of the same sequence, drawn evenly."""
    chances = ordinary.float() + 1e-9
    places = torch.multinomial(chances, ids.shape[1], replacement=True, generator=random)
    return torch.gather(ids, 1, places)


def pair_loss(
    model: BugEncoder, batch: PairBatch, offset: int, category_weight: float, margin_weight: float
) -> tuple[torch.Tensor, dict[str, float]]:
    """Location, category and margin loss of a batch of pairs."""
    hidden = model.hidden(batch.ids, batch.mask, offset)
    location, category = model.judge(hidden, batch.ids, batch.mask)
    logs = functional.log_softmax(location.float(), dim=1)
    half = batch.starts.shape[0]
    places = torch.arange(logs.shape[1]).unsqueeze(0)
    right = (places >= batch.starts.unsqueeze(1)) & (places < batch.ends.unsqueeze(1))
    found = logs[half:].masked_fill(~right, -1e9).logsumexp(dim=1)
    clean_logs = logs[:, 0]
    where = -(found.mean() + clean_logs[:half].mean()) / 2
    at_target = (category[half:].float() * right.unsqueeze(-1)).sum(1) / right.sum(1, keepdim=True)
    kind = functional.cross_entropy(at_target, batch.categories, label_smoothing=0.05)
    suspicion = location[:, 1:].float().logsumexp(1) - location[:, 0].float()
    margin = functional.relu(1.0 - (suspicion[half:] - suspicion[:half])).mean()
    loss = where + category_weight * kind + margin_weight * margin
    with torch.no_grad():
        hit = (location[half:, 1:].argmax(1) + 1).unsqueeze(1) == places
        facts = {
            "where": float(where),
            "kind": float(kind),
            "pair_right": float((suspicion[half:] > suspicion[:half]).float().mean()),
            "place_right": float((hit & right).any(1).float().mean()),
        }
    return loss, facts
