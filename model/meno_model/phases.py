"""The phases of a training run and the learning rate, both as functions of the spent share of the budget.

`dense` restores and judges corrupted code; `pairs` tells mistakes from correct code; `corrections` mixes in
real mistakes; `settle` weighs correct code heavily, since most code is correct. A phase with a share of 0 is
left out, which is how the parts of the recipe are compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from meno_model.configuration import Schedule

DENSE, PAIRS, CORRECTIONS, SETTLE = "dense", "pairs", "corrections", "settle"


def phase_at(share: float, schedule: Schedule) -> str:
    """The phase of a run that has spent `share` (0 to 1) of its budget."""
    if share < schedule.dense_share:
        return DENSE
    if share >= 1.0 - schedule.settle_share:
        return SETTLE
    if share >= 1.0 - schedule.settle_share - schedule.correction_share:
        return CORRECTIONS
    return PAIRS


def share_of_pairs(share: float, schedule: Schedule) -> float:
    """How much of everything behind the dense phase is spent, 0 to 1."""
    return max(0.0, (share - schedule.dense_share) / max(1e-9, 1.0 - schedule.dense_share))


def learning_rate_factor(step: int, share: float, warm_up: int, decay_from: float) -> float:
    """Linear warm-up in steps, then 1, then linear decay to 0 over the rest of the budget."""
    rising = min(1.0, (step + 1) / max(1, warm_up))
    falling = min(1.0, (1.0 - share) / (1.0 - decay_from)) if decay_from < 1.0 else 1.0
    return rising * max(0.0, falling)
