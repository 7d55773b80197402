"""Stands between an editor and the server on standard input and output, and writes down what each said.

    python wire.py LOG COMMAND [ARGUMENT …]

Bytes pass through untouched; what is written is a copy: one JSON object a line, with `session` (the process),
`by` (`editor` or `server`), `seconds` since the start and the `message`. It needs nothing but the standard
library, since the editor starts it with whatever Python there is. It refuses nothing: what is no message is
passed on all the same.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import BinaryIO

_CHUNK = 65536
_HEADER = b"Content-Length:"


class Log:
    """The file that both directions are written to, line by line, so that a reader sees whole messages."""

    def __init__(self, path: str) -> None:
        self._file = open(path, "a", encoding="utf-8", buffering=1)  # noqa: SIM115, PTH123 - kept open
        self._lock = threading.Lock()
        self._start = time.monotonic()

    def write(self, by: str, body: bytes) -> None:
        """Writes one message down, if it is one."""
        try:
            message = json.loads(body)
        except ValueError:
            message = {"unreadable": body.decode("utf-8", "replace")}
        entry = {
            "session": os.getpid(),
            "by": by,
            "seconds": round(time.monotonic() - self._start, 4),
            "message": message,
        }
        with self._lock:
            self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")


class Framing:
    """Finds the messages in one direction's bytes."""

    def __init__(self, by: str, log: Log) -> None:
        self._by, self._log = by, log
        self._pending = b""

    def feed(self, data: bytes) -> None:
        """Takes the next bytes; complete messages are written down."""
        self._pending += data
        while (end := self._pending.find(b"\r\n\r\n")) >= 0:
            head = self._pending[:end].split(b"\r\n")
            sizes = [line[len(_HEADER) :] for line in head if line.lower().startswith(_HEADER.lower())]
            size = int(sizes[0]) if sizes else 0
            if len(self._pending) < end + 4 + size:
                return
            if size:
                self._log.write(self._by, self._pending[end + 4 : end + 4 + size])
            self._pending = self._pending[end + 4 + size :]


def pass_on(source: BinaryIO, sink: BinaryIO, framing: Framing) -> None:
    """Copies until the source ends; then the sink ends too.

    What is passed on is written down first, so that no answer stands above its question.
    """
    try:
        while data := os.read(source.fileno(), _CHUNK):
            framing.feed(data)
            sink.write(data)
            sink.flush()
    except OSError:
        pass  # one side has gone; the other is told below
    finally:
        with contextlib.suppress(OSError):
            sink.close()


def main(arguments: list[str]) -> int:
    """Runs the command with everything between it and the editor written down."""
    log = Log(arguments[0])
    server = subprocess.Popen(arguments[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert server.stdin is not None
    assert server.stdout is not None
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    there = threading.Thread(
        target=pass_on, args=(sys.stdin.buffer, server.stdin, Framing("editor", log)), daemon=True
    )
    there.start()
    pass_on(server.stdout, sys.stdout.buffer, Framing("server", log))
    return server.wait()


if __name__ == "__main__":
    # Not through the interpreter's own end: a thread may still be waiting for an editor that is gone.
    os._exit(main(sys.argv[1:]))
