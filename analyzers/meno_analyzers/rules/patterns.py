"""Patterns of `match` that the parser accepts and the compiler refuses; reported as ME000."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from meno_analyzers.facts.unit import UnitFacts
from meno_analyzers.rules.registry import Match


def refused_patterns(facts: UnitFacts) -> Iterator[Match]:
    """Cases behind one that matches everything, and names that a pattern binds twice or only sometimes."""
    for node in facts.nodes(ast.Match):
        for case in node.cases[:-1]:
            if case.guard is None and _matches_everything(case.pattern):
                yield _match(facts, case.pattern, "pattern")
        for case in node.cases:
            for pattern in _everything_too_early(case.pattern):
                yield _match(facts, pattern, "pattern")
            if _names(case.pattern) is None:
                yield _match(facts, case.pattern, "refused")


def _match(facts: UnitFacts, pattern: ast.pattern, variant: str) -> Match:
    return Match(pattern, {"near": facts.source(pattern)}, variant=variant)


def _matches_everything(pattern: ast.pattern) -> bool:
    if isinstance(pattern, ast.MatchAs):
        return pattern.pattern is None or _matches_everything(pattern.pattern)
    return isinstance(pattern, ast.MatchOr) and _matches_everything(pattern.patterns[-1])


def _parts(pattern: ast.pattern) -> list[ast.pattern]:
    match pattern:
        case ast.MatchAs(pattern=ast.pattern() as inner):
            return [inner]
        case (
            ast.MatchOr(patterns=parts) | ast.MatchSequence(patterns=parts) | ast.MatchMapping(patterns=parts)
        ):
            return parts
        case ast.MatchClass(patterns=parts, kwd_patterns=named):
            return [*parts, *named]
        case _:
            return []


def _everything_too_early(pattern: ast.pattern) -> Iterator[ast.pattern]:
    """Alternatives that match everything, with others behind them."""
    if isinstance(pattern, ast.MatchOr):
        yield from (part for part in pattern.patterns[:-1] if _matches_everything(part))
    for part in _parts(pattern):
        yield from _everything_too_early(part)


def _names(pattern: ast.pattern) -> set[str] | None:
    """The names that a pattern binds; None if it binds one twice, or not in each of its alternatives."""
    inner = [_names(part) for part in _parts(pattern)]
    if None in inner:
        return None
    found = [names for names in inner if names is not None]
    if isinstance(pattern, ast.MatchOr):
        return found[0] if all(names == found[0] for names in found) else None
    stars = [part for part in _parts(pattern) if isinstance(part, ast.MatchStar)]
    if len(stars) > 1:
        return None
    counts = Counter(name for names in found for name in names)
    own = getattr(pattern, "rest" if isinstance(pattern, ast.MatchMapping) else "name", None)
    if own:
        counts[own] += 1
    return None if any(count > 1 for count in counts.values()) else set(counts)
