"""The server's log on standard error: short, and never a reason to wait.

An editor that does not read what comes there would hold the whole server once the pipe is full, so a thread
of its own writes, and what it cannot write in time is left out. A fault is one line; where it happened is for
those who set `meno.logLevel` to debug. Guarded by tests/chaos/test_leaving.py and
tests/server/test_logs.py.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import queue
import sys
import threading
from types import TracebackType
from typing import Any

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
MOST_WAITING = 1000
"""Lines; an editor that reads its server's log is never so far behind."""
_LAST_WORDS_SECONDS = 0.5
_TRACEBACK = "Traceback (most recent call last)"


def prepare(descriptor: int = 2) -> None:
    """Sends every log to a file descriptor, and faults that nobody caught as well."""
    handler = Unhurried(descriptor)
    handler.setFormatter(Plain(FORMAT))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    # pygls logs every message it sends, which is the learner's code, at INFO.
    logging.getLogger("pygls").setLevel(logging.WARNING)
    # So it does with what came with a request that failed, which `report_server_error` is told of as well.
    logging.getLogger("pygls.protocol.json_rpc").addFilter(lambda record: record.levelno < logging.ERROR)
    sys.excepthook = _uncaught
    threading.excepthook = lambda fault: _uncaught(fault.exc_type, fault.exc_value, fault.exc_traceback)
    atexit.register(handler.finish)


class Plain(logging.Formatter):
    """One line for each record, unless somebody looks for faults."""

    def format(self, record: logging.LogRecord) -> str:
        if logging.getLogger("meno").isEnabledFor(logging.DEBUG):
            return super().format(record)
        kept, record.exc_info, record.exc_text = record.exc_info, None, None
        try:
            line = super().format(record)
        finally:
            record.exc_info = kept
        line = line.partition(_TRACEBACK)[0].rstrip()
        fault = kept[1] if isinstance(kept, tuple) else None
        if fault is not None:
            line += f" ({type(fault).__name__}: {fault})"
        return " ".join(line.split("\n"))


class Unhurried(logging.Handler):
    """Writes on a thread of its own; what comes faster than it is read is left out."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._lines: queue.Queue[str] = queue.Queue(MOST_WAITING)
        self._left_out = 0
        self._thread = threading.Thread(target=self._write, daemon=True)

    def emit(self, record: logging.LogRecord) -> None:
        """Takes a record, and begins to write at the first one."""
        try:
            line = self.format(record)
        except Exception as problem:  # the border: a record that cannot be put into words
            line = f"A line of the log could not be written ({type(problem).__name__})."
        with contextlib.suppress(RuntimeError):  # no thread can be had
            if self._thread.ident is None:
                self._thread.start()
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            self._left_out += 1

    def finish(self) -> None:
        """Waits a moment for what is still on its way."""
        if self._thread.is_alive():
            with contextlib.suppress(queue.Full):
                self._lines.put_nowait("")
            self._thread.join(_LAST_WORDS_SECONDS)

    def _write(self) -> None:
        while line := self._lines.get():
            left_out, self._left_out = self._left_out, 0
            more = f"({left_out} lines were left out, because nobody read them.)\n" if left_out else ""
            with contextlib.suppress(OSError):  # closed, or a file on a full disk
                os.write(self._descriptor, f"{line}\n{more}".encode("utf-8", "replace"))


def _uncaught(kind: type[BaseException], fault: Any, where: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("meno").error("Something went wrong.", exc_info=(kind, fault, where))
