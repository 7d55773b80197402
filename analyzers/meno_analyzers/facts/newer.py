"""Syntax that not every Python can read: which version a construct needs, and where it stands.

A text that this Python cannot parse may be fine for a newer one. If it holds a construct that is newer, and
the tree-sitter grammar, which knows those constructs, reads it without an error, then it is no mistake.
Versions are those of "What's New in Python".
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

Version = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Newer:
    """A construct, the first version that can read it, and its 0-based line."""

    feature: str
    version: Version
    line: int


_PATTERNS: tuple[tuple[re.Pattern[str], str, Version], ...] = (
    (re.compile(r"^[ \t]*type[ \t]+\w+[ \t]*[\[=]"), "a `type` statement", (3, 12)),
    (re.compile(r"^[ \t]*(?:async +)?(?:def|class) +\w+ *\["), "type parameters", (3, 12)),
    (re.compile(r"\b[tT][rR]?[\"']|\b[rR][tT][\"']"), "a template string", (3, 14)),
)
_FORMATTED = re.compile(r"\b(?:[fF][rR]?|[rR][fF])[\"']")


def newer_syntax(lines: list[str], message: str) -> Newer | None:
    """The newer construct because of which this Python could not parse the lines, or None.

    `message` is what this Python said about them.
    """
    if message.startswith("unterminated"):
        return None  # no Python ends a text for its author; looking through all of it would take long
    is_formatted = message.startswith("f-string")
    for number, line in enumerate(lines):
        construct = _newer_in(line)
        if construct is None and is_formatted and _FORMATTED.search(line) is not None:
            construct = ("this way of writing an f-string", (3, 12))
        if construct is not None:
            return Newer(*construct, number) if _is_readable("".join(lines)) else None
    return None


# Of a unit that is being typed, one line is new with each key.
@lru_cache(maxsize=1024)
def _newer_in(line: str) -> tuple[str, Version] | None:
    """The newer construct that a line looks like."""
    for pattern, feature, version in _PATTERNS:
        if pattern.search(line) is not None:
            return feature, version
    return None


@lru_cache(maxsize=1)
def _parser() -> Any:
    # Imported on first need: most sessions never meet such text.
    import tree_sitter_python
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_python.language()))


def _is_readable(text: str) -> bool:
    """Whether the tree-sitter grammar reads the text without an error."""
    if text[:1] in {" ", "\t"}:
        text = f"if True:\n{text}"
    return not _parser().parse(text.encode("utf-8", "replace")).root_node.has_error


_NODES: tuple[tuple[str, str, Version], ...] = (
    ("NamedExpr", "`:=`", (3, 8)),
    ("Match", "`match`", (3, 10)),
    ("TryStar", "`except*`", (3, 11)),
    ("TypeAlias", "a `type` statement", (3, 12)),
)


def newest_construct(
    nodes: dict[type[ast.AST], list[ast.AST]], older_than: Version
) -> list[tuple[ast.AST, Newer]]:
    """The constructs of a parsed unit that a Python `older_than` cannot read, with their nodes."""
    found: list[tuple[ast.AST, Newer]] = []
    by_name = {kind.__name__: listed for kind, listed in nodes.items()}
    for name, feature, version in _NODES:
        if version > older_than:
            found += [(node, Newer(feature, version, 0)) for node in by_name.get(name, ())]
    if older_than < (3, 12):
        for name in ("FunctionDef", "AsyncFunctionDef", "ClassDef"):
            found += [
                (node, Newer("type parameters", (3, 12), 0))
                for node in by_name.get(name, ())
                if getattr(node, "type_params", None)
            ]
    if older_than < (3, 8):
        found += [
            (node, Newer("parameters before `/`", (3, 8), 0))
            for node in by_name.get("arguments", ())
            if getattr(node, "posonlyargs", None)
        ]
    return found
