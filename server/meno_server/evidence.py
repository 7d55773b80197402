"""What a tutor gets to know of a finding, and the repair that its answer may not tell.

The repair is the one that a run has verified, or else the one that the rule vouches for. It is applied to a
copy, and neither shown nor sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from meno_analyzers.findings import Edit, Finding
from meno_analyzers.fixes import apply_fix, is_sound
from meno_analyzers.hints import Level
from meno_analyzers.source import Document

if TYPE_CHECKING:
    from meno_model.tutor import Evidence
    from meno_server.analysed import Analysed


def evidence_of(
    document: Document, analysis: Analysed, finding: Finding, language: str, verified: Sequence[Edit] = ()
) -> Evidence:
    """Exactly the unit around the finding; `verified` are the edits that made a run pass, if one did."""
    from meno_model.tutor import Evidence

    first, last = analysis.lines_around(finding.span.start_line)
    lines = document.lines[first : last + 1]
    repaired = None
    for edits in (verified, finding.fix if rule_vouches(document, analysis, finding) else ()):
        inside = [edit for edit in edits if first <= edit.span.start_line and edit.span.end_line <= last]
        if inside:
            repaired = "".join(apply_fix(lines, [edit.moved_down(-first) for edit in inside]))
            break
    return Evidence(
        finding=finding,
        level=Level.QUESTIONS,
        function_source="".join(lines),
        first_line=first + 1,
        repaired=repaired,
        language=language,
    )


def rule_vouches(document: Document, analysis: Analysed, finding: Finding) -> bool:
    """Whether the finding has a fix that stands for the text at hand, and that leaves it readable."""
    if not finding.fix:
        return False
    units = analysis.units
    index = units.index_at(finding.span.start_line)
    start, unit = units.starts[index], units.units[index]
    here = finding.moved_down(-start)
    # While a line is half typed, findings are shown that stood there before it.
    if not any((f.rule, f.fix) == (here.rule, here.fix) for f in unit.analysis.findings):
        return False
    lines = document.lines[start : start + unit.length]
    return is_sound(lines, here.fix, in_class=unit.in_class, goes_on=unit.goes_on)
