"""Candidates in the order in which they are worth running.

The worth of a change is how suspect its line is, times how often its kind of change is the one where it is
possible, shared among all the changes that the kind proposes at the place.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from meno_analyzers.failures.repair.candidates import COMPOSED, Candidate, proposals
from meno_analyzers.failures.repair.operators import naming as _registered  # noqa: F401 - fills the registry
from meno_analyzers.failures.repair.operators.composing import compositions
from meno_analyzers.failures.repair.source import Change, Source, changed
from meno_analyzers.failures.repair.weights import PER_MILLE, UNKNOWN
from meno_analyzers.failures.suspects import RULE, Suspect
from meno_analyzers.findings import Finding

_FLOOR = 0.02
# Suspicion is taken to this power: where a rule is mistaken, the other lines still have their turn.
_TRUST = 0.5
_ALL_PLACES = 0.5
# A rule that is certain of one smallest repair is believed before all others, but not blindly.
_RULE_WORTH = 0.5


def ranked(source: Source, suspects: Sequence[Suspect]) -> list[Candidate]:
    """All small changes of a program, most promising first; no two make the same text."""
    suspicion = suspicion_of(suspects)
    best: dict[str, Candidate] = {}
    repeated: dict[tuple[str, str, str], list[Candidate]] = {}

    def propose(candidate: Candidate) -> None:
        text = changed(source.text, candidate.changes)
        known = best.get(text)
        if text != source.text and (known is None or known.worth < candidate.worth):
            best[text] = candidate

    for operator, node, found in proposals(source):
        around = max((suspicion.get(line, 0.0) for line in _lines(source, node)), default=0.0)
        worth = max(around, _FLOOR) * PER_MILLE.get(operator.name, UNKNOWN) / 1000 / len(found)
        for changes in found:
            first = changes[0]
            candidate = Candidate(changes, operator.name, source.line_at(first.start), worth)
            propose(candidate)
            if len(changes) == 1 and operator.name in _REPEATED:
                before = source.text[first.start : first.end].strip()
                repeated.setdefault((operator.name, before, first.text.strip()), []).append(candidate)
    # The same slip made several times: one change at all places of the same text.
    for (name, _, _), places in repeated.items():
        if len(places) > 1:
            worth = _ALL_PLACES * max(candidate.worth for candidate in places)
            propose(Candidate(tuple(c.changes[0] for c in places), name, places[0].line, worth))
    return sorted(best.values(), key=lambda candidate: -candidate.worth)


def composed(source: Source, suspects: Sequence[Suspect]) -> list[Candidate]:
    """New small expressions, as `ranked`: thousands, so they are made only when they are needed."""
    suspicion = suspicion_of(suspects)
    found: list[Candidate] = []
    for node, changes in compositions(source):
        around = max((suspicion.get(line, 0.0) for line in _lines(source, node)), default=0.0)
        worth = max(around, _FLOOR) * UNKNOWN / 1000 / max(1, len(changes))
        line = source.line_at(source.start(node))
        found += [Candidate((change,), COMPOSED, line, worth) for change in changes]
    return sorted(found, key=lambda candidate: -candidate.worth)


def suspicion_of(suspects: Sequence[Suspect]) -> Mapping[int, float]:
    """Line → how much its changes are worth, 1 for the most suspect line."""
    most = max((suspect.score for suspect in suspects), default=1.0)
    return {suspect.line: (suspect.score / most) ** _TRUST for suspect in suspects}


def _lines(source: Source, node: ast.AST) -> Sequence[int]:
    """The lines whose suspicion a change of the node shares: of a compound statement its header's, and of a
    function its first statement's, since a `def` runs long before."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return [statement.lineno for statement in node.body[:2]]
    statement = source.statement_of(node) or node
    first: int = getattr(node, "lineno", getattr(statement, "lineno", 1))
    return (first, getattr(statement, "lineno", first))


_REPEATED = frozenset(
    (
        "comparison",
        "variable",
        "number by one",
        "literal",
        "method",
        "index",
        "item or index",
        "function",
        "arithmetic",
        "last place",
        "plus or minus one",
        "range",
        "slice",
        "answer handed back",
    )
)


def of_rules(source: Source, findings: Sequence[Finding]) -> Iterator[Candidate]:
    """The repairs that static rules are certain of. `findings` are those of the whole text."""
    lines = source.text.split("\n")
    for finding in findings:
        if finding.fix:
            changes = []
            for edit in finding.fix:
                span = edit.span
                start = source.line_start(span.start_line + 1) + span.start_column
                end = source.line_start(span.end_line + 1) + span.end_column
                changes.append(Change(start, min(end, len(source.text)), edit.text))
            if finding.span.start_line < len(lines):
                yield Candidate(
                    tuple(changes), f"{RULE} {finding.rule}", finding.span.start_line + 1, _RULE_WORTH
                )
