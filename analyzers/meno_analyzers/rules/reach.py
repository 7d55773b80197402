"""Statements that no way through the program comes to (ME335)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.facts.control import Outcome, outcomes
from meno_analyzers.facts.tree import walk_scope
from meno_analyzers.findings import Category, Note, Severity
from meno_analyzers.rules.expressions import same
from meno_analyzers.rules.registry import Match, Subject, rule

_JUMPS = (ast.Return, ast.Raise, ast.Break, ast.Continue)
_WORDS = {ast.Return: "return", ast.Raise: "raise", ast.Break: "break", ast.Continue: "continue"}
_BLOCKS = ("body", "orelse", "finalbody")


@rule(
    "ME335",
    "unreachable-code",
    Category.UNREACHABLE,
    # True wherever it was read, and still found in programs that do all that they should: a question.
    Severity.HINT,
    0.98,
    on=_JUMPS,
    values=("statement", "jump"),
    variants=("branches",),
    misconception="DeferredReturn",
)
def unreachable_code(unit: Subject) -> Iterator[Match]:
    seen: set[int] = set()
    for jump in unit.facts.nodes(*_JUMPS):
        parent = unit.facts.parents.get(jump)
        for block in (getattr(parent, name, None) for name in _BLOCKS):
            if isinstance(block, list) and jump in block and id(block) not in seen:
                seen.add(id(block))
                yield from _in_block(unit, block)
        # An `if` whose two branches both jump ends its block as well.
        if isinstance(parent, ast.If) and id(parent) not in seen and parent.orelse:
            seen.add(id(parent))
            around = unit.facts.parents.get(parent)
            for block in (getattr(around, name, None) for name in _BLOCKS):
                if isinstance(block, list) and parent in block and id(block) not in seen:
                    seen.add(id(block))
                    yield from _in_block(unit, block)


def _in_block(unit: Subject, block: list[ast.stmt]) -> Iterator[Match]:
    for position, statement in enumerate(block[:-1]):
        if not isinstance(statement, (*_JUMPS, ast.If)) or Outcome.NORMAL in outcomes([statement]):
            continue
        rest = block[position + 1 :]
        if not _is_left_over(statement, rest):
            return
        following = rest[0]
        word = _WORDS.get(type(statement), "if")
        span = unit.facts.span(following)
        first = unit.facts.lines[span.start_line][span.start_column :].strip()
        values = {"statement": first.removesuffix(":"), "jump": word}
        note = Note(unit.facts.span(_shown(statement)), "From here the program goes on elsewhere.")
        yield Match(
            following, values, variant="branches" if isinstance(statement, ast.If) else None, notes=(note,)
        )
        return


def _shown(statement: ast.stmt) -> ast.AST:
    return statement.test if isinstance(statement, ast.If) else statement


def _is_left_over(jump: ast.stmt, rest: list[ast.stmt]) -> bool:
    """Whether the dead statements look forgotten: not there for a checker, a generator or a later day."""
    following = rest[0]
    if any(isinstance(node, ast.Yield | ast.YieldFrom) for node in walk_scope(rest)):
        return False
    if isinstance(jump, ast.Raise):
        return False  # a body that is switched off, or still to be written
    if isinstance(following, ast.Pass | ast.Break | ast.Continue | ast.Raise | ast.Assert | ast.Import):
        return False
    if isinstance(following, ast.FunctionDef | ast.ClassDef | ast.ImportFrom | ast.Global):
        return False
    if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
        return False
    if isinstance(following, ast.Return):
        if isinstance(jump, ast.If):
            return False  # a last answer for a case that cannot come
        if following.value is None or isinstance(following.value, ast.Constant):
            return isinstance(jump, ast.Return) and following.value is not None and not same(jump, following)
        return not (isinstance(jump, ast.Return) and same(jump.value, following.value))
    return True
