"""From a changed line to a training example: the function before and after, what was wrong, of what kind.

A candidate is kept when the line lies in one function that parses before and after, and the two
versions of that function differ in one short run of lexemes, of which not all are strings. The kind follows
from the lexemes alone, as in the table of `mutations`; what fits no kind is a `LogicError`.
"""

from __future__ import annotations

import keyword
import textwrap
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from meno_analyzers.findings import Category
from meno_model.corpus.histories import LineChange, Versions, corrections
from meno_model.corpus.snippets import CorpusPlan, Fix
from meno_model.rendering import Lexeme, render
from meno_model.units import PROGRAM, Unit, units_of

_LONGEST_EDIT = 8
_LARGEST_FILE = 300_000
_ASSIGNMENTS = frozenset(("+=", "-=", "*=", "/=", "//=", "%=", "**=", "=", "|=", "&=", "^="))
_ARITHMETIC = frozenset(("+", "-", "*", "/", "//", "%", "**", "@", "&", "|", "^", "<<", ">>"))
_BOUNDS = frozenset(("<", "<=", ">", ">="))
_COMPARISONS = _BOUNDS | {"==", "!=", "in", "is", "not"}


@dataclass(frozen=True, slots=True)
class Difference:
    """Lexemes `[start, end_before)` of the one text became `[start, end_after)` of the other."""

    start: int
    end_before: int
    end_after: int


def fixes_of(repository: Path, project: str, plan: CorpusPlan) -> Iterator[Fix]:
    """The corrections in a repository's history, newest first, at most one for each function version."""
    seen: set[str] = set()
    with Versions(repository) as versions:
        for change in corrections(repository, plan.most_commits):
            before = versions.read(f"{change.commit}^", change.path)
            after = versions.read(change.commit, change.path)
            if before is None or after is None or max(len(before), len(after)) > _LARGEST_FILE:
                continue
            fix = fix_of(before, after, change, project, plan)
            if fix is not None and fix.before not in seen and fix.after not in seen:
                seen.update((fix.before, fix.after))
                yield fix


def fix_of(before: str, after: str, change: LineChange, project: str, plan: CorpusPlan) -> Fix | None:
    """The correction at one changed line of two versions of a file, or None where it is none."""
    old, new = _unit_at(before, change.old_line), _unit_at(after, change.new_line)
    if old is None or new is None or old.name != new.name or old.name == PROGRAM:
        return None
    if not plan.least_lines <= len(old.line_numbers) <= plan.most_lines:
        return None
    texts = [textwrap.dedent(unit.text).rstrip() + "\n" for unit in (old, new)]
    if not all(text.isascii() for text in texts):
        return None
    readings = [render(text) for text in texts]
    if readings[0] is None or readings[1] is None:
        return None
    lexemes, others = readings[0].lexemes, readings[1].lexemes
    found = difference(lexemes, others)
    if found is None:
        return None
    gone = lexemes[found.start : found.end_before]
    come = others[found.start : found.end_after]
    return Fix(
        project,
        plan.split_of(project),
        old.name,
        texts[0],
        texts[1],
        _focus(texts[0], lexemes, found),
        kind_of(gone, come, lexemes[max(0, found.start - 1) : found.start]),
        change.commit[:12],
    )


def _unit_at(text: str, line: int) -> Unit | None:
    return next((unit for unit in units_of(text) if line - 1 in unit.line_numbers), None)


def difference(before: Sequence[Lexeme], after: Sequence[Lexeme]) -> Difference | None:
    """The one short run in which two readings differ, or None: no run, a long one, or only strings."""
    left, right = [item.text for item in before], [item.text for item in after]
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    back = 0
    while back < min(len(left), len(right)) - start and left[-1 - back] == right[-1 - back]:
        back += 1
    found = Difference(start, len(left) - back, len(right) - back)
    gone, come = before[start : found.end_before], after[start : found.end_after]
    if (not gone and not come) or max(len(gone), len(come)) > _LONGEST_EDIT:
        return None
    if all(item.kind == tokenize.STRING for item in (*gone, *come)):
        return None
    return found


def _focus(text: str, lexemes: Sequence[Lexeme], found: Difference) -> tuple[int, int]:
    """Characters of the wrong lexemes; of those on both sides of the gap where something is missing."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    first, last = found.start, found.end_before - 1
    if last < first:
        first, last = max(0, first - 1), min(len(lexemes) - 1, first)
    begin, end = lexemes[first], lexemes[last]
    return starts[begin.line] + begin.column, starts[end.end_line] + end.end_column


def kind_of(gone: Sequence[Lexeme], come: Sequence[Lexeme], before: Sequence[Lexeme]) -> Category:
    """The kind of mistake that a correction says there was. `before` is the lexeme in front of it."""
    old, new = [item.text for item in gone], [item.text for item in come]
    words = {*old, *new}
    if len(gone) == len(come) == 1:
        return _of_one(gone[0], come[0], before)
    if words <= {"not", "in", "is", "==", "!="} and words:
        return Category.WRONG_COMPARATOR if old and new else Category.LOGIC_ERROR
    if {"and", "or", "not"} & words or "if" in words:
        return Category.LOGIC_ERROR
    if "return" in new and "return" not in old:
        return Category.MISSING_RETURN
    if "self" in new and "self" not in old and "." in new:
        return Category.NAME_ERROR
    if not old and new[:1] == ["("]:
        return Category.MISSING_CALL
    if not old and len(new) <= 2 and {"+", "-"} & words and any(n.isdigit() for n in new):
        return Category.OFF_BY_ONE_ERROR
    if not new and len(old) <= 2 and {"+", "-"} & words and any(n.isdigit() for n in old):
        return Category.OFF_BY_ONE_ERROR
    if "," in words:
        return Category.WRONG_ARGUMENT
    if "(" in new and "(" not in old:
        return Category.MISSING_CALL
    if all(_is_name(item) or item.text == "." for item in (*gone, *come)):
        return Category.WRONG_VARIABLE
    return Category.LOGIC_ERROR


def _of_one(gone: Lexeme, come: Lexeme, before: Sequence[Lexeme]) -> Category:
    old, new = gone.text, come.text
    if {old, new} <= _BOUNDS and old[0] == new[0]:
        return Category.OFF_BY_ONE_ERROR
    if old in _COMPARISONS and new in _COMPARISONS:
        return Category.WRONG_COMPARATOR
    if {old, new} == {"and", "or"}:
        return Category.LOGIC_ERROR
    if (old in _ARITHMETIC and new in _ARITHMETIC) or (old in _ASSIGNMENTS and new in _ASSIGNMENTS):
        return Category.WRONG_OPERATOR
    constants = ("True", "False", "None")
    if gone.kind == tokenize.NUMBER or old in constants or gone.kind == tokenize.STRING:
        return Category.WRONG_LITERAL
    if _is_name(gone) and _is_name(come):
        attribute = bool(before) and before[-1].text == "."
        return Category.WRONG_METHOD_CALL if attribute else Category.WRONG_VARIABLE
    return Category.LOGIC_ERROR


def _is_name(lexeme: Lexeme) -> bool:
    return lexeme.kind == tokenize.NAME and not keyword.iskeyword(lexeme.text)
