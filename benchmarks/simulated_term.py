"""Whether "recurring" is true: a term of synthetic learners whose slip rates are known.

    python benchmarks/simulated_term.py [--learners 200] [--days 90] [--seed 1] [--format table|json]

Each learner has twelve patterns, each with a true slip rate: a habit (one in five, Beta(4, 14), mean 22 %) or
a slip that happens now and then (Beta(1, 30), mean 3 %); rates near the line of 10 % are not left out. They
work on four days of seven. On a working day each pattern has Poisson(chances) places in which its mistake
could be made; each goes wrong with the true rate. Slips and places come in an order as editors bring them: a
slip brings the places written until then, a save the others. They are counted by the profile's own functions,
and for the first learners also kept by the real store, which must come to the same. On the last day each
pattern is judged:

- truth: the true rate on that day is above 10 %;
- Meno: the verdict of the overview, "recurring" or not;
- baselines: at least three slips in the term, and at least three on two days in the last two weeks, which is
  what the verdict would be without chances and without a posterior.

`growing` is a second population: half of the habits are unlearned, at an even pace down to 2 % on the last
day. The truth there is the rate of the last day, which nobody has seen for long. With few places a day little
can be known, so each population is shown for several numbers of them. Intervals are 95 %, over learners
(bootstrap).
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tables import print_rows

from meno_server.history.events import Count, Event, Kept, Layer, Outcome
from meno_server.history.overview import overview
from meno_server.history.profile import NOTABLE_RATE, with_chances, with_event
from meno_server.history.sqlite_store import SqliteStore

PATTERNS = "ME101 ME104 ME201 ME202 ME301 ME302 ME305 ME401 ME402 ME501 ME503 ME701".split()
HABITS, HABIT, CASUAL = 0.2, (4.0, 14.0), (1.0, 30.0)
UNLEARNED_RATE = 0.02
WORKING_DAYS = 4 / 7
CHANCES = (4.0, 8.0, 16.0)
LAST_DAY = date(2026, 11, 22).toordinal()
RESAMPLES = 1000
STORED = 3
"""So many learners' terms go through the real store, too."""


@dataclass(frozen=True)
class Pattern:
    """One learner's true rate of one pattern, on the first day and on the last."""

    key: str
    first: float
    last: float

    def rate(self, share: float) -> float:
        """The rate when this share of the term is over."""
        return self.first + (self.last - self.first) * share


@dataclass(frozen=True)
class Verdict:
    """What was true of one pattern, and who said what."""

    true: bool
    said: dict[str, bool]


def learner(numbers: random.Random, growing: bool) -> list[Pattern]:
    """A learner's patterns."""
    made = []
    for key in PATTERNS:
        habit = numbers.random() < HABITS
        rate = numbers.betavariate(*(HABIT if habit else CASUAL))
        unlearned = growing and habit and numbers.random() < 0.5
        made.append(Pattern(key, rate, min(rate, UNLEARNED_RATE) if unlearned else rate))
    return made


def poisson(numbers: random.Random, mean: float) -> int:
    """A number of places (Knuth's method, for small means)."""
    count, product, least = 0, numbers.random(), 2.718281828459045**-mean
    while product > least:
        count += 1
        product *= numbers.random()
    return count


def day_of_work(
    numbers: random.Random, patterns: Sequence[Pattern], day: int, share: float, chances: float
) -> tuple[list[Event], dict[str, int]]:
    """The slips of a day, and the places without one that no slip has brought."""
    events, well = [], {}
    for pattern in patterns:
        since = 0
        for _ in range(poisson(numbers, chances)):
            since += 1
            if numbers.random() < pattern.rate(share):
                outcome = numbers.choice((Outcome.FIXED_UNAIDED, Outcome.FIXED_HINTED, Outcome.IGNORED))
                events.append(Event(day, pattern.key, Layer.RULES, 0, outcome, 1, since, 1))
                since = 0
        if since:
            well[pattern.key] = since
    numbers.shuffle(events)
    return events, well


@dataclass(frozen=True)
class Day:
    """What editors bring of one day."""

    day: int
    events: list[Event]
    well: dict[str, int]


def term(numbers: random.Random, patterns: Sequence[Pattern], days: int, chances: float) -> list[Day]:
    """A learner's working days."""
    worked = []
    for number in range(days):
        if numbers.random() < WORKING_DAYS:
            day, share = LAST_DAY - days + 1 + number, number / max(1, days - 1)
            worked.append(Day(day, *day_of_work(numbers, patterns, day, share, chances)))
    return worked


def counted(worked: Sequence[Day]) -> Kept:
    """What is kept of a term, by the functions that the store uses."""
    counts: dict[str, Count] = {}
    for one in worked:
        for event in one.events:
            counts[event.pattern] = with_event(counts.get(event.pattern), event)
        for key, places in one.well.items():
            if key in counts:
                counts[key] = with_chances(counts[key], places, one.day)
    return Kept(tuple(event for one in worked for event in one.events), tuple(sorted(counts.items())))


def stored(worked: Sequence[Day]) -> Kept:
    """What the real store keeps of a term."""
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder))
        for one in worked:
            if not store.add(one.events, today=one.day, chances=one.well):
                raise SystemExit(f"The store kept nothing: {store.told}")
        return store.read() or Kept()


def verdicts(patterns: Sequence[Pattern], kept: Kept) -> Iterator[Verdict]:
    """Each pattern's truth on the last day, with Meno's verdict and the baselines'."""
    told = {one["key"]: one["verdict"] for one in overview(kept, "on", LAST_DAY)["patterns"]}
    for pattern in patterns:
        days = [event.day for event in kept.events if event.pattern == pattern.key]
        recent = [day for day in days if LAST_DAY - day < 14]
        yield Verdict(
            pattern.last > NOTABLE_RATE,
            {
                "Meno": told.get(pattern.key) == "recurring",
                "three slips": len(days) >= 3,
                "three slips in two weeks": len(recent) >= 3 and len(set(recent)) >= 2,
            },
        )


@dataclass(frozen=True)
class Tally:
    """Of one learner and one judge: patterns that are recurring and were called so, all called so, all that
    are."""

    both: int
    said: int
    true: int


def tally(found: Sequence[Verdict], who: str) -> Tally:
    both = sum(one.true and one.said[who] for one in found)
    return Tally(both, sum(one.said[who] for one in found), sum(one.true for one in found))


def interval(tallies: Sequence[Tally], whole: Callable[[Tally], int]) -> str:
    """The share of `whole` that is both said and true, and its interval over learners drawn again."""
    numbers = random.Random(0)

    def share(drawn: Sequence[Tally]) -> float:
        return sum(one.both for one in drawn) / max(1, sum(whole(one) for one in drawn))

    drawn = sorted(share(numbers.choices(tallies, k=len(tallies))) for _ in range(RESAMPLES))
    low, high = drawn[RESAMPLES // 40], drawn[-RESAMPLES // 40]
    return f"{share(tallies):.3f} ({low:.3f}-{high:.3f})"


def rows(learners: int, days: int, seed: int) -> Iterator[dict[str, object]]:
    """One row for each population, number of places and judge."""
    for growing in (False, True):
        for chances in CHANCES:
            numbers = random.Random(seed)
            by_learner = []
            for number in range(learners):
                patterns = learner(numbers, growing)
                worked = term(numbers, patterns, days, chances)
                kept = counted(worked)
                if number < STORED and stored(worked) != kept:
                    raise SystemExit("The store came to another history than the profile's functions.")
                by_learner.append(list(verdicts(patterns, kept)))
            true = statistics.mean(one.true for own in by_learner for one in own)
            for who in by_learner[0][0].said:
                tallies = [tally(own, who) for own in by_learner]
                yield {
                    "population": "growing" if growing else "steady",
                    "chances a day": chances,
                    "truly recurring": f"{100 * true:.1f} %",
                    "who": who,
                    "precision": interval(tallies, lambda one: one.said),
                    "recall": interval(tallies, lambda one: one.true),
                }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--learners", type=int, default=200)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--format", choices=("table", "json"), default="table")
    chosen = parser.parse_args()
    print_rows(list(rows(chosen.learners, chosen.days, chosen.seed)), chosen.format)


if __name__ == "__main__":
    main()
