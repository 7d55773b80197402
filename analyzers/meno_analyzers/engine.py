"""Text edit in, findings out: decides what must be computed again, and computes only that.

An `Analysis` belongs to one open file. Each unit keeps its facts, its summary and its findings (relative to
its own first line) with the questions that it asked about the rest of the file. An edit makes new units;
their facts come from a cache by text where the same text was seen before. Units elsewhere are checked again
only if an answer that they were given has changed; that work is left in `pending` and done in small steps
by `work`, so that a newer key can come first. Even to read a long unit takes longer than a key may: who types
into it can put that off until the typing rests, and catches up then.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence

from meno_analyzers.checking import UnitCheck
from meno_analyzers.facts.cache import Checked, FactsCache
from meno_analyzers.facts.contributions import changed_keys
from meno_analyzers.facts.module import Module
from meno_analyzers.facts.newer import Version
from meno_analyzers.facts.summaries import class_opened
from meno_analyzers.facts.summary import Summary
from meno_analyzers.facts.view import ModuleView, names_asked, still_holds
from meno_analyzers.findings import Finding
from meno_analyzers.source import Document, Splice, Unit, UnitChange, UnitMap
from meno_analyzers.unit_analysis import UnitAnalysis, left_alone

# A syntax tree takes about a hundred times the memory of its text.
_CACHED_CHARACTERS = 80_000
_KNOWN_CHARACTERS = 160_000
# A unit of at least so many lines is not checked in one go when there is a deadline, and can be put off.
LONG_UNIT = 60
# An answer waits so long for units that the edit only concerns; for those that it made, as long as it may.
OTHERS_SECONDS = 0.001


class _Positions:
    """Which unit stands where. It knows the units and not the analysis, so that one that was used once is
    freed as soon as it is let go, without the collector."""

    def __init__(self, units: UnitMap) -> None:
        self._units = units
        self._known: dict[Unit, int] | None = None

    def of(self, unit: Unit) -> int:
        """The unit's place in the file; -1 of one that is not there."""
        if self._known is None:
            self._known = {own: index for index, own in enumerate(self._units.units)}
        return self._known.get(unit, -1)

    def forget(self) -> None:
        """To be called when units came or went."""
        self._known = None


_CACHE = FactsCache(_CACHED_CHARACTERS, _KNOWN_CHARACTERS)


class Analysis:
    """The findings of one document, kept up to date edit by edit."""

    def __init__(self, document: Document, *, check_now: bool = True, target: Version | None = None) -> None:
        """`target` is the Python that the text is for; without it nothing is too new."""
        self.document = document
        self._target = target
        self._others: dict[str, Module] = {}
        self._start()
        if check_now:
            self.work()

    def _start(self) -> None:
        self.units = UnitMap(self.document.lines)
        self._positions = _Positions(self.units)
        self._module = Module(self._positions.of)
        self._module.others = self._others
        self._asking: dict[str, set[Unit]] = {}
        self.pending: dict[Unit, None] = {}
        self._edited: frozenset[Unit] = frozenset()
        self._put_off: set[Unit] = set()
        # A check that was left in the middle. Whatever may change an answer drops it.
        self._checking: tuple[Unit, UnitCheck] | None = None
        self._take_in(0, self.units.units)

    def retarget(self, target: Version | None) -> None:
        """Takes the text for another Python from now on; all units are to be checked again."""
        if target != self._target:
            self._target = target
            self._checking = None
            for unit in self.units.units:
                self._forget_questions(unit)
                unit.analysis.asked = None
                self.pending.setdefault(unit)

    @property
    def imports(self) -> frozenset[str]:
        """The names of the modules that the text imports."""
        return self._module.imported_modules()

    def know_others(self, others: Mapping[str, Module]) -> None:
        """Takes in what is known of the modules that the text imports, by the name it imports them under;
        the units that asked about one that is new or different are pending."""
        self._checking = None
        before = self._others
        self._others = self._module.others = dict(others)
        for name in before.keys() | others.keys():
            if before.get(name) is not others.get(name):
                for unit in self._asking.get(f"other:{name}", ()):
                    self.pending.setdefault(unit)

    def replaced(self) -> None:
        """Starts anew after the whole text was replaced."""
        self._start()

    @property
    def is_behind(self) -> bool:
        """Whether a unit was put off, and is known as it was."""
        return bool(self._put_off)

    def edited(self, splice: Splice, *, put_off: bool = False) -> list[Finding]:
        """Follows one edit of the document: the units that it touches are pending first.

        With `put_off`, an edit within one long unit only moves what is known of it, until `catch_up`.
        Returns the findings of the units that were replaced, where they stood before the edit.
        """
        self._checking = None
        starts = self.units.starts
        change = self.units.update(self.document.lines, splice.first, splice.old_end, splice.new_end)
        before = [
            finding.moved_down(start)
            for start, unit in zip(starts[change.first :], change.removed, strict=False)
            for finding in unit.analysis.findings
        ]
        start = starts[change.first]
        if put_off and change.is_within_one(LONG_UNIT):
            self._move_along(change, start, splice)
            return before
        left = [self._leave(unit) for unit in change.removed]
        pending = list(self.pending)
        self.pending = {}
        came = self._take_in(change.first, change.added)
        self._edited = frozenset(change.added)
        if len(change.removed) == len(change.added) == 1 and change.added[0].length >= LONG_UNIT:
            (old,), (new,) = change.removed, change.added
            new.analysis.go_on_showing(left_alone(old.analysis.last_readable, start, splice))
        for unit in pending:
            self.pending.setdefault(unit)
        self._tell_askers(left, came)
        return before

    def _move_along(self, change: UnitChange, start: int, splice: Splice) -> None:
        """Keeps the unit of before, with what is known of it, in the place and length of its new text."""
        (unit,), (new,) = change.removed, change.added
        analysis: UnitAnalysis = unit.analysis
        analysis.findings = left_alone(analysis.findings, start, splice)
        analysis.readable = left_alone(analysis.readable, start, splice)
        unit.length = new.length
        self.units.units[change.first] = unit
        self.pending.pop(unit, None)
        self._put_off.add(unit)

    def catch_up(self) -> bool:
        """Reads what was put off, if anything was. Its units are pending then, and show what they showed."""
        behind = self.is_behind
        for unit in list(self._put_off):
            index = self._positions.of(unit)
            new = Unit(unit.kind, unit.length, unit.entry, unit.depth, unit.goes_on)
            self.units.units[index] = new
            shown = unit.analysis.last_readable
            left = [self._leave(unit)]
            came = self._take_in(index, [new])
            new.analysis.go_on_showing(shown)
            self._tell_askers(left, came)
        return behind

    def _tell_askers(
        self, left: list[tuple[Summary, str | None]], came: list[tuple[Summary, str | None]]
    ) -> None:
        """Puts up for checking who asked about what is different now."""
        for key in self._module.affected(changed_keys(left, came)):
            for unit in self._asking.get(key, ()):
                self.pending.setdefault(unit)

    def _take_in(self, first: int, units: Sequence[Unit]) -> list[tuple[Summary, str | None]]:
        """Makes facts for new units and puts them up for checking; returns what they contribute."""
        came: list[tuple[Summary, str | None]] = []
        self._positions.forget()
        class_name = self._class_around(first)
        for index, unit in enumerate(units, first):
            known = _CACHE.known(unit, self._lines(unit, index))
            unit.analysis = UnitAnalysis(known, class_name if unit.depth == 1 else None)
            if unit.depth == 0:
                class_name = class_opened(unit, known.summary)
            self._module.add(known.summary, unit, unit.analysis.class_name)
            came.append((known.summary, unit.analysis.class_name))
            self.pending.setdefault(unit)
        self._follow_class(first + len(units), class_name)
        return came

    def _class_around(self, index: int) -> str | None:
        """The name of the class in whose body the unit at `index` may lie: the last one opened above it."""
        while index > 0:
            index -= 1
            unit = self.units.units[index]
            if unit.depth == 0:
                return class_opened(unit, unit.analysis.summary)
            if unit.depth == 1:
                name: str | None = unit.analysis.class_name
                return name
        return None

    def _follow_class(self, index: int, class_name: str | None) -> None:
        """Tells the units that go on in a class that was opened, closed or renamed above them."""
        for unit in self.units.units[index:]:
            if unit.depth == 0:
                break
            analysis: UnitAnalysis = unit.analysis
            if unit.depth > 1:
                continue
            if analysis.class_name == class_name:
                break
            left = [self._leave(unit)]
            unit.analysis = UnitAnalysis(analysis.known, class_name, analysis.findings)
            self._module.add(analysis.summary, unit, class_name)
            self.pending.setdefault(unit)
            self._tell_askers(left, [(analysis.summary, class_name)])

    def _lines(self, unit: Unit, index: int) -> list[str]:
        start = self.units.starts[index]
        return self.document.lines[start : start + unit.length]

    def _leave(self, unit: Unit) -> tuple[Summary, str | None]:
        """Takes a unit out of the file's facts; returns what it contributed."""
        analysis: UnitAnalysis = unit.analysis
        self.pending.pop(unit, None)
        self._put_off.discard(unit)
        self._forget_questions(unit)
        self._module.remove(analysis.summary, unit, analysis.class_name)
        return analysis.summary, analysis.class_name

    def _forget_questions(self, unit: Unit) -> None:
        for key in names_asked(unit.analysis.asked or ()):
            askers = self._asking.get(key)
            if askers is not None:
                askers.discard(unit)
                if not askers:
                    del self._asking[key]

    def work(self, seconds: float | None = None) -> bool:
        """Checks pending units, for about `seconds` if given; returns whether all are done. Without a limit
        it catches up first.

        A long unit may be left in the middle of its check, and is then the next to go on with.
        """
        if seconds is None:
            self.catch_up()
        start = time.perf_counter()
        deadline = None if seconds is None else start + seconds
        while self.pending:
            unit = next(iter(self.pending))
            if unit in self._put_off:  # something that it asked about is different
                self.catch_up()
                continue
            if not self._check(unit, deadline if unit.length >= LONG_UNIT else None):
                break
            self.pending.pop(unit)
            if seconds is not None and self.pending:
                edited = next(iter(self.pending)) in self._edited
                if time.perf_counter() > start + (seconds if edited else min(seconds, OTHERS_SECONDS)):
                    break
        return not self.pending

    def _check(self, unit: Unit, deadline: float | None) -> bool:
        """Checks a unit, or goes on with its check; returns whether its findings are there."""
        analysis: UnitAnalysis = unit.analysis
        if self._checking is not None and self._checking[0] is unit:
            check = self._checking[1]
        else:
            asked = analysis.asked
            if asked is not None:
                if still_holds(self._module, asked, unit):
                    return True
                self._forget_questions(unit)
                analysis.asked = None
            known = analysis.known.checked
            # Its own last check was looked at just now.
            if known is not None and known.asked is not asked and self._would_find(known, unit):
                self._take_found(unit, known)
                return True
            facts = _CACHE.get(unit, self._lines(unit, self._positions.of(unit)))
            view = ModuleView(self._module, unit, analysis.class_name)
            check = UnitCheck(facts, view, self._target)
        if not check.go_on(deadline):
            self._checking = unit, check
            return False
        self._checking = None
        analysis.known.checked = check.checked()
        self._take_found(unit, analysis.known.checked)
        return True

    def _would_find(self, checked: Checked, unit: Unit) -> bool:
        """Whether a check of the unit would find what one of the same text found, here or in another file."""
        return (
            checked.class_name == unit.analysis.class_name
            and checked.target == self._target
            and still_holds(self._module, checked.asked, unit)
        )

    def _take_found(self, unit: Unit, checked: Checked) -> None:
        unit.analysis.findings = checked.findings
        unit.analysis.asked = checked.asked
        for name in names_asked(checked.asked):
            self._asking.setdefault(name, set()).add(unit)

    def units_with_findings(self) -> Iterator[tuple[int, Unit, tuple[Finding, ...]]]:
        """(first line, unit, its findings relative to that line) for every unit that has any."""
        for start, unit in zip(self.units.starts, self.units.units, strict=False):
            findings: tuple[Finding, ...] = unit.analysis.findings
            if findings:
                yield start, unit, findings

    def findings(self) -> list[Finding]:
        """All findings of the file with absolute positions, in the order of the text."""
        return [
            finding.moved_down(start)
            for start, _, findings in self.units_with_findings()
            for finding in findings
        ]

    def is_broken(self, line: int) -> bool:
        """Whether the unit that holds `line` does not parse."""
        unit = self.units.units[self.units.index_at(line)]
        broken: bool = unit.analysis.is_broken
        return broken

    def lines_around(self, line: int) -> tuple[int, int]:
        """First and last line (0-based, inclusive) of the unit that holds `line`."""
        index = self.units.index_at(line)
        start = self.units.starts[index]
        return start, start + self.units.units[index].length - 1


def analyse(text: str, target: Version | None = None) -> list[Finding]:
    """All findings of a whole text: the same engine as in the editor, used once.

    `target` is the Python that the text is for; without it nothing is too new.
    """
    return Analysis(Document("", text), target=target).findings()


__all__ = ["Analysis", "UnitAnalysis", "analyse"]
