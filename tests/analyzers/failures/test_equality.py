"""When an answer is the one that is expected."""

from __future__ import annotations

import pytest

from meno_analyzers.failures.cases import CallCase, Program, Verdict
from meno_analyzers.failures.sandbox import Arena


@pytest.mark.parametrize(
    ("answer", "expected", "passes"),
    [
        ("(1, (2, 3))", [1, [2, 3]], True),
        ("(n for n in range(3))", [0, 1, 2], True),
        ("((m for m in range(n)) for n in range(2))", [[], [0]], True),
        ("iter_forever()", [1, 1], False),
        ("{'a': (1, 2)}", {"a": [1, 2]}, True),
        ("{1: 2}", {"1": 2}, False),
        ("True", 1, True),
        ("float('nan')", float("nan"), True),
        ("'x'", ["x"], False),
        ("None", None, True),
    ],
)
def test_answers_equal_what_json_can_say_of_them(answer: str, expected: object, passes: bool) -> None:
    source = f"def iter_forever():\n    while True:\n        yield 1\ndef f():\n    return {answer}\n"
    with Arena.open(Program({"p.py": source}, "p.py"), [CallCase("f", "f", [], expected)]) as arena:
        (result,) = arena.run(source)

    assert result.passed is passes
    assert result.verdict in {Verdict.PASSED, Verdict.FAILED}


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
