"""When an answer is the one that is expected."""

from __future__ import annotations

import pytest

from meno_analyzers.failures.cases import CallCase, Program
from meno_analyzers.failures.sandbox import Arena


@pytest.mark.parametrize(
    ("answer", "expected", "tolerance", "passes"),
    [
        ("0.1 + 0.2", 0.3, 0.0, True),
        ("0.3001", 0.3, 0.0, False),
        ("0.3001", 0.3, 0.001, True),
        ("[1, 0.1 + 0.2]", [1, 0.3], 0.0, True),
        ("1", 2, 0.0, False),
        ("1", 2, 1.0, True),
        ("True", 0.3, 1.0, False),
        ("'0.3'", 0.3, 1.0, False),
        ("1e-17", 0.0, 0.0, True),
        ("10000000000", 10000000001, 0.0, False),
    ],
)
def test_fractions_are_equal_that_differ_by_rounding_or_by_what_is_allowed(
    answer: str, expected: object, tolerance: float, passes: bool
) -> None:
    program = Program({"p.py": f"def answer():\n    return {answer}\n"}, "p.py")
    with Arena.open(program, [CallCase("it", "answer", [], expected, tolerance)]) as arena:
        (result,) = arena.run(program.source)

    assert result.passed is passes
