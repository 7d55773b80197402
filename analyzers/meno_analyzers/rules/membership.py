"""Questions of membership that the lines around them contradict (ME337, ME525)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.definitions import DefinitionKind
from meno_analyzers.facts.tree import scope_nodes, walk_scope
from meno_analyzers.findings import Category, Note, Severity
from meno_analyzers.rules.expressions import is_name, same
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.shapes import after, changes_nothing, literal, stores
from meno_analyzers.rules.surroundings import awaits_error


@rule(
    "ME337",
    "item-sought-where-it-comes-from",
    Category.LOGIC_ERROR,
    Severity.HINT,
    0.95,
    on=(ast.For, ast.comprehension),
    values=("item", "collection", "test"),
)
def item_sought_where_it_comes_from(unit: Subject) -> Iterator[Match]:
    for clause in unit.facts.nodes(ast.comprehension):
        yield from _sought_among_pairs(unit, clause)
    for loop in unit.facts.nodes(ast.For):
        if isinstance(loop.target, ast.Tuple):
            yield from _sought_among_pairs(unit, loop)
        if not isinstance(loop.target, ast.Name):
            continue
        item, collection = loop.target.id, _all_of(unit, loop.iter)
        if collection is None:
            continue
        tests = [node for node in scope_nodes(loop) if _seeks(node, item, collection)]
        if not tests or _may_change(unit, loop, item, collection):
            continue
        # Who goes through a copy expects the collection to change, by what is called in the body, say.
        if not isinstance(loop.iter, ast.Name) and not _calls_keep(unit, loop):
            continue
        note = Note(unit.facts.span(loop.iter), f"Each `{item}` comes from here.")
        for test in tests:
            values = {"item": item, "collection": collection, "test": unit.facts.source(test)}
            yield Match(test, values, notes=(note,))


def _sought_among_pairs(unit: Subject, loop: ast.For | ast.comprehension) -> Iterator[Match]:
    """Keys or values of a dictionary's pairs that are sought among its keys or values."""
    pairs = loop.iter
    if isinstance(pairs, ast.Call) and is_name(pairs.func, "list") and len(pairs.args) == 1:
        pairs = pairs.args[0]
    match pairs, loop.target:
        case (
            ast.Call(func=ast.Attribute(value=ast.Name(id=table), attr="items"), args=[]),
            ast.Tuple(elts=[ast.Name(id=key), ast.Name(id=value)]),
        ):
            pass
        case _:
            return
    roots: list[ast.AST] = [*(loop.ifs if isinstance(loop, ast.comprehension) else loop.body)]
    if isinstance(loop, ast.For) and (_may_change(unit, loop, key, table) or stores(value, loop.body)):
        return
    for node in walk_scope(roots):
        if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.In | ast.NotIn):
            continue
        where, sought = _part_of(node.comparators[0], table), node.left
        if (where == "keys" and is_name(sought, key)) or (where == "values" and is_name(sought, value)):
            values = {"item": unit.facts.source(sought), "collection": table, "test": unit.facts.source(node)}
            note = Note(unit.facts.span(loop.iter), f"Each `{values['item']}` comes from here.")
            yield Match(node, values, notes=(note,))


def _part_of(node: ast.expr, table: str) -> str | None:
    """`keys` or `values`, if the node is all of these of the dictionary."""
    if isinstance(node, ast.Call) and is_name(node.func, "list") and len(node.args) == 1:
        node = node.args[0]
    match node:
        case ast.Name(id=name) if name == table:
            return "keys"
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="keys" | "values" as part), args=[]):
            return part if name == table else None
        case _:
            return None


def _calls_keep(unit: Subject, loop: ast.For) -> bool:
    """Whether all calls in the body are of builtins or methods, and so of nothing that may reach it."""
    return all(
        changes_nothing(unit, node) or isinstance(node.func, ast.Attribute)
        for node in scope_nodes(loop)
        if isinstance(node, ast.Call)
    )


def _all_of(unit: Subject, iterable: ast.expr) -> str | None:
    """The name of the collection all of whose items, or keys, a loop goes through."""
    match iterable:
        case ast.Name(id=name):
            return name
        case ast.Call(
            func=ast.Name(id="list" | "sorted" | "reversed" | "set" | "tuple") as made, args=[inner]
        ):
            return _all_of(unit, inner) if unit.facts.is_builtin(made, unit.module) else None
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="keys"), args=[]):
            return name
        case _:
            return None


def _seeks(node: ast.AST, item: str, collection: str) -> bool:
    match node:
        case ast.Compare(left=left, ops=[ast.In() | ast.NotIn()], comparators=[right]):
            return is_name(left, item) and is_name(right, collection)
        case _:
            return False


def _may_change(unit: Subject, loop: ast.For, item: str, collection: str) -> bool:
    """Whether the loop gives either name another value, or may change what the collection holds."""
    if stores(item, loop.body) or stores(collection, loop.body):
        return True
    for node in scope_nodes(loop):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if name == collection:
                if method not in {"keys", "values", "items", "count", "index", "get"}:
                    return True
            case ast.Call() if any(is_name(argument, collection) for argument in node.args):
                if not changes_nothing(unit, node):
                    return True
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()) if name == collection:
                return True
            case ast.Try() | ast.TryStar() | ast.Yield() | ast.Await() | ast.FunctionDef() | ast.Lambda():
                return True
            case _:
                pass
    return False


@rule(
    "ME525",
    "item-joined-like-a-list",
    Category.TYPE_ERROR,
    Severity.WARNING,
    0.98,
    on=(ast.If,),
    values=("item", "collection", "statement"),
)
def item_joined_like_a_list(unit: Subject) -> Iterator[Match]:
    for branch in unit.facts.nodes(ast.If):
        asked = _asked_whether_missing(branch.test)
        if asked is None:
            continue
        item, collection, missing = asked
        if not _starts_as_list(unit, collection):
            continue
        where_missing = branch.body if missing else branch.orelse or after(unit.facts, branch)
        for node in walk_scope(where_missing):
            if _joins(node, item, collection.id) and not awaits_error(unit.facts, node):
                values = {
                    "item": unit.facts.source(item),
                    "collection": collection.id,
                    "statement": unit.facts.source(node),
                }
                note = Note(
                    unit.facts.span(branch.test), f"Here `{values['item']}` is asked about as one item."
                )
                yield Match(node, values, notes=(note,))


def _asked_whether_missing(test: ast.expr) -> tuple[ast.expr, ast.Name, bool] | None:
    """(item, collection, whether the test holds where it is missing) for `x not in xs` and its like."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            found = _asked_whether_missing(inner)
            return None if found is None else (found[0], found[1], not found[2])
        case ast.Compare(left=item, ops=[ast.In() | ast.NotIn() as sign], comparators=[ast.Name() as where]):
            return item, where, isinstance(sign, ast.NotIn)
        case ast.Compare(
            left=ast.Call(func=ast.Attribute(value=ast.Name() as where, attr="count"), args=[item]),
            ops=[ast.Eq()],
            comparators=[zero],
        ) if literal(zero) == 0:
            return item, where, True
        case _:
            return None


def _starts_as_list(unit: Subject, name: ast.Name) -> bool:
    """Whether each value that the name starts with is a list or tuple; what is joined to it comes later."""
    kinds = set()
    for definition in unit.facts.reaching(name) or ():
        if definition.kind is DefinitionKind.AUGMENTED or isinstance(definition.value, ast.BinOp):
            continue
        if definition.kind is not DefinitionKind.ASSIGNMENT:
            return False
        kinds.add(unit.types.of_definition(definition))
    return bool(kinds) and kinds <= {"list", "tuple"}


def _joins(node: ast.AST, item: ast.expr, name: str) -> bool:
    """Whether the node adds the parts of the item, not the item."""
    match node:
        case ast.AugAssign(target=ast.Name(id=target), op=ast.Add(), value=value):
            return target == name and same(value, item)
        case ast.Assign(
            targets=[ast.Name(id=target)], value=ast.BinOp(left=ast.Name(id=left), op=ast.Add(), right=value)
        ):
            return target == left == name and same(value, item)
        case ast.Call(func=ast.Attribute(value=ast.Name(id=receiver), attr="extend"), args=[value]):
            return receiver == name and same(value, item)
        case _:
            return False
