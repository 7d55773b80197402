"""Finds every error of a text, whoever printed it: one pass over the lines, each read by whoever knows it."""

from __future__ import annotations

from dataclasses import replace

from meno_analyzers.failures.tracebacks import doctests, ipython, pytests, unittests
from meno_analyzers.failures.tracebacks.python import (
    FRAME,
    GROUP_HEADER,
    HEADER,
    read_chain,
    starts_here,
)
from meno_analyzers.failures.tracebacks.report import ErrorText, Origin, Report
from meno_analyzers.failures.tracebacks.text import clean_lines, without_prefix

# A log line may quote a log line; more than a few times nobody does.
_DEEPEST_PREFIX = 3


def read(text: str) -> Report:
    """Everything that the text tells about errors. Never raises; takes time in proportion to the text."""
    errors = _read_lines(clean_lines(text), 0)
    return Report(tuple(_without_doubles(errors)))


def _read_lines(lines: list[str], depth: int) -> list[ErrorText]:
    errors: list[ErrorText] = []
    at = 0
    unread = 0  # the first line that no error has used yet
    while at < len(lines):
        found, after = _read_at(lines, at, unread, depth)
        if after > at:
            errors += found
            unread = at = after
        else:
            at += 1
    return errors


def _read_at(lines: list[str], at: int, unread: int, depth: int) -> tuple[list[ErrorText], int]:
    """The errors that start on the line and the line after them; the same line if none does."""
    line = lines[at]
    if not line or line.isspace():
        return [], at
    if pytests.title_at(lines, at):
        return pytests.read_section(lines, at)
    if pytests.failures_banner_at(lines, at):
        found, after = pytests.read_section(lines, at + 1, titled=False)
        return found, max(after, at + 1)
    if summary := pytests.summary_of(line):
        return [summary], at + 1
    if pytests.marked_at(lines, at):
        return pytests.read_section(lines, unread, titled=False)
    if unittests.title_at(lines, at):
        return unittests.read_unittest(lines, at)
    if doctests.example_at(lines, at):
        return _one(*doctests.read_doctest(lines, at))
    if ipython.header_at(lines, at):
        return _one(*ipython.read_ipython(lines, at))
    return _read_python(lines, at, depth)


def _read_python(lines: list[str], at: int, depth: int) -> tuple[list[ErrorText], int]:
    line = lines[at]
    for header in (GROUP_HEADER, HEADER):
        place = line.find(header)
        if place >= 0:
            prefix = line[:place]
            break
    else:
        if starts_here(lines, at) and _is_frame(lines, at):
            error, after = read_chain(lines, at)
            # A lone line that looks like a frame is no error; below a header it would have been read.
            return (
                [error] if error and (error.place or not error.cut or len(error.frames) > 1) else []
            ), after
        return [], at
    if prefix and depth < _DEEPEST_PREFIX:
        bare = without_prefix(lines, at, prefix)
        if len(bare) > 1:
            return _read_lines(bare, depth + 1), at + len(bare)
    if prefix.strip():
        # Only the header shares its line with something else.
        rest = [header, *_until_header(lines, at + 1)]
        error, after = read_chain(rest, 0)
        return ([error] if error else []), at + max(after, 1)
    error, after = read_chain(lines, at)
    ignored = at > 0 and lines[at - 1].startswith("Exception ignored in")
    return ([replace(error, ignored=True) if ignored else error] if error else []), after


def _until_header(lines: list[str], start: int) -> list[str]:
    end = start
    while end < len(lines) and HEADER not in lines[end]:
        end += 1
    return lines[start:end]


def _is_frame(lines: list[str], at: int) -> bool:
    return FRAME.match(lines[at]) is not None


def _one(error: ErrorText | None, after: int) -> tuple[list[ErrorText], int]:
    return ([error] if error is not None else []), after


def _without_doubles(errors: list[ErrorText]) -> list[ErrorText]:
    """Without the lines of pytest's summary that a report above has told in full.

    Reports in the style "line" have no names; the summary lists the same failures in the same order.
    """
    named = {error.test for error in errors if error.origin is Origin.PYTEST and error.test is not None}
    nameless = [error for error in errors if error.origin is Origin.PYTEST and error.test is None]
    left = [error for error in errors if error.origin is Origin.SUMMARY and error.test not in named]
    told = [error for error in errors if error.origin is not Origin.SUMMARY]
    if nameless and [error.type for error in nameless] == [error.type for error in left]:
        names = iter([error.test for error in left])
        unnamed = {id(error) for error in nameless}
        return [replace(error, test=next(names)) if id(error) in unnamed else error for error in told]
    return told + left
