"""How texts are written: escapes and paths (ME606, ME611)."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

from meno_analyzers.findings import Category, Edit, Severity, Span, insertion
from meno_analyzers.rules.registry import Match, Subject, rule

_PLAIN_LITERAL = re.compile(r"[uU]?([\"'])(?!\1\1)(?P<body>.*)\1", re.DOTALL)
_ESCAPE = re.compile(r"\\([abfnrtv])(?=\w)")
_DRIVE = re.compile(r"[A-Za-z]:(?:\\[\w .()-]{3,}){2,}\\?\Z|[A-Za-z]:(?:\\[\w .()-]+)+\.[A-Za-z]\w{1,4}\Z")
_RELATIVE = re.compile(r"(?:\.\.?|[\w .()-]+)(?:\\[\w .()-]+)+\.[A-Za-z]\w{1,4}\Z")


@rule(
    "ME606",
    "backslash-in-path",
    Category.WRONG_LITERAL,
    Severity.WARNING,
    0.98,
    on=(ast.Constant,),
    values=("path", "escape"),
)
def backslash_in_path(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.Constant):
        if not isinstance(node.value, str) or node.value.isprintable() or len(node.value) > 300:
            continue
        literal = _PLAIN_LITERAL.fullmatch(unit.facts.source(node))
        if literal is None or literal["body"].count("\\\\"):
            continue
        body = literal["body"]
        escape = _ESCAPE.search(body)
        if escape and (_DRIVE.match(body) or (_is_opened(unit, node) and _RELATIVE.match(body))):
            span = unit.facts.span(node)
            # A text that ends in a backslash cannot be a raw one.
            bare = literal.group()[:1] in "\"'" and not body.endswith("\\")
            fix = (insertion(span.start_line, span.start_column, "r"),) if bare else ()
            values = {"path": unit.facts.source(node), "escape": "\\" + escape.group(1)}
            yield Match(node, values, fix=fix)


def _is_opened(unit: Subject, node: ast.Constant) -> bool:
    call = unit.facts.parents.get(node)
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "open"
        and call.args[:1] == [node]
    )


_LITERAL = re.compile(
    r"#[^\n]*|(?<!\w)(?P<prefix>[uUbBfFrR]{0,2})(?P<quote>\"\"\"|'''|\"|')"
    r"(?P<body>(?:\\.|(?!(?P=quote))[^\\])*+)(?P=quote)",
    re.DOTALL,
)
_KNOWN_ESCAPE = re.compile(r"\\[\n\r\\'\"abfnrtv0-7xNuU]")
_UNKNOWN_ESCAPE = re.compile(r"\\(?:\\|(?P<odd>[^\n\r\\'\"abfnrtv0-7xNuU]))")


@rule(
    "ME611",
    "invalid-escape",
    Category.WRONG_LITERAL,
    Severity.HINT,
    0.99,
    on=(ast.Constant,),
    values=("escape", "character"),
)
def invalid_escape(unit: Subject) -> Iterator[Match]:
    lines = unit.facts.lines
    if not any("\\" in line and _UNKNOWN_ESCAPE.search(line) for line in lines):
        return
    text = "".join(lines)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    number = 0
    for literal in _LITERAL.finditer(text):
        if literal["quote"] is None or "r" in literal["prefix"].lower() or "\\" not in literal["body"]:
            continue
        odd = next((e for e in _UNKNOWN_ESCAPE.finditer(literal["body"]) if e["odd"]), None)
        if odd is None or not _warns(literal.group()):
            continue
        place = literal.start("body") + odd.start()
        while starts[number + 1] <= place:
            number += 1
        column = place - starts[number]
        values = {"escape": "\\" + odd["odd"], "character": odd["odd"]}
        yield Match(
            Span(number, column, number, column + 2), values, fix=_repair(literal, number, starts[number])
        )


def _repair(literal: re.Match[str], line: int, start: int) -> tuple[Edit, ...]:
    """An `r` in front; where other escapes are meant, which that would change, a second backslash each."""
    if literal.start() < start or "\n" in literal["body"]:
        return ()
    if not literal["prefix"] and not _KNOWN_ESCAPE.search(literal["body"]):
        return (insertion(line, literal.start() - start, "r"),)
    begin = literal.start("body") - start
    odd = [e.start() for e in _UNKNOWN_ESCAPE.finditer(literal["body"]) if e["odd"]]
    return tuple(insertion(line, begin + column, "\\") for column in odd)


def _warns(literal: str) -> bool:
    """Whether Python itself objects to an escape of this literal."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            ast.parse(literal, "<buffer>", "eval")
        except (SyntaxError, ValueError):
            return False
    return any("invalid escape" in str(warning.message) for warning in caught)
