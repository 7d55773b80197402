"""What every session needs besides its subject: background tasks, sentences to the user, timings, and
collecting garbage only while nobody types.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import time
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from lsprotocol import types

if TYPE_CHECKING:
    from meno_server.lsp.server import MenoServer

log = logging.getLogger("meno.session")

# Collecting garbage stops the world, so it waits until nobody types.
QUIET_BEFORE_COLLECTING = 10.0
EVERYTHING_AGAIN = 300.0
"""After so many seconds what was kept before is looked through as well, which takes a tenth of a second and
more: somebody may begin to type in it."""
_MOST_TIMINGS = 500
_SETTINGS_PATIENCE = 5.0


class Housekeeping:
    """The common part of a session; `closing` is set once nothing may be sent any more."""

    def __init__(self, server: MenoServer) -> None:
        self.server = server
        self.closing = False
        self.timings: dict[str, list[float]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._collecting: asyncio.TimerHandle | None = None
        self._looked_through = time.monotonic()
        self._told: set[str] = set()
        self.configured = asyncio.Event()  # set once the client has been asked for its settings

    @property
    def notifies(self) -> bool:
        """Whether what nobody asked for may be shown as a message."""
        return True

    def run(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Runs a coroutine beside the loop; its fault is logged and stops nothing else."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("A background task failed.", exc_info=error)

    async def settled(self) -> None:
        """Waits for the editor's settings, for what must not be done if they say no; not for ever."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.configured.wait(), _SETTINGS_PATIENCE)

    def collect_later(self) -> None:
        if self._collecting is not None:
            self._collecting.cancel()
        loop = asyncio.get_running_loop()
        self._collecting = loop.call_later(QUIET_BEFORE_COLLECTING, self._quiet)

    def _quiet(self) -> None:
        if time.monotonic() - self._looked_through >= EVERYTHING_AGAIN:
            self._looked_through = time.monotonic()
            gc.unfreeze()
        gc.collect()
        gc.freeze()
        self.is_quiet()

    def is_quiet(self) -> None:
        """Nobody has typed for a while: what can wait may be done now."""

    def tell_once(self, sentence: str) -> None:
        """One plain sentence that nobody asked for, once a session; in the log only if that is wished."""
        if sentence in self._told:
            return
        self._told.add(sentence)
        log.warning("%s", sentence)
        if not self.closing and self.notifies:
            self.server.window_show_message(
                types.ShowMessageParams(type=types.MessageType.Warning, message=f"Meno: {sentence}")
            )

    def say(self, sentence: str) -> None:
        """Shows a sentence that the user asked for."""
        if not self.closing:
            self.server.window_show_message(
                types.ShowMessageParams(type=types.MessageType.Info, message=sentence)
            )

    def log_info(self, sentence: str) -> None:
        """A sentence for who reads the editor's log of the server."""
        if not self.closing:
            self.server.window_log_message(types.LogMessageParams(types.MessageType.Info, sentence))

    def note(self, stage: str, seconds: float) -> None:
        """Keeps the last timings of each stage for `meno.debugInformation`."""
        kept = self.timings.setdefault(stage, [])
        kept.append(seconds)
        if len(kept) > _MOST_TIMINGS:
            del kept[: _MOST_TIMINGS // 2]

    def stop_tasks(self) -> None:
        """Cancels what is still running beside the loop."""
        if self._collecting is not None:
            self._collecting.cancel()
        for task in list(self._tasks):
            if task is not asyncio.current_task():
                task.cancel()
