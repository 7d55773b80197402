"""What the analysis of a failure comes to: lines under suspicion, and changes that were seen to work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

RULE = "rule"
"""What the kind of a change begins with that a rule is certain of: `rule ME211`."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A line of the main file (1-based) with its share of the suspicion, 0 to 1, and where that comes from:
    "spectrum", "trace", "static", "model"."""

    line: int
    score: float
    reasons: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Repair:
    """A smallest change after which every failing case passes and nothing fails that passed: it was run.

    `operator` names the kind of change ("comparison", "rule ME211", …; several with " + " between them),
    `mechanism` what was wrong in the words of the explanation's schema. `lines` are the 1-based lines of the
    original that it changes.
    """

    source: str  # the whole main file after the change
    lines: Sequence[int]
    operator: str
    mechanism: str


__all__ = ["RULE", "Repair", "Suspect"]
