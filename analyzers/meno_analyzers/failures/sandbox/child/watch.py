"""Who is still there: finds, counts, weighs and ends all processes that a fork has left or started."""

from __future__ import annotations

import os
import signal
from typing import Any

from . import sentences
from .confine import Walls

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


class Watch:
    def __init__(self, walls: Walls, limits: dict[str, Any]) -> None:
        self._walls = walls
        self._limits = limits
        self._resident = 0
        self._statuses: dict[int, int] = {}

    def settle(self) -> int:
        """Takes the warmed process as what every fork starts from; answers its address space in bytes."""
        try:
            with open("/proc/self/statm", encoding="ascii") as file:
                pages = file.read().split()
        except OSError:
            return 0
        self._resident = int(pages[1]) * _PAGE
        return int(pages[0]) * _PAGE

    def look(self) -> tuple[str, str] | None:
        """The reason to end all, if there are too many processes or if together they hold too much memory."""
        others = self._others()
        if len(others) > self._limits["processes"]:
            return "exit", sentences.too_many_processes(self._limits["processes"])
        held = 0
        for process in others:
            try:
                with open("/proc/%d/statm" % process, encoding="ascii") as file:
                    held += max(0, int(file.read().split()[1]) * _PAGE - self._resident)
            except (OSError, IndexError):
                continue
        if held > self._limits["memory_bytes"]:
            return "memory", sentences.too_much_memory(self._limits["memory_bytes"])
        return None

    def _others(self) -> list[int]:
        if "proc" in self._walls.held:
            return [int(name) for name in os.listdir("/proc") if name.isdigit() and name != "1"]
        if self._walls.has_processes:
            return []  # their numbers mean nothing in the `/proc` that is seen here
        return _descendants(os.getpid())

    def has_ended(self, child: int) -> bool:
        if child in self._statuses:
            return True
        try:
            found, status = os.waitpid(child, os.WNOHANG)
        except ChildProcessError:
            return True
        if found:
            self._statuses[child] = status
        return bool(found)

    def end(self, child: int) -> int | None:
        """Ends the fork and all that it started; the fork's status, if it had ended by itself."""
        own = self._statuses.get(child) if self.has_ended(child) else None
        self.end_all(child)
        self._statuses.clear()
        return own

    def end_all(self, child: int | None) -> None:
        if self._walls.has_processes:
            _kill(-1)
            return
        if child is not None:
            _kill(child)
            try:
                os.killpg(child, signal.SIGKILL)
            except OSError:
                pass
        for process in _descendants(os.getpid()):
            _kill(process)

    def reap(self) -> None:
        """Waits for all that were ended, and ends what was orphaned meanwhile, until none is left."""
        while True:
            try:
                if not self._walls.has_processes:
                    found, _ = os.waitpid(-1, os.WNOHANG)
                    if found:
                        continue
                    for process in _descendants(os.getpid()):
                        _kill(process)
                os.waitpid(-1, 0)
            except ChildProcessError:
                return
            except InterruptedError:
                continue


def _kill(process: int) -> None:
    try:
        os.kill(process, signal.SIGKILL)
    except OSError:
        pass


def _descendants(process: int) -> list[int]:
    """All processes below this one. Empty where the system does not tell."""
    found: list[int] = []
    waiting = [process]
    while waiting:
        one = waiting.pop()
        try:
            with open("/proc/%d/task/%d/children" % (one, one), encoding="ascii") as file:
                children = [int(word) for word in file.read().split()]
        except (OSError, ValueError):
            continue
        found += children
        waiting += children
    return found
