"""Takes asserts of a program out of it, so that each can be a case of its own, and puts them back.

The more cases, the more a ranking of lines tells. An assert may be asked after the whole program only if
nothing in between can change its answer: it names functions, classes, modules and plain values that are
bound once. All others stay where they are. A line that was taken out leaves a comment, so that lines keep
their numbers and a changed text can get them back.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from meno_analyzers.failures.asserting import cases_of
from meno_analyzers.failures.cases import CodeCase

_MARKED = re.compile(r"[ \t]*(?:pass  )?# <meno (\d+)>")
_BUILTINS = frozenset(dir(builtins))
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_IMPORTS = (ast.Import, ast.ImportFrom)
_SCOPES = (*_DEFINITIONS, ast.Lambda)


@dataclass(frozen=True, slots=True)
class Lifted:
    """A text without the asserts that became `cases`; `kept` others stayed in place. `lines` says on which
    line (1-based) the assert of a case stands, `taken` what stood on each line that was taken out, with the
    comment that stands there now."""

    text: str
    cases: tuple[CodeCase, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)
    taken: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    kept: int = 0

    def restored(self, changed: str) -> str | None:
        """`changed` with the lines put back; None if one of them is gone, doubled, moved or out of order."""
        seen: list[int] = []
        rows: list[str] = []
        for row in changed.split("\n"):
            marked = _MARKED.fullmatch(row.rstrip())
            number = int(marked[1]) if marked else 0
            if number not in self.taken:
                rows.append(row)
                continue
            original, marker = self.taken[number]
            if row.rstrip() != marker:
                return None
            seen.append(number)
            rows.append(original)
        return "\n".join(rows) if seen == sorted(self.taken) else None


def lift(source: str, calls_of_tests: AbstractSet[str] = frozenset()) -> Lifted:
    """Takes out what can be taken out. Calls of `calls_of_tests` without arguments go as well: these
    functions are cases already. `SyntaxError` if Python cannot read the source."""
    tree = ast.parse(source)
    if any(isinstance(node, ast.Global) for node in ast.walk(tree)) or _MARKED.search(source):
        # A function that keeps a count answers by when it is asked.
        return Lifted(source, kept=_count(tree.body))
    lifting = _Lifting(source, tree, calls_of_tests)
    lifting.take_from(tree.body, lifting.stable | lifting.plain)
    for statement in tree.body:
        if isinstance(statement, ast.If) and is_main_guard(statement):
            lifting.take_from(statement.body, lifting.stable)
    return lifting.lifted(_count(tree.body))


def is_main_guard(statement: ast.If) -> bool:
    """`if __name__ == "__main__":`"""
    match statement.test:
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            names = [side.id for side in (left, right) if isinstance(side, ast.Name)]
            return names == ["__name__"]
    return False


class _Lifting:
    def __init__(self, source: str, tree: ast.Module, calls_of_tests: AbstractSet[str]) -> None:
        self.rows = source.split("\n")
        self.calls_of_tests = calls_of_tests
        self.taken: dict[int, tuple[str, str]] = {}
        self.cases: list[CodeCase] = []
        self.lines: dict[str, int] = {}
        self.asserts = 0
        bound = Counter(_bound(tree.body))
        made = {name for s in tree.body if isinstance(s, _DEFINITIONS + _IMPORTS) for name in _bound([s])}
        self.stable = {name for name in made if bound[name] == 1} | (_BUILTINS - set(bound))
        self.plain = {name for name in _plain_names(tree.body) if bound[name] == 1}

    def take_from(self, body: list[ast.stmt], stable: AbstractSet[str]) -> None:
        there = [statement for statement in body if self._can_go(statement, stable)]
        for statement in there:
            # A block keeps one statement that does nothing.
            needed = bool(statement.col_offset) and statement is there[-1] and len(there) == len(body)
            self._take(statement, needed)

    def _can_go(self, statement: ast.stmt, stable: AbstractSet[str]) -> bool:
        if not self._stands_alone(statement):
            return False
        match statement:
            case ast.Assert():
                return _names(statement) <= stable
            case ast.Expr(value=ast.Call(func=ast.Name(id=name), args=[], keywords=[])):
                return name in self.calls_of_tests and name in self.stable
        return False

    def _stands_alone(self, statement: ast.stmt) -> bool:
        """Whether its lines hold nothing else but a comment."""
        first, last = statement.lineno, statement.end_lineno or statement.lineno
        before = self.rows[first - 1].encode()[: statement.col_offset]
        behind = self.rows[last - 1].encode()[statement.end_col_offset :].strip()
        return not before.strip() and (not behind or behind.startswith(b"#"))

    def _take(self, statement: ast.stmt, needed: bool) -> None:
        first, last = statement.lineno, statement.end_lineno or statement.lineno
        for number in range(first, last + 1):
            word = "pass  " if needed and number == first else ""
            marker = f"{' ' * statement.col_offset}{word}# <meno {number}>"
            self.taken[number] = (self.rows[number - 1], marker)
            self.rows[number - 1] = marker
        if isinstance(statement, ast.Assert):
            self.asserts += 1
            self._add_cases(statement)

    def _add_cases(self, statement: ast.Assert) -> None:
        found = cases_of(ast.unparse(statement))
        for part, case in enumerate(found, start=1):
            name = f"assert on line {statement.lineno}"
            name += f", part {part}" if len(found) > 1 else ""
            self.cases.append(CodeCase(name, case.code))
            self.lines[name] = statement.lineno

    def lifted(self, there: int) -> Lifted:
        text = "\n".join(self.rows)
        return Lifted(text, tuple(self.cases), self.lines, self.taken, there - self.asserts)


def _count(body: Iterable[ast.stmt]) -> int:
    """How many asserts are run when the script is, not counting those inside its functions."""
    return sum(isinstance(node, ast.Assert) for node in outside_functions(body))


def outside_functions(body: Iterable[ast.stmt]) -> Iterator[ast.AST]:
    """Every node that is run with the body itself."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _SCOPES):
            waiting.extend(ast.iter_child_nodes(node))


def _bound(body: Iterable[ast.stmt]) -> Iterator[str]:
    """Names that the body binds, once for each time that it does."""
    for node in outside_functions(body):
        if isinstance(node, _DEFINITIONS):
            yield node.name
        elif isinstance(node, _IMPORTS):
            yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name


def _plain_names(body: Iterable[ast.stmt]) -> Iterator[str]:
    """Names that the body itself sets to a number, a text or the like."""
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant()):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.UnaryOp(operand=ast.Constant())):
                yield name


def _names(statement: ast.Assert) -> set[str]:
    """Names that the assert takes from outside; one that it binds in a way unknown here is among them."""
    inside: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.comprehension):
            inside |= {name.id for name in ast.walk(node.target) if isinstance(name, ast.Name)}
        elif isinstance(node, ast.arguments):
            inside |= {argument.arg for argument in (*node.args, *node.posonlyargs, *node.kwonlyargs)}
    walrus = {":=" for node in ast.walk(statement) if isinstance(node, ast.NamedExpr)}
    used = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
    return (used - inside) | walrus
