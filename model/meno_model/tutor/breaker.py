"""A circuit breaker: a server that failed several times in a row is left alone for a while, then tried once.

Closed, questions pass. Open, none does. After the pause it is half open: one question, or one check of the
server's health, is the probe, and its end decides.
"""

from __future__ import annotations

import time
from collections.abc import Callable

MOST_FAILURES = 3
PAUSE_SECONDS = 30.0


class Breaker:
    """The breaker of one endpoint. Belongs to the event loop's thread."""

    def __init__(
        self,
        failures: int = MOST_FAILURES,
        pause: float = PAUSE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most, self._pause, self._clock = failures, pause, clock
        self._failures = 0
        self._opened: float | None = None
        self._probing = False

    @property
    def state(self) -> str:
        """`closed`, `open` or `half-open`."""
        if self._opened is None:
            return "closed"
        return "half-open" if self._clock() - self._opened >= self._pause else "open"

    def admits(self) -> bool:
        """Whether a question may be sent now; the one that is admitted half open is the probe."""
        state = self.state
        if state == "half-open" and not self._probing:
            self._probing = True
            return True
        return state == "closed"

    def succeeded(self) -> None:
        """The server answered."""
        self._failures, self._opened, self._probing = 0, None, False

    def failed(self) -> None:
        """It did not."""
        self._failures += 1
        if self._probing or self._failures >= self._most:
            self._opened = self._clock()
        self._probing = False

    def released(self) -> None:
        """The question was given up before its end, which says nothing about the server."""
        self._probing = False
