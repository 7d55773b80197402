"""What a function leaves behind for the line that called it: nothing at all, or only a print (ME424).

A function that hands nothing back is none the less useful if it changes something, shows something on
purpose or is still to be written. So this asks only about functions at the top of a file that take values,
do nothing but calculate, and whose answer nobody in the file works with: there other rules speak.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from meno_analyzers.facts.definitions import Definition, DefinitionKind
from meno_analyzers.facts.scopes import FunctionNode
from meno_analyzers.facts.summary import Mention
from meno_analyzers.facts.tree import scope_nodes, walk
from meno_analyzers.findings import Category, Severity
from meno_analyzers.rules.lost_updates import left_in_branch
from meno_analyzers.rules.registry import Match, Subject, rule

_SHOWS_BY_NAME = frozenset(
    (
        "print show display draw dump log write output main report menu test debug demo run say tell greet "
        "usage help affiche afficher imprime imprimir mostrar zeige zeigen ausgabe ausgeben stampa"
    ).split()
)
_WORD = re.compile(r"[a-zà-ÿ]+")
_CALCULATES = frozenset(
    (
        "len str int float range sum min max abs round sorted repr chr ord bool list tuple set dict "
        "enumerate zip reversed divmod pow isinstance type any all map filter"
    ).split()
)
_ASKS = frozenset(
    (
        "items keys values index count copy get upper lower capitalize title swapcase casefold strip lstrip "
        "rstrip replace split join find rfind startswith endswith isdigit isalpha isalnum splitlines"
    ).split()
)
# What may leave a trace outside, or change the way out.
_ACTS = (
    *(ast.Global, ast.Nonlocal, ast.Raise, ast.Assert, ast.Delete, ast.With, ast.Try, ast.TryStar),
    *(ast.Yield, ast.YieldFrom, ast.Await, ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom),
    *(ast.Lambda, ast.Match, ast.NamedExpr),
)


@rule(
    "ME424",
    "nothing-for-the-caller",
    Category.MISSING_RETURN,
    Severity.HINT,
    0.93,
    on=(ast.FunctionDef,),
    values=("function", "name"),
    variants=("shown", "branch"),
    patient=True,
)
def nothing_for_the_caller(unit: Subject) -> Iterator[Match]:
    facts = unit.facts
    if facts.scopes.wrapper is not None or facts.scopes.dynamic or facts.tree is None:
        return
    for function in facts.functions:
        if not isinstance(function, ast.FunctionDef) or function not in facts.tree.body:
            continue
        parameters = function.args.args
        if function.decorator_list or not parameters or parameters[0].arg == "self":
            continue
        values = {"function": function.name}
        kept = left_in_branch(unit, function)
        if kept is not None:
            yield Match(kept, {**values, "name": unit.facts.source(kept.targets[0])}, "branch")
        if _acts(function):
            continue
        shown = _shown_last(unit, function)
        if shown is not None:
            yield Match(shown, values, "shown")
        elif _only_calculates(unit, function) and not _is_explained_at_call(unit, function):
            yield Match(_last_line(function.body), values)


def _acts(function: ast.FunctionDef) -> bool:
    """Whether the function answers something, or does what cannot be seen to the end from here."""
    return any(
        isinstance(node, _ACTS) or (isinstance(node, ast.Return) and node.value is not None)
        for node in scope_nodes(function)
    )


def _is_explained_at_call(unit: Subject, function: ast.FunctionDef) -> bool:
    """Whether another place may have a finding: ME401 and its like for the answer, ME421 for what was given,
    ME112 or ME028 where a name of the function is used outside of it."""
    if unit.module.mentions(Mention.RESULT_USED, function.name):
        return True
    if any(unit.module.mentions(Mention.USED, name) for name in unit.facts.scope_inside(function).bound):
        return True
    summary = unit.module.function(function.name)
    rebinds = summary is not None and bool(summary.rebinds)
    return rebinds and unit.module.mentions(Mention.USED, function.name)


def _last_line(body: Sequence[ast.stmt]) -> ast.stmt:
    """The line after which the function is over."""
    last = body[-1]
    while isinstance(last, ast.For | ast.While | ast.If):
        last = (last.orelse or last.body)[-1]
    return last


def _only_calculates(unit: Subject, function: FunctionNode) -> bool:
    """Whether the function works something out from names, and nothing outside can notice."""
    last = _last_line(function.body)
    works = False
    for node in scope_nodes(function):
        match node:
            case ast.Call(func=ast.Name(id=name) as called):
                if name not in _CALCULATES or not unit.facts.is_builtin(called, unit.module):
                    return False
            case ast.Call(func=ast.Attribute(value=receiver, attr=method)):
                if method not in _ASKS:
                    if not _is_own(unit, receiver):
                        return False
                    works = True
            case ast.Call():
                return False
            case ast.Subscript(value=changed, ctx=ast.Store()):
                if not _is_own(unit, changed):
                    return False
                works = True
            case ast.Attribute(ctx=ast.Store()):
                return False
            case ast.AugAssign(target=ast.Name() as target, value=value):
                # `xs += [1]` changes the caller's list, `n += 1` does not change the caller's number.
                if not isinstance(value, ast.Constant) and not _is_own(unit, target):
                    return False
                works = True
            case ast.Assign(value=value):
                works = works or any(isinstance(part, ast.Name) for part in walk(value))
            case _:
                pass
    # A first value alone, such as `seen = {}`, is how one begins to write.
    return works and not _is_first_value(last)


def _is_first_value(last: ast.stmt) -> bool:
    match last:
        case ast.Assign(targets=[ast.Name()], value=value):
            return not any(isinstance(part, ast.Name) for part in walk(value))
        case _:
            return False


def _is_own(unit: Subject, value: ast.expr) -> bool:
    """Whether the function itself has made the object."""
    definitions = unit.facts.reaching(value) if isinstance(value, ast.Name) else None
    return bool(definitions) and all(_is_made(definition) for definition in definitions or ())


def _is_made(definition: Definition) -> bool:
    if definition.kind is DefinitionKind.AUGMENTED:
        return True  # of what it was before, which is asked about as well
    match definition.value if definition.kind is DefinitionKind.ASSIGNMENT else None:
        case ast.List() | ast.Tuple() | ast.Dict() | ast.Set() | ast.Constant() | ast.BinOp():
            return True
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.Subscript(slice=ast.Slice()):
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name in _CALCULATES
        case ast.Call(func=ast.Attribute(attr=method)):
            return method in _ASKS
        case _:
            return False


def _shown_last(unit: Subject, function: ast.FunctionDef) -> ast.Call | None:
    """The last print of a function that works something out and prints it as the last thing on each way."""
    if not _SHOWS_BY_NAME.isdisjoint(_WORD.findall(function.name.lower())):
        return None
    last = _prints_at_end(function.body)
    if not last or unit.module.mentions(Mention.USED, function.name):
        return None
    for node in scope_nodes(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in {"input", "open", "exit", "quit"}:
                return None
            if node.func.id == "print" and not any(node is call for call in last):
                return None
    return last[-1] if all(_is_result(unit, call) for call in last) else None


def _prints_at_end(body: Sequence[ast.stmt]) -> list[ast.Call] | None:
    """The prints with which a block may end; None if it may end with something else."""
    match body[-1] if body else None:
        case ast.Expr(value=ast.Call(func=ast.Name(id="print")) as call):
            return [call]
        case ast.If(body=yes, orelse=no):
            one, other = _prints_at_end(yes), _prints_at_end(no)
            return None if one is None or other is None else one + other
        case ast.Return(value=None):
            return _prints_at_end(body[:-1])
        case None:
            return []
        case _:
            return None


def _is_result(unit: Subject, call: ast.Call) -> bool:
    """Whether one bare value is printed that the function has come to: no text for a person to read."""
    if len(call.args) != 1 or call.keywords or unit.module.is_bound("print"):
        return False
    (value,) = call.args
    match value:
        case ast.Constant(value=bool() | int() | float() | "True" | "False"):
            return True
        case ast.Constant() | ast.Starred():
            return False
        case ast.Name():
            definitions = unit.facts.reaching(value) or frozenset()
            return any(definition.kind is not DefinitionKind.PARAMETER for definition in definitions)
        case _:
            return not any(
                isinstance(part, ast.JoinedStr)
                or (isinstance(part, ast.Constant) and isinstance(part.value, str))
                for part in walk(value)
            ) and any(isinstance(part, _WORK) for part in walk(value))


_WORK = (
    *(ast.Call, ast.BinOp, ast.BoolOp, ast.Compare, ast.UnaryOp, ast.Slice, ast.IfExp),
    *(ast.ListComp, ast.SetComp, ast.DictComp),
)
