"""Which functions of a program can be asked, and which cannot and why.

A function is asked if it can be called with plain values: a function of the file, or a method of a class that
is made without arguments. Those that read input, are asynchronous, or take nothing are passed over.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Reason(StrEnum):
    """Why a function is left out; the catalogue has a sentence for each."""

    ASYNC = "async"
    INPUT = "input"
    NOTHING = "nothing"  # it takes no values
    KEYWORDS = "keywords"  # it needs arguments by name
    CLASS = "class"  # its class needs arguments
    UNKNOWN = "unknown"  # what a parameter may be is not known
    SLOW = "slow"  # no time was left for it
    LOADING = "loading"  # the program stops before it can be called


@dataclass(frozen=True, slots=True)
class LeftOut:
    """`parameter` is the one of which nothing is known."""

    function: str
    reason: Reason
    parameter: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One that is given by its place."""

    name: str
    annotation: ast.expr | None
    default: ast.expr | None


@dataclass(frozen=True, slots=True)
class AtHand:
    """A function that can be asked; `call` is how it is called: `total`, or `Cart().total`."""

    call: str
    node: ast.FunctionDef
    parameters: tuple[Parameter, ...]

    @property
    def lines(self) -> range:
        return range(self.node.lineno, (self.node.end_lineno or self.node.lineno) + 1)


def named_functions(tree: ast.Module) -> Iterator[tuple[str, Function, ast.ClassDef | None]]:
    """The functions of the file and the methods of its classes, with their dotted names."""
    for node in tree.body:
        if isinstance(node, Function):
            yield node.name, node, None
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, Function) and not inner.name.startswith("_"):
                    yield f"{node.name}.{inner.name}", inner, node


def at_hand(tree: ast.Module, names: Sequence[str]) -> tuple[list[AtHand], list[LeftOut]]:
    """Those of these names that can be asked, and the others. Of two with one name the last one counts."""
    known = {name: (node, owner) for name, node, owner in named_functions(tree)}
    found: list[AtHand] = []
    left_out: list[LeftOut] = []
    for name in names:
        node, owner = known[name]
        reason = _reason(node, owner, tree)
        if reason is not None:
            left_out.append(LeftOut(name, reason))
            continue
        assert isinstance(node, ast.FunctionDef)
        call = name if owner is None or _is_static(node) else f"{owner.name}().{node.name}"
        found.append(AtHand(call, node, tuple(_parameters(node, owner))))
    return found, left_out


def names_at_hand(tree: ast.Module, called: Iterable[str]) -> list[str]:
    """The functions that cases call, else all that a case could call."""
    own = {name: node for name, node, _ in named_functions(tree) if not _is_test(node)}
    taken = set(called)
    chosen = [name for name in own if name in taken]
    if chosen:
        return chosen
    return [
        name
        for name, node in own.items()
        if name != "main" and not name.startswith("_") and _takes_values(node, "." in name)
    ]


def _is_test(node: Function) -> bool:
    return node.name.startswith("test")


def _is_static(node: Function) -> bool:
    return any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in node.decorator_list)


def _takes_values(node: Function, is_method: bool) -> bool:
    count = len(node.args.posonlyargs) + len(node.args.args)
    return count > (1 if is_method and not _is_static(node) else 0)


def _reason(node: Function, owner: ast.ClassDef | None, tree: ast.Module) -> Reason | None:
    if isinstance(node, ast.AsyncFunctionDef):
        return Reason.ASYNC
    if not _takes_values(node, owner is not None):
        return Reason.NOTHING
    if any(default is None for default in node.args.kw_defaults):
        return Reason.KEYWORDS
    if reads_input(node, tree):
        return Reason.INPUT
    if owner is not None and not _is_static(node) and not _made_without_arguments(owner):
        return Reason.CLASS
    return None


def _made_without_arguments(owner: ast.ClassDef) -> bool:
    if owner.bases or owner.decorator_list or owner.keywords:
        return False
    made = [node for node in owner.body if isinstance(node, Function) and node.name == "__init__"]
    return not made or len(made[0].args.args) - len(made[0].args.defaults) <= 1


def _parameters(node: ast.FunctionDef, owner: ast.ClassDef | None) -> Iterator[Parameter]:
    given = [*node.args.posonlyargs, *node.args.args]
    defaults = [None] * (len(given) - len(node.args.defaults)) + list(node.args.defaults)
    pairs = list(zip(given, defaults, strict=True))
    for argument, default in pairs[1:] if owner is not None and not _is_static(node) else pairs:
        yield Parameter(argument.arg, argument.annotation, default)


def reads_input(node: ast.AST, tree: ast.Module) -> bool:
    """Whether the node asks for input, itself or through functions of the file."""
    functions = {s.name: s for s in tree.body if isinstance(s, Function)}
    waiting, seen = [node], {getattr(node, "name", "")}
    while waiting:
        for inner in ast.walk(waiting.pop()):
            if isinstance(inner, ast.Attribute) and inner.attr == "stdin":
                return True
            if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name):
                name = inner.func.id
                if name == "input" and name not in functions:
                    return True
                if name in functions and name not in seen:
                    seen.add(name)
                    waiting.append(functions[name])
    return False
