"""Which one syntax rule speaks about a unit that does not parse: the first in `ORDER` that matches.

Indentation and single characters come first, then the narrow shapes of one line, then the questions that
look further, and last the rule that matches everything.
"""

from __future__ import annotations

from meno_analyzers.findings import Finding, Span
from meno_analyzers.rules.broken import problem_span
from meno_analyzers.rules.registry import RULES, Broken

ORDER = (
    *("ME012", "ME011", "ME010", "ME009", "ME007", "ME031", "ME013", "ME014", "ME016"),
    *("ME030", "ME004", "ME003", "ME006", "ME018", "ME017", "ME023", "ME020", "ME021", "ME019"),
    *("ME033", "ME027", "ME032", "ME034", "ME024", "ME026"),
    *("ME002", "ME025", "ME005", "ME022", "ME001", "ME015", "ME008", "ME000"),
)


def diagnose(broken: Broken) -> Finding:
    """The one finding for a unit that does not parse."""
    for rule in map(RULES.__getitem__, ORDER):
        if rule.syntax_check is not None and (match := rule.syntax_check(broken)) is not None:
            span = match.where if isinstance(match.where, Span) else problem_span(broken)
            return rule.finding(match, span)
    raise AssertionError("ME000 matches everything")
