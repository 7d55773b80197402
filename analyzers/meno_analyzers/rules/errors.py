"""Raising and catching (ME901–ME905, ME908)."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from meno_analyzers.findings import Category, Edit, Note, Severity, Span, insertion
from meno_analyzers.rules.registry import Match, Subject, rule
from meno_analyzers.rules.surroundings import awaits_error, in_with
from meno_analyzers.rules.wording import kind_in_words

_EXCEPTIONS: dict[str, type[BaseException]] = {
    name: kind
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, BaseException)
}


def _builtin_exception(unit: Subject, node: ast.expr | None) -> type[BaseException] | None:
    """The builtin exception that an expression certainly means."""
    if not isinstance(node, ast.Name) or node.id not in _EXCEPTIONS:
        return None
    return _EXCEPTIONS[node.id] if unit.facts.is_builtin(node, unit.module) else None


@rule(
    "ME901",
    "except-hides-errors",
    Category.LOGIC_ERROR,
    Severity.INFORMATION,
    0.98,
    on=(ast.Try,),
    values=("handler",),
)
def except_hides_errors(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.Try):
        for handler in node.handlers:
            broad = handler.type is None or _builtin_exception(unit, handler.type) in (
                Exception,
                BaseException,
            )
            if broad and not node.finalbody and _does_nothing(handler) and not _is_explained(unit, handler):
                yield Match(_header(handler), {"handler": _words(unit, handler)})


def _does_nothing(handler: ast.ExceptHandler) -> bool:
    match handler.body:
        case [ast.Pass() | ast.Continue() | ast.Expr(value=ast.Constant())]:
            return True
        case _:
            return False


def _is_explained(unit: Subject, handler: ast.ExceptHandler) -> bool:
    """Whether a comment in the handler says why."""
    span = unit.facts.span(handler)
    above = max(span.start_line - 1, 0)
    return any("#" in line for line in unit.facts.lines[above : span.end_line + 1])


def _words(unit: Subject, handler: ast.ExceptHandler) -> str:
    return "except" if handler.type is None else f"except {unit.facts.source(handler.type)}"


def _header(handler: ast.ExceptHandler) -> ast.AST:
    return handler.type if handler.type is not None else handler


@rule(
    "ME902",
    "broad-except-first",
    Category.UNREACHABLE,
    Severity.WARNING,
    0.98,
    on=(ast.Try,),
    values=("earlier", "later"),
)
def broad_except_first(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.Try):
        caught: list[tuple[type[BaseException], ast.ExceptHandler]] = []
        for handler in node.handlers:
            kinds = _kinds(unit, handler)
            covers = [next((h for k, h in caught if issubclass(kind, k)), None) for kind in kinds or ()]
            if covers and covers[0] is not None and None not in covers:
                yield _covered(unit, covers[0], handler)
                break
            caught += [(kind, handler) for kind in kinds or ()]


def _kinds(unit: Subject, handler: ast.ExceptHandler) -> list[type[BaseException]] | None:
    """The builtin exceptions that a handler catches; None if some of them are unknown."""
    if handler.type is None:
        return [BaseException]
    nodes = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    kinds = [kind for node in nodes if (kind := _builtin_exception(unit, node)) is not None]
    return kinds if len(kinds) == len(nodes) else None


def _covered(unit: Subject, earlier: ast.ExceptHandler, later: ast.ExceptHandler) -> Match:
    values = {"earlier": _words(unit, earlier), "later": _words(unit, later)}
    note = Note(unit.facts.span(_header(earlier)), "This handler is asked first.")
    return Match(_header(later), values, notes=(note,))


_NO_EXCEPTION = frozenset(
    {"str", "input", "int", "float", "bool", "number", "list", "tuple", "dict", "set", "NoneType"}
)


@rule(
    "ME903",
    "raise-non-exception",
    Category.TYPE_ERROR,
    Severity.ERROR,
    0.99,
    on=(ast.Raise,),
    values=("value", "kind"),
    variants=("not_implemented",),
)
def raise_non_exception(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.Raise):
        if node.exc is None or awaits_error(unit.facts, node):
            continue
        name = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        if isinstance(name, ast.Name) and name.id == "NotImplemented":
            if unit.facts.is_builtin(name, unit.module):
                values = {"value": unit.facts.source(node.exc), "kind": ""}
                fix = (Edit(unit.facts.span(name), "NotImplementedError"),)
                yield Match(node, values, variant="not_implemented", fix=fix)
            continue
        if isinstance(node.exc, ast.BinOp) and not isinstance(node.exc.op, ast.Add | ast.Mod):
            continue  # `raise 1 / 0` means the error that the calculation makes
        kind = unit.types.of(node.exc)
        if kind in _NO_EXCEPTION:
            yield Match(node, {"value": unit.facts.source(node.exc), "kind": kind_in_words(kind)})


@rule(
    "ME904",
    "exception-not-raised",
    Category.MISSING_CALL,
    Severity.WARNING,
    0.98,
    on=(ast.Expr,),
    values=("name", "call"),
)
def exception_not_raised(unit: Subject) -> Iterator[Match]:
    for statement in unit.facts.nodes(ast.Expr):
        call = statement.value
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            continue
        known = _builtin_exception(unit, call.func) is not None or _is_own_exception(unit, call.func)
        if known and not awaits_error(unit.facts, statement) and not in_with(unit.facts, statement):
            span = unit.facts.span(statement)
            fix = (insertion(span.start_line, span.start_column, "raise "),)
            yield Match(statement, {"name": call.func.id, "call": unit.facts.source(call)}, fix=fix)


def _is_own_exception(unit: Subject, name: ast.Name) -> bool:
    """Whether the file shows the class of that name to be an exception without an `__init__` of its own."""
    if not name.id.endswith(("Error", "Exception")) or not unit.facts.is_global(name):
        return False
    facts = unit.module.class_facts(name.id)
    return facts is not None and facts.init is None and any(base in _EXCEPTIONS for base in facts.bases)


@rule(
    "ME905",
    "except-or",
    Category.WRONG_OPERATOR,
    Severity.WARNING,
    0.99,
    on=(ast.ExceptHandler,),
    values=("first", "second", "word"),
)
def except_or(unit: Subject) -> Iterator[Match]:
    for handler in unit.facts.nodes(ast.ExceptHandler):
        if isinstance(handler.type, ast.BoolOp):
            first, *_, last = handler.type.values
            word = "or" if isinstance(handler.type.op, ast.Or) else "and"
            values = {"first": unit.facts.source(first), "second": unit.facts.source(last), "word": word}
            yield Match(handler.type, values, fix=_as_kinds(unit, handler.type))
        # Python 3.14 reads the comma of Python 2 as several kinds; older ones refuse it (ME033).
        if isinstance(handler.type, ast.Tuple) and handler.name is None:
            yield from _comma_of_python2(unit, handler.type)


def _as_kinds(unit: Subject, joined: ast.BoolOp) -> tuple[Edit, ...]:
    """The kinds in parentheses and with commas, if they are names on one line."""
    span = unit.facts.span(joined)
    if span.start_line != span.end_line or not all(isinstance(v, ast.Name) for v in joined.values):
        return ()
    kinds = ", ".join(unit.facts.source(value) for value in joined.values)
    line = unit.facts.lines[span.start_line]
    inside = line[: span.start_column].rstrip().endswith("(")
    return (Edit(span, kinds if inside else f"({kinds})"),)


def _comma_of_python2(unit: Subject, kinds: ast.Tuple) -> Iterator[Match]:
    last = kinds.elts[-1] if kinds.elts else None
    if not isinstance(last, ast.Name) or not last.id.islower() or unit.facts.source(kinds).startswith("("):
        return
    bound = unit.facts.scopes.resolve(last.id, unit.facts.scope_at(last)) is not None
    if not bound and not unit.module.is_bound(last.id) and not unit.module.is_open():
        values = {"first": unit.facts.source(kinds.elts[0]), "second": last.id}
        spans = [unit.facts.span(element) for element in kinds.elts]
        fix: tuple[Edit, ...] = ()
        if len(spans) == 2 and spans[0].end_line == spans[1].start_line:
            between = Span(spans[0].end_line, spans[0].end_column, spans[1].start_line, spans[1].start_column)
            fix = (Edit(between, " as "),)
        yield Match(kinds, values, rule="ME033", fix=fix)


@rule(
    "ME908",
    "return-in-finally",
    Category.LOGIC_ERROR,
    Severity.WARNING,
    0.98,
    on=(ast.Try,),
    values=("word", "statement"),
)
def return_in_finally(unit: Subject) -> Iterator[Match]:
    for node in unit.facts.nodes(ast.Try):
        for statement in _leaving(node.finalbody):
            if "#" in unit.facts.lines[unit.facts.span(statement).start_line]:
                continue  # a comment says that this is meant
            word = {ast.Return: "return", ast.Break: "break"}.get(type(statement), "continue")
            yield Match(statement, {"word": word, "statement": unit.facts.source(statement)})
            break


def _leaving(body: list[ast.stmt], *, in_loop: bool = False) -> Iterator[ast.stmt]:
    """The statements of a `finally` block that leave it and drop what was on its way."""
    for statement in body:
        match statement:
            case ast.Return():
                yield statement
            case ast.Break() | ast.Continue() if not in_loop:
                yield statement
            case ast.If() | ast.With() | ast.AsyncWith():
                yield from _leaving(statement.body, in_loop=in_loop)
                yield from _leaving(getattr(statement, "orelse", []), in_loop=in_loop)
            case ast.For() | ast.While() | ast.AsyncFor():
                yield from _leaving(statement.body, in_loop=True)
                yield from _leaving(statement.orelse, in_loop=in_loop)
            case ast.Try():
                for block in (statement.body, statement.orelse, *(h.body for h in statement.handlers)):
                    yield from _leaving(block, in_loop=in_loop)
            case _:
                pass
