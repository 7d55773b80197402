"""What may be spent in a day: tokens and money, counted in a small file that survives a restart.

The file belongs to its owner alone and holds four numbers: the day, the tokens, the cost and the questions.
It is read anew for each question, since several editors may share it. A file that cannot be read or written
counts as empty, and then the memory of this process is what bounds it.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from meno_model.private_file import write_private


@dataclass(frozen=True, slots=True)
class Spent:
    """What a day has used so far."""

    day: int
    tokens: int = 0
    cost: float = 0.0
    questions: int = 0


def today() -> int:
    """The day where the learner is, as a number such as 20260131."""
    return int(datetime.datetime.now().astimezone().strftime("%Y%m%d"))


class DailyBudget:
    """The budget of one learner. Its methods block for as long as a small file takes."""

    def __init__(
        self,
        tokens: int | None,
        cost: float | None,
        path: Path | None,
        day: Callable[[], int] = today,
    ) -> None:
        self._tokens, self._cost, self._path, self._day = tokens, cost, path, day
        self._memory = Spent(day())

    @property
    def limited(self) -> bool:
        """Whether there is a limit at all; without one nothing is written."""
        return self._tokens is not None or self._cost is not None

    def spent(self) -> Spent:
        """What today has used."""
        found = max((self._read(), self._memory), key=lambda spent: (spent.day, spent.tokens))
        return found if found.day == self._day() else Spent(self._day())

    def exhausted(self, tokens: int, cost: float) -> str | None:
        """What is spent, in words, if a request of that size no longer fits; None if it does."""
        spent = self.spent()
        if self._tokens is not None and spent.tokens + tokens > self._tokens:
            return f"{self._tokens} tokens"
        if self._cost is not None and spent.cost + cost > self._cost:
            return f"{self._cost:g} in cost"
        return None

    def charge(self, tokens: int, cost: float) -> None:
        """Adds a request to today."""
        before = self.spent()
        self._memory = Spent(before.day, before.tokens + tokens, before.cost + cost, before.questions + 1)
        if self.limited and self._path is not None:
            write_private(self._path, json.dumps(asdict(self._memory)))

    def _read(self) -> Spent:
        empty = Spent(self._day())
        if self._path is None:
            return empty
        try:
            value = json.loads(self._path.read_text("utf-8"))
            found = Spent(
                int(value["day"]), int(value["tokens"]), float(value["cost"]), int(value["questions"])
            )
        except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
            return empty
        sane = found.tokens >= 0 and found.cost >= 0 and found.day <= empty.day
        return found if sane else empty
