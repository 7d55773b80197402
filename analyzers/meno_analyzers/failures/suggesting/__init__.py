"""Further calls to test a program with, found by trying many in the sandbox and shown as questions.

Values come from both sides of the code's own decisions, from the edges of each kind of value, and from
Hypothesis; `suggest_tests` runs them on the program as it is, and chooses the few that say most.
"""

from meno_analyzers.failures.suggesting.page import as_markdown, as_text
from meno_analyzers.failures.suggesting.schema import Ending, Style, Suggestion, Suggestions
from meno_analyzers.failures.suggesting.suggest import MOST, SuggestingError, suggest_tests

__all__ = [
    "MOST",
    "Ending",
    "Style",
    "SuggestingError",
    "Suggestion",
    "Suggestions",
    "as_markdown",
    "as_text",
    "suggest_tests",
]
