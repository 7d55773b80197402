"""The repair is the inverse mutation: the search proposes the original for the mistakes that are made."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator

import pytest

from meno_analyzers.failures.repair.candidates import OPERATORS, proposals
from meno_analyzers.failures.repair.operators import naming as _registered  # noqa: F401 - fills the registry
from meno_analyzers.failures.repair.source import Source, changed
from meno_model.corpus.exercises import FAMILIES, write_exercises
from meno_model.mutations import Edit, apply, edits_of
from meno_model.mutations.base import load_operators
from meno_model.mutations.inverses import REPAIRS, UNDONE_BY

_EACH = 4
MORE = """
def chosen(words, size, other):
    first = words[0] if words else None
    kept = [word.strip() for word in words[1:] if len(word) > size and word != other]
    for place in range(len(words) - 1):
        if words[place] == words[place + 1]:
            kept.append(max(words[place], other))
    total = 0
    while total < size:
        total += 1
    return sorted(kept), first, total % 2
"""
MEAN = """
def mean(values):
    if not values:
        return 0
    return sum(values) / len(values)
"""


def test_every_operator_has_its_inverses_and_every_inverse_is_an_operator_of_the_search() -> None:
    guessed = {name for name in UNDONE_BY if name.startswith("guessed-")}
    assert set(UNDONE_BY) - guessed == set(load_operators())
    assert set(REPAIRS) <= set(OPERATORS)
    assert len(set(UNDONE_BY)) >= 30


def _mutants() -> dict[str, list[tuple[str, Edit]]]:
    """Some mistakes of each operator in self-written programs."""
    found: dict[str, list[tuple[str, Edit]]] = {}
    texts = [MORE, MEAN, *(text for family in sorted(FAMILIES) for text in write_exercises(family, 2, 3))]
    for text in texts:
        edits = edits_of(text)
        random.Random(text).shuffle(edits)
        for edit in edits:
            own = found.setdefault(edit.operator, [])
            if len(own) < _EACH:
                own.append((text, edit))
    return found


MUTANTS = _mutants()


@pytest.mark.parametrize("operator", sorted(name for name in MUTANTS if UNDONE_BY[name]))
def test_the_search_proposes_the_original(operator: str) -> None:
    undone = [_is_undone(text, edit) for text, edit in MUTANTS[operator]]
    assert sum(undone) >= len(undone) / 3, f"{operator}: {sum(undone)} of {len(undone)}"


def _is_undone(text: str, edit: Edit) -> bool:
    """Whether one of the operators that should does make the original again."""
    wanted = ast.dump(ast.parse(text))
    return any(_dump(made) == wanted for made in _proposed(apply(text, edit), set(UNDONE_BY[edit.operator])))


def _proposed(text: str, by: set[str]) -> Iterator[str]:
    source = Source(text)
    for operator, _, options in proposals(source):
        if operator.name in by:
            yield from (changed(text, changes) for changes in options)


def _dump(text: str) -> str:
    try:
        return ast.dump(ast.parse(text))
    except SyntaxError:
        return ""
