"""Functions that call themselves: without an end, without progress, or for nothing (ME411–ME413)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.control import Outcome, is_exit, is_generator, outcomes
from meno_analyzers.facts.scopes import FunctionNode
from meno_analyzers.facts.tree import children, scope_nodes, walk_scope
from meno_analyzers.findings import Category, Note, Severity
from meno_analyzers.rules.expressions import is_name
from meno_analyzers.rules.registry import Match, Subject, rule


def _own_calls(function: FunctionNode) -> list[ast.Call]:
    """The calls of a function to itself, by its plain name, in the order of the text."""
    calls = [
        node
        for node in scope_nodes(function)
        if isinstance(node, ast.Call) and is_name(node.func, function.name)
    ]
    return sorted(calls, key=lambda call: (call.lineno, call.col_offset))


def recursive_functions(unit: Subject) -> Iterator[tuple[FunctionNode, list[ast.Call]]]:
    """Undecorated functions, no methods, that call themselves and nothing else of the same name."""
    facts = unit.facts
    for function in facts.functions:
        if not facts.names_called(function.name) or isinstance(function, ast.AsyncFunctionDef):
            continue
        if function.decorator_list or is_generator(function):
            continue
        calls = _own_calls(function)
        if not calls or any(isinstance(a, ast.ClassDef) for a in facts.ancestors(function)):
            continue
        bound_inside = function.name in facts.scope_inside(function).bound
        at_module = facts.scope_at(function) is facts.scopes.module
        if bound_inside or (at_module and unit.module.function(function.name) is None):
            continue
        yield function, calls


@rule(
    "ME411",
    "recursion-without-base-case",
    Category.RECURSION_ERROR,
    Severity.ERROR,
    0.99,
    on=(ast.FunctionDef,),
    values=("function", "call"),
)
def recursion_without_base_case(unit: Subject) -> Iterator[Match]:
    for function, calls in recursive_functions(unit):
        if _may_stop_otherwise(unit, function) or not _always_calls(function.body, function.name):
            continue
        values = {"function": function.name, "call": unit.facts.source(calls[0])}
        yield Match(calls[0], values)


_ENDS_BY_ITSELF = frozenset({"input", "next", "exit", "quit"})


def _may_stop_otherwise(unit: Subject, function: FunctionNode) -> bool:
    """Whether something unseen may end the chain of calls: input that runs out, an unknown function."""
    for node in scope_nodes(function):
        match node:
            case ast.Try() | ast.TryStar() | ast.With() | ast.Assert() | ast.Match():
                return True
            case ast.Call(func=ast.Name(id=name) as called):
                plain = name == function.name or unit.facts.is_builtin(called, unit.module)
                if not plain or name in _ENDS_BY_ITSELF:
                    return True
            case ast.Call(func=ast.Attribute(value=value)):
                if is_exit(node) or unit.types.of(value) is None:
                    return True
            case ast.Call():
                return True
            case _:
                pass
    return False


def _always_calls(body: list[ast.stmt], name: str) -> bool:
    """Whether every way through the statements comes to a call of `name` before it can leave."""
    for statement in body:
        match statement:
            case ast.If(test=test, body=yes, orelse=no):
                if _certainly_calls(test, name) or (_always_calls(yes, name) and _always_calls(no, name)):
                    return True
            case ast.For(iter=iterable):
                if _certainly_calls(iterable, name):
                    return True
            case ast.While(test=test):
                if _certainly_calls(test, name):
                    return True
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                continue
            case _:
                if _certainly_calls(statement, name):
                    return True
        if _may_leave(statement):
            return False
    return False


def _may_leave(statement: ast.stmt) -> bool:
    return any(
        isinstance(node, ast.Return | ast.Raise | ast.Break | ast.Continue)
        for node in walk_scope([statement])
    )


def _certainly_calls(node: ast.AST, name: str) -> bool:
    """Whether evaluating the node always evaluates a call of `name`."""
    match node:
        case ast.Lambda() | ast.GeneratorExp():
            return False
        case ast.ListComp() | ast.SetComp() | ast.DictComp():
            return _certainly_calls(node.generators[0].iter, name)
        case ast.BoolOp(values=[first, *_]):
            return _certainly_calls(first, name)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            both = _certainly_calls(body, name) and _certainly_calls(orelse, name)
            return both or _certainly_calls(test, name)
        case ast.Compare(left=left, comparators=[second, *_]):
            return _certainly_calls(left, name) or _certainly_calls(second, name)
        case ast.Call(func=ast.Name(id=called)) if called == name:
            return True
        case _:
            return any(_certainly_calls(child, name) for child in children(node))


@rule(
    "ME412",
    "recursion-without-progress",
    Category.RECURSION_ERROR,
    Severity.ERROR,
    0.99,
    on=(ast.FunctionDef,),
    values=("function", "call"),
)
def recursion_without_progress(unit: Subject) -> Iterator[Match]:
    for function in unit.facts.functions:
        if isinstance(function, ast.AsyncFunctionDef) or function.decorator_list or not function.args.args:
            continue
        if (
            function.args.vararg
            or function.args.kwarg
            or function.args.kwonlyargs
            or function.args.posonlyargs
        ):
            continue
        calls = [
            call
            for call in unit.facts.nodes(ast.Call)
            if _repeats_arguments(unit, function, call) and unit.facts.function_around(call) is function
        ]
        if not calls or _has_side_effects(unit, function):
            continue
        note = Note(unit.facts.span(function.args.args[0]), "The same value came in here.")
        for call in calls:
            values = {"function": function.name, "call": unit.facts.source(call)}
            yield Match(call, values, notes=(note,))


def _repeats_arguments(unit: Subject, function: FunctionNode, call: ast.Call) -> bool:
    """Whether the call is the function's own, with exactly its own parameters."""
    names = [argument.arg for argument in function.args.args]
    called = call.func
    if unit.facts.scopes.wrapper is not None and names and names[0] == "self":
        if not (
            isinstance(called, ast.Attribute)
            and is_name(called.value, "self")
            and called.attr == function.name
        ):
            return False
        names = names[1:]
        if not names:
            return False
    elif not is_name(called, function.name):
        return False
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    return len(given) == len(names) and all(
        is_name(_without_copying(argument), name) for argument, name in zip(given, names, strict=True)
    )


def _without_copying(argument: ast.expr) -> ast.expr:
    """`xs` for `xs[:]` and `xs[0:]`, which hold the same items."""
    match argument:
        case ast.Subscript(
            value=value, slice=ast.Slice(lower=None | ast.Constant(value=0), upper=None, step=None)
        ):
            return value
        case _:
            return argument


def _has_side_effects(unit: Subject, function: FunctionNode) -> bool:
    """Whether anything in the body could make the next call with the same arguments end otherwise."""
    parameters = {argument.arg for argument in function.args.args}
    for node in scope_nodes(function):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) if name in parameters:
                return True
            case ast.Global() | ast.Nonlocal() | ast.Yield() | ast.YieldFrom() | ast.Try() | ast.TryStar():
                return True
            case ast.FunctionDef() | ast.Lambda() | ast.Import() | ast.ImportFrom():
                return True
            case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
                return True
            case ast.Call(func=ast.Attribute()):
                # A method may change its object, and module functions such as random.random() vary.
                if not _repeats_arguments(unit, function, node):
                    return True
            case ast.Call(func=ast.Name(id=name) as called):
                pure = name == function.name or unit.facts.is_builtin(called, unit.module)
                if name == "input" or not pure:
                    return True
            case _:
                pass
    return False


@rule(
    "ME413",
    "recursive-result-dropped",
    Category.MISSING_RETURN,
    Severity.WARNING,
    0.98,
    on=(ast.FunctionDef,),
    values=("function", "call"),
)
def recursive_result_dropped(unit: Subject) -> Iterator[Match]:
    for function, calls in recursive_functions(unit):
        dropped = [call for call in calls if isinstance(unit.facts.parents.get(call), ast.Expr)]
        if not dropped or not _answers_values(function) or _acts_on_the_world(unit, function):
            continue
        for call in dropped:
            if _comes_too_late(unit, call):
                continue  # ME335 explains it
            yield Match(call, {"function": function.name, "call": unit.facts.source(call)})


def _comes_too_late(unit: Subject, call: ast.Call) -> bool:
    """Whether a statement above the call's, in the same block, always leaves the block."""
    statement = unit.facts.parents.get(call)
    block = getattr(unit.facts.parents.get(statement), "body", None) if statement is not None else None
    if not isinstance(block, list) or statement not in block:
        return False
    return Outcome.NORMAL not in outcomes(block[: block.index(statement)])


def _answers_values(function: FunctionNode) -> bool:
    return any(
        isinstance(node, ast.Return)
        and node.value is not None
        and not (isinstance(node.value, ast.Constant) and node.value.value is None)
        for node in scope_nodes(function)
    )


_CALCULATING = frozenset(
    "len abs min max sum sorted range int float str round list tuple set dict isinstance enumerate".split()
)


def _acts_on_the_world(unit: Subject, function: FunctionNode) -> bool:
    """Whether the function does anything but calculate: then a call may be there for what it does."""
    for node in scope_nodes(function):
        match node:
            case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
                return True
            case ast.Global() | ast.Nonlocal() | ast.Await() | ast.Try() | ast.TryStar() | ast.With():
                return True
            case ast.Call(func=ast.Name(id=name) as called):
                calculating = name in _CALCULATING and unit.facts.is_builtin(called, unit.module)
                if name != function.name and not calculating:
                    return True
            case ast.Call():
                return True
            case _:
                pass
    return False
