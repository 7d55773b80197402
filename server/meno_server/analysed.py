"""What the server asks of the analysis of an open text: a file's own, or a cell's part of its notebook's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from meno_analyzers.facts.module import Module
    from meno_analyzers.facts.newer import Version
    from meno_analyzers.findings import Finding
    from meno_analyzers.source import Splice, Unit


class Units(Protocol):
    """Units in the order of the text; `starts` are their first lines, and behind them the end of the last."""

    @property
    def units(self) -> Sequence[Unit]: ...

    @property
    def starts(self) -> Sequence[int]: ...

    def index_at(self, line: int) -> int:
        """The index of the unit that holds a line."""


class Analysed(Protocol):
    """The analysis of one open text; see `meno_analyzers.engine.Analysis`, which is one."""

    @property
    def units(self) -> Units: ...

    @property
    def pending(self) -> Mapping[Unit, None]: ...

    @property
    def is_behind(self) -> bool: ...

    @property
    def imports(self) -> frozenset[str]: ...

    def retarget(self, target: Version | None) -> None: ...

    def know_others(self, others: Mapping[str, Module]) -> None: ...

    def work(self, seconds: float | None = None) -> bool: ...

    def replaced(self) -> None: ...

    def edited(self, splice: Splice, *, put_off: bool = False) -> list[Finding]: ...

    def catch_up(self) -> bool: ...

    def units_with_findings(self) -> Iterator[tuple[int, Unit, tuple[Finding, ...]]]: ...

    def is_broken(self, line: int) -> bool: ...

    def lines_around(self, line: int) -> tuple[int, int]: ...
