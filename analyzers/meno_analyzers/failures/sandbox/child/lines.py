"""Which lines of the main file ran. From 3.12 on the interpreter reports each line once and then no more
(`sys.monitoring`), which costs next to nothing; before, every line passes through `sys.settrace`."""

from __future__ import annotations

import sys
import threading
from types import CodeType, FrameType
from typing import Any

_monitoring: Any = getattr(sys, "monitoring", None)
_settrace = sys.settrace
_CODE = type((lambda: 0).__code__)


class Lines:
    """Collects lines of the code objects of one file, between `start` and `stop`."""

    def __init__(self, filename: str, marks: Any = None) -> None:
        """`marks` is memory with a byte for each line, in which they are noted as well."""
        self._filename = filename
        self._marks = marks
        self._marked = len(marks) if marks is not None else 0
        self._seen: set[int] = set()
        self._first: frozenset[int] | None = None
        self._tool: int | None = None
        self._armed: list[CodeType] = []

    def start(self, code: CodeType, keep: bool = False) -> None:
        """With `keep`, what had run when `settle` was called counts as well."""
        self._seen = set(self._first or ()) if keep else set()
        if not keep:
            self._first = None
        if self._marked:
            self._marks[:] = bytes(self._marked)
            for line in self._seen:
                self._mark(line)
        if _monitoring is None:
            _settrace(self._call)
            threading.settrace(self._call)
            return
        if self._tool is None:
            self._tool = _free_tool()
            _monitoring.register_callback(self._tool, _monitoring.events.LINE, self._line)
        else:
            _monitoring.restart_events()
        if not any(code is known for known in self._armed):
            self._arm(code)

    def stop(self) -> list[int]:
        if _monitoring is None:
            _settrace(None)
        return sorted(self._seen)

    def settle(self) -> None:
        """What ran until now, the import, counts for every test of a session."""
        if self._first is None:
            self._first = frozenset(self._seen)

    def release(self) -> None:
        """Gives back what the interpreter lends to one collector at a time."""
        if self._tool is not None:
            _monitoring.free_tool_id(self._tool)
            self._tool = None
        threading.settrace(None)

    def _arm(self, code: CodeType) -> None:
        self._armed.append(code)
        _monitoring.set_local_events(self._tool, code, _monitoring.events.LINE)
        for constant in code.co_consts:
            if type(constant) is _CODE:
                self._arm(constant)

    def _line(self, code: CodeType, line: int) -> Any:
        self._seen.add(line)
        self._mark(line)
        return _monitoring.DISABLE

    def _mark(self, line: int) -> None:
        if line < self._marked:
            self._marks[line] = 1

    def _call(self, frame: FrameType, event: str, argument: object) -> Any:
        if frame.f_code.co_filename != self._filename:
            return None
        return self._step

    def _step(self, frame: FrameType, event: str, argument: object) -> Any:
        if event == "line" and frame.f_lineno not in self._seen:
            self._seen.add(frame.f_lineno)
            self._mark(frame.f_lineno)
        return self._step


def _free_tool() -> int:
    for tool in (4, 3, 2, 5, 1):
        if _monitoring.get_tool(tool) is None:
            _monitoring.use_tool_id(tool, "meno")
            return tool
    raise RuntimeError("no tool is free")
