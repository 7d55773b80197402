"""The calls that the program and its tests already make, as far as their values stand in the text.

They are read and not run: what a loop over examples, a `parametrize`, a doctest or a plain name holds is
followed, everything else is passed over. They tell what a parameter may be, and which cases there are.
"""

from __future__ import annotations

import ast
import doctest
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from meno_analyzers.failures.cases import CallCase, CodeCase
from meno_analyzers.failures.collecting import Collected
from meno_analyzers.failures.collecting.reading import parsed
from meno_analyzers.failures.suggesting.functions import Function

_MOST_ROWS = 60
_MOST_ITEMS = 500
_Names = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SeenCall:
    """A call with its values; `named` are those that are given by name."""

    function: str
    values: tuple[Any, ...]
    named: tuple[tuple[str, Any], ...] = ()

    def by_place(self, names: Sequence[str]) -> tuple[Any, ...] | None:
        """All values in the order of the parameters; None if they do not fill the first ones."""
        given = dict(self.named)
        values = list(self.values)
        for name in names[len(values) :]:
            if name not in given:
                break
            values.append(given.pop(name))
        return tuple(values) if not given and len(values) <= len(names) else None


def calls_of(collected: Collected, functions: Collection[str]) -> list[SeenCall]:
    """The calls of these functions in the cases, in test files, and in the file itself."""
    found: list[SeenCall] = []
    for case in collected.cases:
        if isinstance(case, CallCase) and case.function in functions:
            found.append(SeenCall(case.function, tuple(case.arguments)))
        elif isinstance(case, CodeCase):
            found += calls_in(case.code, functions)
    for path, text in collected.program.files.items():
        if path.endswith(".py"):
            found += calls_in(text, functions)
    return found


def called_by_cases(collected: Collected, functions: Collection[str]) -> set[str]:
    """The functions that cases name in a call, whatever the values are."""
    texts = [case.code for case in collected.cases if isinstance(case, CodeCase)]
    texts += [text for path, text in collected.program.files.items() if _is_asked_about(path, collected)]
    found = {case.function for case in collected.cases if isinstance(case, CallCase)} & set(functions)
    trees = [parsed(text) for text in texts]
    main = parsed(collected.program.source)
    if main is not None:
        trees += [tree for tree in map(parsed, _doctests(main)) if tree is not None]
        trees += [ast.Module([node], []) for node in main.body if _is_a_test(node)]
    for tree in trees:
        for node in ast.walk(tree) if tree is not None else ():
            if isinstance(node, ast.Call) and (name := _called(node.func, functions)):
                found.add(name)
    return found


def _is_asked_about(path: str, collected: Collected) -> bool:
    return any(getattr(case, "path", None) == path != collected.program.main for case in collected.cases)


def _is_a_test(node: ast.stmt) -> bool:
    return isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name.lower().startswith("test")


def calls_in(text: str, functions: Collection[str]) -> list[SeenCall]:
    """The calls of these functions in a text, its doctests among them; empty if Python cannot read it."""
    tree = parsed(text)
    if tree is None:
        return []
    found = list(_calls(tree, functions))
    for example in _doctests(tree):
        inner = parsed(example)
        found += _calls(inner, functions) if inner is not None else []
    return found


def _doctests(tree: ast.Module) -> Iterator[str]:
    parser = doctest.DocTestParser()
    for node in ast.walk(tree):
        if isinstance(node, (Function, ast.ClassDef, ast.Module)):
            page = ast.get_docstring(node) or ""
            try:
                examples = parser.get_examples(page) if ">>>" in page else []
            except ValueError:
                continue
            if examples:
                yield "\n".join(example.source for example in examples)


def _calls(tree: ast.Module, functions: Collection[str]) -> Iterator[SeenCall]:
    top = {name: value for row in _rows(tree)[:1] for name, value in row.items()}
    for scope in ast.walk(tree):
        if not isinstance(scope, (ast.Module, Function)):
            continue
        rows = [{**top, **row} for row in _rows(scope)]
        for node in _own(scope):
            if isinstance(node, ast.Call) and (name := _called(node.func, functions)):
                for row in rows:
                    if (call := _with_values(node, name, row)) is not None:
                        yield call


def _own(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope, without those of the functions in it."""
    waiting = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop(0)
        yield node
        if not isinstance(node, Function):
            waiting.extend(ast.iter_child_nodes(node))


def _called(function: ast.expr, functions: Collection[str]) -> str | None:
    """The name under which a function of the file is called here, if it is one."""
    match function:
        case ast.Name(id=name) if name in functions:
            return name
        case ast.Attribute(value=ast.Call(func=ast.Name(id=owner)), attr=attribute):
            return f"{owner}.{attribute}" if f"{owner}.{attribute}" in functions else None
        case ast.Attribute(value=ast.Name(id=owner), attr=attribute):
            dotted = f"{owner}.{attribute}"
            if dotted in functions:
                return dotted
            return attribute if attribute in functions else None
    return None


def _with_values(node: ast.Call, name: str, names: _Names) -> SeenCall | None:
    values: list[Any] = []
    try:
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                values.extend(value_of(argument.value, names))
            else:
                values.append(value_of(argument, names))
        named = tuple((word.arg or "", value_of(word.value, names)) for word in node.keywords)
    except (ValueError, TypeError):
        return None
    return SeenCall(name, tuple(values), named) if all(word for word, _ in named) else None


def value_of(node: ast.expr, names: _Names) -> Any:
    """The value that stands there. Raises ValueError where it is not plain."""
    match node:
        case ast.Constant(value=value) if value is not Ellipsis:
            return value
        case ast.Name(id=name) if name in names:
            return names[name]
        case ast.List(elts=items):
            return [value_of(item, names) for item in items]
        case ast.Tuple(elts=items):
            return tuple(value_of(item, names) for item in items)
        case ast.Set(elts=items):
            return {value_of(item, names) for item in items}
        case ast.Dict(keys=keys, values=values) if all(key is not None for key in keys):
            pairs = zip(keys, values, strict=True)
            return {value_of(key, names): value_of(value, names) for key, value in pairs if key is not None}
        case ast.Call(func=ast.Name(id="set" | "list" | "dict" | "tuple" as kind), args=[], keywords=[]):
            return {"set": set, "list": list, "dict": dict, "tuple": tuple}[kind]()
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            value = value_of(operand, names)
            if isinstance(value, (int, float)):
                return -value
    raise ValueError("not a plain value")


def _rows(scope: ast.AST) -> list[dict[str, Any]]:
    """What names hold in a scope: one row, or one for each turn of a loop or set of parameters."""
    rows: list[dict[str, Any]] = [{}]
    for decorator in getattr(scope, "decorator_list", []):
        match decorator:
            case ast.Call(
                func=ast.Attribute(attr="parametrize"), args=[ast.Constant(value=str(names)), sets]
            ):
                called = [name.strip() for name in names.split(",") if name.strip()]
                rows = _times(rows, called, sets)
            case ast.Call(
                func=ast.Attribute(attr="parametrize"), args=[ast.List() | ast.Tuple() as names, sets]
            ):
                called = [str(n.value) for n in names.elts if isinstance(n, ast.Constant)]
                rows = _times(rows, called, sets)
    for node in _own(scope):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                rows = [{**row, **_held(name, value, row)} for row in rows]
            case ast.For(target=ast.Name(id=name), iter=sets):
                rows = _times(rows, [name], sets)
            case ast.For(target=ast.Tuple(elts=targets), iter=sets):
                rows = _times(rows, [t.id if isinstance(t, ast.Name) else "" for t in targets], sets)
    return rows


def _held(name: str, value: ast.expr, row: _Names) -> dict[str, Any]:
    try:
        return {name: value_of(value, row)}
    except (ValueError, TypeError):
        return {}


def _times(rows: list[dict[str, Any]], names: list[str], sets: ast.expr) -> list[dict[str, Any]]:
    """Each row with each set of values; the rows as they are where the sets are not plain."""
    if not isinstance(sets, (ast.List, ast.Tuple, ast.Name)):
        return rows
    found: list[dict[str, Any]] = []
    for row in rows:
        items = sets.elts if not isinstance(sets, ast.Name) else row.get(sets.id, ())
        for item in list(items)[:_MOST_ROWS] if isinstance(items, (list, tuple)) else ():
            try:
                value = value_of(item, row) if isinstance(item, ast.expr) else item
                values = list(value) if len(names) > 1 else [value]
            except (ValueError, TypeError):
                continue
            if len(values) == len(names):
                found.append({**row, **dict(zip(names, values, strict=True))})
    return found[:_MOST_ROWS] or rows
