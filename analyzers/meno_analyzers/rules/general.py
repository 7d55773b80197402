"""What no narrower syntax rule explains (ME000): where reading became impossible, and what is there."""

from __future__ import annotations

import keyword

from meno_analyzers.findings import Span
from meno_analyzers.rules.broken import code_on_line, line_span
from meno_analyzers.rules.registry import Broken, Match, syntax_rule
from meno_analyzers.rules.tokens import PAIRS, Token, TokenKind

_CLOSING = frozenset(PAIRS.values())
# Words of a statement, behind which something has to follow.
_WANTS_VALUE = frozenset({"if", "elif", "while", "for", "in", "and", "or", "not"})


@syntax_rule(
    "ME000", "invalid-syntax", values=("near",), variants=("prompt", "backslash", "parameters", "gap", "side")
)
def invalid_syntax(broken: Broken) -> Match | None:
    p = broken.problem
    tokens = code_on_line(broken, p.line)
    index = next((i for i, token in enumerate(tokens) if token.end > p.column), None)
    if index is None:
        return Match(line_span(broken, p.line), {"near": broken.line.strip() or "the empty line"})
    token = tokens[index]
    before = tokens[index - 1] if index else None
    if broken.line.lstrip().startswith((">>>", "...")):
        start = tokens[0].column
        return Match(Span(p.line, start, p.line, start + 3), {"near": broken.line.strip()[:3]}, "prompt")
    if "line continuation" in p.message:
        near = f"\\{token.text}"
        return Match(token.span, {"near": near}, "backslash")
    if _is_in_brackets_of_def(tokens[:index]):
        return Match(token.span, {"near": token.text}, "parameters")
    if before is not None and p.message.startswith("invalid syntax"):
        near = broken.line[before.column : token.end]
        both = Span(p.line, before.column, p.line, token.end)
        if _leaves_gap(before, token):
            return Match(both, {"near": near}, "gap")
        if _side_by_side(before, token):
            return Match(both, {"near": near}, "side")
    return Match(token.span, {"near": token.text})


def _is_in_brackets_of_def(before: list[Token]) -> bool:
    """Whether what stands in front of a place opens a function's parameters and does not close them."""
    words = [token.text for token in before]
    opened = words.count("(") - words.count(")")
    return words[:1] in (["def"], ["async"]) and opened > 0 and "=" not in words[-1:]


def _leaves_gap(before: Token, token: Token) -> bool:
    """`[]` behind a value, `,,`, `if :`: two signs between which a value belongs."""
    if before.text == "[" and token.text == "]":
        return True
    if token.text not in {",", ":"} and token.text not in _CLOSING:
        return False
    return before.text in _WANTS_VALUE or (before.text == "," and token.text == ",")


def _side_by_side(before: Token, token: Token) -> bool:
    """Two values with nothing between them that joins them."""
    ends = before.is_operand or before.text in _CLOSING
    words = [t.text for t in (before, token) if t.kind is TokenKind.NAME]
    return ends and token.is_operand and not any(map(keyword.iskeyword, words))
