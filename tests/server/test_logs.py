"""The server's log: one line for each fault, and nobody waits for whoever does not read it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from meno_server.lsp.logs import MOST_WAITING, Plain, Unhurried

DEADLINE = 20.0


@pytest.fixture
def level() -> Iterator[logging.Logger]:
    logger = logging.getLogger("meno")
    before = logger.level
    yield logger
    logger.setLevel(before)


def record_of_a_fault(message: str = "It failed.") -> logging.LogRecord:
    try:
        (Path(__file__) / "no folder").read_text("utf-8")
    except OSError:
        return logging.LogRecord("meno.test", logging.ERROR, __file__, 1, message, (), sys.exc_info())
    raise AssertionError


def test_a_fault_is_one_line(level: logging.Logger) -> None:
    level.setLevel(logging.WARNING)

    line = Plain("%(message)s").format(record_of_a_fault())

    assert line.startswith("It failed. (NotADirectoryError: [Errno 20] Not a directory: ")
    assert "\n" not in line


def test_a_traceback_in_a_librarys_own_words_is_left_out_too(level: logging.Logger) -> None:
    level.setLevel(logging.WARNING)
    words = 'Unable to read\nTraceback (most recent call last):\n  File "a.py", line 1'
    record = logging.LogRecord("pygls", logging.ERROR, __file__, 1, words, (), None)

    assert Plain("%(message)s").format(record) == "Unable to read"


def test_who_looks_for_faults_sees_where_they_happened(level: logging.Logger) -> None:
    level.setLevel(logging.DEBUG)

    assert "Traceback (most recent call last)" in Plain("%(message)s").format(record_of_a_fault())


def test_a_pipe_that_nobody_reads_holds_nobody() -> None:
    reading, writing = os.pipe()
    handler = Unhurried(writing)
    handler.setFormatter(Plain("%(message)s"))
    logger = logging.Logger("unread")
    logger.addHandler(handler)

    def log() -> None:
        for number in range(20 * MOST_WAITING):
            logger.warning("%d %s", number, "x" * 100)

    writer = threading.Thread(target=log, daemon=True)
    writer.start()
    writer.join(DEADLINE)
    held = writer.is_alive()
    with os.fdopen(reading, encoding="utf-8") as heard:
        first = [heard.readline() for _ in range(MOST_WAITING)]
        logger.warning("the last one")
        rest = iter(heard.readline, "the last one\n")
        left_out = [line for line in [*first, *rest] if "lines were left out" in line]
        handler.finish()
    os.close(writing)

    assert not held
    assert first[0].startswith("0 x")
    assert left_out, "whoever reads on is told"


def test_what_nobody_caught_is_one_line_too() -> None:
    script = "from meno_server.lsp import logs; logs.prepare(); raise OSError(28, 'No space left on device')"
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "Something went wrong. (OSError: [Errno 28] No space left on device)" in done.stderr
    assert "Traceback" not in done.stderr
