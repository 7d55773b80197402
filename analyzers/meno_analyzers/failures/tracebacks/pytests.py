"""Reads the reports of pytest in its styles long, short, line and native, and its short summary."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from meno_analyzers.failures.tracebacks.compared import of_assert
from meno_analyzers.failures.tracebacks.python import (
    FRAME,
    MOST_EARLIER,
    MOST_NOTES,
    link_at,
    mark_of,
    named_error,
    read_chain,
    starts_here,
)
from meno_analyzers.failures.tracebacks.report import Earlier, ErrorText, Frame, Link, Mark, Origin
from meno_analyzers.failures.tracebacks.text import indentation

_TITLE = re.compile(r"_{2,} (?P<title>\S.*?) _{2,}\s*$")
_BANNER = re.compile(r"={3,} .*={3,}\s*$|!{3,} .*!{3,}\s*$")
_CAPTURED = re.compile(r"-{3,} ?Captured .*-{3,}\s*$")
_PLACE = re.compile(r"(?P<path>[^\s:E>][^:\n]*|[A-Za-z]:[\\/][^:\n]*):(?P<line>\d{1,9}): ?(?P<rest>.*)$")
_IN = re.compile(r"in (?P<function>\S.*)$")
_SOURCE = re.compile(r">(?P<source>\s+\S.*)$")
_DEFINES = re.compile(r" {4,}(?:async )?def (?P<function>\w+)")
_MARKS = re.compile(r"\s+[~^][~^ ]*$")
_SUMMARY = re.compile(r"(?:FAILED|ERROR) (?P<path>[^\s:]+\.py)(?:::(?P<test>\S.*?))?(?: - (?P<rest>.*))?$")
_SETUP = re.compile(r"ERROR (?:at (?:setup|teardown) of|collecting) ")


def title_at(lines: list[str], at: int) -> bool:
    """Whether the report of one test, or the banner of one line each, starts there."""
    line = lines[at]
    return line.startswith("__") and _TITLE.match(line) is not None


def failures_banner_at(lines: list[str], at: int) -> bool:
    """Whether the list of failures starts there; in the style "line" they have no titles."""
    return lines[at].startswith("===") and lines[at].strip("= \t") in {"FAILURES", "ERRORS"}


def marked_at(lines: list[str], at: int) -> bool:
    """Whether the line is one of pytest's own, so that the lines around it are a report without its title."""
    return lines[at].startswith("E   ") and lines[at][4:].strip() != ""


def read_section(lines: list[str], start: int, titled: bool = True) -> tuple[list[ErrorText], int]:
    """The errors of the report at `start`, and the line below it."""
    test = None
    at = start
    if titled:
        match = _TITLE.match(lines[at])
        test = _SETUP.sub("", match["title"]) if match else None
        at += 1
    end = at
    while end < len(lines) and not title_at(lines, end) and not _BANNER.match(lines[end]):
        end += 1
    return _errors(lines[at:end], test), end


def summary_of(line: str) -> ErrorText | None:
    """What a line of the short summary tells."""
    match = _SUMMARY.match(line) if line.startswith(("FAILED ", "ERROR ")) else None
    if match is None:
        return None
    rest = match["rest"] or ""
    kind, message = _type_and_message([rest]) if rest else ("", "")
    test = match["test"].replace("::", ".") if match["test"] else match["path"]
    error = ErrorText(kind, message, (Frame(match["path"], 0),), origin=Origin.SUMMARY, test=test)
    return _compared(error, [rest], None)


def _errors(body: list[str], test: str | None) -> list[ErrorText]:
    native = next((at for at in range(len(body)) if starts_here(body, at)), None)
    if native is not None and not any(marked_at(body, at) for at in range(len(body))):
        return _native(body, native, test)
    pieces = _Pieces()
    return [replace(error, test=test, origin=Origin.PYTEST) for error in pieces.read(body)]


def _native(body: list[str], at: int, test: str | None) -> list[ErrorText]:
    found: list[ErrorText] = []
    while at < len(body):
        if starts_here(body, at):
            error, at = read_chain(body, at)
            if error is not None:
                lines = [f"{error.type}: {error.message}", *error.notes]
                whole = replace(error, origin=Origin.PYTEST, test=test)
                found.append(_compared(whole, lines, error.frames[-1].source if error.frames else None))
        else:
            at += 1
    return found


class _Pieces:
    """Puts together frames and error lines of one report, line by line."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.said: list[str] = []  # the lines behind `E`
        self.named: str | None = None  # what stands behind the place: `AssertionError`
        self.function = ""
        self.source: str | None = None
        self.mark: Mark | None = None
        self.expected: list[str] | None = None
        self.observed: list[str] | None = None
        self.earlier: list[Earlier] = []
        self.block: list[str] | None = None
        self.column = 0

    def read(self, body: list[str]) -> Iterator[ErrorText]:
        for number, line in enumerate(body):
            if _CAPTURED.match(line):
                break
            if link := link_at(line):
                self._link(link)
            elif line.startswith("E ") or line == "E":
                yield from self._end_of_the_last()
                self.said.append(line[1:])
                self.block = None
            elif match := _PLACE.match(line):
                yield from self._place(match, body, number)
            elif self.block is not None and line.startswith("    "):
                self.block.append(line[4:])
            else:
                self._other(line)
        yield from self._done()

    def _other(self, line: str) -> None:
        word = line.strip()
        self.block = None
        if word in {"Expected:", "Got:"}:
            self.block = []
            if word == "Got:":
                self.observed = self.block
            else:
                self.expected = self.block
        elif match := _SOURCE.match(line):
            self.source = match["source"].strip()
            self.column = 1 + indentation(match["source"])
            self.mark = None
        elif match := _DEFINES.match(line):
            self.function = match["function"]
        elif _MARKS.match(line) and self.source is not None:
            self.mark = mark_of(line, self.column)
        elif self.said and line.startswith("    ") and self.frames == []:
            self.said.append("   " + line)  # the style "line" marks the first line only
        elif self.frames and self.frames[-1].source is None and line.startswith("    "):
            self.source, self.column = word, indentation(line)
            self.frames[-1] = replace(self.frames[-1], source=word)
        if self.mark and self.frames and self.frames[-1].source == self.source:
            self.frames[-1] = replace(self.frames[-1], mark=self.mark)

    def _end_of_the_last(self) -> Iterator[ErrorText]:
        """In the style "line" an error that has its place already is over when the next one begins."""
        if self.frames and self.said and self.frames[-1].function == "" and self.source is None:
            yield from self._done()

    def _place(self, match: re.Match[str], body: list[str], number: int) -> Iterator[ErrorText]:
        rest = match["rest"].strip()
        function = _IN.match(rest)
        if function and self.said and self.frames:
            yield from self._done()
        name = function["function"] if function else self.function
        frame = Frame(match["path"], int(match["line"]), name)
        if function is None:
            frame = replace(frame, source=self.source, mark=self.mark)
        self.frames.append(frame)
        self.source, self.mark, self.function = None, None, ""
        if function or not rest:
            return
        if not self.said:
            self.said.append("   " + rest)
        chained = any(link_at(line) for line in body[number + 1 : number + 4])
        if not chained:
            yield from self._done(rest)
        else:
            self.named = rest

    def _link(self, link: Link) -> None:
        error = self._error(None)
        if error is not None and len(self.earlier) < MOST_EARLIER:
            self.earlier.append(Earlier(error, link))
        self._clear()

    def _done(self, rest: str | None = None) -> Iterator[ErrorText]:
        error = self._error(rest)
        if error is not None:
            yield replace(error, earlier=tuple(self.earlier))
            self.earlier = []
        self._clear()

    def _error(self, rest: str | None) -> ErrorText | None:
        rest = self.named or rest
        margin = min((indentation(line) for line in self.said if line.strip()), default=0)
        told = [line[margin:].rstrip() for line in self.said]
        if not told and not self.frames and self.observed is None:
            return None
        place = self._syntax_place(told)
        kind, message = _type_and_message(told)
        if not kind and rest and (named := named_error(rest)):
            kind = named[0]
        notes = tuple(line for line in told[1 : MOST_NOTES + 1] if line)
        error = ErrorText(kind, message, tuple(self.frames), notes, place, cut=not (told or self.observed))
        if self.observed is not None or self.expected is not None:
            observed, expected = "\n".join(self.observed or []), "\n".join(self.expected or [])
            return replace(error, type="", message="", observed=observed, expected=expected, cut=False)
        source = self.frames[-1].source if self.frames else self.source
        return _compared(error, told, source)

    def _syntax_place(self, told: list[str]) -> Frame | None:
        """Where a SyntaxError points: its lines stand behind `E` above the error; they are taken away."""
        found = next((at for at, line in enumerate(told[:-1]) if FRAME.match(line)), None)
        if found is None or ", in " in told[found]:
            return None
        error, _ = read_chain([*told[found:]], 0)
        if error is None or error.place is None:
            return None
        del told[: max(at for at, line in enumerate(told) if named_error(line) or at == 0)]
        return error.place

    def _clear(self) -> None:
        self.frames, self.said = [], []
        self.source, self.mark, self.function, self.named = None, None, "", None
        self.expected = self.observed = self.block = None


def _type_and_message(told: list[str]) -> tuple[str, str]:
    first = told[0].strip() if told else ""
    if first.startswith("assert "):
        return "AssertionError", first
    return named_error(first) or ("", first)


def _compared(error: ErrorText, lines: list[str], source: str | None) -> ErrorText:
    if error.name != "AssertionError":
        return error
    pair = of_assert(lines, source)
    return replace(error, observed=pair[0], expected=pair[1]) if pair else error
