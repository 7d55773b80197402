"""The suggested calls as test code in the style of the learner's tests, with a gap for the expected value."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from meno_analyzers.failures.cases import CodeCase, FileCase
from meno_analyzers.failures.collecting import Collected
from meno_analyzers.failures.suggesting.schema import Ending, Style

_PRINTS = frozenset({Ending.PRINTS, Ending.OUTPUT})


@dataclass(frozen=True, slots=True)
class Sketch:
    """What a test needs to know of a call: `changed` is the name and the value of what the call changes,
    `call_with_name` the call with that name in its place."""

    function: str
    call: str
    ending: Ending
    changed: tuple[str, str] | None = None
    call_with_name: str = ""


def style_of(collected: Collected) -> Style:
    """The style of most cases; pytest's where there are none."""
    found: list[Style] = []
    for case in collected.cases:
        if isinstance(case, FileCase):
            found.append(Style(case.framework))
        elif isinstance(case, CodeCase):
            found.append(Style.ASSERT)
    return max(found, key=found.count) if found else Style.PYTEST


def code_of(sketch: Sketch, style: Style) -> str:
    """The statements of one test, without what goes around them."""
    if style is Style.DOCTEST or (style is Style.ASSERT and sketch.ending in _PRINTS):
        return _doctest(sketch)
    lines: list[str] = []
    asked = sketch.call
    if sketch.changed is not None:
        lines += [f"{sketch.changed[0]} = {sketch.changed[1]}", sketch.call_with_name]
        asked = sketch.changed[0]
    elif sketch.ending is Ending.SECOND:
        lines.append(sketch.call)
    elif sketch.ending in _PRINTS:
        if style is Style.UNITTEST:
            lines += ["with contextlib.redirect_stdout(io.StringIO()) as printed:", f"    {sketch.call}"]
            asked = "printed.getvalue()"
        else:
            lines.append(sketch.call)
            asked = "capsys.readouterr().out"
    lines.append(f"self.assertEqual({asked}, ...)" if style is Style.UNITTEST else f"assert {asked} == ...")
    return "\n".join(lines)


def _doctest(sketch: Sketch) -> str:
    if sketch.changed is not None:
        name, value = sketch.changed
        return f">>> {name} = {value}\n>>> _ = {sketch.call_with_name}\n>>> {name}\n?"
    if sketch.ending is Ending.SECOND:
        return f">>> _ = {sketch.call}\n>>> {sketch.call}\n?"
    return f">>> {sketch.call}\n?"


def whole(sketches: Sequence[Sketch], style: Style, module: str) -> str:
    """All of them as one piece of code; empty without any."""
    if not sketches:
        return ""
    parts = [code_of(sketch, style) for sketch in sketches]
    if style in {Style.DOCTEST, Style.ASSERT}:
        return "\n".join(parts) + "\n"
    names = sorted({sketch.function.partition(".")[0].removesuffix("()") for sketch in sketches})
    imported = f"from {module} import {', '.join(names)}"
    tests: list[str] = []
    counts: dict[str, int] = {}
    for sketch, part in zip(sketches, parts, strict=True):
        stem = sketch.function.replace("().", "_").replace(".", "_").lower().strip("_")
        counts[stem] = counts.get(stem, 0) + 1
        taken = "capsys" if style is Style.PYTEST and sketch.ending in _PRINTS else ""
        taken = "self" if style is Style.UNITTEST else taken
        tests.append(f"def test_{stem}_more_{counts[stem]}({taken}):\n{textwrap.indent(part, '    ')}")
    if style is Style.PYTEST:
        return f"{imported}\n\n\n" + "\n\n\n".join(tests) + "\n"
    needed = ["import contextlib", "import io"] if any(s.ending in _PRINTS for s in sketches) else []
    inside = textwrap.indent("\n\n".join(tests), "    ")
    above = "\n".join([*needed, "import unittest"])
    return f"{above}\n\n{imported}\n\n\nclass MoreTests(unittest.TestCase):\n{inside}\n"
