"""Units, the grain of incremental work: one function or method, one class skeleton, one paragraph of
statements.

A file is a sequence of units that cover all its lines. Where a unit begins depends only on the lines up
to there and on the units that enclose it (`Unit.entry`), so after an edit units are cut again from just
above the edit until a cut falls where one was before in the same surroundings. A method is its own unit;
the rest of the class body is cut into skeleton pieces. A nested function belongs to the unit around it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from itertools import accumulate
from typing import Any

from meno_analyzers.source.scan import Head, Line, rescan, scan_lines


class UnitKind(Enum):
    """What a unit holds."""

    FUNCTION = "function"
    CLASS = "class"  # the header and what follows it up to the first method or gap
    STATEMENTS = "statements"  # a paragraph of statements, at the top or in a class body


# (indent of the class, indent of its body or -1 while not known), innermost last.
_ClassStack = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """The surroundings in which a unit begins; equal entries before equal lines cut equally."""

    classes: _ClassStack
    kind_before: UnitKind | None
    indent_before: int


_TOP = Entry((), None, 0)


@dataclass(slots=True, eq=False, weakref_slot=True)
class Unit:
    """One stretch of lines. `depth` says in how many class bodies it lies; `goes_on` that a class header
    is followed by units of its body. `analysis` belongs to the engine."""

    kind: UnitKind
    length: int
    entry: Entry
    depth: int
    goes_on: bool = False
    analysis: Any = field(default=None, repr=False)

    @property
    def in_class(self) -> bool:
        return self.depth > 0

    def is_cut_like(self, other: Unit) -> bool:
        """Whether both begin in the same surroundings and take in as many lines."""
        return self.length == other.length and self.stands_like(other)

    def stands_like(self, other: Unit) -> bool:
        """Whether both begin in the same surroundings and are of the same kind."""
        return (self.kind, self.entry, self.depth, self.goes_on) == (
            *(other.kind, other.entry, other.depth, other.goes_on),
        )


@dataclass(slots=True)
class _Open:
    """The unit being cut."""

    start: int
    kind: UnitKind
    indent: int
    entry: Entry
    depth: int  # how many classes enclose it

    @property
    def in_class(self) -> bool:
        return self.depth > 0


@dataclass(frozen=True, slots=True)
class UnitChange:
    """Units `first` to `old_end` were replaced by units `first` to `new_end` of the new list."""

    first: int
    removed: tuple[Unit, ...]
    added: tuple[Unit, ...]

    def is_within_one(self, length: int) -> bool:
        """Whether one unit of so many lines or more became another, in the same place."""
        if len(self.removed) != 1 or len(self.added) != 1:
            return False
        (old,), (new,) = self.removed, self.added
        return old.stands_like(new) and min(old.length, new.length) >= length


class UnitMap:
    """The units of a document and the lines they cover, kept up to date by `update`."""

    def __init__(self, lines: list[str]) -> None:
        self._facts = scan_lines(lines)
        self.units: list[Unit] = list(_cut(self._facts, 0, _TOP))
        self._measure()

    def _measure(self) -> None:
        self.starts: list[int] = [0, *accumulate(unit.length for unit in self.units)]

    def index_at(self, line: int) -> int:
        """The index of the unit that holds `line`."""
        return min(bisect_right(self.starts, line, 0, len(self.units)) - 1, len(self.units) - 1)

    def update(self, lines: list[str], first: int, old_end: int, new_end: int) -> UnitChange:
        """Cuts again what an edit of lines `first` to `old_end` (now `new_end`) may have changed."""
        changed_end = rescan(lines, self._facts, first, old_end, new_end)
        shift = new_end - old_end
        # One unit further up: the edit may have joined the unit's first line to the unit above it.
        begin = max(0, self.index_at(first) - 1)
        old_starts, old_units = self.starts, self.units
        added: list[Unit] = []
        line = old_starts[begin]
        end = len(old_units)
        candidate = begin
        for unit in _cut(self._facts, line, old_units[begin].entry):
            if line >= changed_end:
                while candidate < len(old_units) and old_starts[candidate] + shift < line:
                    candidate += 1
                if (
                    candidate < len(old_units)
                    and old_starts[candidate] + shift == line
                    and old_units[candidate].entry == unit.entry
                ):
                    end = candidate
                    break
            added.append(unit)
            line += unit.length
        # Above the edit the same cut was mostly made again: those units stay what they are.
        while begin < end and added and added[0].is_cut_like(old_units[begin]):
            if old_starts[begin] + added[0].length > first:
                break
            begin += 1
            added.pop(0)
        removed = tuple(old_units[begin:end])
        self.units = old_units[:begin] + added + old_units[end:]
        self._measure()
        return UnitChange(begin, removed, tuple(added))


def _cut(facts: list[Line], start: int, entry: Entry) -> Iterator[Unit]:
    """Cuts the lines from `start` on into units, the first of which begins in the surroundings `entry`."""
    classes = list(entry.classes)
    current: _Open | None = None
    before = entry
    decorated = False
    blank = start == 0 or facts[start - 1].head is Head.BLANK
    for index in range(start, len(facts)):
        _, indent, head = facts[index]
        if head is Head.BORDER:
            # The line is a unit of its own, and what follows begins anew as at the top of a file.
            if current is not None:
                yield _close(current, index, [])
            yield Unit(UnitKind.STATEMENTS, 1, before, 0)
            current, before, classes, decorated, blank = None, _TOP, [], False, True
            continue
        if head in (Head.BLANK, Head.COMMENT, Head.CONTINUATION):
            blank = head is Head.BLANK
            if current is None:
                current = _Open(index, UnitKind.STATEMENTS, 0, before, len(classes))
            continue
        after_blank, blank = blank, False
        if current is not None and decorated:
            if head is not Head.DECORATOR:
                decorated = False
                if head is Head.CLASS:
                    current.kind = UnitKind.CLASS
                    classes.append((indent, -1))
                elif head is not Head.DEF:
                    current.kind = UnitKind.STATEMENTS
            continue
        if current is not None and current.kind is UnitKind.FUNCTION and indent > current.indent:
            continue
        if head is Head.CLAUSE and current is not None:
            continue
        entry_classes = tuple(classes)
        while classes and indent <= classes[-1][0]:
            classes.pop()
        if classes and classes[-1][1] < 0:
            classes[-1] = (classes[-1][0], indent)
        level = classes[-1][1] if classes else 0
        if indent != level and current is not None:
            continue
        opens = head in (Head.DEF, Head.CLASS, Head.DECORATOR)
        same_paragraph = (
            current is not None
            and not opens
            and not after_blank
            and current.kind is not UnitKind.FUNCTION
            and not (current.kind is UnitKind.CLASS and len(classes) <= current.depth)
            and bool(classes) == (current.in_class or current.kind is UnitKind.CLASS)
        )
        if same_paragraph:
            continue
        if current is not None:
            yield _close(current, index, classes)
            before = Entry(entry_classes, current.kind, current.indent)
        kind = UnitKind.STATEMENTS
        if head in (Head.DEF, Head.DECORATOR):
            kind = UnitKind.FUNCTION
        elif head is Head.CLASS:
            kind = UnitKind.CLASS
        current = _Open(index, kind, indent, before, len(classes))
        decorated = head is Head.DECORATOR
        if head is Head.CLASS:
            classes.append((indent, -1))
    if current is not None:
        yield _close(current, len(facts), [])


def _close(current: _Open, end: int, classes: list[tuple[int, int]]) -> Unit:
    goes_on = current.kind is UnitKind.CLASS and len(classes) > current.depth
    return Unit(current.kind, end - current.start, current.entry, current.depth, goes_on)
