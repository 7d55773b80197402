"""The losses: dense pre-training on corrupted code, then pairs of correct and wrong code.

Dense: 15 % of the tokens masked (restore them), 15 % replaced by a token of the same kind of the same window
(say which were); a label at every token pays most for a small model (ELECTRA, Clark et al. 2020), and a
replacement of the same kind is a small mistake. Pairs: cross-entropy of the location softmax against a *set*
of right tokens, cross-entropy of category and repair at those tokens, and a margin that asks the mutant to
look worse than its own correct side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional

from meno_model.encoder import BugEncoder
from meno_model.tokenizer import PAD, SPECIAL_TOKENS

MASKED, REPLACED = 0.15, 0.15
_SMOOTHING = 0.05


@dataclass(slots=True)
class PairBatch:
    """`ids`, `mask` [2B, S]: first the correct sides, then the wrong ones; labels [B] of the wrong ones.

    `repairs` [B, R] marks the repairs that would undo the mistake; a row of zeros means: not known.
    """

    ids: torch.Tensor
    mask: torch.Tensor
    starts: torch.Tensor
    ends: torch.Tensor
    categories: torch.Tensor
    repairs: torch.Tensor


@dataclass(frozen=True, slots=True)
class PairWeights:
    """What the parts of the pair loss weigh; `clean` is the weight of a correct side against a wrong one."""

    category: float
    repair: float
    margin: float
    clean: float = 1.0


def dense_loss(
    model: BugEncoder, ids: torch.Tensor, kinds: torch.Tensor, mask_token: int, offset: int, random: Any
) -> tuple[torch.Tensor, dict[str, float]]:
    """Masked-token and replaced-token loss of clean sequences [B, S]; `kinds` [B, S] are their tokens' kinds.

    `random` is a generator on the CPU, so that a run draws the same on every device.
    """
    mask = (ids != PAD).long()
    draw = torch.rand(ids.shape, generator=random).to(ids.device)
    ordinary = ids >= len(SPECIAL_TOKENS)
    masked = ordinary & (draw < MASKED)
    replaced = ordinary & (draw >= MASKED) & (draw < MASKED + REPLACED)
    corrupted = ids.masked_fill(masked, mask_token)
    corrupted = torch.where(replaced, _of_the_same_kind(ids, kinds, random), corrupted)
    really = replaced & (corrupted != ids)
    hidden = model.hidden(corrupted, mask, offset)
    restore = functional.cross_entropy(model.restored(hidden[masked]).float(), ids[masked])
    judged = ordinary & ~masked
    told = functional.binary_cross_entropy_with_logits(
        model.replaced(hidden[judged]).squeeze(-1).float(), really[judged].float()
    )
    return restore + 5.0 * told, {"restore": float(restore.detach()), "replaced": float(told.detach())}


def _of_the_same_kind(ids: torch.Tensor, kinds: torch.Tensor, random: Any) -> torch.Tensor:
    """For each place a token of its kind from the same sequence, drawn evenly (itself where it is alone)."""
    rows, width = ids.shape
    alike = (kinds.unsqueeze(2) == kinds.unsqueeze(1)) & (ids != PAD).unsqueeze(1)
    noise = torch.rand((rows, width), generator=random).to(ids.device)
    # Of all places of the same kind the one that is next above a random height in a random order.
    order = noise.argsort(1)
    rank = order.argsort(1)
    start = (torch.rand((rows, width), generator=random).to(ids.device) * width).long()
    distance = (rank.unsqueeze(1) - start.unsqueeze(2)) % width
    places = distance.masked_fill(~alike, width).argmin(2)
    return torch.gather(ids, 1, places)


def pair_loss(
    model: BugEncoder, batch: PairBatch, offset: int, weights: PairWeights
) -> tuple[torch.Tensor, dict[str, float], torch.Tensor]:
    """The loss of a batch of pairs, its parts, and how hard each mistake was to find [B]."""
    hidden = model.hidden(batch.ids, batch.mask, offset)
    location, category, repair = model.judge(hidden, batch.ids, batch.mask)
    logs = functional.log_softmax(location.float(), dim=1)
    half = batch.starts.shape[0]
    places = torch.arange(logs.shape[1], device=logs.device).unsqueeze(0)
    right = (places >= batch.starts.unsqueeze(1)) & (places < batch.ends.unsqueeze(1))
    found = logs[half:].masked_fill(~right, -1e9).logsumexp(dim=1)
    clean = logs[:half, 0]
    where = -(found.mean() + weights.clean * clean.mean()) / (1.0 + weights.clean)
    kind = functional.cross_entropy(_at(category[half:], right), batch.categories, label_smoothing=_SMOOTHING)
    undone = _set_loss(_at(repair[half:], right), batch.repairs)
    suspicion = location[:, 1:].float().logsumexp(1) - location[:, 0].float()
    margin = functional.relu(1.0 - (suspicion[half:] - suspicion[:half])).mean()
    loss = where + weights.category * kind + weights.repair * undone + weights.margin * margin
    with torch.no_grad():
        hit = (location[half:, 1:].argmax(1) + 1).unsqueeze(1) == places
        facts = {
            "where": float(where),
            "kind": float(kind),
            "repair": float(undone),
            "pair_right": float((suspicion[half:] > suspicion[:half]).float().mean()),
            "place_right": float((hit & right).any(1).float().mean()),
        }
    return loss, facts, -found.detach()


def _at(logits: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """Logits [B, S, C] averaged over the right tokens: [B, C]."""
    return (logits.float() * right.unsqueeze(-1)).sum(1) / right.sum(1, keepdim=True).clamp(min=1)


def _set_loss(logits: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Cross-entropy against a set of right classes; rows without any are left out."""
    known = wanted.any(1)
    if not bool(known.any()):
        return logits.sum() * 0.0
    logs = functional.log_softmax(logits[known], dim=1)
    return -logs.masked_fill(~wanted[known], -1e9).logsumexp(1).mean()
