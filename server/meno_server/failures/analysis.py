"""One analysis from the server's side: starts its process, passes on how far it is, and can end it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable

from meno_analyzers.processes import LOW_PRIORITY, NO_WINDOW
from meno_model.protocol import LONGEST_LINE, decode, encode
from meno_server.failures.messages import (
    CANCEL,
    Answer,
    Progress,
    Request,
    answer_from_plain,
    request_to_plain,
)

CRASHED = "The analysis stopped unexpectedly. Nothing was changed; the server's log says more. Try it again."
NOT_STARTED = "The analysis could not be started ({reason}). `meno doctor` shows what is missing."
_PATIENCE = 3.0  # seconds in which a cancelled analysis may end by itself
_COMMAND = (sys.executable, "-P", "-m", "meno_server.failures.worker")


class Analysis:
    """Runs one request. `said`, `progress` and `early` are called while it goes on."""

    def __init__(
        self,
        request: Request,
        said: Callable[[str], None],
        progress: Callable[[Progress], None],
        early: Callable[[Answer], None],
    ) -> None:
        self._request = request
        self._said = said
        self._progress = progress
        self._early = early
        self._process: asyncio.subprocess.Process | None = None
        self._cancelled = False

    async def answer(self) -> Answer:
        """The answer; also when the process dies. Cancelling the task ends the process and all it started."""
        try:
            self._process = await asyncio.create_subprocess_exec(
                *_COMMAND,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=LONGEST_LINE,
                start_new_session=True,
                creationflags=NO_WINDOW | LOW_PRIORITY,
            )
        except OSError as error:
            return Answer("problem", problem=NOT_STARTED.format(reason=error.strerror or "unknown reason"))
        try:
            if self._cancelled:
                await self.cancel()
            return await self._listen(self._process)
        finally:
            await self._end(self._process)

    async def cancel(self) -> None:
        """Asks it to end with what it knows; it is ended if it takes too long."""
        self._cancelled = True
        process = self._process
        if process is None or process.stdin is None or process.returncode is not None:
            return
        with contextlib.suppress(OSError):
            process.stdin.write(encode(CANCEL))
            await process.stdin.drain()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), _PATIENCE)
        self._kill(process)

    async def _listen(self, process: asyncio.subprocess.Process) -> Answer:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(encode(request_to_plain(self._request)))
            await process.stdin.drain()
            while line := await process.stdout.readline():
                message = decode(line) or {}
                if "answer" in message:
                    return answer_from_plain(message["answer"])
                if "said" in message:
                    self._said(str(message["said"]))
                elif "early" in message:
                    self._early(answer_from_plain(message["early"]))
                elif "doing" in message:
                    self._progress(Progress(**message))
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return Answer("cancelled") if self._cancelled else Answer("problem", problem=CRASHED)

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        """Ends the process. It notices that nobody listens and clears up; else it is killed, and what it
        started notices that."""
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(asyncio.shield(process.wait()), _PATIENCE)
        except (TimeoutError, asyncio.CancelledError):
            self._kill(process)
            await process.wait()

    def _kill(self, process: asyncio.subprocess.Process) -> None:
        if process.returncode is not None:
            return
        with contextlib.suppress(OSError):
            if os.name == "posix":
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
