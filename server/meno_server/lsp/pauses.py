"""The pauses in somebody's typing: a short one after each key, and a long one that sounds like thinking."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from meno_server.lsp.open_file import OpenFile
from meno_server.lsp.uris import key_of

# Who has rested so long has most likely written all that a function is to say for now.
LONG_SECONDS = 5.0


class Pauses:
    """One timer a file. `over` is called with a file each time that more of it is to be seen."""

    def __init__(self, over: Callable[[OpenFile], None]) -> None:
        self._over = over
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def wait(self, file: OpenFile, seconds: float) -> None:
        """Begins to wait anew, after a key: `seconds` for the short pause."""
        self.forget(file.document.uri)
        if file.calm.lines is not None:
            self._later(file, seconds, self._rest)
        elif file.calm.waits:  # for the long pause, since an earlier edit; this one was made without any
            self._later(file, LONG_SECONDS, self.end)

    def end(self, file: OpenFile) -> None:
        """Ends all waiting: who saves wants to see everything."""
        self.forget(file.document.uri)
        if file.calm.waits:
            file.calm.settle()
            self._over(file)

    def forget(self, uri: str) -> None:
        """Waits no more for a file."""
        timer = self._timers.pop(key_of(uri), None)
        if timer is not None:
            timer.cancel()

    def close(self) -> None:
        """Waits for nothing any more."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _later(self, file: OpenFile, seconds: float, then: Callable[[OpenFile], None]) -> None:
        loop = asyncio.get_running_loop()
        self._timers[key_of(file.document.uri)] = loop.call_later(seconds, then, file)

    def _rest(self, file: OpenFile) -> None:
        file.calm.rest()
        self._later(file, LONG_SECONDS, self.end)
        self._over(file)
