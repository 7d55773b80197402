"""The program as a script: with input to read and with what it prints on its way to the warden."""

from __future__ import annotations

import atexit
import io
import os
import sys
import threading
from typing import Any

from .program import Version

# Nobody reads before all is written. Linux promises 64 KB for a pipe; elsewhere it may be the least there is.
_PIPE_HOLDS = 60_000 if sys.platform.startswith("linux") else 512


def input_file(text: str, folder: str) -> int:
    """A file to read the text from."""
    data = text.encode("utf-8", "surrogateescape")
    if len(data) < _PIPE_HOLDS:
        reader, writer = os.pipe()
        os.write(writer, data)
        os.close(writer)
        return reader
    if hasattr(os, "memfd_create"):
        file = os.memfd_create("input")
    else:
        path = os.path.join(folder, ".meno-input")
        file = os.open(path, getattr(os, "O_BINARY", 0) | os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        if os.name != "nt":
            os.unlink(path)
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]
    os.lseek(file, 0, os.SEEK_SET)
    return file


def connect(text: str, output: int, folder: str) -> None:
    """Puts the input before standard input and the pipe behind standard output."""
    reader = input_file(text, folder)
    os.dup2(reader, 0)
    os.close(reader)
    os.dup2(output, 1)
    os.close(output)
    sys.stdin = sys.__stdin__ = io.TextIOWrapper(  # type: ignore[misc]
        io.BufferedReader(io.FileIO(0, "r", closefd=False)), encoding="utf-8", errors="surrogateescape"
    )
    sys.stdout = sys.__stdout__ = io.TextIOWrapper(  # type: ignore[misc]
        io.BufferedWriter(io.FileIO(1, "w", closefd=False)), encoding="utf-8", errors="backslashreplace"
    )


def play_run(version: Version) -> dict[str, Any]:
    """Runs the program as `__main__` to its very end: threads, what was registered for the exit, what is
    still to be printed. Raises whatever the program raises."""
    own = sys.stdout
    sys.argv = [version.filename]
    left: SystemExit | None = None
    try:
        version.fresh("__main__")
    except SystemExit as exit_:
        if exit_.code not in (None, 0):
            left = exit_
    finally:
        _finish(own)
    if left is not None:
        raise left
    return {"verdict": "passed"}


def _finish(own: Any) -> None:
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, own):
        try:
            stream.flush()
        except (AttributeError, ValueError):
            pass
