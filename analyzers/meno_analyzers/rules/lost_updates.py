"""Values that a function works out and nothing ever reads (ME118; for ME424 at the end of one way)."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from meno_analyzers.facts.control import Outcome, is_generator, outcomes
from meno_analyzers.facts.definitions import Definition, DefinitionKind
from meno_analyzers.facts.scopes import FunctionNode
from meno_analyzers.facts.summary import Mention
from meno_analyzers.facts.tree import scope_nodes, walk
from meno_analyzers.findings import Category, Severity
from meno_analyzers.rules.libraries import knows_libraries
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.shapes import loops_around, names_in


@rule(
    "ME118",
    "update-that-nobody-reads",
    Category.WRONG_VARIABLE,
    Severity.HINT,
    0.92,
    on=(ast.FunctionDef,),
    values=("name", "statement", "function"),
    patient=True,
)
def update_that_nobody_reads(unit: Subject) -> Iterator[Match]:
    for function in unit.facts.functions:
        summary = unit.module.function(function.name)
        called = summary is not None and unit.module.mentions(Mention.USED, function.name)
        rebound = summary.rebinds if summary is not None and called else frozenset()
        for definition in _unread(unit, function):
            statement = definition.node
            if statement is None or not _is_update(definition) or _may_be_shared(unit, definition):
                continue
            if definition.name in rebound:
                continue  # ME421 says at the call why it comes to nothing
            loop = next(loops_around(unit.facts, statement), None)
            if loop is not None and not outcomes(loop.body) & (Outcome.NORMAL | Outcome.CONTINUE):
                continue  # ME301 says why there is no next turn
            values = {
                "name": definition.name,
                "statement": unit.facts.source(statement),
                "function": function.name,
            }
            yield Match(statement, values)


def _unread(unit: Subject, function: FunctionNode) -> list[Definition]:
    """The assignments of the function's own names that no use can see."""
    scope = unit.facts.scope_inside(function)
    if unit.facts.scopes.dynamic or is_generator(function):
        return []
    flow = unit.facts.flow(scope)
    if flow.incomplete:
        return []
    # A nested function may read a name at any time.
    hidden = {node.id for inner in scope.children for node in walk(inner.node) if isinstance(node, ast.Name)}
    hidden |= scope.shared_names()
    read = {definition for definitions in flow.reaching.values() for definition in definitions}
    return [
        definition
        for name, definitions in flow.definitions.items()
        if name not in hidden and not name.startswith("_")
        for definition in definitions
        if definition not in read
        and definition.kind in {DefinitionKind.ASSIGNMENT, DefinitionKind.AUGMENTED}
        and _is_plain(definition.node)
    ]


def _is_plain(statement: ast.AST | None) -> bool:
    """Whether the statement only works something out from names, for one name."""
    match statement:
        case ast.Assign(targets=[ast.Name()], value=value) | ast.AugAssign(target=ast.Name(), value=value):
            return not any(isinstance(part, ast.Await | ast.NamedExpr) for part in walk(value))
        case _:
            return False


def _is_update(definition: Definition) -> bool:
    match definition.node:
        case ast.AugAssign():
            return True
        case ast.Assign(value=ast.BinOp() as value):
            calls = any(isinstance(part, ast.Call) for part in walk(value))
            return definition.name in names_in(value) and not calls
        case _:
            return False


def _may_be_shared(unit: Subject, definition: Definition) -> bool:
    """Whether `xs += ys` may have changed an object that others hold too."""
    if not isinstance(definition.node, ast.AugAssign) or not isinstance(definition.node.target, ast.Name):
        return False
    if isinstance(definition.value, ast.Constant):
        # An array of a library takes `+= 1` item by item.
        return unit.types.of(definition.node.target) is None and knows_libraries(unit)
    return unit.types.of(definition.node.target) not in {"int", "float", "number", "str", "bool", "tuple"}


def left_in_branch(unit: Subject, function: ast.FunctionDef) -> ast.Assign | None:
    """The assignment with which one way through a function ends whose other ways answer something."""
    ends = [block[-1] for block in _tails(function.body)]
    if not any(isinstance(end, ast.Return) and end.value is not None for end in ends):
        answers = (
            node for node in scope_nodes(function) if isinstance(node, ast.Return) and node.value is not None
        )
        if len(ends) != 1 or next(answers, None) is None:
            return None
    unread = {definition.node for definition in _unread(unit, function)}
    for end in ends:
        if isinstance(end, ast.Assign) and end in unread and names_in(end.value):
            return end
    return None


def _tails(body: Sequence[ast.stmt]) -> Iterator[Sequence[ast.stmt]]:
    """The blocks at whose end the function is over."""
    last = body[-1]
    if isinstance(last, ast.If):
        yield from _tails(last.body)
        if last.orelse:
            yield from _tails(last.orelse)
    else:
        yield body
