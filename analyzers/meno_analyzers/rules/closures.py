"""Functions made in a loop, which see the loop's variable as it is when they run (ME332)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.findings import Category, Note, Severity
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.shapes import leaves_after, mentions, names_in, statement_of, stores


@rule(
    "ME332",
    "closure-captures-loop-variable",
    Category.LOGIC_ERROR,
    Severity.WARNING,
    0.98,
    on=(ast.Lambda,),
    values=("item", "function"),
)
def closure_captures_loop_variable(unit: Subject) -> Iterator[Match]:
    for made in unit.facts.nodes(ast.Lambda):
        found = _keeping_loop(unit, made)
        if found is None:
            continue
        loop, targets = found
        own = {argument.arg for argument in [*made.args.args, *made.args.kwonlyargs, *made.args.posonlyargs]}
        captured = sorted((names_in(made.body) & targets) - own)
        if captured and not (isinstance(loop, ast.For) and stores(captured[0], loop.body)):
            values = {"item": captured[0], "function": unit.facts.source(made)}
            place = mentions(captured[0], made.body)[0]
            yield Match(
                place, values, notes=(Note(unit.facts.span(loop.target), "Each turn changes it here."),)
            )


def _keeping_loop(unit: Subject, made: ast.Lambda) -> tuple[ast.For | ast.comprehension, set[str]] | None:
    """The loop whose turns each put such a function away, for a time when the loop is over."""
    parent = unit.facts.parents.get(made)
    if isinstance(parent, ast.ListComp) and parent.elt is made and len(parent.generators) == 1:
        return parent.generators[0], names_in(parent.generators[0].target)
    container = _kept_in(made, parent)
    loop = next(
        (a for a in unit.facts.ancestors(made) if isinstance(a, ast.For | ast.While | ast.Lambda)), None
    )
    statement = statement_of(unit.facts, made)
    if container is None or not isinstance(loop, ast.For) or statement is None:
        return None
    if unit.facts.function_around(made) is not unit.facts.function_around(loop):
        return None
    if stores(container, loop.body) or leaves_after(unit.facts, statement, loop):
        return None
    # A container that the turn itself looks into may call the function at once.
    if len(mentions(container, loop)) != 1:
        return None
    return loop, names_in(loop.target)


def _kept_in(made: ast.Lambda, parent: ast.AST | None) -> str | None:
    """What takes the function: `fs` of `fs.append(lambda: i)` and of `fs[i] = lambda: i`."""
    match parent:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append" | "add"), args=[argument]):
            return name if argument is made else None
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name))], value=value):
            return name if value is made else None
        case _:
            return None
