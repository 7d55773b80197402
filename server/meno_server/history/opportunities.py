"""How many places a text has in which a pattern's mistake could have been made: a cheap and rough count.

What a rule looks at says which places they are: loops for a rule about loops, calls for one about calls. They
are counted by their words and signs, without strings and comments, so a text that does not parse can be
counted too. Names and layout can go wrong on any line. The model and a run judge functions. It is an
estimate, and docs/history.md says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from meno_analyzers.rules import RULES

LONGEST = 40_000
"""Characters that are looked at, in some milliseconds; nobody makes all their mistakes in so long a file."""
_SILENT = (
    r'"""(?:[^\\]|\\.)*?"""|\'\'\'(?:[^\\]|\\.)*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|#[^\n]*'
)
_PLACES = {
    "loops": r"\b(?:for|while)\b",
    "functions": r"\b(?:def|lambda)\b",
    "calls": r"[\w)\]]\(",
    "comparisons": r"(?<![-<>=!])(?:[<>]=?|[=!]=)(?![<>])|\b(?:in|is)\b",
    "conditions": r"\b(?:if|elif|while|and|or|not)\b",
    "assignments": r"(?<![=!<>:])=(?!=)",
    "arithmetic": r"[-+*/%]",
    "subscripts": r"[\w)\]]\[",
    "attributes": r"[\w)\]]\.\w",
    "ends": r"\b(?:return|raise|break|continue)\b",
    "attempts": r"\b(?:try|except)\b",
    "lines": r"^[^\S\n]*\S",
}
_QUIET = re.compile(_SILENT, re.DOTALL)
_COMPILED = {kind: re.compile(places, re.MULTILINE) for kind, places in _PLACES.items()}
_OF_NODES = {
    "For": "loops",
    "While": "loops",
    "comprehension": "loops",
    "FunctionDef": "functions",
    "AsyncFunctionDef": "functions",
    "Lambda": "functions",
    "Call": "calls",
    "Compare": "comparisons",
    "If": "conditions",
    "IfExp": "conditions",
    "BoolOp": "conditions",
    "UnaryOp": "conditions",
    "Assert": "conditions",
    "Assign": "assignments",
    "AugAssign": "arithmetic",
    "BinOp": "arithmetic",
    "Subscript": "subscripts",
    "Attribute": "attributes",
    "Return": "ends",
    "Raise": "ends",
    "Break": "ends",
    "Continue": "ends",
    "Try": "attempts",
    "ExceptHandler": "attempts",
}


@lru_cache(maxsize=512)
def kind_of(pattern: str) -> str:
    """The kind of places in which the pattern's mistake is made."""
    rule = RULES.get(pattern)
    if rule is None:
        return "functions"
    return next((_OF_NODES[node.__name__] for node in rule.on if node.__name__ in _OF_NODES), "lines")


def count(text: str, kinds: Iterable[str]) -> dict[str, int]:
    """How many places of each of these kinds the text has."""
    spoken = _QUIET.sub('""', text[:LONGEST])
    return {kind: len(_COMPILED[kind].findall(spoken)) for kind in kinds}
