"""What learners ask of a gateway, and how many of them at once: the assumptions of the capacity page.

None of these numbers was measured; those that matter are flags of `capacity.py`, and the page prints them
beside the result.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

# The share of a day's work that falls into each hour: little at night, a first top in the lessons before
# noon, a higher one in the evening. Sums to 1.
HOURS = (
    *(0.010, 0.006, 0.004, 0.003, 0.003, 0.006, 0.012, 0.025),
    *(0.045, 0.060, 0.066, 0.062, 0.052, 0.056, 0.064, 0.066),
    *(0.062, 0.058, 0.062, 0.074, 0.082, 0.066, 0.038, 0.018),
)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What one learner does who is at work, a minute; every save asks the rules and the model."""

    saves: float = 1.0
    debugs: float = 0.05  # one test that fails and is asked about, in twenty minutes
    questions: float = 0.1  # one Socratic question in ten minutes

    @property
    def a_second(self) -> dict[str, float]:
        """Requests a second of one learner, by kind."""
        return {"analyze": self.saves / 60, "debug": self.debugs / 60, "enrich": self.questions / 60}


@dataclass(frozen=True, slots=True)
class Population:
    """Learners who are enrolled. `a_day` is the share at work on a day, `minutes` how long each of them is,
    `rush` what the day before a deadline has more than another. `together` says that all are in one room."""

    learners: int
    a_day: float
    minutes: float
    rush: float
    together: bool = False

    @property
    def at_once(self) -> int:
        """Learners at work in the busiest hour."""
        if self.together:
            return self.learners
        in_the_busiest_hour = self.learners * self.a_day * self.minutes / 60 * max(HOURS)
        return max(1, min(self.learners, math.ceil(in_the_busiest_hour * self.rush)))


POPULATIONS = (
    Population(100, 1.0, 90, 1.0, together=True),  # a lesson: everybody is there at once
    Population(10_000, 0.5, 60, 1.5),  # a university's programming courses
    Population(1_000_000, 0.15, 40, 1.5),  # an open course, all over the world and yet not evenly
)


def lesson_begins(at: float, ramp: float, before: float = 0.2) -> Callable[[float], float]:
    """The share of the full rate at a second: `before`, and from `at` on within `ramp` seconds all of it."""

    def shape(second: float) -> float:
        risen = min(1.0, max(0.0, (second - at) / ramp))
        return before + (1 - before) * risen

    return shape
