"""How long a run of a changed program may take, learned from how long the program itself took.

Most changes that matter show it at once, so the first question gets little time; what used it up is asked
again later. A change after which nothing but time is missing gets all the time that a case may ever take,
but only a few of them do.
"""

from __future__ import annotations

import ast
import threading
from collections.abc import Sequence

from meno_analyzers.failures.cases import Case, CaseResult, FileCase, Verdict
from meno_analyzers.failures.repair.judging import SLOW

# A candidate gets so many times what the program took, within these bounds (seconds).
_TIMES = 8
_HASTY, _LEAST, _MOST = 0.015, 0.1, 5.0
# Seconds, or three times what the slowest case that came to an end took; and for a program that may loop for
# ever, which most of its changes will as well.
_PATIENTLY, _IN_LOOPS = 2.0, 0.5
_MOST_WAITED, _MOST_WAITED_FULLY = 8, 3  # texts that are waited for, and with all the time that a case has


class Patience:
    """The times of one search. For several threads."""

    def __init__(self, text: str, cases: Sequence[Case], baseline: Sequence[CaseResult]) -> None:
        # Failing cases that come to an end count as well: a session of pytest is slower than a call.
        self._ended = {r.id: r.seconds for r in baseline if r.verdict is not Verdict.TIME}
        quick = [seconds for seconds in self._ended.values() if seconds < SLOW]
        self.usual = min(_MOST, max(_LEAST, _TIMES * max(quick, default=0.0)))
        loops = may_never_end(text)
        self.long = max(_IN_LOOPS if loops else _PATIENTLY, 3 * max(self._ended.values(), default=0.0))
        self._fully = 0 if loops else _MOST_WAITED_FULLY
        # The time that a session takes to begin counts for its first test.
        self._sessions = any(isinstance(case, FileCase) for case in cases)
        self._waited = 0
        self._lock = threading.Lock()

    def hasty(self, ids: Sequence[str]) -> float:
        """Seconds for each of these cases when it is asked first."""
        if self._sessions:
            return self.usual
        return min(self.usual, max([_HASTY, *(_TIMES * self._ended.get(id, 0.0) for id in ids)]))

    def waits(self) -> tuple[bool, float | None]:
        """Whether one more text is waited for, and how many seconds (None: as long as a case may take)."""
        with self._lock:
            self._waited += 1
            return self._waited <= _MOST_WAITED, None if self._waited <= self._fully else self.long


def may_never_end(text: str) -> bool:
    """Whether waiting is most likely vain: a loop with a condition that takes so long seldom ends at all,
    while loops over things do, and calls without end stop with an error."""
    try:
        return any(isinstance(node, ast.While) for node in ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError):
        return False


__all__ = ["Patience", "may_never_end"]
