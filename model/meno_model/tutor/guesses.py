"""Repairs that might be the one, where none is known: a reply that would tell one of them is not shown.

The small changes that the repair search would try first around the finding, most promising first. Those
that bring in a word of everyday language, such as a variable `first`, are left out: honest sentences hold
such words.
"""

from __future__ import annotations

import builtins
import re
import textwrap
from collections import Counter
from functools import lru_cache

from meno_analyzers.failures.repair.ranking import ranked
from meno_analyzers.failures.repair.source import Source, changed
from meno_analyzers.failures.suspects import Suspect
from meno_analyzers.hints.lexemes import is_name, lexemes
from meno_analyzers.hints.reading import table_for

MOST_GUESSES = 24
# A finding's span may begin a line before or behind what is wrong.
NEAR = 1

_EVERYDAY = frozenset(
    "true false none list text number line count first last value values name names word words items index "
    "start end result answer find input output step place key data object set string".split()
)
_METHODS = frozenset(name for kind in (str, list, dict, set) for name in dir(kind))


@lru_cache(maxsize=32)
def guessed_repairs(source: str, line: int) -> tuple[str, tuple[str, ...]]:
    """The source without its indentation, and what it may become; `line` is 1-based in it.

    No guesses for a text that Python cannot read.
    """
    text = textwrap.dedent(source)
    try:
        parsed = Source(text)
    except (SyntaxError, ValueError, RecursionError):
        return text, ()
    own, lines = set(re.findall(r"\bdef\s+(\w+)", text)), text.split("\n")
    before = Counter(lexemes(text))
    found: list[str] = []
    for candidate in ranked(parsed, [Suspect(line, 1.0, ())]):
        if abs(candidate.line - line) > NEAR:
            continue
        after = changed(text, candidate.changes)
        then = Counter(lexemes(after))
        brought, taken = then - before, before - then
        # Who speaks of a line speaks of the names on it, and of one item or none.
        spoken = {name for name in lexemes(lines[candidate.line - 1]) if is_name(name)} | own
        if any(map(is_name, taken)):
            spoken |= {"0", "1"}
        if not any(_is_everyday(lexeme) or lexeme in spoken for lexeme in brought):
            found.append(after)
        if len(found) == MOST_GUESSES:
            break
    return text, tuple(found)


def _is_everyday(lexeme: str) -> bool:
    """Whether an honest sentence may hold it without telling anything."""
    if lexeme[0] in "\"'" or lexeme in {"True", "False", "None"}:
        return True
    if not is_name(lexeme):
        return False
    common = lexeme.lower() in _EVERYDAY or lexeme.lower() in table_for("en").common
    return common or lexeme in _METHODS or hasattr(builtins, lexeme)
