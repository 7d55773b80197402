"""Sets of values that tests describe: intersections, unions, and what cannot be told."""

from __future__ import annotations

import ast
from itertools import product

import pytest

from meno_analyzers.engine import Analysis
from meno_analyzers.facts.module import Module
from meno_analyzers.facts.unit import UnitFacts
from meno_analyzers.facts.view import ModuleView
from meno_analyzers.rules.bounds import (
    Choice,
    bounds_of,
    compared,
    intersection,
    is_pure,
    is_within,
    union,
)
from meno_analyzers.rules.registry import Subject
from meno_analyzers.source import Document

OPERATORS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
NUMBERS = [0, 1, 2]
PROBES = [-1, 0, 0.5, 1, 1.5, 2, 3]


def subject(text: str) -> tuple[Subject, ast.expr]:
    facts = UnitFacts([text], in_class=False, goes_on=False)
    view = ModuleView(Module())
    assert facts.tree is not None
    statement = facts.tree.body[0]
    assert isinstance(statement, ast.Expr)
    return Subject(facts, view, *facts.inference(view)), statement.value


def holds(operator: type[ast.cmpop], left: float, right: float) -> bool:
    return bool(eval(f"{left} {OPERATORS[operator]} {right}"))


@pytest.mark.parametrize(("first", "second"), list(product(OPERATORS, OPERATORS)))
def test_sets_of_numbers_agree_with_python(first: type[ast.cmpop], second: type[ast.cmpop]) -> None:
    for a, b in product(NUMBERS, NUMBERS):
        left, right = compared(first, a), compared(second, b)
        both = [x for x in PROBES if holds(first, x, a) and holds(second, x, b)]
        either = [x for x in PROBES if holds(first, x, a) or holds(second, x, b)]
        inside = all(holds(second, x, b) for x in PROBES if holds(first, x, a))

        assert left.both(right).is_empty == (both == [])
        assert left.either(right).is_everything == (either == PROBES)
        assert is_within(left, right) == inside


def test_texts_are_known_one_by_one_or_all_but_some() -> None:
    some, others = Choice(frozenset("ab")), Choice(frozenset("bc"), excluded=True)

    assert intersection(some, others) == Choice(frozenset("a"))
    assert union(some, others) == Choice(frozenset("c"), excluded=True)
    assert is_within(Choice(frozenset("a")), some)
    assert not is_within(others, some)


def test_numbers_and_texts_have_nothing_to_do_with_each_other() -> None:
    assert intersection(compared(ast.Eq, 1), Choice(frozenset("a"))) is None
    assert union(compared(ast.Eq, 1), Choice(frozenset("a"))) is None


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("n < 3", "n"),
        ("3 < n", "n"),
        ("0 < self.n < 3", "self.n"),
        ("len(xs) == 0", "len(xs)"),
        ("xs[0] != 'a'", "xs[0]"),
        ("c in ('a', 'b')", "c"),
    ],
)
def test_simple_comparisons_are_understood(text: str, key: str) -> None:
    bound = bounds_of(*subject(text))
    assert bound is not None
    assert ast.unparse(bound.left) == key


@pytest.mark.parametrize("text", ["f(n) < 3", "n < m", "n < 3 < m", "n is 3", "c in 'ab'", "n == None"])
def test_other_comparisons_are_unknown(text: str) -> None:
    assert bounds_of(*subject(text)) is None


@pytest.mark.parametrize(
    ("text", "pure"),
    [
        ("n < 3 and c.isdigit()", True),
        ("len(xs) > 2", True),
        ("next(xs) == 1", False),
        ("(n := 3) > 2", False),
        ("xs.pop() == 1", False),
    ],
)
def test_a_test_is_pure_if_asking_changes_nothing(text: str, pure: bool) -> None:
    assert is_pure(*subject(text)) == pure


def test_a_long_chain_is_read_in_time_that_grows_with_its_length() -> None:
    branches = "".join(f"elif c == 'word{n}':\n    print({n})\n" for n in range(300))
    analysis = Analysis(Document("", "c = input()\nif c == 'word':\n    print(1)\n" + branches))
    assert analysis.findings() == []
