"""Single conditions that cannot turn out both ways (ME701–ME703, ME708–ME712).

Each is decided by the text of the condition alone; what a name may hold does not matter, apart from ME710,
which wants a proven text.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from meno_analyzers.facts.types import TEXTS
from meno_analyzers.findings import Category, Severity
from meno_analyzers.rules.bounds import (
    MIRRORED,
    Bound,
    Values,
    bounds_of,
    compared,
    intersection,
    is_pure,
    number_of,
    union,
)
from meno_analyzers.rules.builtin_calls import is_call_of
from meno_analyzers.rules.expressions import same
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.repairs import compared_alike, looked_up, unwrapped
from meno_analyzers.rules.surroundings import awaits_error


@rule(
    "ME701",
    "or-with-bare-value",
    Category.WRONG_COMPARATOR,
    Severity.WARNING,
    0.98,
    on=(ast.BoolOp,),
    values=("bare", "left", "comparison", "word"),
    variants=("and",),
)
def or_with_bare_value(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.BoolOp):
        compares = [part for part in node.values if isinstance(part, ast.Compare)]
        bare = next((part for part in node.values if _is_bare(node.op, part)), None)
        if not compares or bare is None:
            continue
        before = compares[0]
        if not _is_test(unit, node) and (isinstance(node.op, ast.And) or not _is_alike(before, bare)):
            continue
        values = {
            "bare": unit.facts.source(bare),
            "left": unit.facts.source(before.left),
            "comparison": unit.facts.source(before),
            "word": "or" if isinstance(node.op, ast.Or) else "and",
        }
        bares = [unit.facts.span(part) for part in node.values if _is_bare(node.op, part)]
        fix = compared_alike(unit, before, bares)
        yield Match(bare, values, variant=None if isinstance(node.op, ast.Or) else "and", fix=fix)


def _is_bare(operator: ast.boolop, part: ast.expr) -> bool:
    """A constant that always counts as true: a text, or behind `or` a number."""
    if not isinstance(part, ast.Constant) or isinstance(part.value, bool) or not part.value:
        return False
    return isinstance(part.value, str if isinstance(operator, ast.And) else str | int | float)


def _is_test(unit: Subject, node: ast.expr) -> bool:
    """Whether the value of an expression is only asked for being true."""
    parent = unit.facts.parents.get(node)
    match parent:
        case ast.If() | ast.While() | ast.IfExp() | ast.Assert():
            return parent.test is node
        case ast.UnaryOp(op=ast.Not()):
            return True
        case ast.comprehension():
            return node in parent.ifs
        case ast.BoolOp():
            return _is_test(unit, parent)
        case _:
            return False


def _is_alike(before: ast.Compare, bare: ast.expr) -> bool:
    """Whether the comparison is with a constant of the bare value's type: `c == "a" or "b"`."""
    other = before.comparators[-1]
    return (
        isinstance(before.ops[-1], ast.Eq)
        and isinstance(other, ast.Constant)
        and isinstance(bare, ast.Constant)
        and type(other.value) is type(bare.value)
    )


@rule(
    "ME702",
    "impossible-and",
    Category.WRONG_COMPARATOR,
    Severity.WARNING,
    0.98,
    on=(ast.Compare,),
    values=("left", "first", "second"),
    variants=("chain",),
)
def impossible_and(unit: Subject) -> Iterator[Match]:
    yield from _decided(unit, ast.And, intersection, lambda values: values.is_empty)
    for compare in unit.facts.nodes(ast.Compare):
        if len(compare.ops) != 2:
            continue
        chained = bounds_of(unit, compare)
        if chained is not None and chained.values.is_empty:
            source = unit.facts.source(compare)
            yield Match(
                compare,
                {"left": unit.facts.source(chained.left), "first": source, "second": ""},
                variant="chain",
            )


@rule(
    "ME703",
    "always-true-or",
    Category.WRONG_COMPARATOR,
    Severity.WARNING,
    0.98,
    on=(ast.BoolOp,),
    values=("left", "first", "second"),
)
def always_true_or(unit: Subject) -> Iterator[Match]:
    yield from _decided(unit, ast.Or, union, lambda values: values.is_everything)


def _decided(
    unit: Subject,
    operator: type[ast.boolop],
    join: Callable[[Values, Values], Values | None],
    is_decided: Callable[[Values], bool],
) -> Iterator[Match]:
    """Chains of one operator in which two parts about the same expression leave nothing to decide."""
    for node in unit.facts.nodes(ast.BoolOp):
        if not isinstance(node.op, operator) or not is_pure(unit, node):
            continue
        met: dict[str, tuple[Bound, ast.expr]] = {}
        for part, bound in _bounds(unit, node):
            before = met.get(bound.key)
            joined: Values | None = join(before[0].values, bound.values) if before else bound.values
            if before is not None and joined is not None and is_decided(joined):
                yield _clash(unit, node, bound, before[1], part)
                break
            if joined is not None:
                met[bound.key] = (Bound(bound.key, bound.left, joined), part)


def _bounds(unit: Subject, node: ast.BoolOp) -> Iterator[tuple[ast.expr, Bound]]:
    for part in node.values:
        bound = bounds_of(unit, part)
        if bound is not None and not bound.values.is_empty and not bound.values.is_everything:
            yield part, bound


def _clash(unit: Subject, node: ast.BoolOp, bound: Bound, before: ast.expr, part: ast.expr) -> Match:
    source = unit.facts.source
    return Match(node, {"left": source(bound.left), "first": source(before), "second": source(part)})


@rule(
    "ME708",
    "constant-condition",
    Category.LOGIC_ERROR,
    Severity.WARNING,
    0.98,
    on=(ast.If, ast.While, ast.IfExp, ast.Assert, ast.comprehension),
    values=("test", "word"),
    misconception="ComparisonWithBoolLiteral",
)
def constant_condition(unit: Subject) -> Iterator[Match]:
    for word, test in _tests(unit):
        if _is_true_by_itself(test, word):
            yield Match(test, {"test": unit.facts.source(test), "word": word})


def _tests(unit: Subject) -> Iterator[tuple[str, ast.expr]]:
    """All conditions, each with its word."""
    yield from (("if", node.test) for node in unit.facts.nodes(ast.If, ast.IfExp))
    yield from (("while", node.test) for node in unit.facts.nodes(ast.While))
    yield from (("assert", node.test) for node in unit.facts.nodes(ast.Assert))
    yield from (("if", test) for node in unit.facts.nodes(ast.comprehension) for test in node.ifs)


def _is_true_by_itself(test: ast.expr, word: str) -> bool:
    match test:
        case ast.Constant(value=str(text)):
            # `while "not enough primes":` says in words what the loop waits for.
            return text != "" and not (word == "while" and " " in text)
        case ast.Constant(value=int() | float() as number):
            return not isinstance(number, bool) and number not in (0, 1)
        case ast.List(elts=[_, *_]) | ast.Set() | ast.Dict(keys=[_, *_]):
            return True
        case ast.JoinedStr(values=[ast.Constant(), *_]) | ast.Lambda() | ast.GeneratorExp():
            return True
        case _:
            return False


@rule(
    "ME709",
    "compared-with-itself",
    Category.WRONG_VARIABLE,
    Severity.HINT,
    0.95,
    on=(ast.Compare,),
    values=("expression", "operator"),
)
def compared_with_itself(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.Compare):
        if len(node.ops) != 1 or not isinstance(node.left, ast.Name | ast.Attribute | ast.Subscript):
            continue
        # `x != x` asks whether x is "not a number"; `x == x` in tests asks what `__eq__` does.
        operator = _SIGNS.get(type(node.ops[0]))
        if operator is None or type(node.left) is not type(node.comparators[0]):
            continue
        if not same(node.left, node.comparators[0]):
            continue
        if isinstance(unit.facts.parents.get(node), ast.Expr) or _speaks_of_nan(unit, node):
            continue
        if is_pure(unit, node) and not _is_negated(unit, node) and not _in_test_code(unit, node):
            yield Match(node, {"expression": unit.facts.source(node.left), "operator": operator})


_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


def _speaks_of_nan(unit: Subject, node: ast.expr) -> bool:
    """Whether the line says itself that it looks for "not a number"."""
    return "nan" in unit.facts.lines[unit.facts.span(node).start_line].lower()


def _is_negated(unit: Subject, node: ast.expr) -> bool:
    parent = unit.facts.parents.get(node)
    return isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not)


def _in_test_code(unit: Subject, node: ast.expr) -> bool:
    if awaits_error(unit.facts, node):
        return True
    for ancestor in unit.facts.ancestors(node):
        if isinstance(ancestor, ast.Assert):
            return True
        if isinstance(ancestor, ast.Call):
            name = getattr(ancestor.func, "attr", getattr(ancestor.func, "id", ""))
            if "assert" in str(name).lower() or "test" in str(name).lower() or "check" in str(name).lower():
                return True
        if isinstance(ancestor, ast.FunctionDef) and "test" in ancestor.name.lower():
            return True
    return False


@rule(
    "ME710",
    "string-compared-to-many",
    Category.WRONG_COMPARATOR,
    Severity.WARNING,
    0.99,
    on=(ast.Compare,),
    values=("text", "many"),
)
def string_compared_to_many(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.Compare):
        if len(node.ops) != 1 or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
            continue
        left, right = node.left, node.comparators[0]
        for text, many in ((left, right), (right, left)):
            if not isinstance(many, ast.List | ast.Tuple | ast.Set) or isinstance(text, ast.Constant):
                continue
            texts = [isinstance(e, ast.Constant) and isinstance(e.value, str) for e in many.elts]
            if texts and all(texts) and unit.types.of(text) in TEXTS and not _in_test_code(unit, node):
                values = {"text": unit.facts.source(text), "many": unit.facts.source(many)}
                yield Match(node, values, fix=looked_up(unit, node) if many is right else ())


@rule(
    "ME711",
    "length-never-negative",
    Category.WRONG_COMPARATOR,
    Severity.WARNING,
    0.98,
    on=(ast.Compare,),
    words=("len",),
    values=("length", "comparison", "answer"),
)
def length_never_negative(unit: Subject) -> Iterator[Match]:
    lengths = compared(ast.GtE, 0)
    for node in unit.facts.nodes(ast.Compare):
        if len(node.ops) != 1:
            continue
        sides = (node.left, node.comparators[0])
        length = next((side for side in sides if is_call_of(unit, side, "len")), None)
        if length is None or all(number_of(side) is None for side in sides):
            continue
        bound = bounds_of(unit, node) or _about_length(node, length)
        if bound is None or _in_test_code(unit, node):
            continue
        joined = intersection(bound.values, lengths)
        if joined is not None and (joined.is_empty or joined == lengths):
            answer = "False" if joined.is_empty else "True"
            values = {"length": unit.facts.source(length), "comparison": unit.facts.source(node)}
            yield Match(node, values | {"answer": answer})


def _about_length(node: ast.Compare, length: ast.expr) -> Bound | None:
    """The bound on `len(…)` of an expression that is not simple, such as a call."""
    right = node.comparators[0]
    number = number_of(right if node.left is length else node.left)
    operator = type(node.ops[0])
    if number is None or operator not in MIRRORED:
        return None
    return Bound("", length, compared(operator if node.left is length else MIRRORED[operator], number))


@rule(
    "ME712",
    "tuple-condition-always-true",
    Category.WRONG_OPERATOR,
    Severity.ERROR,
    0.99,
    on=(ast.Tuple,),
    values=("test", "count"),
    variants=("assert",),
)
def tuple_condition_always_true(unit: Subject) -> Iterator[Match]:
    for word, test in _tests(unit):
        if isinstance(test, ast.Tuple) and test.elts:
            values = {"test": unit.facts.source(test), "count": str(len(test.elts))}
            asserted = word == "assert"
            bare = asserted and len(test.elts) == 2
            fix = (
                unwrapped(unit.facts.lines, unit.facts.span(test), unit.facts.span(test.elts[-1]))
                if bare
                else ()
            )
            yield Match(test, values, variant="assert" if asserted else None, fix=fix)
