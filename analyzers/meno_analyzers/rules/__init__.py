"""The rules, one module per family. Importing this package registers all of them."""

from meno_analyzers.rules import (
    functions,
    iteration,
    layout,
    loops,
    names,
    operators,
    sequences,
    statements,
    syntax,
)
from meno_analyzers.rules.registry import RULES, Broken, Match, Rule, Subject
from meno_analyzers.rules.syntax import diagnose

__all__ = [
    "RULES",
    "Broken",
    "Match",
    "Rule",
    "Subject",
    "diagnose",
    "functions",
    "iteration",
    "layout",
    "loops",
    "names",
    "operators",
    "sequences",
    "statements",
    "syntax",
]
