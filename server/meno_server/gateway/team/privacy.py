"""Counts that tell of a class and of nobody in it: k-anonymity and two-sided geometric noise. Pure.

Neighbouring classes are those that differ by what one learner gives or does not give. One learner is in at
most `places` cells of each of two tables a week: which patterns they stumbled over, and how that ended. The
budget of the week is shared between the two tables and those places, so that everything a learner gives in a
week is covered by EPSILON together (composition), whatever else is known, and whatever is asked: counts are
drawn once and then only read. Noise on whole numbers instead of Laplace's on real ones: the same
distribution, cut into steps, and no bits of the machine's arithmetic to look through (Ghosh, Roughgarden and
Sundararajan 2012, doi 10.1137/09076828X; Mironov 2012, doi 10.1145/2382196.2382264).

A pattern is told only if at least K learners stumbled over it and its noisy count reaches `threshold`, which
is so high that five reach it with a chance of at most DELTA. Without that, four confederates could see by a
pattern's being there that a fifth person slipped. Guarded by tests/gateway/test_privacy.py, which computes
the largest difference that one learner can make.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

K = 5
EPSILON, DELTA = 1.0, 0.01
SHARE_OF_PATTERNS = 0.6
"""Of the budget; the rest is for how it ended."""
MOST_PLACES = 3
ENDINGS = ("alone", "idea", "questions", "open")
"""Mended without a hint; with a hint up to the idea behind it; with questions or more; not mended."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One pattern of a week: how many learners, and how it ended for them; true, or as it is told."""

    learners: int
    endings: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Noise:
    """Two-sided geometric noise: P(n) = (1 - a) / (1 + a) * a^|n| with a = exp(-epsilon)."""

    epsilon: float

    @property
    def ratio(self) -> float:
        return math.exp(-self.epsilon)

    def probability(self, value: int) -> float:
        return (1 - self.ratio) / (1 + self.ratio) * self.ratio ** abs(value)

    def at_least(self, value: int) -> float:
        """The chance that it is `value`, which is positive, or more."""
        return self.ratio**value / (1 + self.ratio)

    def within(self, share: float) -> int:
        """The smallest distance from zero that it keeps to with this chance."""
        distance = 0
        while 1 - 2 * self.at_least(distance + 1) < share:
            distance += 1
        return distance

    def draw(self, uniform: Callable[[], float]) -> int:
        """One number; `uniform` gives numbers in [0, 1)."""
        return self._one_side(uniform()) - self._one_side(uniform())

    def _one_side(self, uniform: float) -> int:
        """A geometric number: the difference of two has the distribution."""
        return math.floor(math.log(1.0 - uniform) / -self.epsilon)


@dataclass(frozen=True, slots=True)
class Mechanism:
    """How a week is told, where each learner is in at most so many cells."""

    places: int = 1

    @property
    def of_patterns(self) -> Noise:
        return Noise(EPSILON * SHARE_OF_PATTERNS / self.places)

    @property
    def of_endings(self) -> Noise:
        return Noise(EPSILON * (1 - SHARE_OF_PATTERNS) / self.places)

    @property
    def threshold(self) -> int:
        """The smallest noisy count that is told: K learners reach it with a chance of at most DELTA, shared
        among the places."""
        above = 1
        while self.of_patterns.at_least(above) > DELTA / self.places:
            above += 1
        return K + above

    def told(self, cells: Mapping[str, Cell], uniform: Callable[[], float]) -> dict[str, Cell]:
        """The patterns of a week that may be told, with noisy counts. To be done once for a week."""
        shown = {}
        for pattern, cell in sorted(cells.items()):
            if cell.learners < K:
                continue
            noisy = cell.learners + self.of_patterns.draw(uniform)
            if noisy >= self.threshold:
                endings = {
                    ending: max(0, cell.endings.get(ending, 0) + self.of_endings.draw(uniform))
                    for ending in ENDINGS
                }
                shown[pattern] = Cell(noisy, endings)
        return shown
