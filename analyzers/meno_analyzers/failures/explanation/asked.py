"""What a failing case asks of the program, in the learner's words and shortened.

That is a call, `total([1, 2])`, or the whole check where it is not about the answer of one: `assert n > 3`.
"""

from __future__ import annotations

import ast

from meno_analyzers.failures.cases import CallCase, Case, CaseResult, CodeCase, FileCase, RunCase
from meno_analyzers.hints.markdown import shorten

LONGEST = 40
_CHECK = "assert "
_SIDES = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.NotEq)


def asked_of(case: Case | None, result: CaseResult, main: str, source: str) -> str | None:
    """What a case asks; of a script that a check outside of its functions has stopped, that check.

    `source` is the text of the file `main`.
    """
    if isinstance(case, CallCase):
        return shorten(call_text(case), LONGEST)
    if isinstance(case, CodeCase):
        return _asked_in(case.code)
    if isinstance(case, FileCase):
        return shorten(case.name, LONGEST) or None
    if isinstance(case, RunCase) and case.output is None:
        check = _broken_check(result, main, source)
        return _asked_in(check) if check else None
    return None


def call_text(case: CallCase) -> str:
    """The call that a case makes: `total([1, 2])`."""
    return f"{case.function}({', '.join(repr(argument) for argument in case.arguments)})"


def is_check(asked: str | None) -> bool:
    """Whether what is asked is a check as a whole, and not a call whose answer it compares."""
    return asked is not None and asked.startswith(_CHECK)


def leaves_open(case: Case | None, result: CaseResult, main: str, source: str) -> bool:
    """Whether the check that failed says only on which side the answer lies, as `assert n > 3` does.

    Many wrong changes would pass it.
    """
    check = _broken_check(result, main, source) if isinstance(case, RunCase) else None
    code = case.code if isinstance(case, CodeCase) else check
    try:
        last = ast.parse(code or "").body[-1:]
    except (SyntaxError, ValueError):
        return False
    return any(
        isinstance(one, ast.Assert)
        and isinstance(one.test, ast.Compare)
        and all(isinstance(sign, _SIDES) for sign in one.test.ops)
        for one in last
    )


def _broken_check(result: CaseResult, main: str, source: str) -> str | None:
    """The `assert` of the script itself that has stopped the run, on one line."""
    error = result.error
    if error is None or error.type != "AssertionError" or not error.frames:
        return None
    last = error.frames[-1]
    if last.path != main or last.function != "<module>":
        return None
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for node in nodes:
        if isinstance(node, ast.Assert) and node.lineno <= last.line <= (node.end_lineno or node.lineno):
            return " ".join((ast.get_source_segment(source, node) or "").split())
    return None


def _asked_in(code: str) -> str | None:
    """What the last line of statements asks: of `assert total([1]) == 1` that is `total([1])`."""
    lines = [line for line in code.splitlines() if line.strip()]
    if not lines:
        return None
    try:
        last = ast.parse(lines[-1].strip()).body[0]
    except (SyntaxError, ValueError, IndexError):
        last = None
    if isinstance(last, ast.Assert) and isinstance(last.test, ast.Compare) and len(last.test.ops) == 1:
        left = last.test.left
        if isinstance(left, ast.Call) and isinstance(last.test.ops[0], ast.Eq | ast.Is):
            return shorten(ast.get_source_segment(lines[-1].strip(), left) or lines[-1], LONGEST)
    return shorten(lines[-1], LONGEST)
