"""Lists, dictionaries and tuples that are not what they look like (ME418, ME503, ME504, ME520–ME522)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from meno_analyzers.facts.definitions import DefinitionKind
from meno_analyzers.facts.tree import walk
from meno_analyzers.facts.types import NUMBERS, TEXTS
from meno_analyzers.findings import Category, Edit, Note, Severity, Span, insertion
from meno_analyzers.rules.changes import written_inside
from meno_analyzers.rules.expressions import is_name, same
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.tokens import Token, TokenKind, tokens_of


@rule(
    "ME418",
    "accidental-tuple",
    Category.TYPE_ERROR,
    Severity.WARNING,
    0.98,
    on=(ast.Tuple,),
    values=("name", "value", "use"),
)
def accidental_tuple(unit: Subject) -> Iterator[Match]:
    facts = unit.facts
    for node in facts.nodes(ast.Tuple):
        statement = facts.parents.get(node)
        if len(node.elts) != 1 or not isinstance(statement, ast.Assign) or statement.value is not node:
            continue
        element = node.elts[0]
        # Without parentheses the tuple begins where its element does.
        if (node.lineno, node.col_offset) != (element.lineno, element.col_offset):
            continue
        match statement.targets:
            case [ast.Name(id=name)]:
                use = _use_as_plain_value(unit, name, statement)
            case _:
                continue
        if use is not None:
            values = {"name": name, "value": facts.source(element), "use": facts.source(use)}
            notes = (Note(facts.span(use), f"`{name}` is used here."),)
            yield Match(statement, values, notes=notes, fix=_without_comma(unit, node, element))


def _without_comma(unit: Subject, node: ast.Tuple, element: ast.expr) -> tuple[Edit, ...]:
    """The element alone, if nothing but the comma follows it on its line."""
    inner, outer = unit.facts.span(element), unit.facts.span(node)
    between = unit.facts.lines[inner.end_line][inner.end_column : outer.end_column]
    if inner.end_line != outer.end_line or between.strip() != ",":
        return ()
    return (Edit(Span(inner.end_line, inner.end_column, outer.end_line, outer.end_column), ""),)


def _use_as_plain_value(unit: Subject, name: str, statement: ast.Assign) -> ast.AST | None:
    """A use that only makes sense if the name holds no tuple; None if any use wants a tuple."""
    found: ast.AST | None = None
    for use in unit.facts.names_called(name):
        if not isinstance(use.ctx, ast.Load):
            continue
        definitions = unit.facts.reaching(use) or frozenset()
        if {definition.node for definition in definitions} != {statement}:
            continue
        parent = unit.facts.parents.get(use)
        match parent:
            case ast.BinOp(op=ast.Mod(), right=right) if right is use:
                return None
            case ast.BinOp(left=left, right=right):
                other = right if left is use else left
                if unit.types.of(other) in NUMBERS | TEXTS:
                    found = found or parent
            case ast.Compare(left=left, comparators=[other]) if left is use:
                if unit.types.of(other) in NUMBERS | TEXTS:
                    found = found or parent
            case ast.FormattedValue() | ast.Return():
                pass
            case _:
                return None
    return found


_MUTABLE = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)


@rule(
    "ME503",
    "aliased-rows",
    Category.LOGIC_ERROR,
    Severity.WARNING,
    0.98,
    on=(ast.BinOp,),
    values=("grid", "row", "expression"),
)
def aliased_rows(unit: Subject) -> Iterator[Match]:
    facts = unit.facts
    for node in facts.nodes(ast.BinOp):
        row = _repeated_row(node)
        if row is None:
            continue
        match facts.parents.get(node):
            case ast.Assign(targets=[ast.Name(id=name)]):
                pass
            case _:
                continue
        if written_inside(unit, node, name):
            values = {"grid": name, "row": facts.source(row), "expression": facts.source(node)}
            yield Match(node, values)


def _repeated_row(node: ast.BinOp) -> ast.expr | None:
    """The one changeable item of a list that is repeated: `[0] * 3` in `[[0] * 3] * 4`."""
    if not isinstance(node.op, ast.Mult):
        return None
    for side, times in ((node.left, node.right), (node.right, node.left)):
        if isinstance(side, ast.List) and len(side.elts) == 1:
            (row,) = side.elts
            match row:
                case ast.BinOp(left=left, op=ast.Mult(), right=right):
                    repeated = isinstance(left, ast.List) or isinstance(right, ast.List)
                case _:
                    repeated = False
            if isinstance(times, ast.Constant) and times.value in {0, 1}:
                return None
            return row if repeated or isinstance(row, _MUTABLE) else None
    return None


_MOST_DUPLICATES = 3


@rule(
    "ME504",
    "duplicate-dict-key",
    Category.WRONG_LITERAL,
    Severity.WARNING,
    0.99,
    on=(ast.Dict,),
    values=("key", "first", "second"),
)
def duplicate_dict_key(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.Dict):
        matches = list(_duplicates(unit, node))
        # A long table in which many keys come again was made by a program that knows it.
        if len(matches) <= _MOST_DUPLICATES:
            yield from matches


def _duplicates(unit: Subject, node: ast.Dict) -> Iterator[Match]:
    seen: dict[object, tuple[ast.expr, ast.expr]] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        mark = _mark(key)
        if key is None or mark is None:
            continue
        if mark not in seen:
            seen[mark] = (key, value)
            continue
        first_key, first = seen[mark]
        if not same(first, value):
            values = {
                "key": unit.facts.source(key),
                "first": unit.facts.source(first),
                "second": unit.facts.source(value),
            }
            notes = (Note(unit.facts.span(first_key), "The same key stands here too."),)
            yield Match(key, values, notes=notes)


def _mark(key: ast.expr | None) -> object:
    """What is equal for keys that are written alike and are constants, or tuples of them; None for others."""
    if isinstance(key, ast.Constant):
        return type(key.value), key.value
    if isinstance(key, ast.Tuple) and key.elts and all(isinstance(e, ast.Constant) for e in key.elts):
        return tuple(_mark(element) for element in key.elts)
    return None


_WORD = re.compile(r"[^\W_][\w\-']*\Z")


@rule(
    "ME520",
    "missing-comma-between-strings",
    Category.WRONG_LITERAL,
    Severity.WARNING,
    0.98,
    on=(ast.List, ast.Tuple, ast.Set),
    values=("first", "second", "joined"),
)
def missing_comma_between_strings(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.List, ast.Tuple, ast.Set):
        if len(node.elts) < 2 or not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
            continue
        if not all(isinstance(e, ast.Constant) and isinstance(e.value, str) for e in node.elts):
            continue
        joined = [element for element in node.elts if len(_pieces(unit, element)) > 1]
        if not joined or len(joined) * 2 > len(node.elts):
            continue
        for element in joined:
            pieces = _pieces(unit, element)
            words = [piece.text.strip("rbuRBU")[1:-1] for piece in pieces]
            # On lines of their own the two may well be one long text.
            if (
                len(pieces) == 2
                and pieces[0].line == pieces[1].line
                and all(_WORD.match(word) for word in words)
            ):
                assert isinstance(element, ast.Constant)
                values = {"first": pieces[0].text, "second": pieces[1].text, "joined": repr(element.value)}
                span = unit.facts.span(element)
                end = pieces[0].end + (span.start_column if pieces[0].line == 0 else 0)
                fix = (insertion(span.start_line + pieces[0].line, end, ","),)
                yield Match(element, values, fix=fix)


def _pieces(unit: Subject, element: ast.expr) -> list[Token]:
    """The string tokens that one string constant is written with."""
    span = unit.facts.span(element)
    lines = unit.facts.lines[span.start_line : span.end_line + 1]
    if len(lines) > 3:
        return []
    lines = [*lines[:-1], lines[-1][: span.end_column]]
    lines[0] = lines[0][span.start_column :]
    return [token for token in tokens_of(lines) if token.kind is TokenKind.STRING]


_ONE_CHARACTER = frozenset("c ch char character letter digit symbol key i x s".split())


@rule(
    "ME521",
    "one-item-tuple-without-comma",
    Category.WRONG_LITERAL,
    Severity.HINT,
    0.92,
    on=(ast.Compare,),
    values=("value", "text"),
)
def one_item_tuple_without_comma(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.Compare):
        match node:
            case ast.Compare(
                left=ast.Name(id=name) as left, ops=[ast.In() | ast.NotIn()], comparators=[right]
            ):
                pass
            case _:
                continue
        if not isinstance(right, ast.Constant) or not isinstance(right.value, str):
            continue
        text = right.value
        # A row of characters to look one up in is no word: `"aeiou"`, `"+-*/"`, `"0123456789"`.
        if len(text) < 2 or not text.isalpha() or sorted(set(text)) == list(text) or name in _ONE_CHARACTER:
            continue
        if _is_in_parentheses(unit, right) and not _is_one_character(unit, left):
            span = unit.facts.span(right)
            fix = (insertion(span.end_line, span.end_column, ","),)
            yield Match(right, {"value": name, "text": unit.facts.source(right)}, fix=fix)


def _is_in_parentheses(unit: Subject, node: ast.expr) -> bool:
    span = unit.facts.span(node)
    before = unit.facts.lines[span.start_line][: span.start_column].rstrip()
    after = unit.facts.lines[span.end_line][span.end_column :].lstrip()
    # `f(x in "abc")` has parentheses too, but they open before the whole comparison.
    return before.endswith("(") and after.startswith(")")


def _is_one_character(unit: Subject, name: ast.Name) -> bool:
    """Whether the name may hold single characters: items of a loop, or of a text."""
    definitions = unit.facts.reaching(name)
    if definitions is None:
        return True
    for definition in definitions:
        if definition.kind is DefinitionKind.LOOP or isinstance(definition.value, ast.Subscript):
            return True
        constant = definition.value
        if (
            isinstance(constant, ast.Constant)
            and isinstance(constant.value, str)
            and len(constant.value) == 1
        ):
            return True
    return False


@rule(
    "ME522",
    "dict-value-overwritten-each-time",
    Category.LOGIC_ERROR,
    Severity.HINT,
    0.6,
    on=(ast.For,),
    values=("dictionary", "key", "value"),
)
def dict_value_overwritten_each_time(unit: Subject) -> Iterator[Match]:
    for loop in unit.facts.nodes(ast.For):
        names = {n.id for n in walk(loop.target) if isinstance(n, ast.Name)}
        if _has_unique_keys(loop.iter):
            continue
        for statement in loop.body:
            match statement:
                case ast.Assign(
                    targets=[ast.Subscript(value=ast.Name(id=name) as holder, slice=ast.Name(id=key))],
                    value=ast.List(elts=[_]) | ast.Set(elts=[_]) as value,
                ) if key in names and _is_new_dict(unit, loop, name):
                    values = {"dictionary": holder.id, "key": key, "value": unit.facts.source(value)}
                    yield Match(statement, values)
                case _:
                    pass


def _has_unique_keys(iterable: ast.expr) -> bool:
    match iterable:
        case ast.Call(func=ast.Name(id="enumerate" | "range" | "set" | "zip")):
            return True
        case ast.Call(func=ast.Attribute(attr="items" | "keys")) | ast.Set() | ast.Dict():
            return True
        case _:
            return False


def _is_new_dict(unit: Subject, loop: ast.For, name: str) -> bool:
    """Whether the name held an empty dictionary before the loop and is asked about nowhere in it."""
    inside = [node for node in walk(loop) if is_name(node, name)]
    if len(inside) != 1:
        return False
    definitions = unit.facts.reaching(inside[0]) or frozenset()  # type: ignore[arg-type]
    return bool(definitions) and all(
        isinstance(definition.value, ast.Dict) and not definition.value.keys for definition in definitions
    )
