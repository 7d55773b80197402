"""Rewritings of a program that leave its meaning and its mistakes alone, with the way back to its lines.

Each returns the new text and, for each of its lines, the line of the original that it came from (both
0-based; -1 for a line that is new), or None where there is nothing to rewrite.
"""

from __future__ import annotations

import ast
import builtins
import io
import keyword
import random
import tokenize
from collections.abc import Callable, Sequence

Rewritten = tuple[str, Sequence[int]]
_TAKEN = frozenset(dir(builtins)) | frozenset(keyword.kwlist) | {"self", "cls"}
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}
_SIGNS = {ast.Lt: "<", ast.Gt: ">", ast.LtE: "<=", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_WORDS = "alpha beta gamma delta kappa sigma omega theta zeta lam mu nu rho tau phi chi psi eta iota".split()


def renamed(text: str) -> Rewritten | None:
    """Parameters and local names become other names; attributes, keywords and builtins stay."""
    tree = ast.parse(text)
    kept = {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword)} | _TAKEN
    kept |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    imported = {
        (alias.asname or alias.name).split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    own = dict.fromkeys(
        name
        for node in ast.walk(tree)
        for name in (
            [node.arg]
            if isinstance(node, ast.arg)
            else [node.id]
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            else []
        )
        if name not in kept | imported
    )
    there = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    free = [word for word in _WORDS if word not in there]
    random.Random(text).shuffle(free)
    chosen = dict(zip(own, free, strict=False))
    if not chosen:
        return None
    edits = []
    before = ""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME and token.string in chosen and before != ".":
            edits.append((token.start[0] - 1, token.start[1], token.end[1], chosen[token.string]))
        before = token.string
    return _edited(text, edits)


def mirrored(text: str) -> Rewritten | None:
    """Comparisons of two simple sides on one line are turned round: `a < b` becomes `b > a`."""
    edits = []
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Compare) or len(node.ops) != 1 or type(node.ops[0]) not in _SIGNS:
            continue
        left, right = node.left, node.comparators[0]
        simple = (ast.Name, ast.Constant, ast.Attribute, ast.Subscript, ast.Call)
        if node.lineno != node.end_lineno or not (isinstance(left, simple) and isinstance(right, simple)):
            continue
        sides = [ast.get_source_segment(text, side) for side in (left, right)]
        sign = _MIRRORED[_SIGNS[type(node.ops[0])]]
        line = text.split("\n")[node.lineno - 1]
        if None in sides or not line.isascii():
            continue
        made = f"{sides[1]} {sign} {sides[0]}"
        edits.append((node.lineno - 1, node.col_offset, node.end_col_offset or 0, made))
    inner = [
        edit
        for edit in edits
        if not any(edit is not o and o[0] == edit[0] and o[1] <= edit[1] and edit[2] <= o[2] for o in edits)
    ]
    return _edited(text, inner)


def negated(text: str) -> Rewritten | None:
    """`if c: A else: B` becomes `if not (c): B else: A`, once for each such statement that is not nested."""
    rows = text.split("\n")
    found: list[ast.If] = []
    for node in ast.walk(ast.parse(text)):
        plain = isinstance(node, ast.If) and node.orelse and not _is_elif(node, rows)
        if not plain or not isinstance(node, ast.If) or node.test.lineno != node.test.end_lineno:
            continue
        if isinstance(node.orelse[0], ast.If) and rows[node.orelse[0].lineno - 1].strip().startswith("elif"):
            continue
        if node.body[0].lineno == node.lineno or any(_inside(node, other) for other in found):
            continue
        found.append(node)
    order = list(range(len(rows)))
    made = list(rows)
    for node in sorted(found, key=lambda item: -item.lineno):
        start, end = node.body[0].lineno - 1, node.orelse[-1].end_lineno or 0
        middle = next(
            (n for n in range(node.body[-1].end_lineno or 0, end) if rows[n].strip().startswith("else")), None
        )
        header = rows[node.lineno - 1]
        if middle is None or not header.rstrip().endswith(":") or rows[middle].strip() != "else:":
            continue
        test = header.strip()[len("if") :].rstrip(": ").strip()
        indent = header[: len(header) - len(header.lstrip())]
        made[node.lineno - 1] = f"{indent}if not ({test}):"
        lines = [*range(middle + 1, end), middle, *range(start, middle)]
        made[start:end] = [made[n] for n in lines]
        order[start:end] = [order[n] for n in lines]
    return ("\n".join(made), order) if made != rows else None


def _is_elif(node: ast.AST, rows: Sequence[str]) -> bool:
    return isinstance(node, ast.If) and rows[node.lineno - 1].strip().startswith("elif")


def _inside(node: ast.AST, other: ast.If) -> bool:
    return any(node is inner for inner in ast.walk(other)) or any(o is other for o in ast.walk(node))


def reformatted(text: str) -> Rewritten | None:
    """Another layout: printed from the tree, with a blank line before each block and other quotes."""
    tree = ast.parse(text)
    made = ast.unparse(tree).replace("    ", "  ")
    old, new = (_statements(source) for source in (tree, ast.parse(made)))
    if len(old) != len(new):
        return None
    origin = [-1] * (made.count("\n") + 1)
    for before, after in zip(old, new, strict=True):
        for offset, line in enumerate(range(after.lineno - 1, _last(after))):
            if origin[line] < 0:
                origin[line] = min(before.lineno - 1 + offset, _last(before) - 1)
    return made, origin


def _statements(tree: ast.Module) -> list[ast.stmt]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]


def _last(node: ast.stmt) -> int:
    """The last line of a statement's own part: of a compound one, its header's."""
    body = getattr(node, "body", None)
    if isinstance(body, list) and body:
        return max(node.lineno, body[0].lineno - 1)
    return node.end_lineno or node.lineno


def _edited(text: str, edits: Sequence[tuple[int, int, int, str]]) -> Rewritten | None:
    """Replacements inside lines, as (line, start, end, text)."""
    rows = text.split("\n")
    for line, start, end, made in sorted(edits, reverse=True):
        rows[line] = rows[line][:start] + made + rows[line][end:]
    made_text = "\n".join(rows)
    return (made_text, range(len(rows))) if made_text != text else None


REWRITINGS: dict[str, Callable[[str], Rewritten | None]] = {
    "names changed": renamed,
    "comparisons turned round": mirrored,
    "branches exchanged": negated,
    "another layout": reformatted,
}
