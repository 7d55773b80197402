"""The child where the system has no `fork`: one process for each request, spoken to over its standard input
and output. It is slower by the time that an interpreter takes to start, and otherwise answers alike."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from typing import Any

from meno_analyzers.failures.sandbox.child import sentences
from meno_analyzers.failures.sandbox.limits import SandboxError
from meno_analyzers.failures.sandbox.process import START, Cancelled, scrubbed_environment
from meno_analyzers.processes import NO_WINDOW

_SLICE = 0.02
_TO_START = 60.0


class LoneProcesses:
    """Starts a process for each request and ends it; nothing is left between two requests."""

    version: tuple[int, ...] = ()

    def __init__(self, interpreter: str, setup: Mapping[str, Any], cancel: threading.Event | None) -> None:
        """Raises SandboxError if the interpreter cannot be started or refuses the setup."""
        self._interpreter = interpreter
        self._setup = setup
        self._cancel = cancel
        self._limits: Mapping[str, Any] = setup["limits"]
        self.walls: frozenset[str] = frozenset()
        if setup["cases"]:
            self.ask({"run": 0, "source": "", "cases": [0], "seconds": 5.0}, time.monotonic() + _TO_START)

    def ask(self, request: Mapping[str, Any], _deadline: float) -> bytes:
        """Lines of results for the cases, or for the first of them. Raises Gone and Cancelled."""
        lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        process = self._started()
        reader = threading.Thread(target=_read, args=(process, lines), daemon=True)
        reader.start()
        try:
            return self._listen(process, lines, request)
        finally:
            _end(process)
            reader.join()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    _close(stream)

    def interrupt(self, _turn: int) -> None:
        """Nothing runs between two requests."""

    def end(self) -> None:
        """Nothing is left between two requests."""

    def _started(self) -> subprocess.Popen[bytes]:
        folder = self._setup["folder"]
        try:
            return subprocess.Popen(
                [self._interpreter, "-B", str(START), "alone"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env=scrubbed_environment(folder),
                start_new_session=True,
                creationflags=NO_WINDOW,
            )
        except OSError as error:
            name, why = self._interpreter, error.strerror
            raise SandboxError(
                f"The interpreter {name} could not be started ({why}); choose another one."
            ) from None

    def _listen(
        self, process: subprocess.Popen[bytes], lines: queue.SimpleQueue[bytes], request: Mapping[str, Any]
    ) -> bytes:
        asked = list(request["cases"])
        scripts = [place for place, case in enumerate(asked) if self._setup["cases"][case]["kind"] == "run"]
        if scripts:  # a script has a process for itself
            del asked[max(1, scripts[0]) :]
        text = json.dumps(self._setup) + "\n" + json.dumps({**request, "cases": asked}) + "\n"
        try:
            assert process.stdin is not None
            process.stdin.write(text.encode("ascii"))
            process.stdin.close()
        except OSError:
            raise self._not_started() from None
        self._greet(self._next(lines, time.monotonic() + _TO_START))
        records: list[bytes] = []
        while len(records) < len(asked):
            begun = time.monotonic()
            line = self._next(lines, begun + request["seconds"])
            if line is None or line == b"":
                records.append(self._ended(process, asked[len(records)], line is None, request["seconds"]))
                break
            if not line.startswith(b"."):
                records.append(line)
                if request.get("stop") and b'"verdict": "passed"' not in line:
                    break
        return b"\n".join(records)

    def _next(self, lines: queue.SimpleQueue[bytes], deadline: float) -> bytes | None:
        """The next line, an empty one at the end of all, or None if the time is up."""
        while True:
            try:
                return lines.get(timeout=_SLICE)
            except queue.Empty:
                if self._cancel is not None and self._cancel.is_set():
                    raise Cancelled from None
                if time.monotonic() > deadline:
                    return None

    def _greet(self, line: bytes | None) -> None:
        try:
            hello = json.loads(line or b"")
        except ValueError:
            raise self._not_started() from None
        if "refused" in hello:
            raise SandboxError(str(hello["refused"]))
        self.walls, self.version = frozenset(hello["walls"]), tuple(hello["ready"])

    def _not_started(self) -> SandboxError:
        return SandboxError(
            f"The interpreter {self._interpreter} does not start as Python 3.8 or later; choose another one."
        )

    def _ended(self, process: subprocess.Popen[bytes], place: int, late: bool, seconds: float) -> bytes:
        verdict, sentence = "exit", sentences.lost()
        if late:
            verdict, sentence = "time", sentences.too_long(seconds)
        else:
            code = process.wait()
            if hasattr(signal, "SIGXCPU") and code == -signal.SIGXCPU:
                verdict, sentence = "time", sentences.too_much_processor(self._limits["cpu_seconds"])
            elif code < 0:
                sentence = sentences.killed(-code)
            elif code != 70:
                sentence = sentences.left_early(code)
        record = {"case": place, "verdict": verdict, "sentence": sentence}
        return json.dumps(record).encode("ascii")


def _read(process: subprocess.Popen[bytes], lines: queue.SimpleQueue[bytes]) -> None:
    assert process.stdout is not None
    try:
        for line in process.stdout:
            lines.put(line.rstrip(b"\r\n") or b".")
    except (OSError, ValueError):
        pass
    lines.put(b"")


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
    except OSError:
        pass
    process.kill()
    process.wait()


def _close(stream: Any) -> None:
    try:
        stream.close()
    except OSError:
        return
