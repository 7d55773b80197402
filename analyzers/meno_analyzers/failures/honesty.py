"""Whether a change is an honest repair, or one that only makes the tests pass.

`diff_problems` serves the search for repairs, which drops a change that has any, and the explanation, which
shows none. It looks at text and cases only and runs nothing: that the cases pass is for others to see.
Guarded by tests/analyzers/failures/test_honesty.py.
"""

from __future__ import annotations

import ast
import difflib
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from meno_analyzers.failures.cases import CallCase, Case, CaseResult, CodeCase, RunCase

MOST_CHANGED_LINES = 6
# The share of a function that may change; small functions may always have this many lines changed.
LARGEST_SHARE = 0.25
ALWAYS_ALLOWED = 3
CONTEXT = 3

# Values that stand in every second program say nothing about a test.
_COMMON: tuple[Any, ...] = (0, 1, -1, 2, True, False, None, "", [], {}, 0.0, 1.0)
_WAYS_OUT = frozenset({"exit", "quit", "_exit", "eval", "exec", "compile", "__import__", "suppress", "skip"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def diff_problems(before: str, after: str, cases: Sequence[Case] = ()) -> list[str]:
    """Why the change must not be shown or kept, in plain sentences; empty if it may be.

    `cases` are the failing ones that the change is to mend; what they expect may not be written into it.
    """
    if before == after:
        return ["Nothing is changed."]
    try:
        ast.parse(after)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ["The changed program cannot be read by Python."]
    return [*_size_problems(before, after), *cheats(before, after, cases)]


def cheats(before: str, after: str, cases: Sequence[Case] = ()) -> list[str]:
    """Why the change would be no repair at all, whatever its size: it hides the error, knows an answer by
    heart, or changes what it is tested by. `after` can be read."""
    try:
        old, new = ast.parse(before), ast.parse(after)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        # Of a program that was broken only the text can be compared.
        return []
    return [*_kept_problems(old, new), *_case_problems(old, new, cases)]


def cases_expecting(results: Iterable[CaseResult]) -> list[Case]:
    """Cases that stand for what failed results wanted to see: a test in a file does not say it itself."""
    return [
        CodeCase(result.id, f"assert answer == {result.expected}")
        for result in results
        if result.expected is not None
    ]


def unified(before: str, after: str, file: str) -> str:
    """The change as a unified diff, with three lines of context."""
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), f"a/{file}", f"b/{file}", n=CONTEXT, lineterm=""
    )
    return "\n".join(lines)


def changed_lines(before: str, after: str) -> list[tuple[int, int, int]]:
    """First and last 1-based line of `before` that each change touches, and how many lines it counts for.

    Where lines are only put in, the two are the line above them. Blank lines count for nothing.
    """
    old, new = before.splitlines(), after.splitlines()
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return [
        (max(i1 + (i2 > i1), 1), max(i2, i1, 1), max(_written(old[i1:i2]), _written(new[j1:j2])))
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        if tag != "equal"
    ]


def _size_problems(before: str, after: str) -> Iterator[str]:
    changes = changed_lines(before, after)
    if not changes:
        yield "Only the ends of lines are changed."
        return
    if any(later[0] - earlier[1] > 2 * CONTEXT for earlier, later in zip(changes, changes[1:], strict=False)):
        yield "It changes places that lie far apart."
    count = sum(weight for _, _, weight in changes)
    if count > MOST_CHANGED_LINES:
        yield f"It changes {count} lines; {MOST_CHANGED_LINES} are allowed."
    size = _lines_around(before, changes[0][0])
    allowed = max(ALWAYS_ALLOWED, math.floor(size * LARGEST_SHARE))
    if MOST_CHANGED_LINES >= count > allowed:
        yield f"It changes {count} of {size} lines; {allowed} are allowed."


def _written(lines: list[str]) -> int:
    return sum(bool(line.strip()) for line in lines)


def _lines_around(source: str, line: int) -> int:
    """How many lines the innermost function around the line has, or the file."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return len(source.splitlines())
    spans = [
        (node.lineno, node.end_lineno or node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, _FUNCTIONS)
    ]
    sizes = [last - first + 1 for first, last in spans if first <= line <= last]
    return min(sizes, default=len(source.splitlines()))


def _kept_problems(old: ast.Module, new: ast.Module) -> Iterator[str]:
    """What a repair leaves as it is: imports, the handling of errors, assertions, functions, tests."""
    if _imports(new) - _imports(old):
        yield "It imports something new."
    if _count(new, ast.Try, ast.TryStar) > _count(old, ast.Try, ast.TryStar):
        yield "It wraps code in a new `try`."
    if _count(new, ast.ExceptHandler) > _count(old, ast.ExceptHandler):
        yield "It catches errors that it let through before."
    if _count(new, ast.Assert) < _count(old, ast.Assert):
        yield "It takes an assertion away."
    if _assertions(old) - _assertions(new):
        yield "It changes an assertion."
    if _called(new) - _called(old):
        yield "It leaves the program, or runs text as code, where it did not before."
    if _defined(old) - _defined(new):
        yield "It takes a function or a class away."
    if _tests(old) != _tests(new):
        yield "It changes a test."


def _case_problems(old: ast.Module, new: ast.Module, cases: Sequence[Case]) -> Iterator[str]:
    """What would fit the tests and not the task: their answers and inputs written into the code."""
    added = _added_values(old, new)
    expected = [value for case in cases for value in _expected(case)]
    if any(_same(value, wanted) for value in added for wanted in expected if not _is_common(wanted)):
        yield "It writes down a value that a test expects."
    elif any(
        repr(wanted) in _returned(new) - _returned(old) for wanted in expected if not _is_common(wanted)
    ):
        yield "It answers what a test expects, whatever it is asked."
    asked = [value for case in cases for value in _inputs(case)]
    compared = _values_compared(new) - _values_compared(old)
    if any(repr(value) in compared for value in asked if not _is_common(value)):
        yield "It asks for the very input of a test."


def _returned(tree: ast.Module) -> Counter[str]:
    """Plain values that functions answer as they stand."""
    values = [node.value for node in ast.walk(tree) if isinstance(node, ast.Return) and node.value]
    return Counter(_reprs(*values))


def _imports(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.update(f"{'.' * node.level}{node.module}.{name.name}" for name in node.names)
    return found


def _count(tree: ast.Module, *kinds: type[ast.AST]) -> int:
    return sum(isinstance(node, kinds) for node in ast.walk(tree))


def _assertions(tree: ast.Module) -> Counter[str]:
    return Counter(ast.dump(node) for node in ast.walk(tree) if isinstance(node, ast.Assert))


def _called(tree: ast.Module) -> Counter[str]:
    """The ways around the program's own work, by name."""
    found: Counter[str] = Counter()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            found[name] += name in _WAYS_OUT
        elif isinstance(node, ast.Name) and node.id == "SystemExit":
            found["SystemExit"] += 1
    return +found


def _defined(tree: ast.Module) -> Counter[str]:
    return Counter(node.name for node in ast.walk(tree) if isinstance(node, (*_FUNCTIONS, ast.ClassDef)))


def _tests(tree: ast.Module) -> list[str]:
    """Test functions and classes, and the examples in documentation."""
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef)) and node.name.lower().startswith("test"):
            found.append(ast.dump(node))
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef, ast.Module)):
            text = ast.get_docstring(node) or ""
            if ">>>" in text:
                found.append(text)
    return found


def _added_values(old: ast.Module, new: ast.Module) -> list[Any]:
    before = Counter(repr(value) for value in _values(old))
    added: list[Any] = []
    for value in _values(new):
        if before[repr(value)] > 0:
            before[repr(value)] -= 1
        else:
            added.append(value)
    return added


def _values(tree: ast.AST) -> Iterator[Any]:
    """All plain values in the code: numbers, texts, and displays of them."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Constant, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.UnaryOp)):
            value = _value_of(node)
            if value is not _NO_VALUE:
                yield value


_NO_VALUE = object()


def _value_of(node: ast.AST) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return _NO_VALUE


def _expected(case: Case) -> Iterator[Any]:
    if isinstance(case, CallCase):
        yield case.expected
    elif isinstance(case, RunCase) and case.output is not None:
        yield case.output.strip()
        yield from (line.strip() for line in case.output.splitlines() if line.strip())
        yield from _numbers(case.output)
    elif isinstance(case, CodeCase):
        yield from _constants_compared(case.code)


def _numbers(text: str) -> Iterator[Any]:
    """Lines of the output that are a number: a program may print it without quotes."""
    for line in text.splitlines():
        for kind in (int, float):
            try:
                yield kind(line.strip())
                break
            except ValueError:
                continue


def _inputs(case: Case) -> Iterator[Any]:
    if isinstance(case, CallCase):
        yield from case.arguments
    elif isinstance(case, RunCase):
        yield from (line.strip() for line in case.input.splitlines() if line.strip())
    elif isinstance(case, CodeCase):
        yield from _arguments(case.code)


def _constants_compared(code: str) -> Iterator[Any]:
    for node in _nodes(code, ast.Compare):
        for side in (node.left, *node.comparators):
            value = _value_of(side)
            if value is not _NO_VALUE:
                yield value


def _arguments(code: str) -> Iterator[Any]:
    for node in _nodes(code, ast.Call):
        for argument in node.args:
            value = _value_of(argument)
            if value is not _NO_VALUE:
                yield value


def _nodes(code: str, kind: type[Any]) -> list[Any]:
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [node for node in ast.walk(tree) if isinstance(node, kind)]


def _values_compared(tree: ast.Module) -> Counter[str]:
    """Plain values that the program compares something with."""
    found: Counter[str] = Counter()
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            found.update(_reprs(node.left, *node.comparators))
        elif isinstance(node, ast.MatchValue):
            found.update(_reprs(node.value))
    return found


def _reprs(*nodes: ast.AST) -> Iterable[str]:
    values = [_value_of(node) for node in nodes]
    return [repr(value) for value in values if value is not _NO_VALUE]


def _is_common(value: Any) -> bool:
    return any(_same(value, common) for common in _COMMON)


def _same(one: Any, other: Any) -> bool:
    """Equal, and not only because Python counts `True` as 1. Tuples are equal to lists of the same items."""
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, bool) != isinstance(other, bool):
        return False
    return bool(one == other)


__all__ = ["cases_expecting", "changed_lines", "cheats", "diff_problems", "unified"]
