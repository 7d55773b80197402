"""One program's text with its tree: where nodes stand in the text, what is around them, which names they see.

Changes are made to the text, not printed from the tree, so that what is not changed keeps its layout.
"""

from __future__ import annotations

import ast
import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BLOCKS = ("body", "orelse", "finalbody")
COMPOUND = (ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith, ast.Try)


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """Characters `start` to `end` of a text become `text`."""

    start: int
    end: int
    text: str


def changed(text: str, changes: Sequence[Change]) -> str:
    """The text after changes that do not overlap."""
    for change in sorted(changes, reverse=True):
        text = text[: change.start] + change.text + text[change.end :]
    return text


@dataclass(frozen=True, slots=True)
class Block:
    """Statements of one block, and the node that it belongs to."""

    owner: ast.AST
    field: str
    statements: Sequence[ast.stmt]


class Source:
    """A text that compiles, and its tree. `SyntaxError` from the constructor if it does not."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = ast.parse(text)
        self.parents: dict[ast.AST, ast.AST] = {}
        for node in ast.walk(self.tree):
            for child in ast.iter_child_nodes(node):
                self.parents[child] = node
        self._starts = [0]
        for line in text.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._ascii = text.isascii()

    def line_at(self, offset: int) -> int:
        """The 1-based line of a place in the text."""
        return bisect.bisect_right(self._starts, offset)

    def line_start(self, line: int) -> int:
        """Where a 1-based line begins; the end of the text behind the last one."""
        return min(self._starts[line - 1], len(self.text))

    def _offset(self, line: int, column: int) -> int:
        start = self._starts[line - 1]
        if self._ascii:
            return start + column
        # The tree counts bytes of UTF-8.
        row = self.text[start : self._starts[line]]
        return start + len(row.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore"))

    def start(self, node: ast.expr | ast.stmt) -> int:
        return self._offset(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.stmt) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._offset(node.end_lineno, node.end_col_offset)

    def get(self, node: ast.expr | ast.stmt) -> str:
        """The node's own text."""
        return self.text[self.start(node) : self.end(node)]

    def replace(self, node: ast.expr | ast.stmt, text: str) -> Change:
        return Change(self.start(node), self.end(node), text)

    def between(self, left: ast.expr, right: ast.expr) -> tuple[int, int]:
        """The text between two neighbours, without closing and opening brackets that belong to them."""
        start, end = self.end(left), self.start(right)
        gap = self.text[start:end]
        while gap[:1] in (")", " ") and ")" in gap:
            start, gap = start + 1, gap[1:]
        while gap[-1:] in ("(", " ") and "(" in gap:
            end, gap = end - 1, gap[:-1]
        return start, end

    # Statements

    def indent(self, statement: ast.stmt) -> str:
        """The blanks in front of a statement's first line."""
        start = self.start(statement)
        row = self.line_start(self.line_at(start))
        return self.text[row:start] if not self.text[row:start].strip() else ""

    def first_line(self, statement: ast.stmt) -> int:
        decorators = getattr(statement, "decorator_list", [])
        return min([statement.lineno, *(int(decorator.lineno) for decorator in decorators)])

    def is_alone(self, statement: ast.stmt) -> bool:
        """Whether the statement's lines hold nothing else, so that they can be moved as lines."""
        start, end = self.start(statement), self.end(statement)
        before = self.text[self.line_start(self.line_at(start)) : start]
        after = self.text[end : self.line_start(self.line_at(end) + 1)]
        return not before.strip() and not after.split("#", 1)[0].strip(" \t\r\n")

    def lines_of(self, statement: ast.stmt) -> tuple[int, int]:
        """From the start of the statement's first line to the start of the line behind it."""
        last = statement.end_lineno or statement.lineno
        return self.line_start(self.first_line(statement)), self.line_start(last + 1)

    def insert_before(self, statement: ast.stmt, *rows: str) -> Change:
        """New lines above a statement, indented as it is."""
        at, indent = self.line_start(self.first_line(statement)), self.indent(statement)
        return Change(at, at, "".join(f"{indent}{row}\n" for row in rows))

    def insert_behind(self, statement: ast.stmt, *rows: str) -> Change:
        """New lines below a statement, indented as its first line is."""
        _, at = self.lines_of(statement)
        indent = self.indent(statement)
        lead = "" if self.text[at - 1 : at] == "\n" else "\n"
        return Change(at, at, lead + "".join(f"{indent}{row}\n" for row in rows))

    @cached_property
    def unit(self) -> str:
        """What one level of indentation is made of here."""
        for node in ast.walk(self.tree):
            body = getattr(node, "body", None)
            if isinstance(body, list) and body and isinstance(node, ast.stmt):
                inner, outer = self.indent(body[0]), self.indent(node)
                if len(inner) > len(outer) and inner.startswith(outer):
                    return inner[len(outer) :]
        return "    "

    def block_of(self, statement: ast.stmt) -> Block | None:
        around = self.parents.get(statement)
        for name in _BLOCKS:
            statements = getattr(around, name, None)
            if around is not None and isinstance(statements, list) and statement in statements:
                return Block(around, name, statements)
        return None

    # Surroundings

    def statement_of(self, node: ast.AST) -> ast.stmt | None:
        """The innermost statement that holds a node, or the node itself."""
        found: ast.AST | None = node
        while found is not None and not isinstance(found, ast.stmt):
            found = self.parents.get(found)
        return found

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        parent = self.parents.get(node)
        while parent is not None:
            yield parent
            parent = self.parents.get(parent)

    def function_of(self, node: ast.AST) -> FunctionNode | None:
        return next((n for n in self.ancestors(node) if isinstance(n, _FUNCTIONS)), None)

    def is_docstring(self, statement: ast.AST) -> bool:
        return (
            isinstance(statement, ast.Expr)
            and isinstance(statement.value, ast.Constant)
            and isinstance(statement.value.value, str)
        )

    @cached_property
    def functions(self) -> dict[str, FunctionNode]:
        """The program's functions and methods by name."""
        return {node.name: node for node in ast.walk(self.tree) if isinstance(node, _FUNCTIONS)}

    @cached_property
    def module_names(self) -> tuple[str, ...]:
        """Variables that statements outside of functions bind."""
        found = dict.fromkeys(
            node.id
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and not self.function_of(node)
        )
        return tuple(found)

    def variables(self, node: ast.AST) -> Sequence[str]:
        """The names of values that a place can see, its own function's first."""
        found: dict[str, None] = {}
        around = [n for n in (node, *self.ancestors(node)) if isinstance(n, (*_FUNCTIONS, ast.Lambda))]
        for function in around:
            found.update(dict.fromkeys(self._bound(function)))
        found.update(dict.fromkeys(self.module_names))
        return tuple(found)

    def _bound(self, function: ast.AST) -> tuple[str, ...]:
        known = self._bound_names.get(function)
        if known is None:
            arguments = function.args  # type: ignore[attr-defined]
            parameters = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
            parameters += [extra for extra in (arguments.vararg, arguments.kwarg) if extra is not None]
            names = dict.fromkeys(parameter.arg for parameter in parameters)
            for node in ast.walk(function):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    names[node.id] = None
            known = self._bound_names[function] = tuple(names)
        return known

    @cached_property
    def _bound_names(self) -> dict[ast.AST, tuple[str, ...]]:
        return {}
