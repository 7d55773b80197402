"""Texts: gaps left unfilled, sets of characters, letters of one size, joining (ME601–ME605).

A text may be meant for anything, so the rules speak only where its use is in sight: it is printed, compared
or joined.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from meno_analyzers.facts.definitions import DefinitionKind
from meno_analyzers.facts.types import TEXTS
from meno_analyzers.findings import Category, Edit, Severity, insertion
from meno_analyzers.rules.builtin_calls import is_call_of
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.surroundings import awaits_error
from meno_analyzers.rules.tokens import TokenKind, tokens_of
from meno_analyzers.rules.wording import kind_in_words

_GAP = re.compile(r"\{([A-Za-z_]\w*)((?:\.\w+|\[\w+\])*)(?:![rsa])?(?::[^{}]*)?\}")


@rule(
    "ME601",
    "missing-f-prefix",
    Category.WRONG_LITERAL,
    Severity.HINT,
    0.95,
    on=(ast.Call,),
    words=("print", "input"),
    values=("gap", "name"),
)
def missing_f_prefix(unit: Subject) -> Iterator[Match]:
    for call in unit.facts.nodes(ast.Call):
        if not is_call_of(unit, call, "print", "input"):
            continue
        for node, text in _plain_texts(call.args):
            if "{" not in text or "{{" in text or "%" in text:
                continue
            gaps = list(_GAP.finditer(text))
            known = all(_is_variable(unit, call, gap.group(1)) for gap in gaps)
            if gaps and known and text.count("{") == len(gaps):
                values = {"gap": gaps[0].group(), "name": gaps[0].group(1)}
                yield Match(node, values, fix=_with_f(unit, node))
                break


def _with_f(unit: Subject, node: ast.expr) -> tuple[Edit, ...]:
    """An `f` in front of a text that is written in one piece and without another letter."""
    pieces = [token for token in tokens_of([unit.facts.source(node)]) if token.kind is TokenKind.STRING]
    span = unit.facts.span(node)
    if len(pieces) != 1 or pieces[0].text[:1] not in "\"'" or span.start_line != span.end_line:
        return ()
    if pieces[0].text.count("{") != pieces[0].text.count("}"):
        return ()  # a brace that belongs to no gap would be a mistake then
    return (insertion(span.start_line, span.start_column, "f"),)


def _plain_texts(nodes: list[ast.expr]) -> Iterator[tuple[ast.expr, str]]:
    """The constant texts among these, also where several are joined by `+`."""
    for node in nodes:
        while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            yield from _plain_texts([node.right])
            node = node.left
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node, node.value


def _is_variable(unit: Subject, call: ast.Call, name: str) -> bool:
    """Whether the name has a value of its own in that place, and is no argument of the call itself."""
    if any(keyword.arg == name for keyword in call.keywords):
        return False
    owner = unit.facts.scopes.resolve(name, unit.facts.scope_at(call))
    return owner is not None or unit.module.is_bound(name)


_VOWELS = frozenset("aeiouAEIOU")


@rule(
    "ME602",
    "strip-removes-characters",
    Category.WRONG_METHOD_CALL,
    Severity.HINT,
    0.95,
    on=(ast.Call,),
    words=("strip", "lstrip", "rstrip"),
    values=("method", "characters"),
)
def strip_removes_characters(unit: Subject) -> Iterator[Match]:
    for call in unit.facts.nodes(ast.Call):
        match call:
            case ast.Call(
                func=ast.Attribute(attr="strip" | "lstrip" | "rstrip" as method),
                args=[ast.Constant(value=str(characters))],
                keywords=[],
            ) if _looks_like_an_ending(characters) and not _of_module(unit, call):
                yield Match(call, {"method": method, "characters": repr(characters)})
            case _:
                pass


def _of_module(unit: Subject, call: ast.Call) -> bool:
    """Whether the function called is one of a module, and no text's method."""
    receiver = call.func.value if isinstance(call.func, ast.Attribute) else call.func
    return (unit.types.of(receiver) or "").startswith("module:")


def _looks_like_an_ending(characters: str) -> bool:
    """Whether the argument reads like one piece of text rather than like a set of characters."""
    letters = [c for c in characters if c.isalnum()]
    if any(c.isspace() for c in characters) or len(letters) < 2 or characters.isdigit():
        return False
    if _VOWELS.issuperset(characters) or len({c.lower() for c in letters}) < len(set(letters)):
        return False
    if re.fullmatch(r"\.[A-Za-z]\w+|[A-Za-z]{2,}:/*|www\.", characters):
        return True
    word = re.fullmatch(r"[A-Za-z]{4,}[.:_-]?|[._-][A-Za-z]{3,}", characters)
    return word is not None and letters != sorted(letters)


_CASES = {"lower": str.lower, "upper": str.upper, "casefold": str.casefold, "title": str.title}
_KEEPS_CASE = frozenset({"strip", "lstrip", "rstrip"})
_SIZES = {"lower": "small", "casefold": "small", "upper": "capital", "title": "title-case"}


@rule(
    "ME603",
    "case-compare-never-true",
    Category.WRONG_LITERAL,
    Severity.WARNING,
    0.98,
    on=(ast.Compare,),
    values=("left", "text", "method", "size"),
    variants=("part",),
)
def case_compare_never_true(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.Compare):
        if len(node.ops) != 1:
            continue
        left, right = node.left, node.comparators[0]
        variant = None
        pairs: list[tuple[ast.expr, ast.expr]] = []
        if isinstance(node.ops[0], ast.Eq | ast.NotEq):
            pairs = [(left, right), (right, left)]
        elif isinstance(node.ops[0], ast.In | ast.NotIn):
            if isinstance(right, ast.Tuple | ast.List | ast.Set):
                pairs = [(left, element) for element in right.elts]
            elif isinstance(left, ast.Constant):
                pairs, variant = [(right, left)], "part"
        for text, literal in pairs:
            if not isinstance(literal, ast.Constant) or not isinstance(literal.value, str):
                continue
            method = _case_of(unit, text) if literal.value.isascii() else None
            if method is not None and _CASES[method](literal.value) != literal.value:
                yield Match(
                    node,
                    {
                        "left": unit.facts.source(text),
                        "text": unit.facts.source(literal),
                        "method": method,
                        "size": _SIZES[method],
                    },
                    variant,
                )
                break


def _case_of(unit: Subject, node: ast.expr, depth: int = 4) -> str | None:
    """The method that has certainly brought all letters of a text to one size, or None."""
    match node:
        case ast.Call(func=ast.Attribute(value=receiver, attr=method), args=[]):
            if method in _KEEPS_CASE:
                return _case_of(unit, receiver, depth - 1) if depth else None
            return method if method in _CASES and not node.keywords else None
        case ast.Call(func=ast.Attribute(value=receiver, attr="strip" | "lstrip" | "rstrip")):
            return _case_of(unit, receiver, depth - 1) if depth else None
        case ast.Name(ctx=ast.Load()):
            definitions = unit.values.definitions(node)
            if not definitions or not depth:
                return None
            found = {
                _case_of(unit, d.value, depth - 1)
                if d.kind is DefinitionKind.ASSIGNMENT and d.value is not None
                else None
                for d in definitions
            }
            return found.pop() if len(found) == 1 else None
        case _:
            return None


_NO_TEXT = frozenset(
    {"int", "float", "bool", "complex", "number", "list", "tuple", "dict", "set", "NoneType"}
)


@rule(
    "ME604",
    "join-non-strings",
    Category.TYPE_ERROR,
    Severity.ERROR,
    0.98,
    on=(ast.Call,),
    words=("join",),
    values=("items", "kind"),
)
def join_non_strings(unit: Subject) -> Iterator[Match]:
    for call in unit.facts.nodes(ast.Call):
        match call:
            case ast.Call(func=ast.Attribute(value=separator, attr="join"), args=[items], keywords=[]):
                if unit.types.of(separator) not in TEXTS or awaits_error(unit.facts, call):
                    continue
                kind = _kind_of_items(unit, items)
                if kind is not None:
                    yield Match(items, {"items": unit.facts.source(items), "kind": kind_in_words(kind)})
            case _:
                pass


def _kind_of_items(unit: Subject, items: ast.expr) -> str | None:
    """The type of some item that is certainly no text."""
    display = unit.values.display(items)
    if isinstance(display, ast.List | ast.Tuple | ast.Set):
        for element in display.elts:
            kind = unit.types.of(element)
            if kind in _NO_TEXT:
                return kind
        return None
    if isinstance(items, ast.ListComp | ast.GeneratorExp | ast.SetComp) and len(items.generators) == 1:
        generator = items.generators[0]
        same = (
            isinstance(items.elt, ast.Name)
            and isinstance(generator.target, ast.Name)
            and items.elt.id == generator.target.id
        )
        kind = unit.values.element(generator.iter) if same else unit.types.of(items.elt)
        return kind if kind in _NO_TEXT and not generator.ifs else None
    kind = unit.values.element(items)
    if isinstance(items, ast.Call) and not is_call_of(unit, items, "range", "map", "sorted", "list", "set"):
        return None
    return kind if kind in _NO_TEXT else None


@rule(
    "ME605",
    "join-called-on-list",
    Category.ATTRIBUTE_ERROR,
    Severity.ERROR,
    0.99,
    on=(ast.Call,),
    words=("join",),
    values=("receiver", "kind", "call"),
)
def join_called_on_list(unit: Subject) -> Iterator[Match]:
    for call in unit.facts.nodes(ast.Call):
        if not isinstance(call.func, ast.Attribute) or call.func.attr != "join":
            continue
        kind = unit.types.of(call.func.value)
        if kind in {"list", "tuple", "set"} and not awaits_error(unit.facts, call):
            values = {
                "receiver": unit.facts.source(call.func.value),
                "kind": kind_in_words(kind),
                "call": unit.facts.source(call),
            }
            yield Match(call, values, fix=_joined(unit, call, values["receiver"]))


def _joined(unit: Subject, call: ast.Call, receiver: str) -> tuple[Edit, ...]:
    """The separator in front and the items in the brackets."""
    span = unit.facts.span(call)
    plain = len(call.args) == 1 and isinstance(call.args[0], ast.Constant | ast.Name) and not call.keywords
    if not plain or span.start_line != span.end_line:
        return ()
    return (Edit(span, f"{unit.facts.source(call.args[0])}.join({receiver})"),)
