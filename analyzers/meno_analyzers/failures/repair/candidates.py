"""A change that may be the repair, and the operators that propose such changes.

An operator is a kind of slip turned round. It is asked for nodes of its types and yields changes; what
they are worth against those of other operators is `weights.py`'s business.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from meno_analyzers.failures.repair.source import Change, Source

Proposal = Change | Sequence[Change]
Propose = Callable[[Source, ast.AST], Iterable[Proposal]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Changes to the text that belong together. `line` is where they begin; `worth` is how likely they are
    the repair, among all candidates of the program."""

    changes: tuple[Change, ...]
    operator: str
    line: int
    worth: float


@dataclass(frozen=True, slots=True)
class Operator:
    """One kind of change; `mechanism` is what was wrong if it helps, in the words of the explanation."""

    name: str
    mechanism: str
    on: tuple[type[ast.AST], ...]
    propose: Propose


OPERATORS: dict[str, Operator] = {}
COMPOSED = "new expression"  # a kind of change that no operator proposes: see `ranking.composed`


def operator(name: str, mechanism: str, *on: type[ast.AST]) -> Callable[[Propose], Propose]:
    """Registers a function as the operator of that name, asked for nodes of these exact types."""

    def register(propose: Propose) -> Propose:
        assert name not in OPERATORS, name
        OPERATORS[name] = Operator(name, mechanism, on, propose)
        return propose

    return register


def proposals(source: Source) -> Iterator[tuple[Operator, ast.AST, list[tuple[Change, ...]]]]:
    """What each operator proposes at each node: (operator, node, changes), in the order of the tree."""
    by_type: dict[type[ast.AST], list[Operator]] = {}
    for known in OPERATORS.values():
        for kind in known.on:
            by_type.setdefault(kind, []).append(known)
    # Before Python 3.12 the places of what stands inside an f-string are not those in the text.
    inside = {n for text in ast.walk(source.tree) if isinstance(text, ast.JoinedStr) for n in ast.walk(text)}
    for node in ast.walk(source.tree):
        if node in inside:
            continue
        for known in by_type.get(type(node), ()):
            found = [
                (proposed,) if isinstance(proposed, Change) else tuple(proposed)
                for proposed in known.propose(source, node)
            ]
            if found:
                yield known, node, found
