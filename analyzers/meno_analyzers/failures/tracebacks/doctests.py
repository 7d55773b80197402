"""Reads the reports of `doctest`: an example, what it should show and what it showed."""

from __future__ import annotations

import re
from dataclasses import replace

from meno_analyzers.failures.tracebacks.python import read_chain, starts_here
from meno_analyzers.failures.tracebacks.report import ErrorText, Frame, Origin

_PLACE = re.compile(r'File "(?P<path>[^\n]+?)", line (?P<line>\d{1,9}), in (?P<name>\S+)\s*$')
_MARGIN = 4


def example_at(lines: list[str], at: int) -> bool:
    """Whether the report of one example starts on that line."""
    return (
        at + 1 < len(lines) and lines[at + 1].strip() == "Failed example:" and lines[at].startswith("File ")
    )


def read_doctest(lines: list[str], start: int) -> tuple[ErrorText | None, int]:
    """The failure of the example whose place stands at `start`, and the line below its report."""
    match = _PLACE.match(lines[start])
    at = start + 2
    source, at = _block(lines, at)
    example = " ".join(line.strip() for line in source)
    if match is None:
        return None, at
    frame = Frame(match["path"], int(match["line"]), match["name"], example or None)
    error = ErrorText("", frames=(frame,), origin=Origin.DOCTEST, test=match["name"])
    observed = expected = None
    while at < len(lines):
        word = lines[at].strip()
        if word == "Expected:":
            block, at = _block(lines, at + 1)
            expected = "\n".join(block)
        elif word == "Got:":
            block, at = _block(lines, at + 1)
            observed = "\n".join(block)
            break
        elif word in {"Expected nothing", "Got nothing"}:
            expected = "" if word.startswith("Expected") else expected
            observed = "" if word.startswith("Got") else observed
            at += 1
        elif word == "Exception raised:":
            block, at = _block(lines, at + 1)
            return _raised(block, error), at
        else:
            break
    return replace(error, observed=observed, expected=expected), at


def _raised(block: list[str], around: ErrorText) -> ErrorText:
    start = next((at for at in range(len(block)) if starts_here(block, at)), None)
    error = read_chain(block, start, greedy=True)[0] if start is not None else None
    if error is None:
        return around
    return replace(error, frames=(*around.frames, *error.frames), origin=Origin.DOCTEST, test=around.test)


def _block(lines: list[str], at: int) -> tuple[list[str], int]:
    """The indented lines from there on, without their margin."""
    found: list[str] = []
    while at < len(lines) and (lines[at].startswith(" " * _MARGIN) or not lines[at].strip()):
        found.append(lines[at][_MARGIN:])
        at += 1
    while found and not found[-1].strip():
        found.pop()
    return found, at
