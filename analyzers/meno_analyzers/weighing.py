"""Which findings of a unit are told, and how loudly: one a line, and as hints where nothing runs the code."""

from __future__ import annotations

import ast
from dataclasses import replace

from meno_analyzers.facts.summary import Mention
from meno_analyzers.facts.unit import UnitFacts
from meno_analyzers.facts.view import ModuleView
from meno_analyzers.findings import Category, Finding, Severity


def one_per_line(findings: list[Finding]) -> list[Finding]:
    """A learner reads one thing at a time: of several findings on a line the weightiest stays."""
    best: dict[int, Finding] = {}
    for finding in findings:
        line = finding.span.start_line
        if line not in best or _weight(finding) < _weight(best[line]):
            best[line] = finding
    return [best[line] for line in sorted(best)]


def _weight(finding: Finding) -> tuple[int, int, float, int]:
    """What cannot be compiled comes first, then a name without a value: both hide what else there is."""
    order = {Category.SYNTAX_ERROR: 0, Category.NAME_ERROR: 1}.get(finding.category, 2)
    return (finding.severity.rank, order, -finding.confidence, finding.span.start_column)


def weighed(findings: list[Finding], facts: UnitFacts, view: ModuleView) -> list[Finding]:
    """The findings as loud as they deserve to be.

    An error says that the program stops there. A program that runs, and never comes there, does not: in a
    function that nothing mentions, beside others that the file calls, an error is a question for later.
    """
    if all(finding.severity is not Severity.ERROR for finding in findings):
        return findings
    if not _is_left_out(facts, view):
        return findings
    return [
        replace(finding, severity=Severity.HINT)
        if finding.severity is Severity.ERROR and finding.category is not Category.SYNTAX_ERROR
        else finding
        for finding in findings
    ]


def _is_left_out(facts: UnitFacts, view: ModuleView) -> bool:
    """Whether the unit is a function that nothing else in a file that runs something mentions."""
    body = facts.scopes.module.node.body  # type: ignore[attr-defined]
    match body:
        case [ast.FunctionDef(name=name, decorator_list=[])] if facts.scopes.wrapper is None:
            pass
        case _:
            return False
    # A test runner finds its functions by their names.
    if name.startswith("test") or not view.mentions(Mention.RUNS, ""):
        return False
    return not view.is_open() and not view.is_used_elsewhere(name)
