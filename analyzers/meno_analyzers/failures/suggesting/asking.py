"""Asks functions in the sandbox, within a time for all of it; what was asked once is not asked again.

A call gets a second, and after one that had no end the others get less. What is left when the time is up, or
the work is cancelled, has no result.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

from meno_analyzers.failures.cases import AskCase, CaseResult, Verdict
from meno_analyzers.failures.sandbox import Arena

PATIENCE, AFTER_ONE = 1.0, 0.3  # seconds
_AT_ONCE, _AFTER_TROUBLE = 24, 3
_MOST_WITHOUT_END = 5  # of one function; the others are passed over then

_Key = tuple[str, str, bool]
Values = tuple[Any, ...]


class Asking:
    """Asks one program through its arena. `count` calls were made so far, `offset` of them before."""

    def __init__(
        self, arena: Arena, source: str, deadline: float, cancel: threading.Event, offset: int
    ) -> None:
        self.count = offset
        self._arena = arena
        self._source = source
        self._deadline = deadline
        self._cancel = cancel
        self._known: dict[_Key, CaseResult] = {}
        self._endless: dict[str, int] = {}

    @property
    def over(self) -> bool:
        return self._cancel.is_set() or time.monotonic() > self._deadline

    @property
    def cancelled(self) -> bool:
        return self._cancel.is_set()

    def ask(self, call: str, every: Sequence[Values], *, again: bool = False) -> list[CaseResult | None]:
        """What each call does, with the lines that ran; None for one that was not made."""
        keys = [(call, repr(values), again) for values in every]
        new = [key for key in dict.fromkeys(keys) if key not in self._known]
        values_of = dict(zip(keys, every, strict=True))
        asked = 0
        while new and not self.over and self._endless.get(call, 0) < _MOST_WITHOUT_END:
            # The first ones are asked a few at a time: what has no end there is seldom alone.
            size = _AFTER_TROUBLE if self._endless.get(call) else min(_AT_ONCE, asked + 1)
            asked += size
            self._ask(call, [(key, values_of[key]) for key in new[:size]])
            del new[:size]
        return [self._known.get(key) for key in keys]

    def loads(self) -> CaseResult:
        """Whether the program can be loaded, so that something of it can be asked: no function is called."""
        self._arena.add([AskCase("load", "", [])])
        [result] = self._arena.run(self._source, ["load"])
        return result

    def _ask(self, call: str, batch: Sequence[tuple[_Key, Values]]) -> None:
        cases = [
            AskCase(f"ask {self.count + place}", call, [repr(value) for value in values], key[2])
            for place, (key, values) in enumerate(batch)
        ]
        self.count += len(cases)
        self._arena.add(cases)
        patience = AFTER_ONE if self._endless.get(call) else PATIENCE
        ids = [case.id for case in cases]
        for (key, _), result in zip(
            batch, self._arena.run(self._source, ids, trace=True, seconds=patience), strict=True
        ):
            if result.verdict is Verdict.TIME:
                self._endless[call] = self._endless.get(call, 0) + 1
            if result.verdict is not Verdict.NOT_RUN:
                self._known[key] = result
