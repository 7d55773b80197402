"""The warden: a process that is warmed once, forks for every version of the program, and watches the fork.

It holds the limits from outside: wall time, memory and number of processes, output. After each fork it
leaves no process behind, and it puts the program's folder right again. It reads one request per line and
answers with one block per request, the results as lines of JSON."""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import sys
import time
from typing import Any

from . import sentences
from .confine import Walls
from .folder import Folder
from .output import with_output
from .sheet import Sheet
from .stage import Stage
from .testfiles import TestFiles
from .values import encoded
from .watch import Watch

_TICK = 0.05


class Warden:
    def __init__(
        self,
        setup: dict[str, Any],
        commands: int,
        answers: int,
        walls: Walls,
        folder: Folder,
        tests: TestFiles,
    ) -> None:
        self._limits = setup["limits"]
        self._commands = commands
        self._answers = answers
        self._walls = walls
        self._folder = folder
        self._sheet = Sheet()
        self._stage = Stage(setup, self._sheet, tests)
        self._cases = setup["cases"]
        self._watch = Watch(walls, self._limits)
        self._waiting = b""
        self._requests: list[bytes] = []
        self._stopped = False

    def serve(self) -> None:
        """Answers requests until the other side is gone."""
        self._stage.walls = self._walls
        self._stage.rehearse()
        gc.collect()
        gc.freeze()
        self._stage.address_space = self._watch.settle()
        while True:
            line = self._next_line()
            if line is None:
                return
            request = json.loads(line)
            if "run" not in request:
                continue
            self._stopped = False
            records = self._run(request)
            blob = b"\n".join(records)
            self._send(b"%d %d\n" % (request["run"], len(blob)) + blob)
            self._tidy()

    def _next_line(self) -> bytes | None:
        if self._requests:
            return self._requests.pop(0)
        while b"\n" not in self._waiting:
            data = os.read(self._commands, 1 << 20)
            if not data:
                return None
            self._waiting += data
        line, _, self._waiting = self._waiting.partition(b"\n")
        return line

    def _send(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._answers, view) :]

    def _run(self, request: dict[str, Any]) -> list[bytes]:
        waiting = list(request["cases"])
        records: list[bytes] = []
        while waiting and not self._stopped:
            batch = self._batch(waiting)
            got = self._attempt(request, batch)
            records += got
            del waiting[: len(got)]
            if request.get("stop") and got and b'"verdict": "passed"' not in got[-1]:
                break
            if waiting and not self._stopped:
                self._tidy()
        return records

    def _batch(self, waiting: list[int]) -> list[int]:
        """The cases that one fork plays: a script has a fork for itself."""
        if self._cases[waiting[0]]["kind"] == "run":
            return waiting[:1]
        batch: list[int] = []
        for place in waiting:
            if self._cases[place]["kind"] == "run":
                break
            batch.append(place)
        return batch

    def _attempt(self, request: dict[str, Any], batch: list[int]) -> list[bytes]:
        """One fork: the results of the cases that it finished, and of the one in which it had to be ended."""
        script = self._cases[batch[0]]["kind"] == "run"
        bell, rope = os.pipe()
        heard, mouth = os.pipe() if script else (-1, -1)
        self._sheet.clear(time.monotonic())
        try:
            child = os.fork()
        except OSError:
            for file in (bell, rope, heard, mouth):
                if file >= 0:
                    os.close(file)
            sentence = sentences.too_many_processes(self._limits["processes"])
            return [_record(batch[0], "exit", sentence)]
        if child == 0:
            os.close(self._commands)
            os.close(self._answers)
            os.close(bell)
            if script:
                os.close(heard)
            self._stage.play(request, batch, rope, mouth if script else None)
        os.close(rope)
        if script:
            os.close(mouth)
            os.set_blocking(heard, False)
        try:
            end = _Supervision(self, request, batch, child, bell, heard).wait()
        finally:
            os.close(bell)
            if script:
                os.close(heard)
        return end

    def stop_was_asked(self) -> bool:
        """Reads what came from the other side during a run: only a request to stop, or its end."""
        data = os.read(self._commands, 1 << 16)
        if not data:
            self._watch.end_all(None)
            self._watch.reap()
            self._folder.remove()
            os._exit(0)
        self._waiting += data
        while b"\n" in self._waiting:
            line, _, self._waiting = self._waiting.partition(b"\n")
            if "run" not in json.loads(line):
                self._stopped = True
            else:
                self._requests.append(line)  # the next one, sent by a caller that does not wait for the end
        return self._stopped

    def _tidy(self) -> None:
        self._watch.reap()
        self._folder.restore()


class _Supervision:
    """The wait for one fork, and what it comes to."""

    def __init__(
        self, warden: Warden, request: dict[str, Any], batch: list[int], child: int, bell: int, heard: int
    ) -> None:
        self._warden = warden
        self._limits = warden._limits
        self._sheet = warden._sheet
        self._batch = batch
        self._child = child
        self._bell = bell
        self._heard = heard
        self._seconds = float(request["seconds"])
        self._output = b""
        self._stop_first = bool(request.get("stop"))
        self._trace = bool(request.get("trace"))

    def wait(self) -> list[bytes]:
        reason = self._watch()
        warden = self._warden
        status = warden._watch.end(self._child)
        done = self._sheet.progress()[0]
        records = self._sheet.records()[: len(self._batch)]
        if self._heard >= 0:
            if reason is None and not self._listen():
                reason = ("output", sentences.too_much_output(self._limits["output_bytes"]))
            if records:
                records = [self._with_output(records[0])]
        if reason is not None and reason[0] == "stopped":
            return records
        if reason is None and (done >= len(self._batch) or (self._stop_first and _failed(records))):
            return records
        if reason is None:
            reason = self._from_status(status)
        if len(records) < len(self._batch):
            ran = self._sheet.lines_run() if self._trace else None
            records.append(_record(self._batch[len(records)], reason[0], reason[1], self._elapsed(), ran))
        elif reason[0] == "output":
            records = [_record(self._batch[0], *reason)]
        return records

    def _elapsed(self) -> float:
        return max(0.0, min(time.monotonic() - self._sheet.progress()[1], self._seconds * 2))

    def _watch(self) -> tuple[str, str] | None:
        """Waits until the fork has rung or ended; the reason to end it, if there was one."""
        poller = select.poll()
        poller.register(self._bell, select.POLLIN)
        poller.register(self._warden._commands, select.POLLIN)
        if self._heard >= 0:
            poller.register(self._heard, select.POLLIN)
        started = time.monotonic()
        silent = False
        while True:
            done, begun = self._sheet.progress()
            now = time.monotonic()
            latest = started + (done + 1) * (self._seconds + 0.5)
            left = min(begun + self._seconds, latest) - now
            if left <= 0:
                return "time", sentences.too_long(self._seconds)
            if now - started > _TICK:
                reason = self._warden._watch.look()
                if reason is not None:
                    return reason
            pause = min(left, 0.005 if silent else _TICK)
            for file, _ in poller.poll(max(1, int(pause * 1000))):
                if file == self._warden._commands:
                    if self._warden.stop_was_asked():
                        return "stopped", ""
                elif file == self._heard:
                    if not self._listen():
                        return "output", sentences.too_much_output(self._limits["output_bytes"])
                    if self._ended:
                        poller.unregister(self._heard)
                elif os.read(self._bell, 512) == b"":
                    poller.unregister(self._bell)
                    silent = True
                elif self._rung():
                    return None
            if silent and (self._rung() or self._warden._watch.has_ended(self._child)):
                return None

    _ended = False

    def _rung(self) -> bool:
        done = self._sheet.progress()[0]
        return done >= len(self._batch) or (self._stop_first and done > 0 and _failed(self._sheet.records()))

    def _listen(self) -> bool:
        """Whether what was printed until now is within its limit."""
        while True:
            try:
                data = os.read(self._heard, 1 << 16)
            except BlockingIOError:
                return True
            if not data:
                self._ended = True
                return True
            self._output += data
            if len(self._output) > self._limits["output_bytes"]:
                return False

    def _with_output(self, record: bytes) -> bytes:
        """A script's result, with what it printed held against what was expected."""
        case = self._warden._cases[self._batch[0]]
        try:
            result = json.loads(record)
        except ValueError:
            return record
        judged = with_output(result, self._output, case["output"])
        return encoded(judged).encode("ascii", "replace")

    def _from_status(self, status: int | None) -> tuple[str, str]:
        if status is None:
            return "exit", sentences.lost()
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            if number == signal.SIGXCPU:
                return "time", sentences.too_much_processor(self._limits["cpu_seconds"])
            return "exit", sentences.killed(number)
        code = os.WEXITSTATUS(status)
        return "exit", sentences.lost() if code == 70 else sentences.left_early(code)


def _failed(records: list[bytes]) -> bool:
    return bool(records) and b'"verdict": "passed"' not in records[-1]


def _record(
    place: int, verdict: str, sentence: str, seconds: float = 0.0, lines: list[int] | None = None
) -> bytes:
    record: dict[str, Any] = {"case": place, "verdict": verdict, "sentence": sentence}
    record["seconds"] = round(seconds, 6)
    if lines is not None:
        record["lines"] = lines
    return encoded(record).encode("ascii")


def refuse(answers: int, sentence: str) -> None:
    """Says why nothing can be run, and ends."""
    os.write(answers, encoded({"refused": sentence}).encode("ascii") + b"\n")
    sys.exit(0)
