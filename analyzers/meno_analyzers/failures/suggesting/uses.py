"""What a parameter may be, read from what the code does with it; nothing where that does not tell.

Only uses of the parameter as it was given count: once the name is bound anew, later lines say nothing. What
is passed on to a function of the same file is followed there, one step.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from meno_analyzers.failures.suggesting.kinds import ANY, INT, STR, Kind

_TEXT_METHODS = frozenset(
    "split rsplit splitlines strip lstrip rstrip lower upper title capitalize swapcase startswith endswith "
    "isdigit isalpha isalnum isspace islower isupper isnumeric replace find rfind format encode zfill "
    "casefold ljust rjust center partition rpartition".split()
)
_LIST_METHODS = frozenset("append extend insert remove sort reverse".split())
_SET_METHODS = frozenset("add union intersection difference issubset issuperset discard".split())
_DICT_METHODS = frozenset("keys values items get setdefault".split())
_OF_WHOLE = frozenset("range abs bin hex oct chr factorial isqrt gcd sqrt divmod".split())
_OF_MANY = frozenset("len sorted sum max min enumerate list tuple set reversed zip any all iter".split())
_NEVER = 1 << 30
_OF_NUMBERS = frozenset("sum max min mean median".split())


def kind_by_use(node: ast.FunctionDef, parameter: str, functions: Mapping[str, ast.FunctionDef]) -> Kind:
    """`ANY` where the uses do not tell."""
    return _of_signs(set(_signs(node, parameter, functions, 1)), node, parameter)


def _of_signs(signs: set[str], node: ast.FunctionDef, parameter: str) -> Kind:
    for sign, kind in (("text", STR), ("whole", INT)):
        if sign in signs:
            return kind
    if "dict" in signs:
        return ANY  # nothing says which keys
    if signs & {"set", "list", "many"}:
        name = "set" if "set" in signs else "list"
        items = {sign for item in _items(node, parameter) for sign in _signs(node, item, {}, 0)}
        items |= {sign.removeprefix("item ") for sign in signs if sign.startswith("item ")}
        if "character" in items and "list" not in signs:
            return STR
        if items & {"many", "dict", "list", "set"}:
            return ANY
        return Kind(name, (STR if items & {"text", "character"} else INT,))
    return ANY if "number" not in signs else INT


def _items(node: ast.FunctionDef, parameter: str) -> Iterator[str]:
    """Names that hold one item of the parameter."""
    for inner in ast.walk(node):
        match inner:
            case (
                ast.For(target=ast.Name(id=name), iter=ast.Name(id=source))
                | ast.comprehension(target=ast.Name(id=name), iter=ast.Name(id=source))
                | ast.Assign(targets=[ast.Name(id=name)], value=ast.Subscript(value=ast.Name(id=source)))
            ) if source == parameter:
                yield name
            case ast.For(
                target=ast.Tuple(elts=[_, ast.Name(id=name)]),
                iter=ast.Call(func=ast.Name(id="enumerate"), args=[ast.Name(id=source), *_]),
            ) if source == parameter:
                yield name


def _signs(
    node: ast.FunctionDef, name: str, functions: Mapping[str, ast.FunctionDef], deep: int
) -> Iterator[str]:
    own = {argument.arg for argument in (*node.args.posonlyargs, *node.args.args)}
    last = _bound_anew(node, name) if name in own else _NEVER
    for inner in ast.walk(node):
        if getattr(inner, "lineno", 0) > last:
            continue
        if isinstance(inner, ast.Compare):
            yield from _of_comparison(inner, name)
        elif isinstance(inner, ast.BinOp):
            yield from _of_operation(inner, name)
        elif isinstance(inner, ast.AugAssign) and _is(inner.value, name):
            yield "number" if isinstance(inner.op, (ast.Sub, ast.Mult, ast.Div)) else ""
        elif isinstance(inner, ast.Call):
            yield from _of_call(inner, name, functions, deep)
        elif isinstance(inner, (ast.For, ast.comprehension)) and _is(inner.iter, name):
            yield "many"
        elif isinstance(inner, ast.Subscript) and _is(inner.value, name):
            yield from _of_subscript(inner)
        elif isinstance(inner, ast.Attribute) and _is(inner.value, name):
            yield from _of_attribute(inner.attr)


def _bound_anew(node: ast.FunctionDef, name: str) -> int:
    """The line from which the name no longer is what was given; that line itself still counts."""
    lines = [
        inner.lineno
        for inner in ast.walk(node)
        if isinstance(inner, ast.Name) and inner.id == name and isinstance(inner.ctx, ast.Store)
    ]
    augmented = [n.target for n in ast.walk(node) if isinstance(n, ast.AugAssign)]
    same = {t.lineno for t in augmented if isinstance(t, ast.Name) and t.id == name}
    return min((line for line in lines if line not in same), default=_NEVER)


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_item(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Subscript) and _is(node.value, name)


def _of_comparison(node: ast.Compare, name: str) -> Iterator[str]:
    sides = [node.left, *node.comparators]
    for left, operator, right in zip(sides, node.ops, sides[1:], strict=False):
        for side, other in ((left, right), (right, left)):
            value = other.value if isinstance(other, ast.Constant) else None
            if _is(side, name) and type(value) is str:
                is_one = isinstance(operator, (ast.In, ast.NotIn)) or len(value) == 1
                yield "character" if is_one and side is left else "text"
            elif _is(side, name) and type(value) in (int, float):
                yield "number"
            elif _is_item(side, name) and type(value) in (int, float, str):
                yield "item number" if type(value) is not str else "item character"
        if _is(right, name) and isinstance(operator, (ast.In, ast.NotIn)):
            yield "many"


def _of_operation(node: ast.BinOp, name: str) -> Iterator[str]:
    for side, other in ((node.left, node.right), (node.right, node.left)):
        if not _is(side, name):
            continue
        if isinstance(node.op, (ast.FloorDiv, ast.Pow, ast.BitAnd, ast.LShift, ast.RShift)):
            yield "whole"
        elif isinstance(node.op, ast.Mod):
            is_format = isinstance(node.left, ast.Constant) and isinstance(node.left.value, str)
            yield "whole" if not is_format else ""
        elif isinstance(node.op, (ast.Sub, ast.Div)):
            yield "number"
        elif isinstance(other, ast.Constant) and isinstance(node.op, (ast.Add, ast.Mult)):
            if type(other.value) in (int, float) and isinstance(node.op, ast.Add):
                yield "number"
            elif type(other.value) is str and isinstance(node.op, ast.Add):
                yield "text"


def _of_call(node: ast.Call, name: str, functions: Mapping[str, ast.FunctionDef], deep: int) -> Iterator[str]:
    places = [place for place, argument in enumerate(node.args) if _is(argument, name)]
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if called == "join" and places and isinstance(node.func, ast.Attribute):
        yield from ("many", "item text")
    if not places:
        return
    if called in functions and deep:
        target = functions[called]
        given = [*target.args.posonlyargs, *target.args.args]
        for place in places:
            if place < len(given):
                yield from _signs(target, given[place].arg, {}, deep - 1)
        return
    if called in _OF_WHOLE:
        yield "whole"
    elif called in {"int", "ord"}:
        yield "character" if called == "ord" else ""
    elif (called in _OF_MANY and len(node.args) == 1) or called in {"enumerate", "zip"}:
        yield "many"
        if called in _OF_NUMBERS:
            yield "item number"


def _of_subscript(node: ast.Subscript) -> Iterator[str]:
    if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        yield "dict"
    else:
        yield "list" if isinstance(node.ctx, (ast.Store, ast.Del)) else "many"


def _of_attribute(attribute: str) -> Iterator[str]:
    for sign, methods in (
        ("text", _TEXT_METHODS), ("list", _LIST_METHODS), ("set", _SET_METHODS), ("dict", _DICT_METHODS),
    ):  # fmt: skip
        if attribute in methods:
            yield sign


__all__ = ["kind_by_use"]
