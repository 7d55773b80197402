"""Reads the reports of IPython and notebooks: cells for files, and an arrow at the line."""

from __future__ import annotations

import re
from dataclasses import replace

from meno_analyzers.failures.tracebacks.python import (
    MOST_EARLIER,
    MOST_NOTES,
    ends_notes,
    link_at,
    mark_of,
    named_error,
)
from meno_analyzers.failures.tracebacks.report import Earlier, ErrorText, Frame, Mark, Origin
from meno_analyzers.failures.tracebacks.text import indentation, skip_blank

_HEADER = re.compile(r"(?P<type>[^\W\d][\w.]*) +Traceback \(most recent call last\):?\s*$")
_CELL = re.compile(
    r"(?P<path>(?:Cell|Input) In ?\[\d+\]), line (?P<line>\d{1,9})(?:, in (?P<function>\S.*))?$"
)
_OLD_CELL = re.compile(r"(?P<path>Input In \[\d+\]|<ipython-input-[^>\s]*>)(?:, in | in )(?P<function>\S.*)$")
_FILE = re.compile(r"File (?P<path>[^\n]+?):(?P<line>\d{1,9})(?:, in (?P<function>\S.*))?$")
_OLD_FILE = re.compile(r"(?P<path>[~/.\w][^\n]*?\.(?:py|pyx|pyc|pyi)) in (?P<function>\S.*)$")
_ARROW = re.compile(r"-{1,}> ?(?P<line>\d{1,9})(?: (?P<source>.*))?$")
_NUMBERED = re.compile(r"\s*\d+(?: |$)")


def header_at(lines: list[str], at: int) -> bool:
    """Whether a report of IPython starts on that line."""
    return "Traceback (most recent" in lines[at] and _HEADER.match(lines[at]) is not None


def read_ipython(lines: list[str], start: int) -> tuple[ErrorText | None, int]:
    """The error whose header stands at `start`, with those before it, and the next line."""
    earlier: list[Earlier] = []
    error, at = _read_one(lines, start)
    while not error.cut:
        following = skip_blank(lines, at)
        link = link_at(lines[following]) if following < len(lines) else None
        if link is None:
            break
        after = skip_blank(lines, following + 1)
        if after >= len(lines) or not header_at(lines, after):
            break
        if len(earlier) < MOST_EARLIER:
            earlier.append(Earlier(error, link))
        error, at = _read_one(lines, after)
    return replace(error, earlier=tuple(earlier)), at


def _read_one(lines: list[str], start: int) -> tuple[ErrorText, int]:
    header = _HEADER.match(lines[start])
    kind = header["type"] if header else ""
    frames: list[Frame] = []
    at = start + 1
    while at < len(lines):
        line = lines[at]
        if header_at(lines, at):
            break
        named = named_error(line)
        if named and named[0].rpartition(".")[2] == kind.rpartition(".")[2] and not _frame_of(line):
            return _with_notes(lines, at, named, frames)
        if frame := _frame_of(line):
            frame, at = _with_source(lines, at, frame)
            frames.append(frame)
        else:
            at += 1
    return ErrorText(kind, frames=tuple(frames), origin=Origin.IPYTHON, cut=True), at


def _with_notes(
    lines: list[str], at: int, named: tuple[str, str], frames: list[Frame]
) -> tuple[ErrorText, int]:
    notes: list[str] = []
    at += 1
    while (
        at < len(lines) and not ends_notes(lines[at]) and not header_at(lines, at) and not link_at(lines[at])
    ):
        if len(notes) < MOST_NOTES:
            notes.append(lines[at])
        at += 1
    return ErrorText(*named, tuple(frames), tuple(notes), origin=Origin.IPYTHON), at


def _frame_of(line: str) -> Frame | None:
    for pattern in (_CELL, _OLD_CELL, _FILE, _OLD_FILE):
        if match := pattern.match(line):
            groups = match.groupdict()
            function = (groups.get("function") or "<module>").partition("(")[0]
            if function.startswith("<cell line"):
                function = "<module>"
            return Frame(groups["path"], int(groups.get("line") or 0), function)
    return None


def _with_source(lines: list[str], at: int, frame: Frame) -> tuple[Frame, int]:
    """The frame with the line that the arrow points at, and the next line to read."""
    source: str | None = None
    number = frame.line
    mark: Mark | None = None
    at += 1
    while at < len(lines) and lines[at].strip():
        line = lines[at]
        if arrow := _ARROW.match(line):
            number = int(arrow["line"])
            text = arrow["source"] or ""
            source = text.strip()
            column = arrow.end() - len(text) + indentation(text)
            below = lines[at + 1] if at + 1 < len(lines) else ""
            if below.strip() and not below.strip("~^ "):
                mark = mark_of(below, column)
        elif not _NUMBERED.match(line) and not line.startswith((" ", "(")):
            break
        at += 1
    return replace(frame, line=number, source=source, mark=mark), at
