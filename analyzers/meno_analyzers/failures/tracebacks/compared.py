"""What a test saw and what it wanted, read from the words of a comparison that did not hold.

Which side is the answer of the program is not fixed: `assert 4 == total()` is as good as the other way round.
The report of the test or its source line tells, where they tell; else the left side counts as observed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

Pair = tuple[str, str]

_ASSERTED = re.compile(r"assert (.+)$")
_WHERE = re.compile(r"\s*\+\s+where (.+) = ")
_DIFFER = re.compile(r"(?:[A-Z]\w* (?:differ|contents differ): )")
_EQUAL_CALLS = frozenset(
    {"assertEqual", "assertEquals", "assertListEqual", "assertDictEqual", "assertTupleEqual"}
    | {"assertSetEqual", "assertMultiLineEqual", "assertSequenceEqual", "assertCountEqual"}
    | {"assertAlmostEqual"}
)
_WITHIN = re.compile(r" within .+$")
# Below this many characters a source line is worth parsing.
_LONGEST_SOURCE = 500


def of_assert(lines: Iterable[str], source: str | None = None) -> Pair | None:
    """Observed and expected of pytest's `assert 3 == 4`, with the `where` lines below it."""
    lines = list(lines)
    for number, line in enumerate(lines):
        match = _ASSERTED.search(line) if "assert " in line else None
        sides = _split(match.group(1), " == ") if match else None
        if sides is None:
            continue
        computed = [found.group(1) for below in lines[number + 1 :] if (found := _WHERE.match(below))]
        left, right = sides
        swapped = right in computed and left not in computed
        swapped = swapped or (not computed and _expected_first(source))
        return (right, left) if swapped else (left, right)
    return None


def of_unittest(message: str, source: str | None = None) -> Pair | None:
    """Observed and expected of `AssertionError: 3 != 4`."""
    text = _DIFFER.sub("", message, count=1)
    sides = _split(text, " != ")
    if sides is None:
        return None
    left, right = sides
    right = _WITHIN.sub("", right)
    # The learner's own message follows a blank and a colon.
    right = parts[0] if (parts := _split(right, " : ")) else right
    return (right, left) if _expected_first(source) else (left, right)


def _split(text: str, sign: str) -> Pair | None:
    """The two sides of the first such sign that stands outside of brackets and quotes."""
    depth = 0
    quote = ""
    at = 0
    while at < len(text):
        character = text[at]
        if quote:
            if character == "\\":
                at += 1
            elif character == quote:
                quote = ""
        elif character in "\"'":
            quote = character
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif depth <= 0 and character == sign[0] and text.startswith(sign, at):
            left, right = text[:at].strip(), text[at + len(sign) :].strip()
            return (left, right) if left and right else None
        at += 1
    return None


def _expected_first(source: str | None) -> bool:
    """Whether the source of the check has a plain value first and something to compute second."""
    if not source or len(source) > _LONGEST_SOURCE:
        return False
    try:
        tree = ast.parse(source.strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    if not tree.body:
        return False
    statement = tree.body[0]
    if isinstance(statement, ast.Assert) and isinstance(statement.test, ast.Compare):
        return _is_value(statement.test.left) and not _is_value(statement.test.comparators[0])
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        call = statement.value
        named = isinstance(call.func, ast.Attribute) and call.func.attr in _EQUAL_CALLS
        if named and len(call.args) >= 2:
            return _is_value(call.args[0]) and not _is_value(call.args[1])
    return False


def _is_value(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return False
    return True
