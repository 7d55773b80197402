"""Reads what Python itself prints for an error: frames, the error's line, notes, and the errors before it."""

from __future__ import annotations

import re
from dataclasses import replace

from meno_analyzers.failures.tracebacks.report import Earlier, ErrorText, Frame, Link, Mark
from meno_analyzers.failures.tracebacks.text import indentation, skip_blank

HEADER = "Traceback (most recent call last):"
GROUP_HEADER = "+ Exception Group Traceback (most recent call last):"
MOST_NOTES = 60
MOST_EARLIER = 100

FRAME = re.compile(
    r'\s*(?:File "(?P<path>[^\n]+?)"|(?P<cell>(?:Cell|Input) In ?\[\d+\])), line (?P<line>\d{1,9})'
    r"(?:, in (?P<function>\S.*?))?\s*$"
)
ERROR = re.compile(r"(?P<type>[^\W\d][\w.]*(?:<locals>[\w.]*)*)(?::(?: (?P<message>.*))?)?\s*$")
_REPEATED = re.compile(r"\s*\[Previous line repeated (\d{1,12}) more times?\]\s*$")
_MARKS = re.compile(r"\s*[~^][~^ ]*$")
_ELIDED = re.compile(r"\s*\.\.\.<\d+ lines?>\.\.\.\s*$")
_LINKS = {
    "The above exception was the direct cause of the following exception:": Link.CAUSE,
    "During handling of the above exception, another exception occurred:": Link.CONTEXT,
}
# What may stand below an error without belonging to it: a prompt, the next line of a log, a rule.
_NO_NOTE = re.compile(
    r"""\s*$ | >>>(\ |$) | In\ \[\d | (?:\S*[$%\#]|PS\ [^>]*>)\ ? \S*$ | [\w.@:~/-]*[$\#]\s
    | \d{4}-\d\d-\d\d | \d\d:\d\d:\d\d | (?:DEBUG|INFO|WARNING|ERROR|CRITICAL)\b
    | [=\-_*]{10,} | Process\ finished | \s*\+-
    | Exception\ (?:ignored|in)\ | \(?\S*\)?\s*\S+@\S+[:~] | ```
    """,
    re.VERBOSE,
)


def read_chain(lines: list[str], start: int, *, greedy: bool = False) -> tuple[ErrorText | None, int]:
    """The error whose header or first frame stands at `start`, with the errors before it, and the next line.

    A greedy reading takes all lines up to the next error as notes; it is for texts that hold one report only.
    None if there is no error; the next line is always further down.
    """
    earlier: list[Earlier] = []
    error, at = read_one(lines, start, greedy=greedy)
    while error is not None and not error.cut:
        following = skip_blank(lines, at)
        link = _LINKS.get(lines[following].strip()) if following < len(lines) else None
        if link is None:
            break
        after = skip_blank(lines, following + 1)
        if not starts_here(lines, after):
            break
        if len(earlier) < MOST_EARLIER:
            earlier.append(Earlier(error, link))
        error, at = read_one(lines, after, greedy=greedy)
    if error is None:
        return (earlier[-1].error if earlier else None), at
    return (replace(error, earlier=tuple(earlier)) if earlier else error), at


def link_at(line: str) -> Link | None:
    """Whether the line says how the next error follows from the last one."""
    return _LINKS.get(line.strip())


def starts_here(lines: list[str], at: int) -> bool:
    """Whether an error as Python prints it starts on that line."""
    if at >= len(lines):
        return False
    line = lines[at].strip()
    return line == HEADER or line.startswith(GROUP_HEADER) or FRAME.match(lines[at]) is not None


def read_one(lines: list[str], start: int, *, greedy: bool = False) -> tuple[ErrorText | None, int]:
    """One error without the ones before it. A tree of a group is read by its own module."""
    if lines[start].lstrip().startswith(GROUP_HEADER):
        # The tree's own lines are read with this module again.
        from meno_analyzers.failures.tracebacks.groups import read_group

        return read_group(lines, start)
    at = start + (lines[start].strip() == HEADER)
    frames: list[Frame] = []
    while at < len(lines):
        if FRAME.match(lines[at]):
            frame, at = _read_frame(lines, at)
            frames.append(frame)
        elif (match := _REPEATED.match(lines[at])) and frames:
            frames[-1] = replace(frames[-1], repeated=int(match.group(1)))
            at += 1
        else:
            break
    match = ERROR.match(lines[at]) if at < len(lines) else None
    if match is None:
        found = ErrorText("", frames=tuple(frames), cut=True) if frames else None
        return found, max(at, start + 1)
    return _named(lines, at, match, frames, greedy=greedy)


def named_error(line: str) -> tuple[str, str] | None:
    """Type and message of a line such as `KeyError: 'price'`."""
    match = ERROR.match(line)
    return (match["type"], match["message"] or "") if match else None


def _named(
    lines: list[str], at: int, match: re.Match[str], frames: list[Frame], *, greedy: bool
) -> tuple[ErrorText, int]:
    notes: list[str] = []
    place = None
    if frames and not frames[-1].function and frames[-1].path:
        place = frames.pop()
    at += 1
    while at < len(lines) and not _is_next(lines, at, greedy=greedy):
        if len(notes) < MOST_NOTES:
            notes.append(lines[at])
        at += 1
    while notes and not notes[-1].strip():
        notes.pop()
    error = ErrorText(match["type"], match["message"] or "", tuple(frames), tuple(notes), place)
    return error, at


def _is_next(lines: list[str], at: int, *, greedy: bool) -> bool:
    line = lines[at]
    if link_at(line) or line.strip() == HEADER or line.lstrip().startswith(GROUP_HEADER):
        return True
    return not greedy and (ends_notes(line) or FRAME.match(line) is not None or HEADER in line)


def ends_notes(line: str) -> bool:
    """Whether the line below an error is none of its notes: a blank line, a prompt, a log, a rule."""
    return _NO_NOTE.match(line) is not None


def _read_frame(lines: list[str], at: int) -> tuple[Frame, int]:
    """The frame at that line with its source, and the line after it."""
    match = FRAME.match(lines[at])
    assert match is not None
    margin = indentation(lines[at])
    source: str | None = None
    mark: Mark | None = None
    column = 0
    at += 1
    while at < len(lines) and indentation(lines[at]) > margin and lines[at].strip():
        line = lines[at]
        if FRAME.match(line) or _REPEATED.match(line):
            break
        if _MARKS.match(line):
            mark = mark or (mark_of(line, column) if source is not None else None)
        elif source is None:
            column, source = indentation(line), line.strip()
        elif not _ELIDED.match(line) and mark is None and match["function"] is None:
            break  # the place of a SyntaxError has one line
        at += 1
    path = match["path"] or match["cell"]
    return Frame(path, int(match["line"]), match["function"] or "", source, mark), at


def mark_of(line: str, column: int) -> Mark | None:
    """What the markers of the line point at, in a source line that starts at that column."""
    start, end = indentation(line), len(line.rstrip())
    first, last = line.find("^"), line.rfind("^")
    if first < 0:
        first, last = start, end - 1
    shifted = [max(place - column, 0) for place in (start, end, first, last + 1)]
    return Mark(*shifted)
