"""Each kind of change undoes its slip: from the wrong text to the right one in a single proposal."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from meno_analyzers.failures.repair.candidates import OPERATORS, proposals
from meno_analyzers.failures.repair.ranking import ranked
from meno_analyzers.failures.repair.source import Source, changed
from meno_analyzers.failures.repair.weights import PER_MILLE
from meno_analyzers.failures.suspects import Suspect

SLIPS: list[tuple[str, str, str]] = [
    ("comparison", "def f(a, b):\n    return a < b\n", "def f(a, b):\n    return a <= b\n"),
    ("comparison", "def f(a, b):\n    return (a) == (b)\n", "def f(a, b):\n    return (a) != (b)\n"),
    ("arithmetic", "def f(a, b):\n    return a - b\n", "def f(a, b):\n    return a + b\n"),
    ("sides swapped", "def f(a, b):\n    return a - b\n", "def f(a, b):\n    return b - a\n"),
    ("and, or", "def f(a, b):\n    return a and b\n", "def f(a, b):\n    return a or b\n"),
    ("assignment sign", "def f(a):\n    n = a\n    return n\n", "def f(a):\n    n += a\n    return n\n"),
    ("assignment sign", "def f(a):\n    n += a\n    return n\n", "def f(a):\n    n -= a\n    return n\n"),
    ("minus sign", "def f(a):\n    return a\n", "def f(a):\n    return -a\n"),
    ("number by one", "x = [1, 2][0]\n", "x = [1, 2][1]\n"),
    ("number by one", "x = -1\n", "x = 0\n"),
    ("number by one", "x = n - 1\n", "x = n\n"),
    ("range", "for i in range(n):\n    pass\n", "for i in range(n + 1):\n    pass\n"),
    ("range", "for i in range(n - 1):\n    pass\n", "for i in range(n):\n    pass\n"),
    ("range", "for i in range(0, n):\n    pass\n", "for i in range(0, n, 2):\n    pass\n"),
    ("slice", "x = xs[1:n]\n", "x = xs[1:n + 1]\n"),
    ("slice", "x = xs[n:]\n", "x = xs[:n]\n"),
    ("plus or minus one", "def f(n):\n    return f(n)\n", "def f(n):\n    return f(n - 1)\n"),
    ("last place", "x = xs[i]\n", "x = xs[-1]\n"),
    ("variable", "def f(a, b):\n    return a\n", "def f(a, b):\n    return b\n"),
    ("target", "def f(a, b):\n    a = 1\n    return b\n", "def f(a, b):\n    b = 1\n    return b\n"),
    ("function", "x = min(xs)\n", "x = max(xs)\n"),
    ("method", "xs.append(1)\n", "xs.extend(1)\n"),
    (
        "item or index",
        "for i in range(len(xs)):\n    print(i)\n",
        "for i in range(len(xs)):\n    print(xs[i])\n",
    ),
    ("item or index", "x = xs[i]\n", "x = i\n"),
    ("index", "x = m[i]\ny = m[j]\n", "x = m[j]\ny = m[j]\n"),
    ("arguments swapped", "x = f(a, b)\n", "x = f(b, a)\n"),
    ("argument dropped", "x = f(a, b)\n", "x = f(a)\n"),
    ("argument added", "xs.sort()\n", "xs.sort(reverse=True)\n"),
    ("reverse", "xs.sort(reverse=True)\n", "xs.sort(reverse=False)\n"),
    ("call around", "def f(xs):\n    return xs\n", "def f(xs):\n    return len(xs)\n"),
    ("call taken away", "x = len(xs)\n", "x = xs\n"),
    ("brackets of a call", "x = text.upper\n", "x = text.upper()\n"),
    ("method around", "def f(t):\n    return t\n", "def f(t):\n    return t.lower()\n"),
    ("attribute dropped", "x = node.value\n", "x = node\n"),
    ("turned round", "for x in xs:\n    pass\n", "for x in xs[::-1]:\n    pass\n"),
    ("literal", "total = 1\n", "total = 0\n"),
    ("literal becomes name", "def f(a):\n    return 0\n", "def f(a):\n    return a\n"),
    ("name becomes literal", "def f(a):\n    return a\n", "def f(a):\n    return 0\n"),
    ("list around", "xs = xs + x\n", "xs = xs + [x]\n"),
    ("list taken away", "xs.append([x])\n", "xs.append(x)\n"),
    (
        "other expression",
        "def f(a):\n    x = a[0]\n    y = a[1]\n",
        "def f(a):\n    x = a[1]\n    y = a[1]\n",
    ),
    ("part of it", "x = a + b\n", "x = a\n"),
    ("one more term", "def f(a, b):\n    return a\n", "def f(a, b):\n    return a + b\n"),
    ("one more term", "def f(a, b):\n    return a - b\n", "def f(a, b):\n    return (a - b) / 2\n"),
    ("grouping", "x = a + b / 2\n", "x = (a + b) / 2\n"),
    ("negation", "if found:\n    pass\n", "if not found:\n    pass\n"),
    ("negation", "while not x == y:\n    pass\n", "while x == y:\n    pass\n"),
    (
        "condition narrowed",
        "def f(a, b):\n    if a:\n        return b\n",
        "def f(a, b):\n    if a and not b:\n        return b\n",
    ),
    (
        "condition widened",
        "def f(a, b):\n    if a:\n        return b\n",
        "def f(a, b):\n    if a or b == 0:\n        return b\n",
    ),
    (
        "other condition",
        "def f(a, b):\n    if a:\n        return b\n",
        "def f(a, b):\n    if a in b:\n        return b\n",
    ),
    ("keyword of a condition", "if x:\n    y()\n", "while x:\n    y()\n"),
    (
        "keyword of a condition",
        "if x:\n    y()\nif z:\n    w()\n",
        "if x:\n    y()\nelif z:\n    w()\n",
    ),
    ("else", "if x:\n    y()\nz()\n", "if x:\n    y()\nelse:\n    z()\n"),
    (
        "statement out of its block",
        "for x in xs:\n    a()\n    b()\n",
        "for x in xs:\n    a()\nb()\n",
    ),
    (
        "statement out of its block",
        "for x in xs:\n    n = 0\n    n += x\n",
        "n = 0\nfor x in xs:\n    n += x\n",
    ),
    (
        "statement two levels out",
        "for x in xs:\n    if x:\n        a()\n        b()\n",
        "for x in xs:\n    if x:\n        a()\nb()\n",
    ),
    (
        "statement into the block above",
        "for x in xs:\n    a()\nb()\n",
        "for x in xs:\n    a()\n    b()\n",
    ),
    ("statement moved by a line", "a()\nb()\n", "b()\na()\n"),
    ("statement dropped", "a()\nb()\n", "a()\n"),
    ("block without its header", "if x:\n    a()\n", "a()\n"),
    ("answer handed back", "def f(x):\n    x + 1\n", "def f(x):\n    return x + 1\n"),
    ("answer handed back", "def f(x):\n    print(x)\n", "def f(x):\n    return x\n"),
    ("return taken away", "def f(x):\n    return g(x)\n", "def f(x):\n    g(x)\n"),
    ("break, continue", "while x:\n    break\n", "while x:\n    continue\n"),
    (
        "answers exchanged",
        "def f(x):\n    if x:\n        return True\n    return False\n",
        "def f(x):\n    if x:\n        return False\n    return True\n",
    ),
    (
        "missing update",
        "def f(i):\n    while i < 9:\n        print(i)\n",
        "def f(i):\n    while i < 9:\n        print(i)\n        i += 1\n",
    ),
    (
        "first value",
        "def f(xs):\n    for x in xs:\n        n += x\n    return n\n",
        "def f(xs):\n    n = 0\n    for x in xs:\n        n += x\n    return n\n",
    ),
    ("answer at the end", "def f(x):\n    y = x\n", "def f(x):\n    y = x\n    return y\n"),
    (
        "line repeated",
        "def f(a, b):\n    a.add(1)\n    return b\n",
        "def f(a, b):\n    a.add(1)\n    b.add(1)\n    return b\n",
    ),
    (
        "line repeated behind a block",
        "def f(a):\n    n = 0\n    if a:\n        n = 1\n    return n\n",
        "def f(a):\n    n = 0\n    if a:\n        n = 1\n    else:\n        n = 0\n    return n\n",
    ),
    (
        "base case",
        "def f(n):\n    return f(n - 1)\n",
        "def f(n):\n    if n == 0:\n        return 1\n    return f(n - 1)\n",
    ),
    ("guard", "def f(x):\n    x.pop()\n", "def f(x):\n    if x:\n        x.pop()\n"),
    (
        "early answer",
        "def f(x):\n    for y in x:\n        pass\n",
        "def f(x):\n    if not x:\n        return False\n    for y in x:\n        pass\n",
    ),
    ("changed in place", "def f(x):\n    return x.sort()\n", "def f(x):\n    x.sort()\n    return x\n"),
    (
        "changed in place",
        "def f(x):\n    return x.sort(key=len)\n",
        "def f(x):\n    return sorted(x, key=len)\n",
    ),
    ("answer kept", "text.upper()\n", "text = text.upper()\n"),
]


def made_by(name: str, text: str) -> set[str]:
    source = Source(text)
    return {
        ast.dump(ast.parse(changed(source.text, changes)))
        for operator, _, found in proposals(source)
        if operator.name == name
        for changes in found
    }


@pytest.mark.parametrize(("name", "wrong", "right"), SLIPS)
def test_an_operator_undoes_its_slip(name: str, wrong: str, right: str) -> None:
    assert ast.dump(ast.parse(right)) in made_by(name, wrong)


def test_every_operator_is_tried_here_and_has_a_weight() -> None:
    assert {name for name, _, _ in SLIPS} == set(OPERATORS) == set(PER_MILLE)


PROGRAM = dedent(
    '''
    """A shop's basket."""
    import math


    class Basket:
        """What was bought, größe and all."""

        def __init__(self, items):
            self.items = items  # a list

        def total(self, discount=0):
            """The sum."""
            result = 0
            for name, price in self.items:
                if price > 0 and name != "ü":
                    result += price * (1 - discount)
                elif not price:
                    continue
                else: result -= 1
            while result > 100:
                result -= math.floor(result / 10)
            try:
                return {k: [v for v in result if v] for k in self.items[1:]}
            except (TypeError, ValueError) as error:
                print(f"{error!r} in {name}"); raise
            return result

        @property
        def size(self): return len(self.items)
    '''
)


@pytest.mark.parametrize("text", [PROGRAM, PROGRAM.rstrip("\n"), PROGRAM.replace("    ", "\t")])
def test_every_proposal_can_be_read_and_leaves_the_rest_alone(text: str) -> None:
    source = Source(text)

    for operator, _, found in proposals(source):
        for changes in found:
            after = changed(text, changes)
            try:
                ast.parse(after)
            except SyntaxError as error:  # `break` outside a loop is for the compiler to refuse
                raise AssertionError(f"{operator.name}: {error}\n{after}") from error
            assert len(changes) == len(set(changes))


def test_candidates_are_ordered_by_their_worth_and_make_different_texts() -> None:
    source = Source("def f(a, b):\n    c = a + b\n    return c - 1\n")

    found = ranked(source, [Suspect(3, 1.0)])

    texts = [changed(source.text, candidate.changes) for candidate in found]
    assert len(texts) == len(set(texts))
    assert source.text not in texts
    assert [c.worth for c in found] == sorted((c.worth for c in found), reverse=True)
    assert found[0].line == 3  # the line under suspicion
