"""The pairs of one run, by what they are for. Without torch, so that what only measures needs none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from meno_model.dataset import PairSet


@dataclass(frozen=True, slots=True)
class PairSets:
    """What a run trains on, and by name what it is validated on (`validation`, perhaps `real`)."""

    train: PairSet
    corrections: PairSet | None
    validation: Mapping[str, PairSet]
