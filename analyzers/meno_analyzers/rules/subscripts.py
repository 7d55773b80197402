"""Subscripts that cannot work: no such index, no such key, nothing to index, nothing to assign
(ME501, ME505, ME507, ME508, ME510, ME511, ME514, ME519, ME523)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.definitions import DefinitionKind
from meno_analyzers.facts.tree import walk
from meno_analyzers.facts.types import NUMBERS, TEXTS
from meno_analyzers.findings import Category, Severity, insertion
from meno_analyzers.rules.expressions import same
from meno_analyzers.rules.registry import Match, Subject, declare, rule
from meno_analyzers.rules.repairs import wrapped
from meno_analyzers.rules.surroundings import asks_for_kind, awaits_error
from meno_analyzers.rules.wording import count_in_words, kind_in_words


def _asked_before(unit: Subject, node: ast.Subscript) -> bool:
    """Whether a test around the subscript, or before it in an `and`, mentions what is subscripted."""
    if awaits_error(unit.facts, node):
        return True
    child: ast.AST = node
    for ancestor in unit.facts.ancestors(node):
        tests: list[ast.AST] = []
        if isinstance(ancestor, ast.If | ast.While | ast.IfExp) and child is not ancestor.test:
            tests = [ancestor.test]
        elif isinstance(ancestor, ast.BoolOp):
            tests = [value for value in ancestor.values if value is not child]
        elif isinstance(ancestor, ast.Match):
            return True
        if any(same(inner, node.value) for test in tests for inner in walk(test)):
            return True
        child = ancestor
    return False


@rule(
    "ME501",
    "constant-index-out-of-range",
    Category.INDEX_ERROR,
    Severity.ERROR,
    0.99,
    on=(ast.Subscript,),
    values=("sequence", "index", "count", "expression"),
)
def constant_index_out_of_range(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.Subscript):
        if isinstance(node.slice, ast.Slice | ast.Tuple) or isinstance(node.ctx, ast.Del):
            continue
        index = unit.values.constant(node.slice)
        if index is None or not isinstance(index.value, int) or isinstance(index.value, bool):
            continue
        display = unit.values.display(node.value)
        if not isinstance(display, ast.List | ast.Tuple) and unit.types.of(node.value) not in TEXTS:
            continue
        length = unit.values.length(node.value)
        if length is None or -length <= index.value < length or _asked_before(unit, node):
            continue
        values = {
            "sequence": unit.facts.source(node.value),
            "index": str(index.value),
            "count": count_in_words(length, "item"),
            "expression": unit.facts.source(node),
        }
        yield Match(node, values)


@rule(
    "ME505",
    "missing-dict-key",
    Category.KEY_ERROR,
    Severity.ERROR,
    0.99,
    on=(ast.Subscript,),
    values=("dictionary", "key"),
)
def missing_dict_key(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.Subscript):
        if not isinstance(node.ctx, ast.Load):
            continue
        display = unit.values.display(node.value)
        if not isinstance(display, ast.Dict) or not all(isinstance(k, ast.Constant) for k in display.keys):
            continue
        key = unit.values.constant(node.slice)
        if key is None or _asked_before(unit, node):
            continue
        if key.value not in {k.value for k in display.keys if isinstance(k, ast.Constant)}:
            values = {"dictionary": unit.facts.source(node.value), "key": unit.facts.source(node.slice)}
            yield Match(node, values)


declare(
    "ME508",
    "string-item-assignment",
    Category.TYPE_ERROR,
    Severity.ERROR,
    0.99,
    values=("text", "expression"),
)


@rule(
    "ME507",
    "tuple-item-assignment",
    Category.TYPE_ERROR,
    Severity.ERROR,
    0.99,
    on=(ast.Subscript,),
    values=("tuple", "expression"),
)
def item_assignment(unit: Subject) -> Iterator[Match]:
    """ME507 and ME508: a new item for what cannot change."""
    for node in unit.facts.nodes(ast.Subscript):
        if isinstance(node.ctx, ast.Load):
            continue
        kind = unit.types.of(node.value)
        if kind not in TEXTS and kind != "tuple":
            continue
        if awaits_error(unit.facts, node):
            continue
        name, expression = unit.facts.source(node.value), unit.facts.source(node)
        if kind == "tuple":
            yield Match(node, {"tuple": name, "expression": expression})
        else:
            yield Match(node, {"text": name, "expression": expression}, rule="ME508")


declare(
    "ME511",
    "list-indexed-with-tuple",
    Category.TYPE_ERROR,
    Severity.ERROR,
    0.99,
    values=("sequence", "expression"),
)
declare(
    "ME514",
    "indexing-an-iterator",
    Category.TYPE_ERROR,
    Severity.ERROR,
    0.99,
    values=("iterator", "expression"),
    variants=("number",),
)
declare(
    "ME519",
    "set-indexing",
    Category.TYPE_ERROR,
    Severity.ERROR,
    0.99,
    values=("set", "expression"),
)


@rule(
    "ME510",
    "list-indexed-with-string",
    Category.TYPE_ERROR,
    Severity.ERROR,
    0.99,
    on=(ast.Subscript,),
    values=("sequence", "kind", "key", "expression"),
)
def wrong_index(unit: Subject) -> Iterator[Match]:
    """ME510, ME511, ME514 and ME519: things that have no items in this way."""
    for node in unit.facts.nodes(ast.Subscript):
        kind = unit.types.of(node.value)
        if kind is None or awaits_error(unit.facts, node):
            continue
        of, expression = unit.facts.source(node.value), unit.facts.source(node)
        if kind in NUMBERS and not asks_for_kind(unit.facts, node):
            yield Match(node, {"iterator": of, "expression": expression}, "number", rule="ME514")
        if not isinstance(node.ctx, ast.Load):
            continue
        if kind in {"set", "frozenset"}:
            yield Match(node, {"set": of, "expression": expression}, rule="ME519")
        elif kind in {"iterator", "view"}:
            # A name may be used up by the first look; a call is made anew each time.
            anew = isinstance(node.value, ast.Call) and not unit.module.is_bound("list")
            fix = wrapped(unit.facts.span(node.value), "list(", ")") if anew else ()
            yield Match(node, {"iterator": of, "expression": expression}, rule="ME514", fix=fix)
        elif kind in {"list", "tuple", *TEXTS}:
            if isinstance(node.slice, ast.Tuple):
                yield Match(node, {"sequence": of, "expression": expression}, rule="ME511")
            elif not isinstance(node.slice, ast.Slice) and unit.types.of(node.slice) == "str":
                values = {"sequence": of, "kind": kind_in_words(kind), "expression": expression}
                yield Match(node, {**values, "key": unit.facts.source(node.slice)})


@rule(
    "ME523",
    "random-index-off-by-one",
    Category.OFF_BY_ONE_ERROR,
    Severity.ERROR,
    0.99,
    on=(ast.Subscript,),
    words=("len",),
    values=("sequence", "call"),
)
def random_index_off_by_one(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.Subscript):
        call = _index_call(unit, node.slice)
        if call is None or awaits_error(unit.facts, node) or not isinstance(node.value, ast.Name):
            continue
        match call.args:
            case [_, ast.Call(func=ast.Name(id="len") as function, args=[ast.Name(id=measured)])]:
                if measured == node.value.id and unit.facts.is_builtin(function, unit.module):
                    values = {"sequence": measured, "call": unit.facts.source(call)}
                    span = unit.facts.span(call.args[1])
                    fix = (insertion(span.end_line, span.end_column, " - 1"),)
                    here = call in unit.facts.parents
                    yield Match(node if call is node.slice else call, values, fix=fix if here else ())
            case _:
                pass


def _index_call(unit: Subject, index: ast.expr) -> ast.Call | None:
    """The call of `random.randint` that the index is, directly or through one name."""
    if isinstance(index, ast.Name):
        definitions = unit.values.definitions(index) or frozenset()
        if len(definitions) != 1:
            return None
        (definition,) = definitions
        if definition.kind is not DefinitionKind.ASSIGNMENT or definition.value is None:
            return None
        index = definition.value
    if not isinstance(index, ast.Call):
        return None
    match index.func:
        case ast.Attribute(value=ast.Name() as module, attr="randint"):
            return index if unit.types.of(module) == "module:random" else None
        case ast.Name(id="randint") as name:
            return index if unit.types.of(name) == "import:random:randint" else None
        case _:
            return None
