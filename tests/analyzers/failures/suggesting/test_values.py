"""Which values are tried: from comparisons, from examples, from annotations and from use."""

from __future__ import annotations

import ast

import pytest

from analyzers.failures.suggesting.asking_about import asked, asked_or_not
from meno_analyzers.failures.suggesting.calls import candidates
from meno_analyzers.failures.suggesting.drawing import drawn, smallest, strategy_of
from meno_analyzers.failures.suggesting.functions import LeftOut, Reason
from meno_analyzers.failures.suggesting.kinds import (
    ANY,
    FLOAT,
    INT,
    NONE,
    STR,
    Kind,
    kinds_of,
    kinds_of_annotation,
)
from meno_analyzers.failures.suggesting.loading import loadable
from meno_analyzers.failures.suggesting.seen import SeenCall, calls_in


def values(source: str, cases: str = "", why: str = "") -> list[object]:
    """The first values of the calls that are tried, or of those with a reason of this name."""
    return [one.values[0] for one in candidates(asked(source, cases)) if one.why.name.startswith(why)]


@pytest.mark.parametrize(
    ("code", "why", "expected"),
    [
        ("return n < 10", "value", [10, 9, 11]),
        ("return 10 >= n", "value", [10, 9, 11]),
        ("return n == 'yes'", "value", ["yes", "YES"]),
        ("return n % 3 == 1", "remainder", [0, 3, 4, 6, -1, 1, 2]),
        ("return 100 / n", "divisor", [0, 1, -1]),
        ("return list(range(1, n))", "range", [0, 1, -1]),
        ("if not n:\n        return n.lower()", "empty", [""]),
        ("return n is None or n.strip()", "none", [None]),
        ("return n in ('a', 'bc') or n.lower()", "member", ["a", "bc"]),
        ("return sum(n) / len(n)", "length", [[], [3]]),
        ("return n[1] + 1 + sum(n)", "place", [[3], [3, 1], []]),
        (
            "best = 0\n    for m in n:\n        if m > best:\n            best = m",
            "item_start",
            [[0], [0, 0]],
        ),
    ],
)
def test_a_comparison_gives_values_on_both_sides_of_it(code: str, why: str, expected: list[object]) -> None:
    found = values(f"def f(n):\n    {code}\n", why=why)
    assert [value for value in expected if value not in found] == []


def test_a_constant_of_the_module_counts_where_it_is_compared() -> None:
    source = "LIMIT = 40\ndef f(n):\n    return n - 1 > LIMIT\n"
    [exact, *_] = [one for one in candidates(asked(source)) if one.why.name == "value_exact"]
    assert exact.values == (40,)
    assert dict(exact.why.gaps)["value"] == "LIMIT"


def test_a_value_is_put_at_every_place_of_the_list_that_it_is_sought_in() -> None:
    source = "def find(items, wanted):\n    return items.index(wanted)\n"
    tried = {one.why.name: one.values for one in candidates(asked(source, "assert find([2, 4, 9], 4) == 1"))}
    assert tried["is_first"] == ([2, 4, 9], 2)
    assert tried["is_last"] == ([2, 4, 9], 9)
    assert tried["below_all"] == ([2, 4, 9], 1)
    assert tried["above_all"] == ([2, 4, 9], 10)
    assert tried["between"][1] in {3, 5}


def test_a_call_that_is_there_is_never_tried_again() -> None:
    source = "def f(n):\n    return n < 3\n"
    assert 3 not in values(source, "assert f(3) == False\nassert f(n=2)")
    assert 2 not in values(source, "assert f(3) == False\nassert f(n=2)")


def test_lists_stay_in_order_where_all_examples_are() -> None:
    source = "def find(items):\n    return items[0]\n"
    tried = candidates(asked(source, "find([1, 2, 3])\nfind([4, 5, 6, 9])"))
    assert all(one.values[0] == sorted(one.values[0]) for one in tried)


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("int", (INT,)),
        ("list[int]", (Kind("list", (INT,)),)),
        ("'List[str]'", (Kind("list", (STR,)),)),
        ("Optional[float]", (FLOAT, NONE)),
        ("int | None", (INT, NONE)),
        ("tuple[int, ...]", (Kind("row", (INT,)),)),
        ("typing.Tuple[int, str]", (Kind("pair", (INT, STR)),)),
        ("Sequence[int]", (Kind("list", (INT,)),)),
        ("dict[str, int]", (Kind("dict", (STR, INT)),)),
        ("Cart", ()),
        ("int | Cart", ()),
    ],
)
def test_annotations_are_read(annotation: str, expected: tuple[Kind, ...]) -> None:
    assert kinds_of_annotation(ast.parse(annotation, mode="eval").body) == expected


def test_examples_tell_kinds_and_an_empty_list_joins_the_others() -> None:
    assert kinds_of([[], [1, 2]]) == (Kind("list", (INT,)),)
    assert kinds_of([(("May", 3), ("June", 4))]) == (Kind("pair", (Kind("pair", (STR, INT)),) * 2),)
    assert kinds_of([1, 2.5]) == (FLOAT,)
    assert kinds_of([{"a": 1}]) == (Kind("dict", (STR, INT)),)
    assert kinds_of([1, "a"]) == (INT, STR)
    assert kinds_of([3j]) == ()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("return x // 2", INT),
        ("return x + 1", INT),
        ("for c in x:\n        print(c in 'aeiou')", STR),
        ("return x.split(',')", STR),
        ("total = 0\n    for n in x:\n        total += n\n    return total", Kind("list", (INT,))),
        ("return max(x)", Kind("list", (INT,))),
        ("return ', '.join(x)", Kind("list", (STR,))),
        ("return helper(x)", INT),
    ],
)
def test_use_tells_the_kind(code: str, kind: Kind) -> None:
    source = f"def f(x):\n    {code}\ndef helper(n):\n    return n % 2\n"
    assert [given.kinds for given in asked(source).given] == [(kind,)]


@pytest.mark.parametrize(
    "code", ["return x", "return x == y", "return x.name", "x = 3\n    return x + 1", "return x['key']"]
)
def test_a_function_of_which_nothing_is_known_is_left_out(code: str) -> None:
    found = asked_or_not(f"y = 1\ndef f(x):\n    {code}\n")
    assert isinstance(found, LeftOut)
    assert (found.reason, found.parameter) == (Reason.UNKNOWN, "x")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("async def f(n): return n + 1", Reason.ASYNC),
        ("def f(n): return int(input()) + n", Reason.INPUT),
        ("def f(): return 1", Reason.NOTHING),
        ("def f(n, *, to): return n + to", Reason.KEYWORDS),
        ("class A:\n    def __init__(self, n): pass\n    def f(self, n): return n + 1", Reason.CLASS),
    ],
)
def test_what_cannot_be_called_with_values_is_left_out(source: str, reason: Reason) -> None:
    found = asked_or_not(source)
    assert isinstance(found, LeftOut)
    assert found.reason is reason


def test_calls_are_read_from_loops_sets_of_parameters_names_and_doctests() -> None:
    text = '''
import pytest
@pytest.mark.parametrize("xs, want", [([1], 1), ([2, 3], 5)])
def test_total(xs, want):
    assert work.total(xs) == want
def test_more():
    for given in [(1, 2), (3,)]:
        assert total(given)
    items = [7]
    assert total(items) == total(unknown)
def total(xs):
    """
    >>> total([8, -8])
    0
    """
'''
    assert calls_in(text, {"total"}) == [
        SeenCall("total", ([1],)),
        SeenCall("total", ([2, 3],)),
        SeenCall("total", ((1, 2),)),
        SeenCall("total", ((3,),)),
        SeenCall("total", ([7],)),
        SeenCall("total", ([7],)),
        SeenCall("total", ([8, -8],)),
    ]


def test_only_what_functions_need_is_loaded_and_lines_keep_their_numbers() -> None:
    source = (
        "import math\nLIMIT = 3\nwords = []\nwords.append('a')\nunused = math.pi\n"
        "def f(n):\n    return n < LIMIT or words\nprint(f(1))\nassert f(9)\n"
        "if __name__ == '__main__':\n    f(int(input()))\n"
    )
    assert loadable(source, ast.parse(source)).split("\n") == [
        "import math", "LIMIT = 3", "words = []", "words.append('a')", "", "def f(n):",
        "    return n < LIMIT or words", "", "", "", "", "",
    ]  # fmt: skip


def test_drawn_values_are_of_the_kind_and_the_same_every_time() -> None:
    known = asked("def f(x: list[int], y: str = 'a'):\n    return x\n")
    strategy = strategy_of(known)
    first = drawn(strategy, 40)
    assert len(first) > 20
    assert first == drawn(strategy, 40)
    assert {len(values) for values in first} == {1, 2}  # the second one may stay away
    assert all(isinstance(x, list) and isinstance(y, str) for x, *rest in first for y in rest)
    assert smallest(strategy, lambda v: sum(v[0]) > 12, 200, ([9, 9, 9], "a")) == ([13],)


def test_drawing_leaves_nothing_behind(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)
    drawn(strategy_of(asked("def f(x: str):\n    return x\n")), 20)
    assert list(tmp_path.iterdir()) == []


def test_any_is_no_kind_of_its_own() -> None:
    assert Kind("list").item == ANY
