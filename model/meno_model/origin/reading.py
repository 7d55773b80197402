"""A program as the origin model reads it: no layout, no comments, no annotations, and places kept.

The text is parsed, stripped of docstrings, annotations and what is imported for them alone, and printed
again from its tree: spacing, quotes, redundant parentheses and line breaks cannot be a cue, whoever
formatted the file. The lexemes of that print are matched with those of the original, so that each knows
where it stands. A function is printed by itself. Guarded by `tests/model/test_origin_reading.py`.
"""

from __future__ import annotations

import ast
import tokenize
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from meno_model.rendering import Lexeme, Rendering, render

READING_VERSION = "reprint-1"
LONGEST_TEXT = 400_000
"""Characters; a longer file is not read."""
MOST_WORDS = 6_000
"""Tokens of one passage; programs of the training data are far shorter."""
_ANNOTATION_MODULES = frozenset({"typing", "typing_extensions", "__future__"})
_LONGEST_SKIP = 80
_TOO_DEEP = "This code is nested too deeply to be judged."
_PARENTHESES = frozenset({"(", ")"})


class UnreadableCode(Exception):  # noqa: N818  # a fact about the text, not a fault
    """The text cannot be read as Python; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Word:
    """One lexeme of the print: `spelling` as the tokenizer of the bug model spells it, without its space.

    `kind` is a `tokenize` number; `NEWLINE` words stand between logical lines, with `depth` levels of
    indentation to come. `place` is (line, column, end line, end column) in the original, 0-based, in
    characters, or None where the print added something before anything stands.
    """

    kind: int
    spelling: str
    depth: int
    place: tuple[int, int, int, int] | None

    @property
    def is_break(self) -> bool:
        return self.kind == tokenize.NEWLINE


@dataclass(frozen=True, slots=True)
class Passage:
    """A function (`name`, such as `Stack.push`) or the whole file (`name` None); lines 0-based, inclusive."""

    name: str | None
    first_line: int
    last_line: int
    words: tuple[Word, ...]

    @property
    def tokens(self) -> int:
        """Number of tokens, line breaks not counted."""
        return sum(not word.is_break for word in self.words)


def read_file(text: str) -> list[Passage]:
    """The whole file first, then its functions and methods in order (those inside functions belong to them).

    `UnreadableCode` where Python cannot parse it or it is too long.
    """
    tree = _parse(text)
    original = _original(text)
    stripped = _stripped(tree)
    last = max((lexeme.end_line for lexeme in original), default=0)
    # A function is stripped alike by itself and within its file.
    pairs = zip(_functions(tree, ""), _functions(stripped, ""), strict=True)
    functions = [_passage(name, node, bare, original) for (name, node), (_, bare) in pairs]
    return [Passage(None, 0, last, _words(stripped, original)), *functions]


def read_words(text: str) -> tuple[Word, ...]:
    """The words of a whole program; `UnreadableCode` where Python cannot parse it."""
    return _words(_stripped(_parse(text)), _original(text))


def _parse(text: str) -> ast.Module:
    if len(text) > LONGEST_TEXT:
        raise UnreadableCode("This file is too long to be judged: name a smaller part of it.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the code that is read, not ours
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        line = getattr(problem, "lineno", None)
        where = f" (line {line})" if line else ""
        raise UnreadableCode(
            f"Python cannot read this{where}: mend the syntax first, then ask again."
        ) from problem


def _original(text: str) -> list[Lexeme]:
    rendering = render(text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", " "))
    return [] if rendering is None else list(rendering.lexemes)


_Function = ast.FunctionDef | ast.AsyncFunctionDef


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, _Function]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _Function):
            yield prefix + child.name, child
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.stmt | ast.ExceptHandler):
            yield from _functions(child, prefix)


def _passage(name: str, node: _Function, bare: _Function, original: Sequence[Lexeme]) -> Passage:
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) - 1
    last = (node.end_lineno or node.lineno) - 1
    own = [lexeme for lexeme in original if first <= lexeme.line <= last]
    return Passage(name, first, last, _words(ast.Module(body=[bare], type_ignores=[]), own))


def _stripped(tree: ast.Module) -> ast.Module:
    """The program without its layout and without what the model does not read."""
    try:
        stripped: ast.Module = _Stripper().visit(ast.parse(ast.unparse(tree)))
        return ast.fix_missing_locations(stripped)
    except (RecursionError, ValueError, SyntaxError) as problem:
        raise UnreadableCode(_TOO_DEEP) from problem


def _words(stripped: ast.Module, original: Sequence[Lexeme]) -> tuple[Word, ...]:
    try:
        printed = render(ast.unparse(stripped))
    except (RecursionError, ValueError) as problem:
        raise UnreadableCode(_TOO_DEEP) from problem
    return () if printed is None else tuple(_placed(printed, original))


def _placed(printed: Rendering, original: Sequence[Lexeme]) -> Iterator[Word]:
    matches = _matches(printed.lexemes, original)
    for piece, origin in zip(printed.pieces, printed.origins, strict=True):
        if origin < 0:
            yield Word(tokenize.NEWLINE, "\n", (len(piece) - 1) // 4, None)
            continue
        lexeme = printed.lexemes[origin]
        spaced = lexeme.kind in (tokenize.NAME, tokenize.NUMBER, tokenize.STRING)
        yield Word(lexeme.kind, piece[1:] if spaced else piece, lexeme.depth, matches[origin])


def _matches(printed: Sequence[Lexeme], original: Sequence[Lexeme]) -> list[tuple[int, int, int, int] | None]:
    """The original place of each printed lexeme; one that was added takes the place before it.

    Both run side by side; where they differ, the shortest skip is taken after which two agree again.
    """
    places: list[tuple[int, int, int, int] | None] = []
    left = right = 0
    before: tuple[int, int, int, int] | None = None
    while left < len(printed):
        if right >= len(original):
            places.append(before)
            left += 1
            continue
        if not _same(printed[left], original[right]):
            skip_left, skip_right = _skip(printed, original, left, right)
            places += [before] * skip_left
            left, right = left + skip_left, right + skip_right
            if left >= len(printed) or right >= len(original):
                continue
        found = original[right]
        before = (found.line, found.column, found.end_line, found.end_column)
        places.append(before)
        left, right = left + 1, right + 1
    return places


def _skip(printed: Sequence[Lexeme], original: Sequence[Lexeme], left: int, right: int) -> tuple[int, int]:
    for total in range(1, _LONGEST_SKIP):
        for skip_left in range(min(total, 4) + 1):
            a, b = left + skip_left, right + total - skip_left
            if _agree(printed, original, a, b) and _agree_beyond(printed, original, a + 1, b + 1):
                return skip_left, total - skip_left
    return 0, 0


def _agree(printed: Sequence[Lexeme], original: Sequence[Lexeme], left: int, right: int) -> bool:
    if left >= len(printed) or right >= len(original):
        return left >= len(printed) and right >= len(original)
    return _same(printed[left], original[right])


def _agree_beyond(printed: Sequence[Lexeme], original: Sequence[Lexeme], left: int, right: int) -> bool:
    """Whether what comes next agrees, parentheses aside: the print adds and leaves out some."""
    while left < len(printed) and printed[left].text in _PARENTHESES:
        left += 1
    while right < len(original) and original[right].text in _PARENTHESES:
        right += 1
    return _agree(printed, original, left, right)


def _same(one: Lexeme, other: Lexeme) -> bool:
    if one.kind != other.kind:
        return False
    return one.text == other.text or one.kind in (tokenize.NUMBER, tokenize.STRING)


class _Stripper(ast.NodeTransformer):
    """Leaves out docstrings, annotations, and imports that serve annotations alone."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._function(node)

    def _function(self, node: _Function) -> ast.AST:
        node.returns = None
        self.generic_visit(node)
        node.body = _kept(node.body)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        self.generic_visit(node)
        node.body = _kept(node.body)
        return node

    def visit_Module(self, node: ast.Module) -> ast.AST:
        self.generic_visit(node)
        node.body = _kept(node.body)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        self.generic_visit(node)
        if node.value is None:
            return ast.copy_location(ast.Pass(), node)
        return ast.copy_location(ast.Assign(targets=[node.target], value=node.value), node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        serves_annotations = node.module in _ANNOTATION_MODULES and node.level == 0
        return ast.copy_location(ast.Pass(), node) if serves_annotations else node


def _kept(body: list[ast.stmt]) -> list[ast.stmt]:
    """Without bare strings, and without `pass` beside other statements."""
    useful = [statement for statement in body if not _says_nothing(statement)]
    return useful or [ast.Pass()]


def _says_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Pass):
        return True
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
