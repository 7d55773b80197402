"""The open text: a list of lines that edits are spliced into, so an edit costs what it touches.

It refuses nothing an editor sends: positions past the end of a line or file are clamped, reversed ranges
are put in order. What guards it is the fuzz test that compares it with plain string surgery.
"""

from __future__ import annotations

from dataclasses import dataclass

from meno_analyzers.source.lines import content_length, split_lines, with_whole_characters
from meno_analyzers.source.positions import Encoding, from_units, to_units


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An immutable text with its uri and version: what work outside the event loop is given."""

    uri: str
    version: int
    text: str


@dataclass(frozen=True, slots=True)
class Splice:
    """What an edit did: old lines `first` to `old_end` (exclusive) became lines `first` to `new_end`."""

    first: int
    old_end: int
    new_end: int


class Document:
    """The lines of one open file; `lines` is read by everybody and changed only here."""

    def __init__(self, uri: str, text: str, version: int = 0) -> None:
        self.uri = uri
        self.version = version
        self.lines = split_lines(text)

    @property
    def text(self) -> str:
        """The whole text; costs time in the size of the file, so it is kept off the keystroke path."""
        return "".join(self.lines)

    def snapshot(self) -> Snapshot:
        return Snapshot(self.uri, self.version, self.text)

    def replace_all(self, text: str) -> Splice:
        """Takes a whole new text."""
        old_end = len(self.lines)
        self.lines = split_lines(text)
        return Splice(0, old_end, len(self.lines))

    def splice(
        self,
        start: tuple[int, int],
        end: tuple[int, int],
        text: str,
        encoding: Encoding = Encoding.UTF32,
    ) -> Splice:
        """Replaces the text between two (line, column) positions, columns counted in `encoding`."""
        start_line, start_column = self.character_position(*start, encoding)
        end_line, end_column = self.character_position(*end, encoding)
        if (end_line, end_column) < (start_line, start_column):
            start_line, start_column, end_line, end_column = end_line, end_column, start_line, start_column
        lines = self.lines
        head = lines[start_line][:start_column]
        tail = lines[end_line][end_column:]
        # A lone "\r" above joins a "\n" that now follows it: they are one line end, so take that line in.
        if not head and start_line and lines[start_line - 1].endswith("\r"):
            start_line -= 1
            head = lines[start_line]
        fresh = split_lines(with_whole_characters(head + text + tail))
        # All but the file's last line carry their own end, after which split_lines adds an empty line.
        if end_line + 1 < len(lines):
            fresh.pop()
        lines[start_line : end_line + 1] = fresh
        return Splice(start_line, end_line + 1, start_line + len(fresh))

    def character_position(self, line: int, units: int, encoding: Encoding) -> tuple[int, int]:
        """A client's position as (line, character column), clamped into the text."""
        if line < 0:
            return 0, 0
        if line >= len(self.lines):
            last = len(self.lines) - 1
            return last, content_length(self.lines[last])
        text = self.lines[line]
        return line, min(from_units(text, units, encoding), content_length(text))

    def client_column(self, line: int, column: int, encoding: Encoding) -> int:
        """The column that the client counts for a character column of ours."""
        if line >= len(self.lines):
            return 0
        return to_units(self.lines[line], column, encoding)
