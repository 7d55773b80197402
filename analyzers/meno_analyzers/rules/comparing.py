"""Comparisons that compare something else than they seem to
(ME215, ME216, ME218, ME220)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from meno_analyzers.facts.builtin_types import NUMBERS
from meno_analyzers.facts.tree import walk, walk_scope
from meno_analyzers.findings import Category, Edit, Severity, Span
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.repairs import other_sign
from meno_analyzers.rules.shapes import literal, mentions, names_in, scope_body
from meno_analyzers.rules.surroundings import awaits_error

_UP, _DOWN = (ast.Lt, ast.LtE), (ast.Gt, ast.GtE)
_ORDERS = (*_UP, *_DOWN)
_BITS = re.compile(r"mask|flag|bit|MASK|FLAG|BIT|^[A-Z_]{2,}$")


@rule(
    "ME215",
    "bitwise-in-boolean",
    Category.WRONG_OPERATOR,
    Severity.WARNING,
    0.98,
    on=(ast.Compare,),
    values=("sign", "middle", "test"),
)
def bitwise_in_boolean(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.Compare):
        for position, part in enumerate(node.comparators[:-1]):
            if not isinstance(part, ast.BinOp) or not isinstance(part.op, ast.BitAnd | ast.BitOr):
                continue
            if (
                _is_bracketed(unit, part)
                or _in_assert(unit, node)
                or not _joins_two_tests(node, position, part)
            ):
                continue
            values = {
                "sign": "&" if isinstance(part.op, ast.BitAnd) else "|",
                "middle": unit.facts.source(part),
                "test": unit.facts.source(node),
            }
            word = " and " if values["sign"] == "&" else " or "
            spaced = f" {values['sign']} " in values["middle"]
            sign = f" {values['sign']} " if spaced else values["sign"]
            yield Match(node, values, fix=other_sign(unit, part.left, part.right, sign, word))
            break


def _is_bracketed(unit: Subject, part: ast.BinOp) -> bool:
    span = unit.facts.span(part)
    return unit.facts.lines[span.start_line][: span.start_column].rstrip().endswith("(")


def _joins_two_tests(node: ast.Compare, position: int, part: ast.BinOp) -> bool:
    """Whether left and right of the sign stand tests of their own, and not `low < x & m < high`."""
    if any(_BITS.search(name) for name in names_in(part)):
        return False
    if isinstance(part.right, ast.Constant):
        return False  # a number cut down to some of its bits
    first, second = node.ops[position], node.ops[position + 1]
    same_way = any(isinstance(first, way) and isinstance(second, way) for way in (_UP, _DOWN))
    return not same_way or literal(part.left) is not None


@rule(
    "ME216",
    "identity-with-literal",
    Category.WRONG_COMPARATOR,
    Severity.WARNING,
    0.98,
    on=(ast.Compare,),
    values=("value", "literal", "operator"),
)
def identity_with_literal(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.Compare):
        sides = [node.left, *node.comparators]
        for operator, left, right in zip(node.ops, sides, sides[1:], strict=False):
            if not isinstance(operator, ast.Is | ast.IsNot):
                continue
            written = [side for side in (left, right) if _is_written_out(side)]
            if len(written) != 1 or awaits_error(unit.facts, node) or _in_assert(unit, node):
                continue
            other = right if written[0] is left else left
            values = {
                "value": unit.facts.source(other),
                "literal": unit.facts.source(written[0]),
                "operator": "is" if isinstance(operator, ast.Is) else "is not",
            }
            yield Match(node, values, fix=_compared(unit, node))
            break


def _compared(unit: Subject, node: ast.Compare) -> tuple[Edit, ...]:
    """`==` or `!=` in the place of the one operator of a comparison."""
    if len(node.ops) > 1:
        return ()
    left, right = unit.facts.span(node.left), unit.facts.span(node.comparators[0])
    line = unit.facts.lines[left.end_line]
    written = line[left.end_column : right.start_column] if left.end_line == right.start_line else ""
    found = re.fullmatch(r"(\)*\s*)(is(?:\s+not)?)(\s*\(*)", written)
    if found is None:
        return ()
    start, end = (left.end_column + found.start(2), left.end_column + found.end(2))
    return (Edit(Span(left.end_line, start, left.end_line, end), "==" if found[2] == "is" else "!="),)


def _is_written_out(node: ast.expr) -> bool:
    """A number, a text or a tuple; not `None`, `True`, `False` or `...`, of which there is one each."""
    if isinstance(node, ast.Tuple):
        return bool(node.elts)
    if literal(node) is not None:
        return True
    return isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)


def _in_assert(unit: Subject, node: ast.AST) -> bool:
    return any(isinstance(ancestor, ast.Assert) for ancestor in unit.facts.ancestors(node))


_KINDS = {
    "int": "number",
    "float": "number",
    "number": "number",
    "bool": "number",
    "str": "text",
    "input": "text",
    "list": "list",
    "tuple": "tuple",
    "set": "set",
    "dict": "dictionary",
    "range": "range",
    "iterator": "iterator",
}


@rule(
    "ME218",
    "comparing-incompatible-types",
    Category.WRONG_COMPARATOR,
    Severity.WARNING,
    0.98,
    on=(ast.Compare,),
    values=("left", "right", "left_kind", "right_kind"),
)
def comparing_incompatible_types(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.Compare):
        if len(node.ops) != 1 or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
            continue
        left, right = node.left, node.comparators[0]
        first, second = unit.types.of(left) or "", unit.types.of(right) or ""
        kinds = _KINDS.get(first), _KINDS.get(second)
        if None in kinds or kinds[0] == kinds[1] or awaits_error(unit.facts, node):
            continue
        if "input" in (first, second) and "number" in kinds:
            continue  # ME205 knows where the text comes from
        if _in_assert(unit, node) or _is_checked(unit, node) or (_is_literal(left) and _is_literal(right)):
            continue
        if _is_switched_off(unit, node):
            continue
        values = {
            "left": unit.facts.source(left),
            "right": unit.facts.source(right),
            "left_kind": "truth value" if first == "bool" else kinds[0] or "",
            "right_kind": "truth value" if second == "bool" else kinds[1] or "",
        }
        yield Match(node, values)


def _is_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant | ast.List | ast.Tuple | ast.Set | ast.Dict)


def _is_checked(unit: Subject, node: ast.AST) -> bool:
    """Whether a test hands the comparison to `assertFalse` or the like."""
    parent = unit.facts.parents.get(node)
    return isinstance(parent, ast.Call) and "assert" in unit.facts.source(parent.func).lower()


def _is_switched_off(unit: Subject, node: ast.AST) -> bool:
    """Whether the node stands below `if testing:` where `testing` is certainly false: it never runs."""
    child: ast.AST = node
    for ancestor in unit.facts.ancestors(node):
        if isinstance(ancestor, ast.If) and child in ancestor.body:
            value = unit.values.constant(ancestor.test)
            if value is not None and not value.value:
                return True
        child = ancestor
    return False


_TRUTHS = re.compile(
    r"^(is|has|can|was|should|do|did|ok|okay|done|found|flag|valid|enabled|active|running|ready)"
)


@rule(
    "ME220",
    "less-than-chain-mistake",
    Category.WRONG_COMPARATOR,
    Severity.HINT,
    0.93,
    on=(ast.BoolOp,),
    values=("test", "name", "comparison", "word"),
)
def number_left_without_comparison(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.BoolOp):
        for comparison, bare in zip(node.values, node.values[1:], strict=False):
            if not isinstance(bare, ast.Name) or not _compares_two_names(comparison):
                continue
            if mentions(bare.id, comparison) or _TRUTHS.match(bare.id.lower()):
                continue
            if not _is_amount(unit, bare, comparison) or not _used_as_number_only(unit, bare):
                continue
            values = {
                "test": unit.facts.source(node),
                "name": bare.id,
                "comparison": unit.facts.source(comparison),
                "word": "and" if isinstance(node.op, ast.And) else "or",
            }
            yield Match(bare, values)
            break


def _compares_two_names(node: ast.expr) -> bool:
    match node:
        case ast.Compare(left=ast.Name(), ops=[operator], comparators=[ast.Name()]):
            return isinstance(operator, (*_ORDERS, ast.Eq))
        case _:
            return False


def _is_amount(unit: Subject, bare: ast.Name, comparison: ast.expr) -> bool:
    """Whether the lone name is one of the amounts that are compared: made with them, or compared with one of
    them somewhere else."""
    others = names_in(comparison)
    group = others | {bare.id}
    function = unit.facts.function_around(bare)
    if function is not None and group <= {argument.arg for argument in function.args.args}:
        return _compared_elsewhere(unit, bare, others) or _asked_in_turn(unit, bare, group)
    for part in walk_scope(scope_body(unit.facts, bare)):
        match part:
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)) if group <= {
                target.id for target in targets if isinstance(target, ast.Name)
            }:
                return all(literal(value) is not None for value in values)
            case _:
                pass
    if unit.types.of(bare) not in NUMBERS - {"bool"} or _is_switch(unit, bare):
        return False
    sides = [node for node in walk(comparison) if isinstance(node, ast.Name)]
    return all(unit.types.of(side) in NUMBERS - {"bool"} for side in sides)


def _is_switch(unit: Subject, name: ast.Name) -> bool:
    """Whether the name only ever holds 0 or 1, as a number that stands for no or yes."""
    values = [literal(definition.value) for definition in unit.facts.reaching(name) or ()]
    return any(value in (0, 1) for value in values)


def _compared_elsewhere(unit: Subject, bare: ast.Name, others: set[str]) -> bool:
    for part in walk_scope(scope_body(unit.facts, bare)):
        if isinstance(part, ast.Compare) and isinstance(part.ops[0], (*_ORDERS, ast.Eq)):
            names = names_in(part.left, *part.comparators)
            if bare.id in names and names & others:
                return True
    return False


def _asked_in_turn(unit: Subject, bare: ast.Name, group: set[str]) -> bool:
    """Whether the same three names stand in another such test in another order: `b > a and c`."""
    return any(
        isinstance(part, ast.BoolOp)
        and part is not unit.facts.parents.get(bare)
        and len(part.values) == 2
        and _compares_two_names(part.values[0])
        and isinstance(part.values[1], ast.Name)
        and names_in(part) == group
        for part in walk_scope(scope_body(unit.facts, bare))
    )


def _used_as_number_only(unit: Subject, bare: ast.Name) -> bool:
    """Whether the name is never measured, looped over, looked into, called or divided by."""
    for place in mentions(bare.id, *scope_body(unit.facts, bare)):
        parent = unit.facts.parents.get(place)
        if isinstance(parent, ast.Attribute | ast.Subscript | ast.For | ast.comprehension | ast.Starred):
            return False
        if isinstance(parent, ast.Call) and (parent.func is place or unit.facts.source(parent.func) == "len"):
            return False
        if isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not):
            return False
        if (
            isinstance(parent, ast.BinOp)
            and parent.right is place
            and isinstance(parent.op, ast.Div | ast.Mod)
        ):
            return False
    return True
