"""The frame of the mutation operators: what an edit is, what an operator sees, the registry.

An operator is a generator over a `Subject` (text, tree, nodes by type, spans in characters) decorated with
`@operator(category)`. The label policy lives in `_labelled`: a comparison or a constant in the guard of a
recursion is a wrong base case, whatever was done to it.
"""

from __future__ import annotations

import ast
import importlib
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import TypeVar

from meno_analyzers.findings import Category
from meno_model.units import parse_quietly

Node = TypeVar("Node", bound=ast.AST)
_FAMILIES = ("names", "operators", "boundaries", "calls", "flow", "values")


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace `text[start:end]`; `focus` is the stretch of the *mutant* that is wrong, in characters."""

    start: int
    end: int
    replacement: str
    focus: tuple[int, int]
    category: Category
    operator: str


@dataclass(frozen=True, slots=True)
class Operator:
    """A named way of making one mistake."""

    name: str
    category: Category
    propose: Callable[[Subject], Iterator[Edit]]


OPERATORS: dict[str, Operator] = {}


def operator(
    category: Category,
) -> Callable[[Callable[[Subject], Iterator[Edit]]], Callable[[Subject], Iterator[Edit]]]:
    """Register a generator of edits under its function's name (with dashes) and a category."""

    def register(propose: Callable[[Subject], Iterator[Edit]]) -> Callable[[Subject], Iterator[Edit]]:
        name = propose.__name__.replace("_", "-")
        OPERATORS[name] = Operator(name, category, propose)
        return propose

    return register


class Subject:
    """One parsed piece of code as the operators see it. Only ASCII text: AST columns count bytes."""

    def __init__(self, text: str, tree: ast.Module) -> None:
        self.text = text
        self.tree = tree
        self._starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]

    @cached_property
    def _by_type(self) -> dict[type[ast.AST], list[ast.AST]]:
        found: dict[type[ast.AST], list[ast.AST]] = {}
        for node in ast.walk(self.tree):
            found.setdefault(type(node), []).append(node)
        return found

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """Each node's parent."""
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def all(self, kind: type[Node]) -> list[Node]:
        """Every node of exactly that type."""
        return self._by_type.get(kind, [])  # type: ignore[return-value]  # keyed by the very type

    def place(self, line: int, column: int) -> int:
        """Offset of a 1-based line and 0-based column."""
        return self._starts[line - 1] + column

    def span(self, node: ast.expr | ast.stmt | ast.arg | ast.keyword) -> tuple[int, int]:
        """Start and end offset of a node."""
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
        return self.place(node.lineno, node.col_offset), self.place(end_line, end_column)

    def code(self, node: ast.expr | ast.stmt) -> str:
        """The node's own text."""
        start, end = self.span(node)
        return self.text[start:end]

    def line_of(self, offset: int) -> int:
        """0-based line of an offset."""
        return bisect_right(self._starts, offset) - 1

    def line_span(self, first: int, last: int) -> tuple[int, int]:
        """Offsets of whole 0-based lines, the last newline included."""
        return self._starts[first], self._starts[last + 1]

    @cached_property
    def function(self) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The function, if the piece is one; None for a script."""
        first = self.tree.body[0] if self.tree.body else None
        return first if isinstance(first, ast.FunctionDef | ast.AsyncFunctionDef) else None

    @cached_property
    def parameters(self) -> list[str]:
        if self.function is None:
            return []
        arguments = self.function.args
        return [item.arg for item in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]

    @cached_property
    def local_names(self) -> list[str]:
        """Parameters and assigned names in order of appearance, without `self`, `cls` and `_`."""
        stored = [name.id for name in self.all(ast.Name) if isinstance(name.ctx, ast.Store)]
        names = dict.fromkeys([*self.parameters, *stored])
        return [name for name in names if name not in ("self", "cls") and name.strip("_")]

    @cached_property
    def recursion_guards(self) -> list[tuple[int, int]]:
        """Spans of the early `if …: return` statements of a function that calls itself."""
        if self.function is None:
            return []
        name = self.function.name
        if not any(_called_name(call) == name for call in self.all(ast.Call)):
            return []
        return [
            self.span(statement)
            for statement in self.function.body
            if isinstance(statement, ast.If)
            and isinstance(statement.body[-1], ast.Return)
            and not any(_called_name(c) == name for c in ast.walk(statement) if isinstance(c, ast.Call))
        ]


def _called_name(call: ast.Call) -> str | None:
    if isinstance(call.func, ast.Name):
        return call.func.id
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return None


def change(
    subject: Subject,
    node: ast.expr | ast.stmt | ast.arg,
    replacement: str,
    focus: tuple[int, int] | None = None,
) -> Edit:
    """Replace a node's text; `focus` is relative to the replacement and defaults to all of it."""
    start, end = subject.span(node)
    return replace_span(start, end, replacement, focus)


def replace_span(start: int, end: int, replacement: str, focus: tuple[int, int] | None = None) -> Edit:
    """An edit whose category and operator are filled in by the registry."""
    first, last = focus or (0, len(replacement))
    return Edit(start, end, replacement, (start + first, start + last), Category.CLEAN, "")


def apply(text: str, edit: Edit) -> str:
    """The mutant."""
    return text[: edit.start] + edit.replacement + text[edit.end :]


_loaded = False


def load_operators() -> dict[str, Operator]:
    """The registry, filled by importing the families once."""
    global _loaded
    if not _loaded:
        for family in _FAMILIES:
            importlib.import_module(f"meno_model.mutations.{family}")
        _loaded = True
    return OPERATORS


def edits_of(text: str, only: frozenset[str] | None = None, *, checked: bool = True) -> list[Edit]:
    """Every edit that the operators propose; `checked` drops those that do not parse or change nothing."""
    tree = parse_quietly(text) if text.isascii() else None
    if tree is None:
        return []
    subject = Subject(text, tree)
    edits = [
        _labelled(subject, edit, item)
        for item in load_operators().values()
        if only is None or item.name in only
        for edit in item.propose(subject)
    ]
    return [edit for edit in edits if not checked or is_mutant(text, edit, tree)]


def is_mutant(text: str, edit: Edit, tree: ast.Module | None = None) -> bool:
    """Whether the edited text parses to another tree than the original's."""
    original = tree or parse_quietly(text)
    mutated = parse_quietly(apply(text, edit))
    if original is None or mutated is None:
        return False
    return ast.dump(original) != ast.dump(mutated)


_GUARD_CATEGORIES = {Category.WRONG_COMPARATOR, Category.OFF_BY_ONE_ERROR, Category.WRONG_LITERAL}


def _labelled(subject: Subject, edit: Edit, item: Operator) -> Edit:
    category = item.category
    if category in _GUARD_CATEGORIES and any(
        start <= edit.start and edit.end <= end for start, end in subject.recursion_guards
    ):
        category = Category.WRONG_BASE_CASE
    return replace(edit, category=category, operator=item.name)
