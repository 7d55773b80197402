"""How texts are written and filled in: escapes, paths, gaps and their values (ME606, ME609, ME611)."""

from __future__ import annotations

import ast
import re
import string
import warnings
from collections.abc import Iterator

from meno_analyzers.findings import Category, Edit, Severity, Span, insertion
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.surroundings import awaits_error

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


@rule(
    "ME609",
    "format-argument-mismatch",
    Category.WRONG_ARGUMENT,
    Severity.ERROR,
    0.98,
    on=(ast.Constant,),
    values=("text", "gaps", "given", "name"),
    variants=("name",),
)
def format_argument_mismatch(unit: Subject) -> Iterator[Match]:
    for call in unit.facts.nodes(ast.Call):
        match call:
            case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)) as literal, attr="format")):
                found = _format_mismatch(text, call)
                if found is not None and not awaits_error(unit.facts, call):
                    values, variant = found
                    yield Match(call, {"text": unit.facts.source(literal), **values}, variant=variant)
            case _:
                pass
    for node in unit.facts.nodes(ast.BinOp):
        match node:
            case ast.BinOp(left=ast.Constant(value=str(text)) as literal, op=ast.Mod(), right=right):
                counts = _percent_mismatch(unit, text, right)
                if counts is not None and not awaits_error(unit.facts, node):
                    gaps, given = counts
                    values = {"gaps": str(gaps), "given": str(given), "name": str(given + 1)}
                    yield Match(node, {"text": unit.facts.source(literal), **values})
            case _:
                pass


def _format_mismatch(text: str, call: ast.Call) -> tuple[dict[str, str], str | None] | None:
    """What a `.format(…)` call lacks for the gaps of its text."""
    if any(isinstance(a, ast.Starred) for a in call.args) or any(k.arg is None for k in call.keywords):
        return None
    fields = list(_fields(text))
    if None in fields:
        return None
    names = {keyword.arg for keyword in call.keywords}
    automatic = sum(field == "" for field in fields)
    numbered = [int(field) for field in fields if field and field.isdecimal()]
    if automatic and numbered:
        return None
    gaps = automatic or max(numbered, default=-1) + 1
    if gaps > len(call.args):
        given = len(call.args)
        return {"gaps": str(gaps), "given": str(given), "name": str(given + 1)}, None
    missing = next((f for f in fields if f and not f.isdecimal() and f not in names), None)
    if missing is not None:
        return {"gaps": str(len(fields)), "given": str(len(call.args) + len(names)), "name": missing}, "name"
    return None


def _fields(text: str, depth: int = 2) -> Iterator[str | None]:
    """The name of each gap, "" where it has none; None where the text is no format at all."""
    try:
        for _, field, spec, _ in string.Formatter().parse(text):
            if field is not None:
                yield re.split(r"[.\[]", field, maxsplit=1)[0]
                if spec and depth:
                    yield from _fields(spec, depth - 1)
    except ValueError:
        yield None


_CONVERSION = re.compile(
    r"%(?:(?P<key>\([^()]*\))?[#0\- +]*(?P<width>\*|\d+)?(?:\.(?P<digits>\*|\d+)?)?[hlL]?"
    r"(?P<kind>[diouxXeEfFgGcrsa%]))?"
)


def _percent_mismatch(unit: Subject, text: str, right: ast.expr) -> tuple[int, int] | None:
    """How many values the conversions of a text take and how many it gets, if these certainly differ."""
    gaps = 0
    for conversion in _CONVERSION.finditer(text):
        if conversion["kind"] is None or conversion["key"] is not None:
            return None
        if conversion["kind"] != "%":
            gaps += 1 + (conversion["width"] == "*") + (conversion["digits"] == "*")
    if isinstance(right, ast.Tuple):
        if any(isinstance(element, ast.Starred) for element in right.elts):
            return None
        given = len(right.elts)
    elif unit.types.of(right) in {"int", "float", "str", "input", "bool", "number"}:
        given = 1
    else:
        return None
    return (gaps, given) if gaps != given else None


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
