"""One worker process and its life: started at the first question, watched, restarted and stopped.

The process is stopped after `idle_seconds`, restarted with a growing pause after a crash, and left alone for
some minutes after three crashes in a row. One that gives no answer, nonsense or a flood is ended like one
that crashed. Questions queue; a cancelled one is forgotten and its late answer is dropped by its number.
Whatever goes wrong comes back as one sentence. Nothing slow happens on the loop. Guarded by
tests/model/test_client.py and tests/chaos.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from meno_analyzers.processes import NO_WINDOW
from meno_model.protocol import LONGEST_LINE, decode, encode

REQUEST_SECONDS = 10.0
FIRST_REQUEST_SECONDS = 30.0
"""The first question also loads the model."""
PAUSES = (0.5, 2.0, 8.0)
"""Seconds to wait before a restart, after the first, second, … crash in a row."""
MOST_CRASHES = 3
REST_SECONDS = 300.0
"""So long nobody starts a model that crashed so often; then one question may try."""
MOST_STRAY_LINES = 1000
"""Late answers and stray prints before an answer; whoever writes more is ill."""
MOST_LOGGED_LINES = 100
_STOP_SECONDS = 2.0
_CHUNK = 2**16

CRASHED = (
    "The model stopped unexpectedly and is being started again. Static hints go on;"
    " save the file again to ask it."
)
DISABLED = (
    "The model stopped three times in a row and rests for five minutes. Static hints go on;"
    " `meno doctor` shows how to repair it."
)
TOO_SLOW = "The model took too long for this file. Static hints go on; save again to ask it once more."
STOPPED = "The model was stopped. Static hints go on."

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Why there is no answer, in one plain sentence."""

    sentence: str


class WorkerProcess:
    """One worker process and its state: not started, loading, ready, stopped or disabled."""

    def __init__(
        self,
        *,
        command: Sequence[str] | None = None,
        model_path: Path | None = None,
        provider: str | None = None,
        idle_seconds: float = 300,
        log: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self._command = list(command or [sys.executable, "-P", "-m", "meno_model.worker"])
        if model_path is not None:
            self._command += ["--model", str(model_path)]
        if provider is not None:
            self._command += ["--provider", provider]
        self._idle_seconds = idle_seconds
        self._log = log
        self._state = "not started"
        self.on_state_changed: Callable[[str], None] | None = None
        self.request_seconds = REQUEST_SECONDS
        self.pauses = PAUSES
        self._process: asyncio.subprocess.Process | None = None
        self._starting: asyncio.Future[asyncio.subprocess.Process | None] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._idle: asyncio.TimerHandle | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._lock = asyncio.Lock()
        self._number = 0
        self._crashes = 0
        self._may_start_at = 0.0
        self._closed = False

    @property
    def state(self) -> str:
        """`not started`, `loading`, `ready`, `stopped` or `disabled`."""
        return self._state

    @property
    def process_id(self) -> int | None:
        """The worker's process id while it runs."""
        return None if self._process is None else self._process.pid

    async def stop(self) -> None:
        """End the worker for good; later questions are answered with a sentence."""
        self._closed = True
        if self._starting is not None:
            # A start that is broken off halfway would be waited for without end when the loop is closed.
            await asyncio.wait([self._starting])
        await self._end_process()
        for task in tuple(self._ending):
            await task
        self._set_state("stopped")

    async def _ask(self, message: dict[str, Any], read: Callable[[dict[str, Any]], T]) -> T | Unavailable:
        """What `read` makes of the reply; it raises KeyError, TypeError or ValueError for one that is
        none."""
        async with self._lock:
            if self._closed:
                return Unavailable(STOPPED)
            if self._state == "disabled":
                if time.monotonic() < self._may_start_at:
                    return Unavailable(DISABLED)
                self._crashes = MOST_CRASHES - 1  # one try
            self._keep_awake()
            try:
                return await self._answer(message, read)
            except OSError as problem:
                self._log(f"the model's process could not be started: {problem.strerror}")
                return self._crashed()
            finally:
                self._watch_idleness()

    async def _answer(self, message: dict[str, Any], read: Callable[[dict[str, Any]], T]) -> T | Unavailable:
        before = self._process
        process = await self._running()
        if process is None:
            return Unavailable(STOPPED)
        answer = await self._exchange(process, message, read)
        if process is before and answer == Unavailable(CRASHED):
            # It may have died long ago, when nobody asked: that is no reason to give this question up.
            process = await self._running()
            if process is None:
                return Unavailable(STOPPED)
            answer = await self._exchange(process, message, read)
        return answer

    async def _exchange(
        self,
        process: asyncio.subprocess.Process,
        message: dict[str, Any],
        read: Callable[[dict[str, Any]], T],
    ) -> T | Unavailable:
        self._number += 1
        number = self._number
        seconds = (
            self.request_seconds
            if self._state == "ready"
            else max(self.request_seconds, FIRST_REQUEST_SECONDS)
        )
        answer: T | Unavailable
        try:
            async with asyncio.timeout(seconds):
                reply = await self._converse(process, {"id": number, **message}, number)
            if reply is None:
                return await self._lost()
            answer = Unavailable(str(reply["unavailable"])) if "unavailable" in reply else read(reply)
        except TimeoutError:
            self._log(f"the model gave no answer within {seconds:g} s")
            lost = await self._lost()
            return Unavailable(TOO_SLOW) if lost == Unavailable(CRASHED) else lost
        except (KeyError, TypeError, ValueError):
            self._log("the model's answer was none")
            return await self._lost()
        except asyncio.CancelledError:
            if process.stdin is not None and not process.stdin.is_closing():
                process.stdin.write(encode({"do": "cancel", "cancels": number}))
            raise
        self._crashes = 0
        self._set_state("ready")
        return answer

    async def _lost(self) -> Unavailable:
        """Ends a process that is dead, or of no use any more."""
        if self._closed:
            return Unavailable(STOPPED)
        await self._end_process(at_once=True)
        return self._crashed()

    @staticmethod
    async def _converse(
        process: asyncio.subprocess.Process, message: dict[str, Any], number: int
    ) -> dict[str, Any] | None:
        """Send, then read until the answer with our number comes; None when the process is gone or floods
        us."""
        if process.stdin is None or process.stdout is None:
            return None
        try:
            process.stdin.write(encode(message))
            await process.stdin.drain()
            for _ in range(MOST_STRAY_LINES):
                line = await process.stdout.readline()
                if not line:
                    return None
                reply = decode(line)
                if reply is not None and reply.get("id") == number:
                    return reply
        except (OSError, ValueError):
            return None
        return None

    async def _running(self) -> asyncio.subprocess.Process | None:
        """The running process; starts one, after the pause that earlier crashes ask for.

        None when the client was stopped meanwhile.
        """
        if self._process is not None and self._process.returncode is None:
            return self._process
        if self._process is not None:
            await self._end_process()
        wait = self._may_start_at - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        if self._closed:
            return None
        self._set_state("loading")
        # Shielded: a question cancelled while the process starts must not leave an orphan behind.
        self._starting = starting = asyncio.ensure_future(self._start())
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            with contextlib.suppress(OSError):
                await starting
            raise
        finally:
            if starting.done():
                self._starting = None

    async def _start(self) -> asyncio.subprocess.Process | None:
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=LONGEST_LINE,
            creationflags=NO_WINDOW,
        )
        if self._closed:
            process.kill()
            await process.wait()
            return None
        self._process = process
        self._tasks = [asyncio.create_task(self._log_errors(process))]
        return process

    async def _log_errors(self, process: asyncio.subprocess.Process) -> None:
        if process.stderr is None:
            return
        with contextlib.suppress(ValueError, OSError):
            for _ in range(MOST_LOGGED_LINES):
                if not (line := await process.stderr.readline()):
                    return
                self._log(line.decode("utf-8", "replace").rstrip()[:500])
            await _empty(process.stderr)

    def _crashed(self) -> Unavailable:
        self._crashes += 1
        if self._crashes >= MOST_CRASHES:
            self._may_start_at = time.monotonic() + REST_SECONDS
            self._set_state("disabled")
            self._log(DISABLED)
            return Unavailable(DISABLED)
        self._may_start_at = time.monotonic() + self.pauses[min(self._crashes, len(self.pauses)) - 1]
        self._set_state("stopped")
        return Unavailable(CRASHED)

    async def _end_process(self, *, at_once: bool = False) -> None:
        process, self._process = self._process, None
        tasks, self._tasks = self._tasks, []
        self._keep_awake()
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        if process.stdout is not None:
            # Its end is heard only when all that it wrote has been taken.
            tasks.append(asyncio.create_task(_empty(process.stdout)))
        try:
            async with asyncio.timeout(_STOP_SECONDS if process.returncode is None and not at_once else 0):
                await process.wait()
        except TimeoutError:
            _kill(process)
            await process.wait()
        finally:
            _kill(process)
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def _watch_idleness(self) -> None:
        self._keep_awake()
        if self._idle_seconds > 0 and self._process is not None:
            self._idle = asyncio.get_running_loop().call_later(self._idle_seconds, self._fall_asleep)

    def _keep_awake(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _fall_asleep(self) -> None:
        if self._lock.locked() or self._process is None:
            return
        ending = asyncio.ensure_future(self._sleep())
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)

    async def _sleep(self) -> None:
        async with self._lock:
            self._log("the model was idle and is stopped")
            await self._end_process()
            if not self._closed:
                self._set_state("stopped")

    def _set_state(self, state: str) -> None:
        if state != self._state:
            self._state = state
            if self.on_state_changed is not None:
                self.on_state_changed(state)


async def _empty(stream: asyncio.StreamReader) -> None:
    """Reads what nobody wants, to the end."""
    with contextlib.suppress(OSError, ValueError, RuntimeError):  # a question that was cut off may still read
        while await stream.read(_CHUNK):
            pass


def _kill(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
