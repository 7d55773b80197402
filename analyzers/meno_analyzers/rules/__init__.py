"""The rules, one module per family. Importing this package registers all of them."""

from meno_analyzers.rules import (
    foreign,
    functions,
    headers,
    iteration,
    layout,
    loops,
    names,
    operators,
    placement,
    sequences,
    statements,
    syntax,
    targets,
)
from meno_analyzers.rules.diagnosis import diagnose
from meno_analyzers.rules.registry import RULES, Broken, Match, Rule, Subject

__all__ = [
    "RULES",
    "Broken",
    "Match",
    "Rule",
    "Subject",
    "diagnose",
    "foreign",
    "functions",
    "headers",
    "iteration",
    "layout",
    "loops",
    "names",
    "operators",
    "placement",
    "sequences",
    "statements",
    "syntax",
    "targets",
]
