"""A notebook: its cells in order are one program, and each cell is an open file of its own.

The cells' Python lies in one document that the engine analyses, behind a border line each, so that names flow
from cell to cell and a cell that is broken breaks no other. A `Cell` shows the part of the analysis that is
its own, in its own lines: every feature that knows files knows cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from meno_analyzers.engine import Analysis
from meno_analyzers.facts.newer import Version
from meno_analyzers.findings import Finding
from meno_analyzers.source import Document, Splice, Unit, UnitKind
from meno_analyzers.source.cells import PREAMBLE, as_python, last_expression
from meno_analyzers.source.scan import BORDER
from meno_server.lsp.open_file import OpenFile

if TYPE_CHECKING:
    from meno_analyzers.facts.module import Module

# A value that stands alone on the last line is what a cell shows.
SHOWS_A_VALUE = frozenset({"ME213", "ME214", "ME405", "ME406", "ME416"})


@dataclass(frozen=True, slots=True)
class CellText:
    """One code cell as the client sends it; `whole` if it is all cells in one text, as JupyterLab has it."""

    uri: str
    text: str
    version: int
    whole: bool = False


class Notebook:
    """The code cells of one notebook and the analysis of them all. Belongs to the event loop's thread."""

    def __init__(
        self, uri: str, epoch: int, target: Version | None = None, cells: Sequence[CellText] = ()
    ) -> None:
        self.uri = uri
        self.epoch = epoch
        self.cells: list[Cell] = []
        self._firsts: dict[Cell, int] | None = None  # asked for at every key, by every cell
        self.document = Document(uri, PREAMBLE)
        self.analysis = Analysis(self.document, check_now=False, target=target)
        self.restructure(0, 0, cells)

    @property
    def edits(self) -> int:
        """Grows with every edit of any cell."""
        return sum(cell.edits for cell in self.cells)

    @property
    def together(self) -> tuple[OpenFile, ...]:
        """The cells, which are published together."""
        return tuple(self.cells)

    @property
    def program(self) -> str:
        """The whole program, without the lines that only we put there."""
        return "".join("\n" if line in (BORDER, PREAMBLE) else line for line in self.document.lines)

    def first_line(self, cell: Cell) -> int:
        """The line of `document` on which a cell begins; its end for a cell that was taken out meanwhile."""
        if self._firsts is None:
            self._firsts, line = {}, 2
            for one in self.cells:
                self._firsts[one] = line
                line += len(one.python) + 1
        return self._firsts.get(cell, len(self.document.lines))

    def holds(self, cell: Cell) -> bool:
        """Whether the cell was not taken out meanwhile."""
        self.first_line(cell)
        return self._firsts is not None and cell in self._firsts

    def restructure(self, start: int, removed: int, added: Sequence[CellText]) -> list[Cell]:
        """Takes cells out from `start` on and puts others there; returns those that were taken out."""
        gone = self.cells[start : start + removed]
        first = self.first_line(self.cells[start]) - 1 if start < len(self.cells) else self._end
        came = [Cell(self, text) for text in added]
        lines = [line for cell in came for line in (BORDER, *cell.python)]
        old_end = first + sum(len(cell.python) + 1 for cell in gone)
        self.cells[start : start + removed] = came
        # The line above is taken in: an edit is of one line at least.
        self.replace(first - 1, old_end, [self.document.lines[first - 1], *lines])
        return gone

    @property
    def _end(self) -> int:
        return len(self.document.lines) - 1

    def replace(self, first: int, old_end: int, lines: list[str], *, put_off: bool = False) -> list[Finding]:
        """Puts lines in the place of others; returns the findings that stood in what was replaced."""
        self._firsts = None
        self.document.lines[first:old_end] = lines
        return self.analysis.edited(Splice(first, old_end, first + len(lines)), put_off=put_off)

    def model_said(self, findings: Sequence[Finding]) -> None:
        """Gives each cell the model's findings that lie in it."""
        for cell in self.cells:
            first = self.first_line(cell)
            own = range(first, first + len(cell.python))
            cell.model_said([f.moved_down(-first) for f in findings if f.span.start_line in own])


class Cell(OpenFile):
    """One code cell: an open file whose analysis is a part of its notebook's."""

    def __init__(self, notebook: Notebook, text: CellText) -> None:
        document = Document(text.uri, text.text, text.version)
        self.notebook = notebook
        self.whole = text.whole
        self.python = _ended(as_python(document.lines))
        super().__init__(document, notebook.epoch, analysis=CellAnalysis(self))

    @property
    def together(self) -> tuple[OpenFile, ...]:
        return self.notebook.together

    @property
    def place(self) -> str:
        return self.notebook.uri

    @property
    def is_cell(self) -> bool:
        return True

    @property
    def program(self) -> str:
        return "".join(self.python)


@dataclass(frozen=True, slots=True)
class _CellUnits:
    """The units of one cell, with the cell's own lines as their starts."""

    units: list[Unit]
    starts: list[int]

    def index_at(self, line: int) -> int:
        before = [index for index, start in enumerate(self.starts[:-1]) if start <= line]
        return before[-1] if before else 0


class CellAnalysis:
    """What the analysis of a notebook says of one cell, in the cell's lines."""

    def __init__(self, cell: Cell) -> None:
        self._cell = cell
        self._shown: WeakKeyDictionary[Unit, tuple[tuple[Finding, ...], tuple[Finding, ...]]] = (
            WeakKeyDictionary()
        )
        self._last = last_expression(cell.python)

    @property
    def _whole(self) -> Analysis:
        return self._cell.notebook.analysis

    @property
    def _first(self) -> int:
        return self._cell.notebook.first_line(self._cell)

    @property
    def units(self) -> _CellUnits:
        first = self._first
        of_all = self._whole.units
        if not self._cell.notebook.holds(self._cell):
            return _CellUnits([], [0])  # taken out: what stands at the end is another cell's
        begin = of_all.index_at(first)
        end = of_all.index_at(first + len(self._cell.python) - 1) + 1
        starts = [start - first for start in of_all.starts[begin : end + 1]]
        return _CellUnits(of_all.units[begin:end], starts)

    @property
    def pending(self) -> Mapping[Unit, None]:
        return self._whole.pending

    @property
    def imports(self) -> frozenset[str]:
        return self._whole.imports

    def retarget(self, target: Version | None) -> None:
        self._whole.retarget(target)

    def know_others(self, others: Mapping[str, Module]) -> None:
        self._whole.know_others(others)

    @property
    def is_behind(self) -> bool:
        return self._whole.is_behind

    def catch_up(self) -> bool:
        return self._whole.catch_up()

    def work(self, seconds: float | None = None) -> bool:
        return self._whole.work(seconds)

    def replaced(self) -> None:
        self._follow()
        self.catch_up()  # no pause follows that would end with it

    def edited(self, splice: Splice, *, put_off: bool = False) -> list[Finding]:
        del splice  # a magic may reach further than the edit
        return self._follow(put_off)

    def _follow(self, put_off: bool = False) -> list[Finding]:
        """Brings the notebook's document up to the cell's text."""
        cell, first = self._cell, self._first
        old, new = cell.python, _ended(as_python(cell.document.lines))
        same = 0
        while same < min(len(old), len(new)) - 1 and old[same] == new[same]:
            same += 1
        tail = 0
        while tail < min(len(old), len(new)) - same - 1 and old[-1 - tail] == new[-1 - tail]:
            tail += 1
        cell.python = new
        self._last = last_expression(new)
        self._shown.clear()
        changed = new[same : len(new) - tail]
        before = cell.notebook.replace(first + same, first + len(old) - tail, changed, put_off=put_off)
        return [f.moved_down(-first) for f in before if first <= f.span.start_line < first + len(old)]

    def units_with_findings(self) -> Iterator[tuple[int, Unit, tuple[Finding, ...]]]:
        units = self.units
        for start, unit in zip(units.starts, units.units, strict=False):
            findings: tuple[Finding, ...] = unit.analysis.findings
            if findings and (shown := self._for_cell(start, unit, findings)):
                yield start, unit, shown

    def _for_cell(self, start: int, unit: Unit, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        known = self._shown.get(unit)
        if known is not None and known[0] is findings:
            return known[1]
        shown = tuple(f for f in findings if not self._is_fine(f, start, unit))
        self._shown[unit] = findings, shown
        return shown

    def _is_fine(self, finding: Finding, start: int, unit: Unit) -> bool:
        """Whether a finding is none in a cell: the value it shows, or waiting outside of functions."""
        if finding.rule in SHOWS_A_VALUE and unit.kind is UnitKind.STATEMENTS:
            line = start + finding.span.start_line
            return self._cell.whole or (self._last is not None and self._last[0] <= line <= self._last[1])
        waits = finding.variant == "outside" and finding.values.get("near") in {"await", "async"}
        return waits and unit.kind is UnitKind.STATEMENTS

    def is_broken(self, line: int) -> bool:
        return self._whole.is_broken(self._first + line)

    def lines_around(self, line: int) -> tuple[int, int]:
        units = self.units
        index = units.index_at(line)
        return units.starts[index], units.starts[index + 1] - 1


def _ended(lines: list[str]) -> list[str]:
    """The lines, each with an end: another cell may follow."""
    return [*lines[:-1], lines[-1].rstrip("\r\n") + "\n"]
