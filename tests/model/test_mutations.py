"""Every operator makes its mistake, in the right place, and nothing that does not parse."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meno_analyzers.findings import Category
from meno_model.corpus.exercises import FAMILIES, write_exercises
from meno_model.mutations import OPERATORS, Edit, apply, edits_of
from meno_model.mutations.base import load_operators

LOOP = "def f(xs, n):\n    total = 0\n    for x in xs:\n        total += x\n    return total\n"
WHILE = "def f(n):\n    i = 0\n    while i < n:\n        print(i)\n        i += 1\n    return i\n"
RANGE = (
    "def f(xs, out):\n    for i in range(len(xs)):\n        "  # the two reads of a neighbour
    "out.append(xs[i] - xs[i - 1])\n    return xs[-1]\n"
)
SELF = "def f(self, a):\n    self.size += self.step\n    return self.size(a) + self.step\n"
GUARD = "def mean(xs):\n    if len(xs) == 0:\n        return 0\n    return sum(xs) / len(xs)\n"
HIT = "def f(xs, y):\n    for x in xs:\n        if x == y:\n            return True\n    return False\n"

# operator, code, a line that must stand in one of its mutants, the text of the focus there
EXAMPLES = [
    ("neighbouring-name", LOOP, "    return n", None),
    ("element-or-container", LOOP, "        total += xs", "xs"),
    ("index-for-element", "for i, x in enumerate(xs):\n    print(x, i)\n", "    print(i, i)", "i"),
    ("same-name-twice", "def f(a, b):\n    return a < b\n", "    return a < a", "a"),
    ("other-attribute", "def f(self):\n    x = self.a\n    return self.b\n", "    return self.a", "a"),
    ("missing-self", SELF, "    size += self.step", "size"),
    ("length-as-method", GUARD, "    if xs.length() == 0:", "length"),
    ("keep-none-result", "def f(xs):\n    xs.sort()\n", "    xs = xs.sort()", "sort"),
    ("wrong-arithmetic", GUARD, "    return sum(xs) // len(xs)", "//"),
    ("remainder-as-division", "def f(n):\n    return n % 2 == 0\n", "    return n / 2 == 0", "/"),
    ("overwrite-instead-of-add", LOOP, "        total = x", "="),
    ("overwrite-instead-of-add", WHILE, "        i =+ 1", "=+"),
    ("wrong-augmented", LOOP, "        total -= x", "-="),
    ("step-the-wrong-way", WHILE, "        i -= 1", "-="),
    ("wrong-comparison", GUARD, "    if len(xs) != 0:", "!="),
    ("wrong-comparison", "def f(a, b):\n    return (a)<(b)\n", "    return (a)>(b)", ">"),
    ("wrong-comparison", "def f(a):\n    return a not  in 'x'\n", "    return a in 'x'", "in"),
    ("bound-included-or-not", WHILE, "    while i <= n:", "<="),
    ("and-for-or", "def f(a, b):\n    return a and b\n", "    return a or b", "or"),
    ("not-lost-or-added", "def f(a):\n    if not a:\n        return 1\n", "    if a:", "a"),
    ("not-lost-or-added", "def f(a):\n    if a:\n        return 1\n", "    if not a:", "not"),
    ("range-one-longer", RANGE, "    for i in range(len(xs) + 1):", "+ 1"),
    ("range-shifted", RANGE, "    for i in range(1, len(xs)):", "1"),
    ("one-dropped", "def f(n):\n    return range(1, n + 1)\n", "    return range(1, n)", "n"),
    ("slice-moved", "def f(s):\n    return s[1:]\n", "    return s[2:]", "2"),
    ("index-at-length", RANGE, "    return xs[len(xs)]", "len(xs)"),
    ("index-moved", RANGE, "        out.append(xs[i + 1] - xs[i - 1])", "i + 1"),
    ("neighbour-dropped", RANGE, "        out.append(xs[i] - xs[i])", "i"),
    ("brackets-forgotten", "def f(s):\n    return s.strip()\n", "    return s.strip", "strip"),
    ("conversion-lost", "n = int(input())\n", "n = input()", "input()"),
    ("loop-over-a-number", "for i in range(n):\n    print(i)\n", "for i in n:", "n"),
    ("brackets-of-the-wrong-kind", "def f(xs):\n    return xs[0]\n", "    return xs(0)", "xs("),
    ("brackets-of-the-wrong-kind", "def f(xs):\n    return len(xs)\n", "    return len[xs]", "["),
    ("confused-method", RANGE, "        out.add(xs[i] - xs[i - 1])", "add"),
    ("confused-function", "def f(xs):\n    return max(xs)\n", "    return min(xs)", "min"),
    (
        "arguments-swapped",
        "def f(x):\n    return isinstance(x, str)\n",
        "    return isinstance(str, x)",
        "str, x",
    ),
    ("join-turned-round", "def f(p):\n    return ','.join(p)\n", "    return p.join(',')", "p.join(',')"),
    ("argument-dropped", "def f(a, b):\n    return g(a, b)\n", "    return g(a)", "g"),
    ("argument-repeated", "def f(a, b):\n    return g(a, b)\n", "    return g(a, a)", "a"),
    ("value-not-returned", LOOP, "    print(total)", "print"),
    ("return-inside-the-loop", LOOP, "        return total", "return"),
    ("early-answer-too-early", HIT, "            return False", "return False"),
    ("step-forgotten", WHILE, "        print(i)", "while"),
    ("started-inside-the-loop", LOOP, "        total = 0", "total = 0"),
    ("empty-case-forgotten", GUARD, "    return sum(xs) / len(xs)", "sum(xs) / len(xs)"),
    ("statement-left-the-block", WHILE, "    i += 1", "i += 1"),
    ("number-off", LOOP, "    total = 1", "1"),
    ("truth-flipped", HIT, "    return True", "True"),
    ("accumulator-starts-wrong", LOOP, '    total = ""', '""'),
    (
        "extreme-starts-at-zero",
        "def f(xs):\n    best = xs[0]\n    for x in xs:\n        best = max(x, best)\n    return best\n",
        "    best = 0",
        "0",
    ),
    ("shared-default", "def f(a, b=None):\n    return b\n", "def f(a, b=[]):", "[]"),
    ("default-forgotten", "d[k] = d.get(k, 0) + 1\n", "d[k] = d[k] + 1", "d[k]"),
]


@pytest.mark.parametrize(("name", "code", "line", "focus"), EXAMPLES)
def test_an_operator_makes_its_mistake(name: str, code: str, line: str, focus: str | None) -> None:
    made = [(edit, apply(code, edit)) for edit in edits_of(code, frozenset([name]))]
    fitting = [(edit, text) for edit, text in made if line in text.split("\n")]
    assert fitting, [text for _, text in made]
    if focus is not None:
        assert any(focus == mutant[e.focus[0] : e.focus[1]] for e, mutant in fitting)
    assert all(edit.operator == name for edit, _ in made)


def test_every_operator_has_an_example_and_there_are_enough() -> None:
    assert {name for name, *_ in EXAMPLES} == set(load_operators())
    assert len(OPERATORS) >= 20


def test_every_operator_maps_to_a_category_that_the_model_knows() -> None:
    from meno_model.configuration import CATEGORIES

    assert {item.category for item in load_operators().values()} <= set(CATEGORIES)


def test_a_comparison_in_the_guard_of_a_recursion_is_a_base_case() -> None:
    code = "def fact(n):\n    if n <= 1:\n        return 1\n    return n * fact(n - 1)\n"
    edits = edits_of(code, frozenset(["bound-included-or-not", "wrong-comparison", "number-off"]))
    inside = [edit for edit in edits if edit.start < code.index("return n")]
    assert inside
    assert {edit.category for edit in inside} == {Category.WRONG_BASE_CASE}


@pytest.mark.parametrize("code", ["", "def f(:", "x = 'ä'\n", "\0"])
def test_what_cannot_be_mutated_safely_is_left_alone(code: str) -> None:
    assert edits_of(code) == []


def check(code: str, edit: Edit) -> None:
    mutant = apply(code, edit)
    assert ast.dump(ast.parse(mutant)) != ast.dump(ast.parse(code))
    start, end = edit.focus
    assert 0 <= start < end <= len(mutant)
    assert mutant[start:end].strip()


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(FAMILIES)), st.integers(0, 1000))
def test_every_mutant_of_an_exercise_parses_and_differs(family: str, seed: int) -> None:
    for code in write_exercises(family, 1, seed):
        for edit in edits_of(code):
            check(code, edit)


def test_exercises_are_reproducible_and_parse() -> None:
    for family in FAMILIES:
        first = list(write_exercises(family, 3, 5))
        assert first == list(write_exercises(family, 3, 5))
        for text in first:
            ast.parse(text)
            assert not any(mark in text for mark in ("<<", ">>", "||", "{xs}", "{{"))
