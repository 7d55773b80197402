"""What the compiler refuses and what Meno calls a mistake in the syntax are the same, on all fixtures."""

from __future__ import annotations

import ast
import warnings

import pytest

from analyzers.rules.test_fixtures import ALL, Snippet
from meno_analyzers.engine import analyse
from meno_analyzers.findings import Category
from meno_analyzers.hints.pages import target_of


def parses(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


def refused_line(text: str) -> int | None:
    """The line at which the compiler stops; None if it does not."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<fixture>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return error.lineno
    return None


# A rule about newer syntax speaks of programs that some Python compiles.
COMPILED = [
    snippet for snippet in ALL if parses(snippet.text) and target_of(snippet.text) is None and snippet.text
]


@pytest.mark.parametrize("snippet", COMPILED, ids=lambda s: f"{s.rule}-{s.kind}-{s.why}"[:80])
def test_what_the_compiler_refuses_is_found_and_nothing_else(snippet: Snippet) -> None:
    found = {
        finding.span.start_line + 1
        for finding in analyse(snippet.text)
        if finding.category is Category.SYNTAX_ERROR
    }
    refused = refused_line(snippet.text)

    assert bool(found) == (refused is not None)
    assert refused is None or refused in found
