"""Where in the program something is: the function around a line, the names on it, and the code itself.

Broken programs have places too: what the tree cannot tell is read from the text.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from meno_analyzers.hints.lexemes import is_name, lexemes

# Stands for the program where there is no function; the templates know it as a phrase.
WHOLE = "this program"
_DEFINES = re.compile(r"(?P<margin>[ \t]*)(?:async[ \t]+)?def[ \t]+(?P<name>\w+)")
# A line without any name borrows one from this many lines above it.
_NEAR = 6


_BUILTINS = frozenset(dir(builtins))
_OWNERS = frozenset({"self", "cls"})


def _rank(tokens: list[str], at: int) -> int | None:
    """How much the token says as a name: 0 is most; None if it is no name, or one that is defined here."""
    token = tokens[at]
    if not is_name(token):
        return None
    before = tokens[at - 1] if at else ""
    called = tokens[at + 1 : at + 2] == ["("]
    if before in {"def", "class"}:
        return None
    if before == ".":
        return 1 if tokens[at - 2 : at - 1] and tokens[at - 2] in _OWNERS and not called else None
    if token in _BUILTINS or token in _OWNERS or token == "_":
        return 3
    return 2 if called else 0


@dataclass(frozen=True)
class Places:
    """The main file of a program, looked at by line. Lines are 1-based."""

    source: str

    @cached_property
    def lines(self) -> list[str]:
        return self.source.splitlines() or [""]

    @cached_property
    def tree(self) -> ast.Module | None:
        """The syntax tree; None for a program that Python cannot read."""
        try:
            return ast.parse(self.source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None

    @cached_property
    def functions(self) -> list[tuple[int, int, str]]:
        """First line, last line and name of each function, outer ones first."""
        if self.tree is None:
            return list(self._functions_by_margin())
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
        found = [
            (node.lineno, node.end_lineno or node.lineno, node.name)
            for node in ast.walk(self.tree)
            if isinstance(node, kinds)
        ]
        return sorted(found, key=lambda item: (item[0], -item[1]))

    def function_at(self, line: int) -> str | None:
        """The innermost function that the line is in."""
        around = [name for first, last, name in self.functions if first <= line <= last]
        return around[-1] if around else None

    def span_of(self, function: str) -> tuple[int, int] | None:
        """The lines of the first function of that name."""
        return next(((first, last) for first, last, name in self.functions if name == function), None)

    def around(self, line: int) -> tuple[int, int]:
        """The lines of the innermost function around the line, or of the whole file."""
        spans = [(first, last) for first, last, _ in self.functions if first <= line <= last]
        return spans[-1] if spans else (1, len(self.lines))

    def has(self, line: int) -> bool:
        return 1 <= line <= len(self.lines)

    def code(self, line: int) -> str:
        """The line without its edges; empty for a line that is not there."""
        return self.lines[line - 1].strip() if self.has(line) else ""

    def names_on(self, first: int, last: int) -> list[str]:
        """The names on these lines, each once, those first that say most: variables, then attributes of
        `self`, then what is called, then what every Python has."""
        ranked: dict[str, int] = {}
        for number in range(max(first, 1), min(last, len(self.lines)) + 1):
            tokens = lexemes(self.lines[number - 1])
            for at, token in enumerate(tokens):
                rank = _rank(tokens, at)
                if rank is not None:
                    ranked[token] = min(rank, ranked.get(token, rank))
        return sorted(ranked, key=lambda name: ranked[name])

    def loop_around(self, line: int) -> int | None:
        """The line of the innermost `while` that the line is in; else of the only one of the function."""
        around = [first for first, last in self._loops if first <= line <= last]
        if around:
            return around[-1]
        start, end = self.around(line)
        inside = [first for first, last in self._loops if start <= first and last <= end]
        return inside[0] if len(inside) == 1 else None

    @cached_property
    def _loops(self) -> list[tuple[int, int]]:
        """First and last line of every `while`, in order."""
        if self.tree is None:
            return []
        loops = [node for node in ast.walk(self.tree) if isinstance(node, ast.While)]
        return sorted((node.lineno, node.end_lineno or node.lineno) for node in loops)

    def with_a_name(self, first: int, last: int) -> tuple[int, int]:
        """The lines, or some more around them if there is no name on them."""
        start, end = first, last
        for _ in range(_NEAR):
            if self.names_on(start, end) or self._defined_on(start, end):
                return start, end
            start = max(start - 1, 1)
        for _ in range(_NEAR):
            if self.names_on(start, end) or self._defined_on(start, end):
                return start, end
            end = min(end + 1, len(self.lines))
        return first, last

    def subject(self, first: int, last: int, preferred: Iterable[str] = ()) -> str:
        """One name that stands for these lines: a preferred one that is on them, or the one that says most;
        what the whole is called if they have none."""
        named = self.names_on(first, last) or self._defined_on(first, last)
        wanted = [name for name in preferred if name in named]
        return next(iter(wanted or named), WHOLE)

    def _defined_on(self, first: int, last: int) -> list[str]:
        found = [_DEFINES.match(line) for line in self.lines[max(first, 1) - 1 : last]]
        return [match["name"] for match in found if match]

    def _functions_by_margin(self) -> Iterator[tuple[int, int, str]]:
        for number, line in enumerate(self.lines, start=1):
            match = _DEFINES.match(line)
            if match is None:
                continue
            margin = len(match["margin"].expandtabs())
            last = number
            for below in range(number, len(self.lines)):
                text = self.lines[below]
                if text.strip() and len(text.expandtabs()) - len(text.expandtabs().lstrip()) <= margin:
                    break
                last = below + 1
            yield number, last, match["name"]
