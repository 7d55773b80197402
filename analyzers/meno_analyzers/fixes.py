"""Applies a finding's fix to text: level 5 of the ladder, for who asked for it.

A rule vouches for its fix by its fixtures; `is_sound` looks once more at the text at hand, since one line
may hold a second mistake that the rule could not see.
"""

from __future__ import annotations

from collections.abc import Sequence

from meno_analyzers.facts.parsing import parse_unit
from meno_analyzers.findings import Edit
from meno_analyzers.source.lines import split_lines


def apply_fix(lines: Sequence[str], edits: Sequence[Edit]) -> list[str]:
    """The lines after the edits; neither may overlap another. Line ends stay with their lines."""
    changed = list(lines)
    for edit in sorted(edits, key=lambda edit: edit.span, reverse=True):
        span = edit.span
        before = changed[span.start_line][: span.start_column]
        after = changed[span.end_line][span.end_column :]
        pieces = split_lines(before + edit.text + after)
        if len(pieces) > 1 and not pieces[-1]:
            pieces.pop()  # what ends with a line end begins no line of its own here
        changed[span.start_line : span.end_line + 1] = pieces
    return changed


def is_sound(lines: list[str], edits: Sequence[Edit], *, in_class: bool, goes_on: bool) -> bool:
    """Whether the lines of a unit can be read after the edits, or at least further than before."""
    if not edits:
        return False
    after = parse_unit(apply_fix(lines, edits), in_class=in_class, goes_on=goes_on).problem
    if after is None:
        return True
    before = parse_unit(lines, in_class=in_class, goes_on=goes_on).problem
    # A block that hangs in the air below is what the change itself has done.
    further = after.line > edits[-1].span.end_line and after.message != "unexpected indent"
    return before is not None and further and after.line > before.line
