"""What is kept of one mistake: a day, which pattern, how it ended, and how far hints were climbed.

Every field is a number or a word from a list of ours, and an event that holds anything else cannot be made.
The project is a random number, drawn anew for every session, from which no folder can be found.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

from meno_analyzers.findings import Category, Finding, Source
from meno_analyzers.rules import RULES

MODEL, RUN = "model/", "run/"
LONGEST_PROJECT = 2**31 - 1
MOST_OPPORTUNITIES = 10_000
_CATEGORIES = frozenset(category.value for category in Category)
# The upper ends of the buckets, in seconds.
_DURATIONS = (10.0, 60.0, 300.0, 1800.0)
DURATIONS = ("under 10 seconds", "under a minute", "under 5 minutes", "under half an hour", "longer")


class Outcome(StrEnum):
    """How a mistake ended."""

    FIXED_UNAIDED = "fixed_unaided"
    FIXED_HINTED = "fixed_hinted"
    DISMISSED = "dismissed"  # the learner wrote that it is meant; no slip
    IGNORED = "ignored"  # made in the session, and there when the file was closed
    REVERTED = "reverted"  # mended, and back within the session


class Layer(IntEnum):
    """Who saw it."""

    RULES = 1
    MODEL = 2
    RUN = 3


_LAYERS = {Source.STATIC: Layer.RULES, Source.MODEL: Layer.MODEL, Source.FAILURE: Layer.RUN}


@dataclass(frozen=True, slots=True)
class Event:
    """One mistake that has ended; `ValueError` for what is not on our lists.

    `day` is the local day as `date.toordinal` counts, `duration` the number of a bucket, `opportunities` how
    many places of the kind were newly met in which this mistake could have been made, itself included.
    """

    day: int
    pattern: str
    layer: Layer
    hint_level: int
    outcome: Outcome
    duration: int
    opportunities: int
    project: int

    def __post_init__(self) -> None:
        fits = (
            is_pattern(self.pattern)
            and isinstance(self.layer, Layer)
            and isinstance(self.outcome, Outcome)
            and date.min.toordinal() <= self.day <= date.max.toordinal()
            and 0 <= self.hint_level <= 5
            and 0 <= self.duration < len(DURATIONS)
            and 1 <= self.opportunities <= MOST_OPPORTUNITIES
            and 0 <= self.project <= LONGEST_PROJECT
        )
        if not fits:
            raise ValueError("This is no event of the history.")

    @property
    def is_slip(self) -> bool:
        """Whether a mistake was made: not where somebody said that it is meant."""
        return self.outcome is not Outcome.DISMISSED


@dataclass(frozen=True, slots=True)
class Count:
    """How often a pattern was slipped on, and could have been, up to a day; older days count for less."""

    slips: float
    opportunities: float
    day: int


@dataclass(frozen=True, slots=True)
class Kept:
    """Everything that is kept: the events, oldest first, and the counts by pattern."""

    events: tuple[Event, ...] = ()
    counts: tuple[tuple[str, Count], ...] = ()


def is_pattern(key: str) -> bool:
    """Whether the key is one of ours: a rule's id, or a category that the model or a run has found."""
    for prefix in (MODEL, RUN):
        if key.startswith(prefix):
            return key.removeprefix(prefix) in _CATEGORIES
    return key in RULES


def pattern_of(finding: Finding) -> str | None:
    """The key of a finding's pattern. What a run has found goes by its category: an exception may be the
    learner's own and bear a name of theirs."""
    prefixes = {Source.MODEL: MODEL, Source.FAILURE: RUN}
    prefix = prefixes.get(finding.source)
    key = finding.rule if prefix is None else f"{prefix}{finding.category.value}"
    return key if is_pattern(key) else None


def layer_of(finding: Finding) -> Layer:
    """Who has found it."""
    return _LAYERS[finding.source]


def duration_bucket(seconds: float) -> int:
    """The number of the bucket that a time in seconds falls into."""
    return sum(seconds >= end for end in _DURATIONS)
