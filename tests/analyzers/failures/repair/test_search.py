"""The search in real arenas: it finds small changes, builds on what helps, stops when told."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from textwrap import dedent

import pytest

from meno_analyzers.failures.cases import CallCase, Case, CodeCase, Program
from meno_analyzers.failures.repair.search import Found, Progress, search
from meno_analyzers.failures.sandbox import Arena, Limits

Look = Callable[..., Found]


@pytest.fixture
def look() -> Iterator[Look]:
    """Searches a repair for a text and cases, with one arena or several."""
    opened: list[Arena] = []

    def run(
        text: str, cases: Sequence[Case], *, arenas: int = 2, seconds: float = 40, **more: object
    ) -> Found:
        program = Program({"p.py": dedent(text)}, "p.py")
        mine = [Arena.open(program, cases, limits=Limits(seconds=2)) for _ in range(arenas)]
        opened.extend(mine)
        return search(program, cases, mine, seconds=seconds, **more)  # type: ignore[arg-type]

    yield run
    for arena in opened:
        arena.close()


def calls(function: str, *pairs: tuple[list[object], object]) -> list[Case]:
    return [CallCase(f"{function} {n}", function, args, wanted) for n, (args, wanted) in enumerate(pairs)]


def after(tries: int) -> dict[str, object]:
    """Arguments that end a search by the number of its tries: a busy machine has fewer in a second."""
    cancel = threading.Event()

    def tell(progress: Progress) -> None:
        if progress.tried >= tries:
            cancel.set()

    return {"progress": tell, "cancel": cancel}


LARGEST = """
    def largest(numbers):
        best = numbers[0]
        for number in numbers:
            if number < best:
                best = number
        return best
"""
LARGEST_CASES = calls("largest", ([[1, 3, 2]], 3), ([[5]], 5), ([[-4, -2]], -2))


def test_a_wrong_comparison_is_turned_round(look: Look) -> None:
    found = look(LARGEST, LARGEST_CASES)

    assert found.ended == "repaired"
    assert found.repair is not None
    # Either is right, and which of them comes first within the grace is a matter of time.
    assert re.search(r"number >=? best|best <=? number", found.repair.source)
    assert found.repair.lines == (5,)
    assert found.repair.mechanism == "wrong_operator"
    assert 5 in {suspect.line for suspect in found.suspects}


def test_two_mistakes_in_two_functions_are_mended_one_after_the_other(look: Look) -> None:
    text = """
        def first(xs):
            return xs[1]

        def total(xs):
            result = 1
            for x in xs:
                result += x
            return result
    """
    cases = [*calls("first", ([[7, 8]], 7), ([[9, 1]], 9)), *calls("total", ([[1, 2]], 3), ([[]], 0))]

    found = look(text, cases)

    assert found.repair is not None
    assert len(found.repair.lines) == 2
    assert "xs[0]" in found.repair.source


def test_a_loop_without_end_is_given_its_update(look: Look) -> None:
    text = """
        def digits(n):
            found = []
            while n > 0:
                found.append(n % 10)
                n - 1
            return sum(found)
    """

    found = look(text, calls("digits", ([3], 6), ([0], 0), ([12], 48)))

    assert found.repair is not None
    assert "n -= 1" in found.repair.source


def test_what_can_be_left_out_of_a_change_is_left_out(look: Look) -> None:
    found = look(LARGEST, LARGEST_CASES)

    assert found.repair is not None
    assert found.repair.source.count("\n") == dedent(LARGEST).count("\n")
    assert all(len(other.lines) >= len(found.repair.lines) for other in found.others)


def test_a_program_that_passes_is_left_alone(look: Look) -> None:
    found = look("def f():\n    return 1\n", calls("f", ([], 1)))

    assert (found.ended, found.repair, found.tried) == ("passes", None, 0)


def test_a_program_that_cannot_be_read_is_not_searched(look: Look) -> None:
    found = look("def f(:\n    return 1\n", calls("f", ([], 1)))

    assert (found.ended, found.tried) == ("unreadable", 0)


def test_an_answer_written_down_by_heart_is_not_believed(look: Look) -> None:
    # `1234` is in reach of the changes, since the program holds it.
    text = """
        def secret(n):
            if n == 1234:
                return n
            return 0
    """

    found = look(text, calls("secret", ([5], 1234)), **after(500))

    assert found.repair is None
    assert "It writes down a value that a test expects." in found.refused


def test_a_search_that_is_cancelled_ends_with_what_it_has(look: Look) -> None:
    cancel = threading.Event()
    told: list[Progress] = []

    def tell(progress: Progress) -> None:
        told.append(progress)
        if len(told) == 3:
            cancel.set()

    # No small change makes a hash of it.
    cases = [CodeCase("a", "assert f(3) == 'c4ca4238a0b923820dcc509a6f75849b'"), *calls("f", ([0], 0))]
    found = look("def f(n):\n    return n\n", cases, arenas=1, progress=tell, cancel=cancel)

    assert found.ended == "cancelled"
    assert [progress.tried for progress in told] == [1, 2, 3]
    assert told[0].cases == 2


def test_a_search_without_success_says_what_came_nearest(look: Look) -> None:
    text = """
        def f(n):
            return n - 1

        def g(n):
            return n
    """
    cases = [
        *calls("f", ([1], 2), ([5], 6)),
        CodeCase("g", "assert g(3) == 'eccbc87e4b5ce2fe28308fd9f2a7baf3'"),
    ]

    found = look(text, cases, **after(150))

    assert found.repair is None
    assert found.nearest is not None
    assert "n + 1" in found.nearest


def test_a_reference_lends_what_small_changes_cannot_say(look: Look) -> None:
    text = """
        def unique(items):
            seen = items
            return seen
    """
    right = """
        def unique(xs):
            out = []
            for x in xs:
                if x not in out:
                    out.append(x)
            return out
    """
    cases = calls("unique", ([[3, 1, 3]], [3, 1]), ([[]], []), ([[2, 2, 1, 1]], [2, 1]))

    found = look(text, cases, references=["def other():\n    pass\n", "not python", dedent(right)])

    assert found.repair is not None
    assert "seen.append" in found.repair.source  # in the learner's own words
    assert "items" in found.repair.source
