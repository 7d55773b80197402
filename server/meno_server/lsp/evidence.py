"""What the tutor gets to know of a finding in an open file, and the repair that its answer may not tell.

The repair is the one that a run has verified, or else the one that the rule vouches for. It is applied to a
copy, and neither shown nor sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meno_analyzers.findings import Edit, Finding
from meno_analyzers.fixes import apply_fix
from meno_analyzers.hints import Level
from meno_analyzers.source.lines import plain_ends
from meno_server.lsp.changing import is_certain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meno_model.tutor import Evidence
    from meno_server.lsp.open_file import OpenFile


def evidence_of(file: OpenFile, finding: Finding, language: str) -> Evidence:
    """Exactly the unit around the finding, with what is known of its repair."""
    from meno_model.tutor import Evidence

    first, last = file.analysis.lines_around(finding.span.start_line)
    return Evidence(
        finding=finding,
        level=Level.QUESTIONS,
        function_source="".join(file.document.lines[first : last + 1]),
        first_line=first + 1,
        repaired=_repaired(file, finding, first, last),
        language=language,
    )


def _repaired(file: OpenFile, finding: Finding, first: int, last: int) -> str | None:
    for edits in (_verified(file), finding.fix if is_certain(file, finding) else ()):
        inside = [edit for edit in edits if first <= edit.span.start_line and edit.span.end_line <= last]
        if inside:
            lines = file.document.lines[first : last + 1]
            return "".join(apply_fix(lines, [edit.moved_down(-first) for edit in inside]))
    return None


def _verified(file: OpenFile) -> Sequence[Edit]:
    """The change that the last run has verified, if the text is still the one that was run."""
    run = file.run
    if run is None or run.repaired is None or not run.is_of(file.document.text):
        return ()
    from meno_analyzers.failures.marks import edits_between  # only who has run something needs it

    return edits_between(plain_ends(file.document.text), run.repaired)
