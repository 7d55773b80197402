"""What can still be read from text that does not parse: the names in it, and what becomes of them.

A broken unit is silent, but the rest of the file goes on using its names, so a half-typed line must not make
another unit complain. Nor must it make the whole file be looked at again: only names that the text may bind
count as bound, and a function binds nothing outside but itself and what it declares global. Where it is not
clear, a name is in the larger group.
"""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(
    r"""(?P<comment>\#.*)|(?P<string>[rbfuRBFU]{0,3}(?:"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))"""
    r"""|(?P<attribute>\.\s*[^\W\d]\w*)|(?P<name>[^\W\d]\w*)|(?P<number>\d[\w.]*)"""
    r"""|(?P<comparison>[=!<>]=)|(?P<binds>:=|[-+*/%@&|^]?=|//=|\*\*=|>>=|<<=)|(?P<open>[(\[{])|(?P<close>[)\]}])"""
)
_BINDING_WORDS = frozenset(
    "import from def class for with global nonlocal except async case del type as".split()
)
_HEADER = re.compile(r"(?:async\s+)?(def|class)\s+([^\W\d]\w*)")


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a text that does not parse: all of them, those that it may bind in its file, those that
    stand behind a dot, those that it may bind in the class around it, and those that it declares global."""

    all: frozenset[str]
    bound: frozenset[str]
    attributes: frozenset[str]
    in_class: frozenset[str]
    rebound: frozenset[str]


def read_names(lines: list[str], *, in_class: bool) -> Names:
    """Reads what can be read of a unit's lines; `in_class` says that it is part of a class body."""
    mentioned: set[str] = set()
    bound: set[str] = set()
    attributes: set[str] = set()
    rebound: set[str] = set()
    header: re.Match[str] | None = None
    code_seen = False
    for line in lines:
        names, assigned, behind_dots = _read_line(line)
        mentioned |= names
        attributes |= behind_dots
        words = line.split(None, 1)
        first = words[0] if words else ""
        if first in {"global", "nonlocal"}:
            rebound |= names
        bound |= assigned
        if not code_seen and words and first[0] not in "#@":
            code_seen = True
            header = _HEADER.match(line.lstrip())
    if in_class:
        own = frozenset({header.group(2)}) if header is not None else frozenset(bound)
        return Names(frozenset(mentioned), frozenset(rebound), frozenset(attributes), own, frozenset(rebound))
    if header is not None:
        outside = frozenset({header.group(2), *rebound})
        inside = frozenset(bound) if header.group(1) == "class" else frozenset()
        return Names(frozenset(mentioned), outside, frozenset(attributes), inside, frozenset(rebound))
    return Names(
        frozenset(mentioned), frozenset(bound), frozenset(attributes), frozenset(), frozenset(rebound)
    )


# Of a unit that is being typed, one line is new with each key.
@lru_cache(maxsize=1024)
def _read_line(line: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """(all names, those that the line may bind, those behind a dot)."""
    names: list[str] = []
    attributes: set[str] = set()
    assigned = depth = 0
    binding_word = False
    for match in _TOKEN.finditer(line):
        kind, text = match.lastgroup, match.group()
        if kind == "name":
            if text in _BINDING_WORDS:
                binding_word = True
            if not keyword.iskeyword(text):
                names.append(text)
        elif kind == "attribute":
            attributes.add(text[1:].strip())
        elif kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
        elif kind == "binds" and (depth <= 0 or text == ":="):
            assigned = len(names)
    annotated = bool(re.match(r"\s*[^\W\d]\w*\s*:(?!=)", line))
    found = names if binding_word else names[: max(assigned, int(annotated))]
    return frozenset({*names, *attributes}), frozenset(found), frozenset(attributes)
