"""Methods and items that a container does not have (ME506, ME509, ME512, ME515, ME516, ME518)."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Set

from meno_analyzers.facts.builtin_types import ATTRIBUTES
from meno_analyzers.facts.tree import walk
from meno_analyzers.facts.types import NUMBERS
from meno_analyzers.findings import Category, Edit, Severity, insertion
from meno_analyzers.rules.expressions import same
from meno_analyzers.rules.libraries import knows_libraries
from meno_analyzers.rules.registry import Match, Subject, declare, rule
from meno_analyzers.rules.surroundings import asks_for_kind, awaits_error
from meno_analyzers.rules.tables import is_table_without
from meno_analyzers.rules.wording import count_in_words, kind_in_words

declare(
    "ME506",
    "empty-braces-are-a-dict",
    Category.ATTRIBUTE_ERROR,
    Severity.ERROR,
    0.99,
    values=("name", "method"),
)


@rule(
    "ME509",
    "method-of-another-type",
    Category.ATTRIBUTE_ERROR,
    Severity.ERROR,
    0.99,
    on=(ast.Attribute,),
    values=("receiver", "kind", "method", "expression"),
    variants=("size", "table"),
)
def method_of_another_type(unit: Subject) -> Iterator[Match]:
    """ME509, and ME506 where the receiver began as `{}` and is treated as a set."""
    for node in unit.facts.nodes(ast.Attribute):
        kind = unit.types.of(node.value)
        if kind is None and is_table_without(unit, node):
            values = {
                "receiver": unit.facts.source(node.value),
                "kind": kind_in_words("dict"),
                "method": node.attr,
                "expression": unit.facts.source(node),
            }
            yield Match(node, values, "table", severity=Severity.HINT)
        if kind not in ATTRIBUTES or node.attr in ATTRIBUTES[kind] or not isinstance(node.ctx, ast.Load):
            continue
        told = unit.types.narrowed_kind(node.value) == kind
        # A library's subclass of `dict` has more to it than a `dict`.
        silent = knows_libraries(unit) if told else asks_for_kind(unit.facts, node)
        if silent or awaits_error(unit.facts, node):
            continue
        if kind == "NoneType" and not told and _is_tested(unit, node):
            continue  # what would fail there never runs
        if kind in {"list", "tuple", "set"} and node.attr == "join":
            continue  # ME605 has the better explanation
        receiver = unit.facts.source(node.value)
        if kind == "dict" and node.attr in ATTRIBUTES["set"] and _began_empty(unit, node.value):
            fix = _as_sets(unit, node.value)
            yield Match(node, {"name": receiver, "method": node.attr}, rule="ME506", fix=fix)
            continue
        values = {
            "receiver": receiver,
            "kind": kind_in_words(kind),
            "method": node.attr,
            "expression": unit.facts.source(node),
        }
        sized = kind in {"list", "tuple", "dict", "set", "str", "input"}
        if sized and node.attr in {"length", "size", "len"}:
            yield Match(node, values, "size", fix=_measured(unit, node))
        else:
            yield Match(node, values)


def _measured(unit: Subject, node: ast.Attribute) -> tuple[Edit, ...]:
    """`len(xs)` for `xs.length` and `xs.length()`."""
    around = unit.facts.parents.get(node)
    called = isinstance(around, ast.Call) and around.func is node
    if unit.module.is_bound("len") or (isinstance(around, ast.Call) and called and around.args):
        return ()
    span = unit.facts.span(around if around is not None and called else node)
    if span.start_line != span.end_line:
        return ()
    return (Edit(span, f"len({unit.facts.source(node.value)})"),)


def _is_tested(unit: Subject, node: ast.Attribute) -> bool:
    """Whether a test around the use asks for the receiver itself: `if found is not None:`, `if found:`."""
    for ancestor in unit.facts.ancestors(node):
        if isinstance(ancestor, ast.If | ast.IfExp | ast.While | ast.BoolOp):
            test = ancestor if isinstance(ancestor, ast.BoolOp) else ancestor.test
            if any(same(part, node.value) for part in walk(test)):
                return True
    return False


def _as_sets(unit: Subject, receiver: ast.expr) -> tuple[Edit, ...]:
    """`set()` for the braces that the receiver began as, if the unit holds them all."""
    if not isinstance(receiver, ast.Name) or unit.module.is_bound("set"):
        return ()
    parents = [unit.facts.parents.get(use) for use in unit.facts.names_called(receiver.id)]
    if any(isinstance(p, ast.Attribute) and p.attr not in ATTRIBUTES["set"] for p in parents):
        return ()
    values = [definition.value for definition in unit.values.definitions(receiver) or ()]
    displays = [value for value in values if value in unit.facts.parents]
    if len(displays) != len(values):
        return ()
    return tuple(Edit(span, "set()") for span in sorted(unit.facts.span(node) for node in displays if node))


def _began_empty(unit: Subject, receiver: ast.expr) -> bool:
    """Whether every value that the receiver may have is an empty `{}`."""
    if not isinstance(receiver, ast.Name):
        return False
    definitions = unit.values.definitions(receiver)
    return bool(definitions) and all(
        isinstance(definition.value, ast.Dict) and not definition.value.keys
        for definition in definitions or ()
    )


@rule(
    "ME512",
    "dict-loop-missing-items",
    Category.VALUE_ERROR,
    Severity.ERROR,
    0.99,
    on=(ast.For, ast.comprehension),
    values=("dictionary", "targets", "key"),
)
def dict_loop_missing_items(unit: Subject) -> Iterator[Match]:
    loops: list[ast.For | ast.comprehension] = [
        *unit.facts.nodes(ast.For),
        *unit.facts.nodes(ast.comprehension),
    ]
    for loop in loops:
        if not isinstance(loop.target, ast.Tuple) or len(loop.target.elts) != 2:
            continue
        display = unit.values.display(loop.iter)
        if not isinstance(display, ast.Dict) or not display.keys or awaits_error(unit.facts, loop.iter):
            continue
        keys = [unit.values.constant(key) if key is not None else None for key in display.keys]
        if all(key is not None and not _is_pair(key.value) for key in keys):
            first = display.keys[0]
            assert first is not None
            values = {
                "dictionary": unit.facts.source(loop.iter),
                "targets": unit.facts.source(loop.target),
                "key": unit.facts.source(first),
            }
            span = unit.facts.span(loop.iter)
            fix = (insertion(span.end_line, span.end_column, ".items()"),)
            yield Match(loop.iter, values, fix=fix if isinstance(loop.iter, ast.Name) else ())


def _is_pair(value: object) -> bool:
    return isinstance(value, str | bytes) and len(value) == 2


_UNHASHABLE = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)


@rule(
    "ME515",
    "unhashable-key",
    Category.TYPE_ERROR,
    Severity.ERROR,
    0.99,
    on=(ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp),
    values=("key", "kind"),
    variants=("element",),
)
def unhashable_key(unit: Subject) -> Iterator[Match]:
    facts = unit.facts
    keys = frozenset(
        key for table in facts.nodes(ast.Dict) for key in table.keys if isinstance(key, _UNHASHABLE)
    )
    for node in facts.nodes(*_UNHASHABLE):
        variant = _place_for_hashes(unit, node, keys)
        if variant is None or awaits_error(facts, node):
            continue
        kind = kind_in_words(unit.types.of(node) or "")
        yield Match(node, {"key": facts.source(node), "kind": kind}, variant or None)


def _place_for_hashes(unit: Subject, node: ast.AST, keys: Set[ast.AST]) -> str | None:
    """ "" for a dictionary's key, "element" for an item of a set, None for any other place; `keys` are those
    of all dictionaries that are written out."""
    parent = unit.facts.parents.get(node)
    match parent:
        case ast.Dict():
            return "" if node in keys else None
        case ast.Subscript(value=value) if parent.slice is node:
            return "" if unit.types.of(value) == "dict" else None
        case ast.Set():
            return "element"
        case ast.Call(func=ast.Name(id="hash") as name) if node in parent.args:
            return "element" if unit.facts.is_builtin(name, unit.module) else None
        case ast.List() | ast.Tuple():
            call = unit.facts.parents.get(parent)
            match call:
                case ast.Call(func=ast.Name(id="set" | "frozenset") as name, args=[only]) if only is parent:
                    return "element" if unit.facts.is_builtin(name, unit.module) else None
                case _:
                    return None
        case _:
            return None


@rule(
    "ME516",
    "unpack-count-mismatch",
    Category.VALUE_ERROR,
    Severity.ERROR,
    0.99,
    on=(ast.Assign,),
    values=("targets", "value", "wanted", "count"),
)
def unpack_count_mismatch(unit: Subject) -> Iterator[Match]:
    for statement in unit.facts.nodes(ast.Assign):
        for target in statement.targets:
            if not isinstance(target, ast.Tuple | ast.List):
                continue
            if any(isinstance(element, ast.Starred) for element in target.elts):
                continue
            count = _items_of(unit, statement.value)
            if count is None or count == len(target.elts) or awaits_error(unit.facts, statement):
                continue
            values = {
                "targets": unit.facts.source(target),
                "value": unit.facts.source(statement.value),
                "wanted": count_in_words(len(target.elts), "name"),
                "count": count_in_words(count, "item"),
            }
            yield Match(statement, values)


def _items_of(unit: Subject, value: ast.expr) -> int | None:
    match value:
        case ast.Call(func=ast.Name(id=name) as function) if unit.facts.is_global(function):
            summary = unit.module.function(name)
            return summary.length if summary is not None else None
        case _:
            return unit.values.length(value)


_WANT_ITEMS = frozenset("len sum max min sorted list tuple set enumerate any all reversed".split())


@rule(
    "ME518",
    "len-of-number",
    Category.TYPE_ERROR,
    Severity.ERROR,
    0.99,
    on=(ast.Call,),
    values=("function", "number", "call"),
)
def len_of_number(unit: Subject) -> Iterator[Match]:
    for call in unit.facts.nodes(ast.Call):
        match call:
            case ast.Call(func=ast.Name(id=name) as function, args=[argument], keywords=[]):
                if name not in _WANT_ITEMS or unit.types.of(argument) not in NUMBERS:
                    continue
            case _:
                continue
        if unit.facts.is_builtin(function, unit.module) and not awaits_error(unit.facts, call):
            values = {
                "function": name,
                "number": unit.facts.source(argument),
                "call": unit.facts.source(call),
            }
            yield Match(call, values)
