"""Habits of other languages and keyboards (ME019, ME023, ME027, ME030, ME031, ME033).

The line is right somewhere else: in C, in an older Python, on a printed page. Tokens decide wherever they
can, since CPython's wording changes between versions.
"""

from __future__ import annotations

import re
import unicodedata

from meno_analyzers.findings import Edit, Span
from meno_analyzers.rules import repairs
from meno_analyzers.rules.broken import code_on_line, first_word, is_generic
from meno_analyzers.rules.registry import Broken, Match, syntax_rule
from meno_analyzers.rules.tokens import Token, TokenKind

_BLOCK_WORDS = frozenset("if elif else for while def class try except finally with".split())
_AFTER_STEP = frozenset([")", "]", "}", ",", ";", ":", "<", ">", "<=", ">=", "==", "!=", "="])


@syntax_rule("ME019", "postfix-increment", values=("name", "operator"))
def postfix_increment(broken: Broken) -> Match | None:
    if not is_generic(broken) or not ("++" in broken.line or "--" in broken.line):
        return None
    tokens = code_on_line(broken, broken.problem.line)
    for before, first, second, after in zip(
        tokens, tokens[1:], tokens[2:], [*tokens[3:], None], strict=False
    ):
        if first.text not in {"+", "-"} or second.text != first.text or second.column != first.end:
            continue
        counted = before.kind is TokenKind.NAME or before.text in {")", "]"}
        if counted and (after is None or after.text in _AFTER_STEP):
            span = Span(first.line, first.column, first.line, second.end)
            fix = repairs.counted_up(broken, first.text * 2)
            return Match(span, {"name": before.text, "operator": first.text * 2}, fix=fix)
    return None


@syntax_rule("ME023", "leading-zero-number", values=("number",))
def leading_zero_number(broken: Broken) -> Match | None:
    if not broken.problem.message.startswith(("leading zeros", "invalid", "f-string")):
        return None
    if not re.search(r"(?<![\w.])0\d", broken.line):
        return None
    numbers = [
        token
        for token in code_on_line(broken, broken.problem.line)
        if token.kind is TokenKind.NUMBER and re.fullmatch(r"0[\d_]*[1-9][\d_]*", token.text)
    ]
    if not numbers:
        return None
    # Three octal digits may be meant as such: the rights of a file.
    octal = any(len(token.text) > 2 and set(token.text) <= set("01234567") for token in numbers)
    fix = () if octal else tuple(Edit(token.span, token.text.lstrip("0_")) for token in numbers)
    return Match(numbers[0].span, {"number": numbers[0].text}, fix=fix)


@syntax_rule("ME027", "import-from-order", values=("module",))
def import_from_order(broken: Broken) -> Match | None:
    if first_word(broken.line) != "import":
        return None
    tokens = code_on_line(broken, broken.problem.line)
    for token, following in zip(tokens[2:], tokens[3:], strict=False):
        if token.text == "from" and following.kind is TokenKind.NAME:
            span = Span(token.line, tokens[0].column, token.line, following.end)
            return Match(span, {"module": following.text}, fix=repairs.import_turned(broken))
    return None


@syntax_rule("ME030", "braces-or-then-block", values=("word",), variants=("word",))
def braces_or_then_block(broken: Broken) -> Match | None:
    p = broken.problem
    for line in range(p.line, -1, -1):
        text = broken.lines[line]
        if "{" not in text and (line < p.line or not re.search(r"\b(then|do|begin)\b", text)):
            continue
        header = first_word(text.lstrip("} \t")) in _BLOCK_WORDS
        # Behind a closing bracket no set or dictionary begins, whatever word the line starts with.
        if not header and not re.search(r"\)\s*\{\s*(#.*)?$", text):
            continue
        tokens = code_on_line(broken, line)
        if (brace := _block_brace(tokens)) is not None:
            return Match(brace.span, {"word": "{"})
        if line == p.line and (word := _block_word(tokens)) is not None:
            fix = repairs.colon_for_word(tokens, word)
            return Match(word.span, {"word": word.text}, variant="word", fix=fix)
    return None


def _block_brace(tokens: list[Token]) -> Token | None:
    """A `{` at the end of a header behind something complete, where no set or dictionary can begin."""
    if len(tokens) < 2 or tokens[-1].text != "{":
        return None
    before = tokens[-2]
    complete = before.text in {")", "]", "else", "try", "finally"} or (
        before.is_operand
        and before.text not in {"in", "not", "and", "or", "is", "if", "elif", "while", "for"}
    )
    return tokens[-1] if complete and before.text not in {"return", "lambda", "with"} else None


def _block_word(tokens: list[Token]) -> Token | None:
    """`then`, `do` or `begin` where a header ends."""
    code = tokens[:-1] if tokens and tokens[-1].text == ":" else tokens
    for index in range(2, len(code)):
        token, before = code[index], code[index - 1]
        if token.text in {"then", "do", "begin"} and (before.is_operand or before.text in {")", "]"}):
            return token
    return None


# What a printed page, a word processor or another keyboard puts in the place of an ASCII sign.
_LOOKALIKES = frozenset(
    "‐‑‒–—―−﹣－×÷∗⋅·•≤≥≠≈＝≡⁄∕½¼¾²³°…‹›‚；：，。、（）［］｛｝【】「」！？％＋＊／＜＞＆｜＠＃＄＾～＿؛،¡¿№¬∧∨←→⇒"
)
_INVISIBLE = frozenset(["Zs", "Cf", "Cc"])


@syntax_rule("ME031", "lookalike-character", values=("character", "code"), variants=("invisible",))
def lookalike_character(broken: Broken) -> Match | None:
    p = broken.problem
    if not p.message.startswith(("invalid character", "invalid non-printable character")):
        return None
    character = broken.line[p.column : p.column + 1]
    if not character:
        return None
    span = Span(p.line, p.column, p.line, p.column + 1)
    values = {"character": character, "code": f"U+{ord(character):04X}"}
    if unicodedata.category(character) in _INVISIBLE:
        fix = repairs.typed_characters(broken, p.line)
        return Match(span, values | {"character": ""}, variant="invisible", fix=fix)
    if character in _LOOKALIKES or "\uff01" <= character <= "\uff5e":
        return Match(span, values, fix=repairs.typed_characters(broken, p.line))
    return None


@syntax_rule("ME033", "python2-except", values=("first", "second"))
def python2_except(broken: Broken) -> Match | None:
    p = broken.problem
    if first_word(broken.line) != "except" or not ("parenthesized" in p.message or is_generic(broken)):
        return None
    tokens = code_on_line(broken, p.line)
    names: list[list[Token]] = [[]]
    for token in tokens[1:]:
        if token.text in {"(", "as", ":"}:
            break
        if token.text == ",":
            names.append([])
        else:
            names[-1].append(token)
    if len(names) < 2 or not all(names):
        return None
    first, second = (broken.line[n[0].column : n[-1].end] for n in (names[0], names[-1]))
    span = Span(p.line, names[0][0].column, p.line, names[-1][-1].end)
    fix = repairs.kinds_of_errors(broken, names)
    return Match(span, {"first": first, "second": second}, fix=fix)
