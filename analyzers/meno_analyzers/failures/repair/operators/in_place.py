"""Methods that change a thing and answer nothing, taken for ones that answer the changed thing; and the
other way round."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.failures.repair.candidates import Proposal, operator
from meno_analyzers.failures.repair.source import Source

_CHANGING = frozenset(
    ("sort", "append", "extend", "reverse", "insert", "remove", "add", "update", "clear", "discard")
)
_SAME_FOR_OTHERS = {"sort": "sorted", "reverse": "reversed"}


@operator("changed in place", "api_misuse", ast.Return, ast.Assign, ast.AugAssign)
def changed_in_place(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """The change as a statement of its own, and then the thing itself."""
    assert isinstance(node, ast.Return | ast.Assign | ast.AugAssign)
    match node.value:
        case ast.Call(func=ast.Attribute(value=thing, attr=name)) as call if name in _CHANGING:
            pass
        case _:
            return
    indent = source.indent(node)
    text, itself = source.get(call), source.get(thing)
    if isinstance(node, ast.Return):
        yield source.replace(node, f"{text}\n{indent}return {itself}")
    else:
        yield source.replace(node, text)
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            yield source.replace(node, f"{text}\n{indent}{source.get(node.targets[0])} = {itself}")
    other = _SAME_FOR_OTHERS.get(name)
    if other is not None:
        arguments = text[text.index("(", text.rindex(name)) + 1 : -1] if name in text else ""
        answer = f"{other}({itself}{', ' if arguments else ''}{arguments})"
        yield source.replace(call, answer if other == "sorted" else f"list({answer})")


@operator("answer kept", "api_misuse", ast.Expr)
def answer_kept(source: Source, node: ast.AST) -> Iterator[Proposal]:
    """`text.upper()` as a statement: the answer is to take the place of the thing."""
    assert isinstance(node, ast.Expr)
    match node.value:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name))) as call:
            yield source.replace(node, f"{name} = {source.get(call)}")
        case ast.Call(func=ast.Name(id=function), args=[ast.Name(id=name), *_]) as call:
            if function != "print":
                yield source.replace(node, f"{name} = {source.get(call)}")
        case _:
            pass
