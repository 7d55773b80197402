"""Where in the program something is: the function around a line, the names on it, and the code itself.

Broken programs have places too: what the tree cannot tell is read from the text.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from meno_analyzers.hints.leak import PUBLIC_NAMES
from meno_analyzers.hints.lexemes import is_name, lexemes

# Stands for the program where there is no function; the templates know it as a phrase.
WHOLE = "this program"
_DEFINES = re.compile(r"(?P<margin>[ \t]*)(?:async[ \t]+)?def[ \t]+(?P<name>\w+)")
# A line without any name borrows one from this many lines above it.
_NEAR = 6


@dataclass(frozen=True)
class Places:
    """The main file of a program, looked at by line. Lines are 1-based."""

    source: str

    @cached_property
    def lines(self) -> list[str]:
        return self.source.splitlines() or [""]

    @cached_property
    def functions(self) -> list[tuple[int, int, str]]:
        """First line, last line and name of each function, outer ones first."""
        try:
            tree = ast.parse(self.source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return list(self._functions_by_margin())
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
        found = [
            (node.lineno, node.end_lineno or node.lineno, node.name)
            for node in ast.walk(tree)
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
        """The names on these lines that say something: assigned and own ones first, each once."""
        own: list[str] = []
        public: list[str] = []
        for number in range(max(first, 1), min(last, len(self.lines)) + 1):
            tokens = lexemes(self.lines[number - 1])
            for at, token in enumerate(tokens):
                if not is_name(token) or (at and tokens[at - 1] in {".", "def", "class"}):
                    continue
                called = tokens[at + 1 : at + 2] == ["("]
                place = public if token in PUBLIC_NAMES or called or token in {"self", "_"} else own
                if token not in place:
                    place.append(token)
        return own + [name for name in public if name not in own]

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

    def subject(self, first: int, last: int) -> str:
        """One name that stands for these lines; what the whole is called if they have none."""
        named = self.names_on(first, last) or self._defined_on(first, last)
        return named[0] if named else WHOLE

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
