"""What another file of the workspace offers: its summaries, without looking for mistakes in it."""

from __future__ import annotations

from collections.abc import Generator

from meno_analyzers.facts.module import Module
from meno_analyzers.facts.summaries import class_opened, summary_of
from meno_analyzers.facts.unit import UnitFacts
from meno_analyzers.source import Document, UnitMap


def outlining(text: str) -> Generator[None, None, Module]:
    """Makes the module of a text, one unit a step, so that a caller can do other things in between."""
    lines = Document("", text).lines
    module = Module()
    start = 0
    class_name: str | None = None
    for unit in UnitMap(lines).units:
        unit_lines = lines[start : start + unit.length]
        start += unit.length
        facts = UnitFacts(unit_lines, in_class=unit.in_class, goes_on=unit.goes_on)
        summary = summary_of(facts)
        module.add(summary, unit, class_name if unit.depth == 1 else None)
        if unit.depth == 0:
            class_name = class_opened(unit, summary)
        yield
    return module


def outline(text: str) -> Module:
    """The module of a text, at once."""
    steps = outlining(text)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            module: Module = done.value
            return module
