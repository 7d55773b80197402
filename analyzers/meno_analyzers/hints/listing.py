"""How one finding is printed for a person at a terminal: what is seen, and where to look.

`meno check` prints it, and the rules' pages show it below their examples, so it is said in one place.
"""

from __future__ import annotations

from meno_analyzers.findings import Finding
from meno_analyzers.hints.ladder import ladder_for, notice_for
from meno_analyzers.hints.markdown import as_plain_text


def lines_for(path: str, finding: Finding) -> list[str]:
    """Two lines; positions count from 1, as editors show them."""
    span = finding.span
    place = f"{path}:{span.start_line + 1}:{span.start_column + 1}"
    return [
        f"{place}: {finding.severity.value} {finding.rule}: {notice_for(finding)}",
        f"    {as_plain_text(ladder_for(finding).orient)}",
    ]
