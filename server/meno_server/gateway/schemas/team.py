"""What the team view answers."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from meno_server.gateway.schemas.answers import Answer
from meno_server.gateway.schemas.requests import Ending
from meno_server.gateway.team.privacy import K


class ContributionAnswer(Answer):
    """What became of it."""

    week: date
    counted: int = Field(description="So many of the stumbles count; their learner is in no more cells.")
    told_from: str = Field(description="When the week may be told; what was given is deleted then.")


class PatternTold(Answer):
    """One pattern of a week. All counts are noisy."""

    pattern: str
    title: str
    learners: int = Field(ge=K, description="About so many learners stumbled over it.")
    endings: dict[Ending, int] = Field(description="For about so many it ended like this.")


class WeekTold(Answer):
    """One week, its patterns by their number of learners."""

    week: date
    patterns: list[PatternTold]


class Promise(Answer):
    """What holds for every learner, whatever is asked."""

    fewest_learners: int
    epsilon: float
    delta: float
    told_from_noisy_count: int
    patterns_of_a_learner: int
    within: dict[Literal["learners", "endings"], int] = Field(
        description="Nine of ten counts are at most so far from the true ones."
    )


class InsightsAnswer(Answer):
    """The weeks that have been told, the latest first."""

    weeks: list[WeekTold]
    promise: Promise
