"""Mistakes in the flow: results not returned, a return inside the loop, a loop that never moves on."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from meno_analyzers.findings import Category
from meno_model.mutations.base import Edit, Subject, change, operator, replace_span

_Loop = ast.For | ast.While


@operator(Category.MISSING_RETURN)
def value_not_returned(subject: Subject) -> Iterator[Edit]:
    """`return total` written as `total` or `print(total)`."""
    for node in subject.all(ast.Return):
        if node.value is None or isinstance(node.value, ast.Constant | ast.Tuple):
            continue
        code = subject.code(node.value)
        if isinstance(node.value, ast.Name | ast.BinOp | ast.Compare | ast.Attribute | ast.Subscript):
            yield change(subject, node, code)
        if "\n" not in code:
            yield change(subject, node, f"print({code})", (0, 5))


@operator(Category.LOGIC_ERROR)
def return_inside_the_loop(subject: Subject) -> Iterator[Edit]:
    """The final `return` indented into the loop before it: it leaves after the first round."""
    for body in _bodies(subject):
        for loop, after in zip(body, body[1:], strict=False):
            if not isinstance(loop, _Loop) or not isinstance(after, ast.Return) or loop.orelse:
                continue
            if loop.body[0].lineno == loop.lineno or isinstance(loop.body[-1], ast.Return):
                continue
            start = subject.place(after.lineno, 0)
            spaces = " " * loop.body[0].col_offset
            place = subject.span(after)[0]
            yield replace_span(start, place, spaces, (len(spaces), len(spaces) + len("return")))


@operator(Category.LOGIC_ERROR)
def early_answer_too_early(subject: Subject) -> Iterator[Edit]:
    """`if hit: return True` in a loop gets an `else: return False` on the first miss."""
    for loop in subject.all(ast.For):
        last = loop.body[-1]
        if not isinstance(last, ast.If) or last.orelse or not isinstance(last.body[-1], ast.Return):
            continue
        answer = last.body[-1].value
        if isinstance(answer, ast.Constant) and isinstance(answer.value, bool):
            end = subject.span(last)[1]
            outer, inner = " " * last.col_offset, " " * last.body[0].col_offset
            if last.body[0].lineno == last.lineno:
                continue
            added = f"\n{outer}else:\n{inner}return {not answer.value}"
            yield replace_span(end, end, added, (len(added) - len(f"return {not answer.value}"), len(added)))


@operator(Category.INFINITE_LOOP)
def step_forgotten(subject: Subject) -> Iterator[Edit]:
    """The statement that moves a `while` towards its end is missing."""
    for loop in subject.all(ast.While):
        names = {node.id for node in ast.walk(loop.test) if isinstance(node, ast.Name)}
        for statement in loop.body:
            if len(loop.body) < 2 or not isinstance(statement, ast.AugAssign | ast.Assign):
                continue
            target = statement.target if isinstance(statement, ast.AugAssign) else statement.targets[0]
            if not isinstance(target, ast.Name) or target.id not in names:
                continue
            first, last = statement.lineno - 1, (statement.end_lineno or statement.lineno) - 1
            if subject.text.split("\n")[first].strip() != subject.code(statement).split("\n")[0]:
                continue
            start, end = subject.line_span(first, last)
            focus, _ = subject.span(loop)
            yield Edit(start, min(end, len(subject.text)), "", (focus, focus + 5), Category.CLEAN, "")


@operator(Category.WRONG_INITIALIZATION)
def started_inside_the_loop(subject: Subject) -> Iterator[Edit]:
    """`total = 0` moved from before the loop to its first line: every round starts anew."""
    lines = subject.text.split("\n")
    for body in _bodies(subject):
        for first, loop in zip(body, body[1:], strict=False):
            if not isinstance(first, ast.Assign) or not isinstance(loop, _Loop):
                continue
            if not isinstance(first.targets[0], ast.Name) or first.lineno != first.end_lineno:
                continue
            if loop.lineno != first.lineno + 1 or loop.body[0].lineno != loop.lineno + 1:
                continue
            name = first.targets[0].id
            if not any(isinstance(n, ast.AugAssign) and _is_name(n.target, name) for n in ast.walk(loop)):
                continue
            start, end = subject.line_span(first.lineno - 1, loop.lineno - 1)
            header, moved = lines[loop.lineno - 1], subject.code(first)
            spaces = " " * loop.body[0].col_offset
            place = len(header) + 1 + len(spaces)
            replacement = f"{header}\n{spaces}{moved}\n"
            yield replace_span(start, end, replacement, (place, place + len(moved)))


@operator(Category.ZERO_DIVISION_ERROR)
def empty_case_forgotten(subject: Subject) -> Iterator[Edit]:
    """`if not xs: return 0` dropped before a division by `len(xs)`."""
    divisions = [node for node in subject.all(ast.BinOp) if isinstance(node.op, ast.Div | ast.FloorDiv)]
    divisions = [node for node in divisions if subject.code(node.right).startswith("len(")]
    for body in _bodies(subject):
        for guard in body:
            if not isinstance(guard, ast.If) or guard.orelse or not isinstance(guard.body[-1], ast.Return):
                continue
            for division in divisions:
                if guard.lineno < division.lineno and subject.code(division.right)[4:-1] in subject.code(
                    guard.test
                ):
                    start, end = subject.line_span(guard.lineno - 1, (guard.end_lineno or guard.lineno) - 1)
                    left, right = subject.span(division)
                    removed = end - start
                    yield Edit(start, end, "", (left - removed, right - removed), Category.CLEAN, "")


@operator(Category.LOGIC_ERROR)
def statement_left_the_block(subject: Subject) -> Iterator[Edit]:
    """The last statement of a loop's body dedented out of the loop."""
    loops: list[ast.For | ast.While] = [*subject.all(ast.For), *subject.all(ast.While)]
    for loop in loops:
        last = loop.body[-1]
        if len(loop.body) < 2 or loop.orelse or last.lineno != last.end_lineno:
            continue
        if isinstance(last, ast.AugAssign | ast.Assign | ast.Expr):
            start = subject.place(last.lineno, 0)
            code = subject.code(last)
            spaces = " " * loop.col_offset
            yield replace_span(
                start, subject.span(last)[1], spaces + code, (len(spaces), len(spaces) + len(code))
            )


def _bodies(subject: Subject) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(subject.tree):
        for part in ("body", "orelse"):
            body = getattr(node, part, None)
            if isinstance(body, list) and len(body) > 1:
                yield body


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
