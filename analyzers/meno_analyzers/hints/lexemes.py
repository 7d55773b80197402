"""Code cut into lexemes for comparing it, also where it is broken, and what an edit between two texts adds.

Python's own tokenizer refuses broken text and half-sentences; a reply of a language model is full of both.
So this one takes whatever comes. Texts are put in one form (`'a'` is `"a"`, `1_000` is `1000`), comments and
spaces are left out. Guarded by tests/analyzers/hints/test_hint_lexemes.py.
"""

from __future__ import annotations

import keyword
import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

# These stand for edits that add no token.
INDENT, DELETE, MOVE = "<indent>", "<delete>", "<move>"

# Too common in any hint to give something away (DETECTORS: the stop list of the leak detector).
STOP = frozenset({":", ",", "(", ")", "[", "]", "{", "}", "=", ".", ";"})

_LEXEME = re.compile(
    r"""(?P<comment>\#[^\n]*)
    | (?P<text>[rRbBuUfFtT]{0,2}(?:\"\"\".*?(?:\"\"\"|\Z)|'''.*?(?:'''|\Z)
        |"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))
    | (?P<number>(?:0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)[jJ]?)
    | (?P<name>[^\W\d]\w*)
    | (?P<operator>\*\*=|//=|>>=|<<=|\.\.\.|!=|==|<=|>=|<>|->|:=
        |\+=|-=|\*=|/=|%=|@=|&=|\|=|\^=|\*\*|//|<<|>>|&&|\|\|)
    | (?P<other>[^\s\w])
    """,
    re.VERBOSE | re.DOTALL,
)
_IS_NAME = re.compile(r"[^\W\d]\w*\Z")
_IS_NUMBER = re.compile(r"[\d.][\w.]*\Z")


def lexemes(code: str) -> list[str]:
    """The lexemes of the code in order."""
    found: list[str] = []
    for match in _LEXEME.finditer(code):
        kind, text = match.lastgroup, match.group()
        if kind == "text":
            found.append(_text_in_one_form(text))
        elif kind == "number":
            found.append(text.replace("_", "").lower())
        elif kind != "comment":
            found.append(text)
    return found


def names(code: str) -> set[str]:
    """The identifiers of the code that are not keywords."""
    return {lexeme for lexeme in lexemes(code) if is_name(lexeme)}


def is_name(lexeme: str) -> bool:
    return bool(_IS_NAME.match(lexeme)) and not keyword.iskeyword(lexeme)


def is_number(lexeme: str) -> bool:
    return lexeme not in STOP and bool(_IS_NUMBER.match(lexeme))


def is_operator(lexeme: str) -> bool:
    """Whether it is a sign that says something: no bracket, no mark, no word."""
    if lexeme in _COMPARISONS:
        return True
    return lexeme not in STOP and not lexeme[0].isalnum() and lexeme[0] not in "_\"'<"


_COMPARISONS = frozenset({"<", ">", "<=", ">=", "<<", ">>", "<>"})


def shingles(sequence: list[str], size: int = 3) -> set[tuple[str, ...]]:
    """All runs of `size` lexemes."""
    return {tuple(sequence[start : start + size]) for start in range(len(sequence) - size + 1)}


@dataclass(frozen=True, slots=True)
class Edit:
    """What turns one text into the other.

    `added` are the lexemes (and edit marks) that the repair brings in; `secret` those of them that the
    original has nowhere; `lines` the lexemes of each line of the original that the edit touches, and
    `new_lines` those of each line of the repair that the original does not have at any depth; `new_texts`
    are the same lines as they are written, with single spaces; `original_text` is the original in that form.
    """

    original: tuple[str, ...]
    repaired: tuple[str, ...]
    added: Counter[str]
    secret: Counter[str]
    lines: tuple[tuple[str, ...], ...]
    new_lines: frozenset[tuple[str, ...]]
    new_texts: frozenset[str]
    original_text: str


@lru_cache(maxsize=64)
def edit_between(original: str, repaired: str) -> Edit:
    """The edit between two texts, by lexemes and by line starts."""
    before, after = lexemes(original), lexemes(repaired)
    added: Counter[str] = Counter()
    removed: Counter[str] = Counter()
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            removed.update(before[i1:i2])
            added.update(after[j1:j2])
    moved = added & removed
    secret = Counter({k: n for k, n in added.items() if k not in STOP and k not in set(before)})
    marks = _edit_marks(original, repaired, added, removed, moved)
    touched = _touched_lines(original, repaired)
    new_lines = frozenset(lexemes_by_line(repaired)) - frozenset(lexemes_by_line(original))
    new_texts = frozenset(
        " ".join(line.split()) for line in repaired.splitlines() if tuple(lexemes(line)) in new_lines
    )
    flat = " ".join(original.split())
    return Edit(tuple(before), tuple(after), added + marks, secret, touched, new_lines, new_texts, flat)


def lexemes_by_line(code: str) -> list[tuple[str, ...]]:
    """The lexemes of each line that has any, each line read by itself."""
    return [found for line in code.splitlines() if (found := tuple(lexemes(line)))]


def _edit_marks(
    original: str, repaired: str, added: Counter[str], removed: Counter[str], moved: Counter[str]
) -> Counter[str]:
    marks: Counter[str] = Counter()
    if _line_starts(original) != _line_starts(repaired):
        marks[INDENT] = 1
    if removed and not added - removed:
        marks[DELETE] = 1
    if moved and moved == added and moved == removed:
        marks[MOVE] = 1
    return marks


def _line_starts(code: str) -> dict[str, list[str]]:
    """For each line without its edges, the white space that its copies start with."""
    starts: dict[str, list[str]] = {}
    for line in code.splitlines():
        if stripped := line.strip():
            starts.setdefault(stripped, []).append(line[: len(line) - len(line.lstrip())])
    return {text: sorted(edges) for text, edges in starts.items()}


def _touched_lines(original: str, repaired: str) -> tuple[tuple[str, ...], ...]:
    before = original.splitlines()
    matcher = SequenceMatcher(None, before, repaired.splitlines(), autojunk=False)
    touched: list[tuple[str, ...]] = []
    for tag, i1, i2, _, _ in matcher.get_opcodes():
        if tag == "equal":
            continue
        # Where lines are only added, the line above is the place that a hint would point at.
        first = i1 if i2 > i1 else max(i1 - 1, 0)
        touched.extend(tuple(lexemes(line)) for line in before[first : max(i2, first + 1)])
    return tuple(line for line in touched if line)


def _text_in_one_form(text: str) -> str:
    body = text.lstrip("rRbBuUfFtT")
    for quote in ('"""', "'''", '"', "'"):
        if body.startswith(quote):
            inner = body[len(quote) :].removesuffix(quote)
            return '"' + " ".join(inner.split()) + '"'
    return text
