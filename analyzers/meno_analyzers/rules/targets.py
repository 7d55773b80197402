"""Names and places that cannot take a value (ME020, ME021, ME022, ME034).

All four look at what stands to the left of an `=`, or where a name is introduced. What CPython then
complains about is often somewhere else on the line, so the tokens decide.
"""

from __future__ import annotations

import keyword
import re

from meno_analyzers.findings import Edit, Span
from meno_analyzers.rules.broken import code_on_line, first_word, is_generic
from meno_analyzers.rules.registry import Broken, Match, syntax_rule
from meno_analyzers.rules.tokens import Token, TokenKind

_INTRODUCES = frozenset({"def", "class", "as", "global", "nonlocal", "import"})
# Keywords that are a whole value.
_VALUES = frozenset({"None", "True", "False", "yield"})
# Words of other languages, and types of this one, that their users write in front of a new name.
_DECLARES = frozenset(
    "int float double string str char bool boolean var let const auto long list dict set".split()
)
# Words of older or newer versions of Python that begin a statement.
_STATEMENTS = frozenset({"print", "exec", "type", "match", "case"})
_DIGIT_FIRST = re.compile(r"(?!0[xXoObB])\d[\d_]*(?![eEjJ]\d*\Z)[^\W\d_]\w*\Z")


@syntax_rule("ME020", "keyword-as-name", values=("word",), misconception="NoReservedWords")
def keyword_as_name(broken: Broken) -> Match | None:
    message = broken.problem.message
    if not (is_generic(broken) or "True" in message or "False" in message or "None" in message):
        return None
    tokens = code_on_line(broken, broken.problem.line)
    in_header = bool(tokens) and tokens[0].text in {"def", "async"}
    for index, token in enumerate(tokens):
        if token.kind is not TokenKind.NAME or not keyword.iskeyword(token.text):
            continue
        before = tokens[index - 1] if index else None
        after = tokens[index + 1] if index + 1 < len(tokens) else None
        if _is_in_place_of_name(token, before, after, in_header):
            return Match(token.span, {"word": token.text})
    return None


def _is_in_place_of_name(token: Token, before: Token | None, after: Token | None, in_header: bool) -> bool:
    """Whether a keyword stands where only a name can stand."""
    following = after.text if after else ""
    if before is None or before.text == ";":
        return following in {"=", "+=", "-="}
    if before.text in _INTRODUCES:
        if before.text == "import" and token.text in {"as", "from", "import"}:
            return False  # the name itself is what is missing
        return following in {"", "(", ":", ",", "="} or before.text in {"as", "import"}
    if before.text == "for":
        return token.text not in {"in", "lambda"} and following in {"in", ","}
    if before.text == ".":
        return before.end == token.column and following in {"", "=", "(", ")", ".", ",", "+="}
    if before.text in {"(", ","}:
        alone = in_header or token.text not in _VALUES
        return following == "=" or (alone and following in {",", ")"}) or (in_header and following == ":")
    return in_header and before.text in {"*", "**"} and following in {",", ")"}


@syntax_rule("ME021", "invalid-variable-name", values=("name",), variants=("dash", "space", "declared"))
def invalid_variable_name(broken: Broken) -> Match | None:
    tokens = code_on_line(broken, broken.problem.line)
    if len(tokens) < 2 and not broken.problem.message.endswith("literal"):
        return None
    if broken.problem.message.endswith("literal"):
        found = next((t for t in tokens if _DIGIT_FIRST.match(t.text)), None)
        return Match(found.span, {"name": found.text}) if found else None
    return _dashed(broken, tokens) or _spaced(broken, tokens)


def _dashed(broken: Broken, tokens: list[Token]) -> Match | None:
    """`my-name = …` and `def my-name(`: names joined by minus signs without a space."""
    start = 1 if tokens[0].text == "def" else 0
    ends = "(" if start else "="
    index = start
    while index + 2 < len(tokens) and tokens[index].kind is TokenKind.NAME and tokens[index + 1].text == "-":
        index += 2
    if index == start or index + 1 >= len(tokens) or tokens[index + 1].text != ends:
        return None
    words = tokens[start : index + 1]
    if any(t.kind is TokenKind.NUMBER or keyword.iskeyword(t.text) for t in words):
        return None
    if any(left.end != right.column for left, right in zip(words, words[1:], strict=False)):
        return None
    return _name_match(broken, words, "dash")


def _spaced(broken: Broken, tokens: list[Token]) -> Match | None:
    """`first name = …`, `def my func(`, `int x = …`: several words where one name belongs."""
    if not is_generic(broken) and "expected '('" not in broken.problem.message:
        return None
    start = 1 if tokens[0].text == "def" else 0
    words = []
    for token in tokens[start:]:
        if token.kind is not TokenKind.NAME:
            break
        words.append(token)
    after = tokens[start + len(words)].text if start + len(words) < len(tokens) else ""
    if len(words) < 2 or after != ("(" if start else "=") or (tokens[-1].text == ":" and not start):
        return _declaration(broken, words, after) if not start else None
    if start:
        return _name_match(broken, words, "space")
    if any(keyword.iskeyword(t.text) for t in words) or words[0].text in _STATEMENTS:
        return None
    return _name_match(broken, words, "declared" if words[0].text in _DECLARES else "space")


def _declaration(broken: Broken, words: list[Token], after: str) -> Match | None:
    """`float c` on a line of its own, or `int a, b`."""
    if len(words) != 2 or words[0].text not in _DECLARES or after not in {"", ",", ";"}:
        return None
    return None if keyword.iskeyword(words[1].text) else _name_match(broken, words, "declared")


def _name_match(broken: Broken, words: list[Token], variant: str) -> Match:
    first, last = words[0], words[-1]
    name = broken.line[first.column : last.end]
    return Match(Span(first.line, first.column, last.line, last.end), {"name": name}, variant=variant)


@syntax_rule("ME034", "walrus-as-statement", values=("name",))
def walrus_as_statement(broken: Broken) -> Match | None:
    if ":=" not in broken.line:
        return None
    if not is_generic(broken) and "assignment expressions" not in broken.problem.message:
        return None
    tokens = code_on_line(broken, broken.problem.line)
    sign = next((token for token in tokens if token.text == ":="), None)
    if sign is None or tokens[0].kind is not TokenKind.NAME or keyword.iskeyword(tokens[0].text):
        return None
    target = broken.line[tokens[0].column : sign.column].rstrip()
    plain = re.fullmatch(r"\w+(?:\.\w+|\[[^\[\]]*\])*", target)
    return Match(sign.span, {"name": target}, fix=(Edit(sign.span, "="),)) if plain else None


@syntax_rule("ME022", "assign-to-expression", values=("expression",), variants=("argument",))
def assign_to_expression(broken: Broken) -> Match | None:
    p = broken.problem
    here = Span(p.line, p.column, p.end_line, p.end_column)
    text = broken.line[p.column : p.end_column] if p.line == p.end_line else broken.line[p.column :]
    if p.message.startswith("expression cannot contain assignment"):
        left = text.partition("=")[0].strip()
        return Match(here, {"expression": left}, variant="argument") if left else None
    if p.message.startswith("cannot assign to") or "illegal expression for augmented" in p.message:
        return Match(here, {"expression": text.strip()})
    if p.message.startswith("invalid syntax. Maybe you meant '=='"):
        return _middle_of_a_chain(broken)
    return None


def _middle_of_a_chain(broken: Broken) -> Match | None:
    """`i = 0, count = 0`: what stands between two `=` is a target of the second one."""
    tokens = code_on_line(broken, broken.problem.line)
    if keyword.iskeyword(first_word(broken.line)):
        return None
    depth, part = 0, list[Token]()
    parts = [part]
    for token in tokens:
        depth += (token.text in {"(", "[", "{"}) - (token.text in {")", "]", "}"})
        if token.text == "=" and depth == 0:
            part = []
            parts.append(part)
        else:
            part.append(token)
    for middle in parts[1:-1]:
        if any(t.kind in {TokenKind.NUMBER, TokenKind.STRING} or t.text in {"and", "or"} for t in middle):
            first, last = middle[0], middle[-1]
            span = Span(first.line, first.column, last.line, last.end)
            return Match(span, {"expression": broken.line[first.column : last.end]})
    return None
