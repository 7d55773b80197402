"""Ideas from programs that are right: the one that is most alike is told in the learner's names, and of its
differences as few are taken over as will do.

Source: Hu et al., Re-factoring based program repair applied to programming assignments, ASE 2019, for
matching by structure; Zeller, Hildebrandt, Simplifying and isolating failure-inducing input, 2002, for
taking differences away.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence

from meno_analyzers.failures.repair.hunks import Hunk, applied, differing, fewest

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_ALIKE = 6  # references that are looked at closely


def guided(text: str, references: Sequence[str], passes: Callable[[str], bool]) -> Iterator[str]:
    """Texts that pass, each with as few of one reference's differences as will do; the most alike first.

    `passes` runs a text. A reference that is not right, or cannot be told in the program's names, is left
    out.
    """
    try:
        tree = ast.parse(text)
        plain = ast.unparse(tree)
    except (SyntaxError, ValueError, RecursionError):
        return
    rows = plain.split("\n")
    laid_out = _original_rows(text, tree, rows)
    told: list[tuple[int, list[Hunk]]] = []
    for reference in dict.fromkeys(references):
        try:
            other = ast.parse(reference)
        except (SyntaxError, ValueError):
            continue
        hunks = differing(rows, ast.unparse(_renamed(other, tree)).split("\n"))
        if hunks:
            told.append((sum(max(h.end - h.start, len(h.rows)) for h in hunks), hunks))
    told.sort(key=lambda pair: pair[0])
    for _, hunks in told[:_ALIKE]:
        best = fewest(hunks, lambda some: passes("\n".join(applied(laid_out, some))))
        if best is not None:
            yield "\n".join(applied(laid_out, best))


def _original_rows(text: str, tree: ast.Module, rows: list[str]) -> list[str]:
    """The learner's own lines in place of the printed ones, where each printed line has one of its own."""
    own = text.split("\n")
    statements = [n for n in ast.walk(tree) if isinstance(n, ast.stmt)]
    starts = sorted({n.lineno for n in statements} | _else_lines(own))
    if len(starts) != len([row for row in rows if row.strip()]):
        return rows
    found: list[str] = []
    left = iter(starts)
    ends = [*starts[1:], len(own) + 1]
    spans = dict(zip(starts, ends, strict=True))
    for row in rows:
        if not row.strip():
            found.append(row)
            continue
        line = next(left)
        block = own[line - 1 : spans[line] - 1]
        while block and not block[-1].strip():
            block.pop()
        found.append("\n".join(block))
    return found


def _else_lines(own: list[str]) -> set[int]:
    """The lines of `else`, `finally` and `except`, which no statement begins on."""
    words = ("else", "finally", "except")
    return {number for number, row in enumerate(own, 1) if row.strip().startswith(words)}


def _renamed(other: ast.Module, tree: ast.Module) -> ast.Module:
    """The reference in the program's names: functions by name, parameters by place, variables by what is
    done to them, and by the order in which they first come."""
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, _FUNCTIONS)}
    for node in ast.walk(other):
        if isinstance(node, _FUNCTIONS) and node.name in functions:
            mapping = _mapping(node, functions[node.name])
            for inner in ast.walk(node):
                if isinstance(inner, ast.Name):
                    inner.id = mapping.get(inner.id, inner.id)
                elif isinstance(inner, ast.arg):
                    inner.arg = mapping.get(inner.arg, inner.arg)
    return other


def _mapping(
    reference: ast.FunctionDef | ast.AsyncFunctionDef, own: ast.FunctionDef | ast.AsyncFunctionDef
) -> dict[str, str]:
    mapping = {theirs.arg: mine.arg for theirs, mine in zip(reference.args.args, own.args.args, strict=False)}
    free = [name for name in _uses(own) if name not in mapping.values()]
    theirs_uses, own_uses = _uses(reference), _uses(own)
    for name, uses in theirs_uses.items():
        if name in mapping or not free:
            continue
        best = max(free, key=lambda mine: _likeness(uses, own_uses[mine]))
        if _likeness(uses, own_uses[best]) > 0:
            mapping[name] = best
            free.remove(best)
    taken = set(mapping.values())
    for name in theirs_uses:
        if name not in mapping and name in taken:
            mapping[name] = f"{name}_2"  # their own name means something else here
    return mapping


def _uses(function: ast.AST) -> dict[str, dict[str, int]]:
    """Variable → how often it is used in which role, in the order in which they are first bound."""
    found: dict[str, dict[str, int]] = {}
    for parent in ast.walk(function):
        for field, value in ast.iter_fields(parent):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.Name):
                    role = f"{type(parent).__name__}.{field}.{type(child.ctx).__name__}"
                    uses = found.setdefault(child.id, {})
                    uses[role] = uses.get(role, 0) + 1
    stored = ("Store",)
    return {name: uses for name, uses in found.items() if any(r.endswith(stored) for r in uses)}


def _likeness(one: dict[str, int], other: dict[str, int]) -> float:
    common = sum(min(one[role], other.get(role, 0)) for role in one)
    return common / max(1, sum(one.values()) + sum(other.values()) - common)
