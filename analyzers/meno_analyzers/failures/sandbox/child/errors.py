"""An exception as plain data: its type, its message, and the frames that belong to the program.

Tracebacks are walked by hand: the `traceback` module reads files, and can be changed by the program."""

from __future__ import annotations

from types import FunctionType, ModuleType
from typing import Any

from .values import clip, picture

_OWN = __file__.rsplit("/", 1)[0].rsplit("\\", 1)[0]
_FIRST_FRAMES = 8
_LAST_FRAMES = 24
_MOST_NAMES = 30
_LONGEST_MESSAGE = 400


def described(error: BaseException, folder: str, names: bool) -> dict[str, Any]:
    """The error as the sheet takes it. Frames inside the folder have a path relative to it, others None."""
    frames: list[dict[str, Any]] = []
    trace = error.__traceback__
    steps = []
    while trace is not None:
        if not trace.tb_frame.f_code.co_filename.startswith(_OWN):
            steps.append(trace)
        trace = trace.tb_next
    own = [place for place, step in enumerate(steps) if within(step.tb_frame.f_code.co_filename, folder)]
    if own:
        steps = steps[own[0] :]  # what a framework does before it comes to the program says nothing
    if len(steps) > _FIRST_FRAMES + _LAST_FRAMES:
        steps = steps[:_FIRST_FRAMES] + steps[-_LAST_FRAMES:]
    for step in steps:
        code = step.tb_frame.f_code
        path = within(code.co_filename, folder)
        frame: dict[str, Any] = {"path": path, "line": step.tb_lineno or 1, "function": code.co_name}
        if names and path is not None:
            frame["names"] = _local_names(step.tb_frame.f_locals)
        frames.append(frame)
    if isinstance(error, SyntaxError) and error.filename:
        path = within(error.filename, folder)
        if path is not None:
            frames.append({"path": path, "line": error.lineno or 1, "function": "<module>"})
    return {"type": type(error).__name__, "message": _message(error), "frames": frames}


def within(filename: str, folder: str) -> str | None:
    """The path relative to the folder, with `/` between its parts, or None if it lies outside."""
    if filename.startswith(folder) and filename[len(folder) : len(folder) + 1] in ("/", "\\"):
        return filename[len(folder) + 1 :].replace("\\", "/")
    return None


def _message(error: BaseException) -> str:
    try:
        if isinstance(error, SyntaxError):
            return clip(str(error.msg), _LONGEST_MESSAGE)
        return clip(str(error), _LONGEST_MESSAGE)
    except Exception:
        return ""


def _local_names(names: dict[str, Any]) -> dict[str, str]:
    shown: dict[str, str] = {}
    for name in list(names):
        value = names[name]
        if name.startswith(("__", "<")) or isinstance(value, (ModuleType, FunctionType, type)):
            continue
        shown[name] = picture(value, 120)
        if len(shown) == _MOST_NAMES:
            break
    return shown
