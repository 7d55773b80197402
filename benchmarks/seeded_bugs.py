"""Seeded bugs with a known repair: small mutations of functions of the standard library and of our own.

A bug is what a mutation operator makes of a correct function, so its true repair is the function itself. The
sample takes the operators in turn, so that the frequent ones do not drown the others; a seed fixes it for one
version of Python.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from meno_analyzers.findings import Category, Finding, Severity, Source, Span
from meno_analyzers.hints.lexemes import lexemes
from meno_model.mutations import apply, edits_of

MODULES = (
    "bisect calendar cmd colorsys copy csv difflib fnmatch fractions graphlib heapq html.parser ipaddress "
    "mimetypes operator posixpath pprint quopri reprlib shlex statistics string textwrap tokenize "
    "urllib.parse"
).split()
OWN = Path(__file__).with_name("correct_functions.py")
FEWEST_LINES, MOST_LINES, LONGEST_PIECE = 4, 30, 60


@dataclass(frozen=True, slots=True)
class Bug:
    """A mutant and its repair. `old` and `new` are the lines that differ, `old_piece` and `new_piece` the
    smallest stretch of lexemes that does; `line` is the 1-based line of the mutant that is pointed at."""

    operator: str
    mutant: str
    repaired: str
    line: int
    old: str
    new: str
    old_piece: str
    new_piece: str
    category: Category

    @property
    def finding(self) -> Finding:
        row = self.line - 1
        return Finding(
            rule=f"model/{self.category}",
            name=self.operator,
            category=self.category,
            severity=Severity.HINT,
            confidence=0.7,
            source=Source.MODEL,
            span=Span(row, 0, row, max(len(self.mutant.splitlines()[row]), 1)),
            values={"function": "it", "code": self.old, "chance": "7 in 10"},
        )


def functions() -> Iterator[str]:
    """Correct functions without their docstrings, each as one text."""
    for name in MODULES:
        yield from _functions_of(inspect.getsource(importlib.import_module(name)))
    yield from _functions_of(OWN.read_text("utf-8"))


def seeded_bugs(count: int, seed: int = 1) -> list[Bug]:
    """`count` bugs, the operators in turn."""
    generator = random.Random(seed)
    by_operator: dict[str, list[Bug]] = {}
    for text in functions():
        for edit in edits_of(text):
            if bug := _bug(text, apply(text, edit), edit.operator, edit.category):
                by_operator.setdefault(edit.operator, []).append(bug)
    for bugs in by_operator.values():
        generator.shuffle(bugs)
    chosen: list[Bug] = []
    while len(chosen) < count and any(by_operator.values()):
        for _, bugs in sorted(by_operator.items()):
            if bugs and len(chosen) < count:
                chosen.append(bugs.pop())
    return chosen


def _functions_of(source: str) -> Iterator[str]:
    for node in ast.parse(source).body:
        if not isinstance(node, ast.FunctionDef):
            continue
        node.decorator_list = []
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:]
        if node.body and FEWEST_LINES <= (text := ast.unparse(node)).count("\n") + 1 <= MOST_LINES:
            yield text + "\n"


def _bug(repaired: str, mutant: str, operator: str, category: Category) -> Bug | None:
    """The bug, if its edit is one small place that fits into a sentence."""
    before, after = mutant.splitlines(), repaired.splitlines()
    changes = [
        part
        for part in SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        if part[0] != "equal"
    ]
    if len(changes) != 1:
        return None
    _, i1, i2, j1, j2 = changes[0]
    if i2 - i1 > 1 or j2 - j1 > 1:
        return None
    old, new = ("".join(lines).strip() for lines in (before[i1:i2], after[j1:j2]))
    pieces = _pieces(old, new)
    if max(map(len, (old, new))) > LONGEST_PIECE or old == new:
        return None
    # Where the repaired line already stands elsewhere in the function, to quote it is to quote the learner.
    if new and new in (line.strip() for line in before):
        return None
    return Bug(operator, mutant, repaired, min(i1 + 1, len(before)), old, new, *pieces, category)


def _pieces(old: str, new: str) -> tuple[str, str]:
    """What differs between two lines, cut at lexemes."""
    before, after = lexemes(old), lexemes(new)
    parts = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    changed = [part for part in parts if part[0] != "equal"]
    if not changed:
        return old, new
    first, last = changed[0], changed[-1]
    return _joined(before[first[1] : last[2]]), _joined(after[first[3] : last[4]])


def _joined(tokens: Sequence[str]) -> str:
    text = " ".join(tokens)
    for sign in (".", "(", "["):
        text = text.replace(f" {sign} ", sign)
    return text.replace("( ", "(").replace(" )", ")").replace(" ]", "]").replace(" ,", ",")
