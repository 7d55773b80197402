"""Indentation and blocks (ME009–ME012): CPython says which kind, the rule says where a person should look."""

from __future__ import annotations

from meno_analyzers.findings import Note
from meno_analyzers.rules.broken import BLOCK_WORDS, code_on_line, first_word, line_span
from meno_analyzers.rules.registry import Broken, Match, syntax_rule
from meno_analyzers.rules.tokens import TokenKind


@syntax_rule("ME012", "tabs-and-spaces")
def tabs_and_spaces(broken: Broken) -> Match | None:
    if broken.problem.kind != "TabError":
        return None
    return Match(line_span(broken, broken.problem.line))


@syntax_rule("ME011", "dedent-mismatch", values=("word",))
def dedent_mismatch(broken: Broken) -> Match | None:
    if not broken.problem.message.startswith("unindent does not match"):
        return None
    return Match(
        line_span(broken, broken.problem.line), {"word": first_word(broken.line) or broken.line.strip()}
    )


@syntax_rule("ME010", "unexpected-indent", values=("word",))
def unexpected_indent(broken: Broken) -> Match | None:
    if broken.problem.message != "unexpected indent":
        return None
    return Match(
        line_span(broken, broken.problem.line), {"word": first_word(broken.line) or broken.line.strip()}
    )


@syntax_rule("ME009", "missing-indented-block", values=("keyword",), variants=("end",))
def missing_indented_block(broken: Broken) -> Match | None:
    problem = broken.problem
    if not problem.message.startswith("expected an indented block"):
        return None
    header = _header_above(broken)
    keyword = first_word(broken.lines[header])
    if not keyword:
        return None
    values = {"keyword": keyword}
    # The line that begins too far to the left is where the edit will be; without one there is the header.
    if problem.line > header and code_on_line(broken, problem.line):
        note = Note(line_span(broken, header), f"This `{keyword}` line opens a block.")
        return Match(line_span(broken, problem.line), values, notes=(note,))
    return Match(line_span(broken, header), values, variant="end")


def _header_above(broken: Broken) -> int:
    """The line on which the header begins that wants a block: the nearest one above the complaint."""
    return next(
        (
            line
            for line in range(_colon_above(broken), -1, -1)
            if first_word(broken.lines[line]) in BLOCK_WORDS
        ),
        broken.problem.line,
    )


def _colon_above(broken: Broken) -> int:
    """The nearest line that ends with a colon; a header may end lines below its first word."""
    code = [t for t in broken.tokens if t.kind is not TokenKind.COMMENT]
    ends = {token.line: token.text for token in code}
    for line in range(broken.problem.line, -1, -1):
        if ends.get(line) == ":" and (line < broken.problem.line or line == max(ends, default=0)):
            return line
    return broken.problem.line
