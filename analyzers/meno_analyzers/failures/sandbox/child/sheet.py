"""The result sheet: memory shared between the warden and the copy of it that runs the program.

Results are written here and not into a pipe, so that a program that closes all files, or writes into those
that are not its own, loses or forges nothing by it, and so that a result costs no call of the system. The
sheet holds a bounded number of bytes. A program that seeks it out can still write on it: the warden believes
only what it can read as results of the cases that it asked for."""

from __future__ import annotations

import mmap
import struct

CAPACITY = 4 * 1024 * 1024
MOST_LINES = 1 << 16
_HEADER = struct.Struct("<QQd")  # bytes used, cases done, when the present case began
_FIRST = 64
_pack = _HEADER.pack
_unpack = _HEADER.unpack


class Sheet:
    """Text records in shared memory, one writer at a time."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, CAPACITY)
        # One byte for each line of the program that ran in the present case: what was ended from outside
        # cannot tell any more.
        self.lines = mmap.mmap(-1, MOST_LINES)
        self._used = 0
        self._done = 0

    def clear(self, now: float) -> None:
        self._used = self._done = 0
        self._memory[: _HEADER.size] = _pack(0, 0, now)

    def begin(self, now: float) -> None:
        """The next case begins now."""
        self._memory[: _HEADER.size] = _pack(self._used, self._done, now)

    def add(self, record: str) -> bool:
        """Whether there was room for the record. It becomes visible only once it is whole."""
        data = record.encode("ascii", "replace") + b"\n"
        start = _FIRST + self._used
        if start + len(data) > CAPACITY:
            return False
        self._memory[start : start + len(data)] = data
        self._used += len(data)
        self._done += 1
        begun = _unpack(self._memory[: _HEADER.size])[2]
        self._memory[: _HEADER.size] = _pack(self._used, self._done, begun)
        return True

    def lines_run(self) -> list[int]:
        """The lines that have run in the present case, as far as lines are noted."""
        return [line for line, ran in enumerate(self.lines[:]) if ran]

    def progress(self) -> tuple[int, float]:
        """How many cases are done, and when the present one began."""
        _, done, begun = _unpack(self._memory[: _HEADER.size])
        return done, begun

    def records(self) -> list[bytes]:
        used = min(_unpack(self._memory[: _HEADER.size])[0], CAPACITY - _FIRST)
        return self._memory[_FIRST : _FIRST + used].splitlines()
