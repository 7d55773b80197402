"""Processes that answer one JSON object a line, and pools of them that are always warm.

A process has one request at a time. One that dies, or that takes longer than it may, is ended and replaced
beside the requests, after a growing pause if it keeps dying; a request that hits a dying one is tried once
more. Whoever gives up a request frees its process: it is waited for a moment, then ended. Nothing that a
process writes to standard error is kept, since it may quote the code it was given.
Guarded by tests/gateway/test_children.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable, Sequence
from typing import Any

from meno_analyzers.processes import NO_WINDOW
from meno_model.protocol import LONGEST_LINE, decode, encode
from meno_server.gateway.workers import TooSlowError, UnavailableError

Plain = dict[str, Any]
Log = Callable[..., None]

SETTLE_SECONDS = 1.0
"""How long a process whose answer nobody wants may take before it is ended."""
START_SECONDS = 60.0
PAUSES = (0.0, 0.5, 2.0, 8.0, 30.0)
"""Seconds before a start, by the number of deaths in a row."""
_HOPELESS = 3  # deaths in a row
_AFTER_A_DEATH = 0.05
"""Seconds before the second try: where all of them were killed at once, the others are gone by then, too."""
_CROWDED = "Too many questions wait already; ask again in a moment."
_TOO_SLOW = "This took longer than it may. A shorter text is answered sooner."
_DIED = "What works on this stopped unexpectedly, twice. Ask again in a moment."
_STARTING = "What works on this is being started. Ask again in a moment."
_CLOSED = "The gateway is being ended."


class DiedError(Exception):
    """The process ended instead of answering."""


class Child:
    """One process."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._process: asyncio.subprocess.Process | None = None
        self._number = 0

    @property
    def process_id(self) -> int | None:
        return None if self._process is None else self._process.pid

    @property
    def has_ended(self) -> bool:
        """Whether it is gone; it may have died long ago, when nobody asked, or with others a moment ago."""
        process = self._process
        return process is None or process.returncode is not None or _is_dead(process.pid)

    async def start(self) -> None:
        """Starts it; `DiedError` if that cannot be done."""
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                limit=LONGEST_LINE,
                start_new_session=True,
                creationflags=NO_WINDOW,
            )
        except OSError as problem:
            raise DiedError(problem.strerror or "it cannot be started") from None

    async def ask(self, message: Plain, seconds: float) -> Plain:
        """The answer; `TimeoutError` after `seconds`, `DiedError` when the process is gone."""
        self._number += 1
        async with asyncio.timeout(seconds):
            return await self._exchange({**message, "id": self._number})

    async def settle(self, seconds: float) -> bool:
        """Waits for the answer that nobody wants; returns whether it came, so that others may be asked."""
        try:
            async with asyncio.timeout(seconds):
                await self._read()
        except (TimeoutError, DiedError):
            return False
        return True

    async def _exchange(self, message: Plain) -> Plain:
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(encode(message))
            await self._process.stdin.drain()
        except (OSError, RuntimeError) as problem:  # uvloop's word for a pipe that is closed
            raise DiedError from problem
        return await self._read()

    async def _read(self) -> Plain:
        """The answer to the last request; lines that are none of its answers are passed over."""
        assert self._process is not None
        assert self._process.stdout is not None
        try:
            while line := await self._process.stdout.readline():
                reply = decode(line)
                if reply is not None and reply.get("id") == self._number:
                    return reply
        except (OSError, ValueError) as problem:
            raise DiedError from problem
        raise DiedError

    async def end(self) -> None:
        """Kills it with all that it started, and takes its remains away."""
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            with contextlib.suppress(OSError):
                if os.name == "posix":
                    os.killpg(process.pid, signal.SIGKILL)
                else:
                    process.kill()
        await process.wait()
        # Closes the pipes now instead of when the collector comes by.
        transport = getattr(process, "_transport", None)
        if transport is not None:
            transport.close()


def _is_dead(process_id: int) -> bool:
    """Whether a child of ours has ended, also where the event loop has not been told yet."""
    if not hasattr(os, "waitid"):
        return False
    try:
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT  # it stays there for the event loop to take away
        return os.waitid(os.P_PID, process_id, options) is not None
    except ChildProcessError:
        return True


class Pool:
    """Some processes of one kind."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        size: int,
        *,
        warm: Plain,
        log: Log,
        most_waiting: int = 256,
        start_seconds: float = START_SECONDS,
    ) -> None:
        self.name, self.size = name, size
        self._command, self._warm, self._log = command, warm, log
        self._start_seconds = start_seconds
        self._most_waiting, self._waiting = most_waiting, 0
        self._idle: asyncio.Queue[Child] = asyncio.Queue()
        self._alive: set[Child] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._deaths = 0
        self._pause_until = 0.0
        self._closed = False
        self.problem: str | None = None

    @property
    def ready(self) -> bool:
        """Whether any of the processes can work."""
        return bool(self._alive) and not self._closed

    @property
    def starting(self) -> bool:
        """Whether it will be ready in a moment, as far as one can tell."""
        return not self._alive and self._deaths < _HOPELESS

    def start(self) -> None:
        """Begins to start all of them."""
        for _ in range(self.size):
            self._later(self._bring_up())

    async def ask(self, message: Plain, seconds: float) -> Plain:
        """The answer of whichever is free first. Raises UnavailableError and TooSlowError."""
        for _ in range(2):
            child = await self._take(seconds)
            try:
                reply = await child.ask(message, seconds)
            except asyncio.CancelledError:
                self._later(self._free(child))
                raise
            except TimeoutError:
                self._log("worker_too_slow", worker=self.name, seconds=seconds)
                self._replace(child)
                raise TooSlowError(_TOO_SLOW) from None
            except DiedError:
                self._log("worker_died", worker=self.name)
                self._deaths += 1
                self._replace(child)
                await asyncio.sleep(_AFTER_A_DEATH)
                continue
            self._deaths = 0
            self._idle.put_nowait(child)
            return reply
        raise UnavailableError(_DIED, retry_after=2)

    async def close(self) -> None:
        """Ends all of them."""
        self._closed = True
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(child.end() for child in tuple(self._alive)))
        self._alive.clear()

    async def _take(self, seconds: float) -> Child:
        if self._closed:
            raise UnavailableError(_CLOSED, retry_after=10)
        pause = self._pause_until - time.monotonic()
        if not self._alive and pause > seconds:
            raise UnavailableError(self.problem or _DIED, retry_after=max(1, round(pause)))
        if self._waiting >= self._most_waiting:
            raise UnavailableError(_CROWDED)
        self._waiting += 1
        try:
            async with asyncio.timeout(seconds):
                while (child := await self._idle.get()).has_ended:
                    self._log("worker_died", worker=self.name)
                    self._replace(child)
                return child
        except TimeoutError:
            raise UnavailableError(_CROWDED if self._alive else _STARTING, retry_after=2) from None
        finally:
            self._waiting -= 1

    def _replace(self, child: Child) -> None:
        self._alive.discard(child)
        self._later(self._bring_up(child))

    async def _free(self, child: Child) -> None:
        """Makes a process free whose answer nobody wants."""
        if await child.settle(SETTLE_SECONDS):
            self._idle.put_nowait(child)
        else:
            self._replace(child)

    async def _bring_up(self, instead_of: Child | None = None) -> None:
        """Starts and warms one, again and again until it is ready."""
        if instead_of is not None:
            await instead_of.end()
        while True:
            pause = PAUSES[min(self._deaths, len(PAUSES) - 1)] if self._deaths > 1 else 0.0
            self._pause_until = time.monotonic() + pause
            await asyncio.sleep(pause)
            child = Child(self._command)
            try:
                await child.start()
                reply = await child.ask(self._warm, self._start_seconds)
            except (DiedError, TimeoutError) as problem:
                self._deaths += 1
                self._log("worker_not_started", worker=self.name, reason=str(problem) or "it ended")
                await child.end()
                continue
            except asyncio.CancelledError:
                await asyncio.shield(child.end())
                raise
            self.problem = None if reply.get("unavailable") is None else str(reply["unavailable"])
            self._alive.add(child)
            self._idle.put_nowait(child)
            return

    def _later(self, work: Any) -> None:
        if self._closed:
            work.close()
            return
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
