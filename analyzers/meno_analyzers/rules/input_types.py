"""Text that is taken for a number: typed in, or written in the program (ME204, ME205, ME219)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from meno_analyzers.findings import Category, Note, Severity
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.surroundings import awaits_error

_AMOUNTS = frozenset(
    (
        "age price cost number numbers num amount quantity qty count width height length weight salary "
        "radius hours minutes seconds days weeks months years rate total score distance speed temperature "
        "celsius fahrenheit kilometers kilometres miles wage tickets units percent size area"
    ).split()
)
_SAYS_AMOUNT = re.compile(r"\bhow (many|much|old|far|long|tall|high|fast)\b")
_SAYS_TEXT = re.compile(
    r"\b(characters?|symbols?|words?|texts?|strings?|names?|letters?|separators?|sentences?|signs?|plate|phone|code|pin)\b"
)
_WORD = re.compile(r"[^\W\d_]+")


@rule(
    "ME204",
    "input-repeated-instead-of-multiplied",
    Category.LOGIC_ERROR,
    Severity.HINT,
    0.92,
    on=(ast.BinOp,),
    values=("name", "expression", "times"),
)
def input_repeated(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.BinOp):
        if not isinstance(node.op, ast.Mult):
            continue
        for text, number in ((node.left, node.right), (node.right, node.left)):
            if unit.types.of(text) != "input" or unit.types.of(number) != "int":
                continue
            asked = _question(unit, text)
            if asked is None or _is_made_number(unit, node) or not _asks_for_amount(text, asked[1]):
                continue
            values = {
                "name": unit.facts.source(text),
                "expression": unit.facts.source(node),
                "times": unit.facts.source(number),
            }
            notes = (Note(unit.facts.span(asked[0]), "Here it is typed in."),) if asked[0] is not text else ()
            yield Match(node, values, notes=notes)


def _question(unit: Subject, text: ast.expr) -> tuple[ast.Call, str] | None:
    """The only call of `input` that the text may come from, and what it asks."""
    if isinstance(text, ast.Name):
        definitions = unit.facts.reaching(text) or frozenset()
        values = [definition.value for definition in definitions]
        if len(values) != 1 or values[0] is None:
            return None
        (value,) = values
    else:
        value = text
    match value:
        case ast.Call(func=ast.Name(id="input"), args=[]):
            return value, ""
        case ast.Call(func=ast.Name(id="input"), args=[prompt]):
            return value, " ".join(p.value for p in ast.walk(prompt) if _is_text(p)).lower()  # type: ignore[attr-defined]
        case _:
            return None


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _asks_for_amount(text: ast.expr, prompt: str) -> bool:
    if _SAYS_TEXT.search(prompt):
        return False
    name = text.id.lower() if isinstance(text, ast.Name) else ""
    words = set(_WORD.findall(prompt)) | set(_WORD.findall(name.replace("_", " ")))
    return bool(words & _AMOUNTS) or bool(_SAYS_AMOUNT.search(prompt))


def _is_made_number(unit: Subject, node: ast.BinOp) -> bool:
    """Whether the repeated digits are read as a number: `int(n * 2)` makes 55 of 5 on purpose."""
    return any(
        isinstance(a, ast.Call) and isinstance(a.func, ast.Name) and a.func.id in {"int", "float"}
        for a in unit.facts.ancestors(node)
    )


@rule(
    "ME205",
    "input-equals-number",
    Category.LOGIC_ERROR,
    Severity.WARNING,
    0.98,
    on=(ast.Compare,),
    values=("name", "number", "test"),
)
def input_equals_number(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.Compare):
        sides = [node.left, *node.comparators]
        for operator, left, right in zip(node.ops, sides, sides[1:], strict=False):
            found = _text_and_number(unit, operator, left, right)
            if found is None or awaits_error(unit.facts, node):
                continue
            text, number = found
            values = {
                "name": unit.facts.source(text),
                "number": unit.facts.source(number),
                "test": unit.facts.source(node),
            }
            yield Match(node, values, notes=_typed_in(unit, text))
            break


def _text_and_number(
    unit: Subject, operator: ast.cmpop, left: ast.expr, right: ast.expr
) -> tuple[ast.expr, ast.expr] | None:
    if isinstance(operator, ast.Eq | ast.NotEq):
        for text, number in ((left, right), (right, left)):
            if unit.types.of(text) == "input" and unit.types.of(number) in {"int", "float", "number"}:
                return text, number
    if isinstance(operator, ast.In | ast.NotIn) and unit.types.of(left) == "input":
        kind = unit.types.of(right)
        if kind == "range" or (
            kind in {"list", "tuple", "set"} and unit.values.element(right) in {"int", "float", "number"}
        ):
            return left, right
    return None


def _typed_in(unit: Subject, node: ast.expr) -> tuple[Note, ...]:
    if not isinstance(node, ast.Name):
        return ()
    return tuple(
        Note(unit.facts.span(definition.node), f"Here `{node.id}` is typed in.")
        for definition in unit.facts.reaching(node) or ()
        if definition.node is not None and definition.value is not None
    )[:1]


@rule(
    "ME219",
    "number-of-string-literal-invalid",
    Category.VALUE_ERROR,
    Severity.ERROR,
    0.99,
    on=(ast.Call,),
    words=("int", "float"),
    values=("call", "text", "function"),
)
def number_of_text_invalid(unit: Subject) -> Iterator[Match]:
    for call in unit.facts.nodes(ast.Call):
        match call:
            case ast.Call(func=ast.Name(id="int" | "float") as function, args=[argument], keywords=[]):
                pass
            case _:
                continue
        constant = unit.values.constant(argument)
        if constant is None or not isinstance(constant.value, str) or awaits_error(unit.facts, call):
            continue
        if not unit.facts.is_builtin(function, unit.module) or _reads(function.id, constant.value):
            continue
        values = {
            "call": unit.facts.source(call),
            "text": unit.facts.source(argument),
            "function": function.id,
        }
        yield Match(call, values)


def _reads(function: str, text: str) -> bool:
    """Whether Python's own function takes the text."""
    if len(text) > 1000:
        return True
    try:
        (int if function == "int" else float)(text)
    except ValueError:
        return False
    return True
