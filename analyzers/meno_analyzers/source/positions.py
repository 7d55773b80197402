"""Columns in three encodings, and back: characters inside, UTF-8, UTF-16 or UTF-32 units outside.

Python's `ast` counts UTF-8 bytes, editors mostly count UTF-16 units, Meno counts characters. All three
agree on ASCII lines, which is tested first because nearly all lines are ASCII.
"""

from __future__ import annotations

from enum import StrEnum


class Encoding(StrEnum):
    """The units in which a client counts columns; the values are the protocol's own words."""

    UTF8 = "utf-8"
    UTF16 = "utf-16"
    UTF32 = "utf-32"


def to_units(line: str, column: int, encoding: Encoding) -> int:
    """The column of `encoding` at which the character column `column` of `line` lies."""
    if encoding is Encoding.UTF32 or line.isascii():
        return column
    head = line[:column]
    if encoding is Encoding.UTF8:
        return len(head.encode("utf-8", "surrogatepass"))
    return column + sum(character > "\uffff" for character in head)


def from_units(line: str, units: int, encoding: Encoding) -> int:
    """The character column for `units`; inside a character it snaps to the character's start.

    Past the end of the line it answers the line's length; the caller decides where a line ends.
    """
    if units <= 0:
        return 0
    if encoding is Encoding.UTF32 or line.isascii():
        return min(units, len(line))
    seen = 0
    for column, character in enumerate(line):
        if encoding is Encoding.UTF16:
            seen += 2 if character > "\uffff" else 1
        else:
            seen += len(character.encode("utf-8", "surrogatepass"))
        if seen > units:
            return column
    return len(line)


def from_bytes(line: str, offset: int) -> int:
    """The character column for a byte offset of `ast` into `line`."""
    if line.isascii():
        return offset
    return len(line.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "replace"))
