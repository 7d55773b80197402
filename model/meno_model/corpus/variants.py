"""Professional code rewritten as a beginner would write it, so that the model does not need good style.

Comprehensions become loops with `append`, loops over things become loops over indices, `x += 1` becomes
`x = x + 1`, conditional expressions become `if` and `else`, type hints go, names become those of a first
course, and some functions become scripts that read their arguments by `input` and print their answer. Each
rewriting keeps what the program does (a script aside) as far as its text can tell; which ones are used is
drawn from the seed. `ast.unparse` writes the text, so layout is no cue either.
"""

from __future__ import annotations

import ast
import builtins
import keyword
import random
from collections.abc import Callable, Iterator

from meno_model.units import parse_quietly

_NAMES = (
    "a b c d e k l m n p q r s t x y z num nums number numbers lst list1 my_list arr array data item items"
    " elem word words text string letter total result res answer ans count counter cnt value val values temp"
    " tmp new_list output out first second left right start end low high index idx pos flag found size length"
    " key d1 my_dict table row col line lines name names score scores price step limit target"
).split()
_TAKEN = frozenset(dir(builtins)) | frozenset(keyword.kwlist) | {"self", "cls"}
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SHARE = 0.7  # how often a possible rewriting is made
_MOST_PARAMETERS = 3


def beginners(text: str, source: random.Random) -> str | None:
    """The rewritten text of a function or script, or None where nothing could be changed."""
    tree = parse_quietly(text)
    if tree is None:
        return None
    before = ast.dump(tree)
    tree = _Plain(source).visit(tree)
    for rewriting in (_Loops(source), _Indices(source)):
        tree = rewriting.visit(tree)
    if source.random() < _SHARE:
        _rename(tree, source)
    if source.random() < 0.5:
        tree = _as_script(tree, source)
    if ast.dump(tree) == before:
        return None
    written = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
    return written if parse_quietly(written) is not None else None


class _Plain(ast.NodeTransformer):
    """Takes away hints and docstrings; spells updates and choices out."""

    def __init__(self, source: random.Random) -> None:
        self._source = source

    def _now(self) -> bool:
        return self._source.random() < _SHARE

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.returns = None
        if len(node.body) > 1 and _is_text(node.body[0]):
            node.body = node.body[1:]
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        self.generic_visit(node)
        if node.value is None or not isinstance(node.target, ast.Name):
            return node
        return ast.copy_location(ast.Assign([node.target], node.value), node)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.target, ast.Name) or not isinstance(node.op, ast.Add | ast.Sub | ast.Mult):
            return node
        if not self._now():
            return node
        loaded = ast.Name(node.target.id, ast.Load())
        return ast.copy_location(ast.Assign([node.target], ast.BinOp(loaded, node.op, node.value)), node)

    def visit_Return(self, node: ast.Return) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.value, ast.IfExp) and self._now():
            choice = node.value
            return ast.If(choice.test, [ast.Return(choice.body)], [ast.Return(choice.orelse)])
        if isinstance(node.value, ast.Compare) and self._now():
            true, false = ast.Return(ast.Constant(True)), ast.Return(ast.Constant(False))
            return ast.If(node.value, [true], [false])
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.value, ast.IfExp) and len(node.targets) == 1 and self._now():
            choice, target = node.value, node.targets[0]
            if isinstance(target, ast.Name):
                both = [ast.Assign([target], value) for value in (choice.body, choice.orelse)]
                return ast.If(choice.test, [both[0]], [both[1]])
        return node


def _is_text(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


class _Loops(ast.NodeTransformer):
    """A list comprehension, `sum`, `any` or `all` that is assigned or returned becomes a loop."""

    def __init__(self, source: random.Random) -> None:
        self._source = source

    def visit_Assign(self, node: ast.Assign) -> ast.AST | list[ast.stmt]:
        target = node.targets[0]
        if len(node.targets) != 1 or not isinstance(target, ast.Name) or self._source.random() > _SHARE:
            return node
        if any(isinstance(n, ast.Name) and n.id == target.id for n in ast.walk(node.value)):
            return node
        return _spelled_out(node.value, target.id) or node

    def visit_Return(self, node: ast.Return) -> ast.AST | list[ast.stmt]:
        if node.value is None or self._source.random() > _SHARE:
            return node
        name = self._source.choice(("result", "res", "out", "answer"))
        if any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(node)):
            return node
        made = _spelled_out(node.value, name)
        return [*made, ast.Return(ast.Name(name, ast.Load()))] if made else node


def _spelled_out(value: ast.expr, name: str) -> list[ast.stmt] | None:
    """Statements that give `name` the value by a loop."""
    start: ast.expr
    step: Callable[[ast.expr], list[ast.stmt]]
    if isinstance(value, ast.ListComp):
        generators, element = value.generators, value.elt
        start = ast.List([], ast.Load())
        method = ast.Attribute(ast.Name(name, ast.Load()), "append", ast.Load())
        step = lambda item: [ast.Expr(ast.Call(method, [item], []))]  # noqa: E731
    elif (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Name)
        and value.func.id in ("sum", "any", "all")
        and len(value.args) == 1
        and not value.keywords
        and isinstance(value.args[0], ast.GeneratorExp)
    ):
        generators, element = value.args[0].generators, value.args[0].elt
        kind = value.func.id
        start = ast.Constant({"sum": 0, "any": False, "all": True}[kind])
        if kind == "sum":
            step = lambda item: [ast.AugAssign(ast.Name(name, ast.Store()), ast.Add(), item)]  # noqa: E731
        else:
            wanted = ast.Constant(kind == "any")
            stored = ast.Assign([ast.Name(name, ast.Store())], wanted)
            test = element if kind == "any" else ast.UnaryOp(ast.Not(), element)
            step = lambda _item: [ast.If(test, [stored], [])]  # noqa: E731
    else:
        return None
    body = step(element)
    for generator in reversed(generators):
        if generator.is_async:
            return None
        for condition in reversed(generator.ifs):
            body = [ast.If(condition, body, [])]
        body = [ast.For(generator.target, generator.iter, body, [])]
    return [ast.Assign([ast.Name(name, ast.Store())], start), *body]


class _Indices(ast.NodeTransformer):
    """`for x in xs` becomes `for i in range(len(xs))`, with `xs[i]` for `x`."""

    def __init__(self, source: random.Random) -> None:
        self._source = source

    def visit_For(self, node: ast.For) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.iter, ast.Name) or not isinstance(node.target, ast.Name):
            return node
        item, things = node.target.id, node.iter.id
        inside = [n for part in node.body for n in ast.walk(part) if isinstance(n, ast.Name)]
        used = {n.id for n in inside}
        stored = {n.id for n in inside if not isinstance(n.ctx, ast.Load)}
        index = next((name for name in ("i", "j", "k") if name not in used), None)
        scopes = (ast.Lambda, *_FUNCTIONS)
        if any(isinstance(n, scopes) for part in node.body for n in ast.walk(part)):
            return node
        if index is None or {item, things} & stored or node.orelse or self._source.random() > 0.5:
            return node
        length = ast.Call(ast.Name("len", ast.Load()), [ast.Name(things, ast.Load())], [])
        numbers = ast.Call(ast.Name("range", ast.Load()), [length], [])
        body = [_Replaced(item, things, index).visit(part) for part in node.body]
        return ast.For(ast.Name(index, ast.Store()), numbers, body, [])


class _Replaced(ast.NodeTransformer):
    def __init__(self, item: str, things: str, index: str) -> None:
        self._item, self._things, self._index = item, things, index

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id != self._item:
            return node
        things = ast.Name(self._things, ast.Load())
        return ast.Subscript(things, ast.Name(self._index, ast.Load()), ast.Load())


def _rename(tree: ast.Module, source: random.Random) -> None:
    """Gives parameters and local names those of a first course, all at once."""
    own = dict.fromkeys(_own_names(tree))
    known = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} | _TAKEN
    free = [name for name in source.sample(_NAMES, len(_NAMES)) if name not in known]
    chosen = dict(zip((name for name in own if len(name) > 1 and name not in _TAKEN), free, strict=False))
    keywords = {n.arg for n in ast.walk(tree) if isinstance(n, ast.keyword)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id not in keywords:
            node.id = chosen.get(node.id, node.id)
        elif isinstance(node, ast.arg) and node.arg not in keywords:
            node.arg = chosen.get(node.arg, node.arg)


def _own_names(tree: ast.Module) -> Iterator[str]:
    shared = {n for g in ast.walk(tree) if isinstance(g, ast.Global | ast.Nonlocal) for n in g.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id not in shared:
            yield node.id


def _as_script(tree: ast.Module, source: random.Random) -> ast.Module:
    """A function with one `return` at its end as a script that reads and prints; else the tree as it is."""
    function = tree.body[0] if len(tree.body) == 1 else None
    if not isinstance(function, ast.FunctionDef) or function.decorator_list:
        return tree
    arguments = function.args
    plain = [item.arg for item in (*arguments.posonlyargs, *arguments.args)]
    returns = [n for n in ast.walk(function) if isinstance(n, ast.Return)]
    last = function.body[-1]
    leaves = (ast.Yield, ast.YieldFrom, ast.Await, ast.Nonlocal, ast.Global, *_FUNCTIONS)
    if (
        not 1 <= len(plain) <= _MOST_PARAMETERS
        or plain[0] in ("self", "cls")
        or arguments.kwonlyargs
        or arguments.vararg
        or arguments.kwarg
        or arguments.defaults
        or len(returns) != 1
        or last is not returns[0]
        or returns[0].value is None
        or any(isinstance(n, leaves) for part in function.body for n in ast.walk(part))
    ):
        return tree
    numbers = {
        n.id
        for compared in ast.walk(function)
        if isinstance(compared, ast.Compare | ast.BinOp)
        for n in ast.iter_child_nodes(compared)
        if isinstance(n, ast.Name)
    }
    asked: list[ast.stmt] = []
    for name in plain:
        question: list[ast.expr] = [ast.Constant(f"{name}: ")] if source.random() < 0.5 else []
        given: ast.expr = ast.Call(ast.Name("input", ast.Load()), question, [])
        if name in numbers:
            given = ast.Call(ast.Name("int", ast.Load()), [given], [])
        asked.append(ast.Assign([ast.Name(name, ast.Store())], given))
    shown = ast.Expr(ast.Call(ast.Name("print", ast.Load()), [returns[0].value], []))
    return ast.Module([*asked, *function.body[:-1], shown], [])
