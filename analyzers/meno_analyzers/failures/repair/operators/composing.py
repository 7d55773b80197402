"""New small expressions made of what the function already names: the last resort among single changes.

Where no slip of a known kind helps, an expression is given one more operand, a call or an attribute, or gives
way to two names with an operator between them. These are many, so the search makes them only once it has
tried what is likelier.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.failures.repair.source import Change, Source

_SIGNS = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
}
_ALWAYS = ("+", "-", "*", "//", "%", "**")
_MOST_NAMES, _MOST_ATOMS, _LONGEST = 6, 10, 40
_HOLES = (ast.Name, ast.Constant, ast.Subscript, ast.Attribute, ast.Call, ast.BinOp, ast.List, ast.ListComp)
_SMALL = (ast.Name, ast.Constant, ast.Subscript, ast.Attribute)
_TIGHT = (ast.BinOp, ast.UnaryOp, ast.Attribute, ast.Starred, ast.Await)


def compositions(source: Source) -> Iterator[tuple[ast.expr, list[Change]]]:
    """Each place with the changes that put a new expression there."""
    functions: list[ast.AST] = [n for n in ast.walk(source.tree) if isinstance(n, ast.FunctionDef)]
    for function in functions or [source.tree]:
        words = _Words(source, function)
        for node in ast.walk(function):
            if isinstance(node, _HOLES) and _is_hole(source, node):
                yield node, list(_changes(source, words, node))


class _Words:
    """What the expressions of one function are made of."""

    def __init__(self, source: Source, function: ast.AST) -> None:
        nodes = list(ast.walk(function))
        used = [_SIGNS[type(n.op)] for n in nodes if isinstance(n, ast.BinOp) and type(n.op) in _SIGNS]
        self.signs = list(dict.fromkeys([*used, *_ALWAYS]))
        numbers = [repr(n.value) for n in nodes if isinstance(n, ast.Constant) and type(n.value) is int]
        self.numbers = list(dict.fromkeys([*numbers, "1", "2"]))
        called = [n.func.id for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
        self.calls = list(dict.fromkeys([*called, *source.functions, "abs", "len"]))[:_MOST_NAMES]
        called_attributes = {n.func for n in nodes if isinstance(n, ast.Call)}
        tree = ast.walk(source.tree)
        self.attributes = list(
            dict.fromkeys(n.attr for n in tree if isinstance(n, ast.Attribute) and n not in called_attributes)
        )[:_MOST_NAMES]
        self.methods = list(
            dict.fromkeys(
                n.func.attr
                for n in nodes
                if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and not n.args
            )
        )[:_MOST_NAMES]


def _is_hole(source: Source, node: ast.expr) -> bool:
    around = source.parents.get(node)
    if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load) or isinstance(around, ast.Expr):
        return False
    if isinstance(around, ast.Call) and around.func is node:
        return False
    if isinstance(around, ast.JoinedStr | ast.FormattedValue | ast.keyword | ast.arguments):
        return False
    text = source.get(node)
    return len(text) <= _LONGEST and "\n" not in text


def _changes(source: Source, words: _Words, node: ast.expr) -> Iterator[Change]:
    names = [name for name in source.variables(node) if name != "self"][:_MOST_NAMES]
    atoms = [*names, *words.numbers][:_MOST_ATOMS]
    text = source.get(node)
    around = source.parents.get(node)
    tight = isinstance(around, _TIGHT) or (isinstance(around, ast.Subscript) and around.value is node)
    side = f"({text})" if isinstance(node, ast.BinOp) else text
    for made in dict.fromkeys(_grown(words, names, atoms, text, side)):
        yield source.replace(node, f"({made})" if tight and " " in made else made)
    if isinstance(node, _SMALL):
        for made in dict.fromkeys(_pairs(words, names, atoms)):
            yield source.replace(node, f"({made})" if tight and " " in made else made)


def _grown(words: _Words, names: list[str], atoms: list[str], text: str, side: str) -> Iterator[str]:
    """The expression with something more to it."""
    for call in words.calls:
        yield f"{call}({text})"
    for attribute in words.attributes:
        yield f"{side}.{attribute}"
    for method in words.methods:
        yield f"{side}.{method}()"
    for name in names:
        yield f"{name}[{text}]"
        yield f"{side}[{name}]"
        yield f"max({text}, {name})"
        yield f"min({text}, {name})"
    for atom in atoms:
        if atom != text:
            for sign in words.signs:
                yield f"{side} {sign} {atom}"
                yield f"{atom} {sign} {side}"


def _pairs(words: _Words, names: list[str], atoms: list[str]) -> Iterator[str]:
    """Two of the names, or a name and a number, in the place of the expression."""
    for name in names:
        for call in words.calls:
            yield f"{call}({name})"
        for attribute in words.attributes:
            yield f"{name}.{attribute}"
        for atom in atoms:
            if atom != name:
                yield f"{name}[{atom}]"
                for sign in words.signs:
                    yield f"{name} {sign} {atom}"
                    if atom in words.numbers:
                        yield f"{atom} {sign} {name}"
