"""The smallest repairs of slips that need a look around: at the tokens of a line, or at other uses of a name.

Each function answers with the edits that make up the repair, or with none where two repairs are as likely.
They run only once their rule has matched.
"""

from __future__ import annotations

import ast
import keyword
import re
import unicodedata
import warnings
from collections.abc import Iterator, Sequence

from meno_analyzers.findings import Edit, Span, insertion
from meno_analyzers.rules.broken import code_on_line, first_word
from meno_analyzers.rules.registry import Broken, Subject
from meno_analyzers.rules.tokens import Token, TokenKind

Fix = tuple[Edit, ...]

_DOUBLE, _SINGLE = "“”„‟", "‘’‛"
_QUOTED = re.compile(rf"#.*|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|[{_DOUBLE}{_SINGLE}]")


def with_parentheses(span: Span) -> Fix:
    """A call without arguments, made of what stands at the span."""
    return (insertion(span.end_line, span.end_column, "()"),)


def wrapped(span: Span, before: str, after: str) -> Fix:
    """The span's text with something in front of it and behind it."""
    return (
        insertion(span.start_line, span.start_column, before),
        insertion(span.end_line, span.end_column, after),
    )


def unwrapped(lines: Sequence[str], span: Span, last: Span) -> Fix:
    """What parentheses on one line hold, up to its last element, without them."""
    if span.start_line != span.end_line or lines[span.start_line][span.start_column] != "(":
        return ()
    opening = Span(span.start_line, span.start_column, span.start_line, span.start_column + 1)
    return Edit(opening, ""), Edit(Span(span.end_line, last.end_column, span.end_line, span.end_column), "")


def other_sign(unit: Subject, left: ast.AST, right: ast.AST, old: str, new: str) -> Fix:
    """Another sign between two nodes."""
    return replaced_between(unit.facts.lines, unit.facts.span(left), unit.facts.span(right), old, new)


def compared_alike(unit: Subject, before: ast.Compare, bare: Sequence[Span]) -> Fix:
    """In front of each bare value the beginning of the comparison before it: `x == 1 or x == 2`."""
    left, right = unit.facts.span(before), unit.facts.span(before.comparators[0])
    if len(before.ops) > 1 or left.start_line != right.start_line or min(bare) < left:
        return ()
    beginning = unit.facts.lines[left.start_line][left.start_column : right.start_column]
    return tuple(insertion(span.start_line, span.start_column, beginning) for span in bare)


def looked_up(unit: Subject, node: ast.Compare) -> Fix:
    """`in` for `==`, and `not in` for `!=`."""
    old, new = ("==", "in") if isinstance(node.ops[0], ast.Eq) else ("!=", "not in")
    return other_sign(unit, node.left, node.comparators[0], old, new)


def replaced_between(lines: Sequence[str], left: Span, right: Span, old: str, new: str) -> Fix:
    """`new` for the one `old` between two spans on one line, if there is exactly one."""
    if left.end_line != right.start_line:
        return ()
    between = lines[left.end_line][left.end_column : right.start_column]
    if between.count(old) != 1:
        return ()
    column = left.end_column + between.index(old)
    return (Edit(Span(left.end_line, column, left.end_line, column + len(old)), new),)


def plain_quotes(line: str, number: int, start: int) -> Fix:
    """Each pair of printed quotation marks from `start` on becomes a pair of typed ones."""
    edits: list[Edit] = []
    position = start
    while match := _QUOTED.search(line, position):
        position = match.end()
        opening = match.group()
        if opening not in _DOUBLE + _SINGLE:
            continue
        typed, same = ('"', _DOUBLE) if opening in _DOUBLE else ("'", _SINGLE)
        # An apostrophe inside of a word closes nothing.
        closing = next(
            (
                index
                for index in range(position, len(line))
                if line[index] in same + typed and not _inside_word(line, index, typed)
            ),
            None,
        )
        # A typed apostrophe inside of the word would now close the text.
        if closing is None or "\\" in line[position:closing] or typed in line[position:closing]:
            return ()
        edits.append(Edit(Span(number, match.start(), number, match.end()), typed))
        if line[closing] != typed:
            edits.append(Edit(Span(number, closing, number, closing + 1), typed))
        position = closing + 1
    return tuple(edits)


def _inside_word(line: str, index: int, typed: str) -> bool:
    return typed == "'" and line[index - 1 : index].isalnum() and line[index + 1 : index + 2].isalnum()


# Only what has one meaning: a long dash may stand for one hyphen or for two.
_TYPED = {
    **dict.fromkeys("‐‑‒–−﹣－", "-"),
    **{"×": "*", "∗": "*", "⋅": "*", "÷": "/", "⁄": "/", "∕": "/", "≤": "<=", "≥": ">=", "≠": "!="},
    **{"‚": ",", "、": ",", "،": ",", "。": ".", "؛": ";", "²": "**2", "³": "**3"},
}
_TEXTS = re.compile(r"#.*|\"(?:\\.|[^\"\\])*\"?|'(?:\\.|[^'\\])*'?")


def typed_characters(broken: Broken, first: int) -> Fix:
    """Printed signs become typed ones and spaces of another kind plain ones, from line `first` on."""
    lines = broken.lines
    # What is pasted from a page has them on many lines; inside of long texts they may stand.
    several = not any('"""' in line or "'''" in line for line in lines)
    edits: list[Edit] = []
    for number in range(first, len(lines) if several else first + 1):
        for column, character in _outside_texts(lines[number].rstrip("\r\n")):
            if character.isascii() or (character.isalnum() and character not in _TYPED):
                continue
            typed = _typed(character)
            if typed is None:
                return ()
            edits.append(Edit(Span(number, column, number, column + 1), typed))
    return tuple(edits)


def _typed(character: str) -> str | None:
    if "\uff01" <= character <= "\uff5e":
        return unicodedata.normalize("NFKC", character)
    match unicodedata.category(character):
        case "Zs":
            return " "
        case "Cf" | "Cc":
            return ""
        case _:
            return _TYPED.get(character)


def _outside_texts(line: str) -> Iterator[tuple[int, str]]:
    position = 0
    for match in [*_TEXTS.finditer(line), None]:
        end = match.start() if match is not None else len(line)
        yield from ((column, line[column]) for column in range(position, end))
        position = match.end() if match is not None else end


_WORDS = {"&": "and", "|": "or"}


def words_for_signs(line: str, tokens: Sequence[Token]) -> Fix:
    """`and`, `or` and `not` for all of the signs on a line that other languages write them with."""
    edits: list[Edit] = []
    code = [token for token in tokens if token.kind is not TokenKind.COMMENT]
    for index, (token, following) in enumerate(zip(code, code[1:], strict=False)):
        if token.text in _WORDS and following.text == token.text and following.column == token.end:
            span = Span(token.line, token.column, token.line, following.end)
            if edits and edits[-1].span.end_column > span.start_column:
                return ()  # three signs or four
            edits.append(Edit(span, _spaced(line, span, _WORDS[token.text])))
        elif token.text == "!" and index > 0 and (following.is_operand or following.text == "("):
            # `!x == y` asks about x alone there, and about the whole comparison here.
            if not _ends_condition(code, index + 1):
                return ()
            span = Span(token.line, token.column, token.line, following.column)
            before = " " if line[token.column - 1 : token.column].isalnum() else ""
            edits.append(Edit(span, f"{before}not "))
    return tuple(edits)


def _spaced(line: str, span: Span, word: str) -> str:
    before = "" if line[span.start_column - 1 : span.start_column].isspace() else " "
    after = "" if line[span.end_column : span.end_column + 1].isspace() else " "
    return before + word + after


def _ends_condition(tokens: Sequence[Token], start: int) -> bool:
    """Whether the operand that begins at a token stands alone up to the next part of the condition."""
    depth = 0
    for token in tokens[start:]:
        if token.text in {"(", "["}:
            depth += 1
        elif token.text in {")", "]"}:
            if depth == 0:
                return True
            depth -= 1
        elif depth == 0 and token.kind is not TokenKind.NAME and token.text != ".":
            return token.text in {":", "&", "|", ","}
        elif depth == 0 and token.text in {"is", "in"}:
            return False
    return True


_TURNED = {"=>": ">=", "=<": "<=", "=!": "!=", "<>": "!=", "===": "==", "!==": "!="}
_CONDITIONS = frozenset({"if", "elif", "while", "assert"})


def turned_operators(tokens: Sequence[Token]) -> Fix:
    """Every comparison of a line whose signs stand the wrong way round."""
    edits: list[Edit] = []
    for token, following in zip(tokens, tokens[1:], strict=False):
        written = token.text + following.text
        if following.column != token.end or written not in _TURNED:
            continue
        if written in {"=>", "=!"} and tokens[0].text not in _CONDITIONS:
            return ()  # the arrow of another language's function, or `x =! y` for `x = not y`
        if edits and edits[-1].span.end_column > token.column:
            return ()
        edits.append(Edit(Span(token.line, token.column, token.line, following.end), _TURNED[written]))
    return tuple(edits)


def called(broken: Broken, word: str) -> Fix:
    """Parentheses for a `print` or `exec` statement of Python 2, if what follows is plain."""
    p = broken.problem
    rest = broken.line[p.column + len(word) :] if p.line == p.end_line else ""
    code = [token for token in code_on_line(broken, p.line) if token.column >= p.column]
    if not rest[:1].isspace() or len(code) < 2 or code[0].text != word:
        return ()
    # A comma at the end kept the line open there; `>>` chose a file.
    if code[-1].text in {",", ";", "\\"} or code[1].text in {">", ">>"} or any(t.text == ";" for t in code):
        return ()
    if not _is_expression(broken.line[code[1].column : code[-1].end]):
        return ()
    gap = Edit(Span(p.line, code[0].end, p.line, code[1].column), "(")
    return (gap, insertion(p.line, code[-1].end, ")"))


def _is_expression(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(f"({text})", "<buffer>", "eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def counted_up(broken: Broken, sign: str) -> Fix:
    """`i += 1` for a statement that is `i++` and nothing else."""
    tokens = code_on_line(broken, broken.problem.line)
    code = tokens[:-1] if tokens[-1].text == ";" else tokens
    if len(code) < 3 or [t.text for t in code[-2:]] != [sign[0]] * 2 or not _is_target(code[:-2]):
        return ()
    return (Edit(Span(code[0].line, code[-3].end, code[0].line, tokens[-1].end), f" {sign[0]}= 1"),)


def _is_target(tokens: Sequence[Token]) -> bool:
    text = "".join(token.text for token in tokens)
    plain = re.fullmatch(r"[^\W\d]\w*(?:\.\w+|\[[^\[\]]*\])*", text)
    return plain is not None and not keyword.iskeyword(tokens[0].text)


def colon_for_word(tokens: Sequence[Token], word: Token) -> Fix:
    """A colon for `then` or `do` at the end of a header."""
    index = tokens.index(word)
    rest = [token.text for token in tokens[index + 1 :]]
    if rest not in ([], [":"]):
        return ()
    before = tokens[index - 1]
    return (Edit(Span(word.line, before.end, word.line, word.end), "" if rest else ":"),)


def import_turned(broken: Broken) -> Fix:
    """`from math import sqrt` for `import sqrt from math`."""
    line = broken.problem.line
    tokens = code_on_line(broken, line)
    found = re.fullmatch(
        r"import\s+(?P<names>[\w*]+(?:\s+as\s+\w+)?(?:\s*,\s*\w+(?:\s+as\s+\w+)?)*)\s+from\s+(?P<module>[\w.]+)",
        broken.line[tokens[0].column : tokens[-1].end],
    )
    if found is None:
        return ()
    span = Span(line, tokens[0].column, line, tokens[-1].end)
    return (Edit(span, f"from {found['module']} import {found['names']}"),)


def kinds_of_errors(broken: Broken, names: Sequence[Sequence[Token]]) -> Fix:
    """`A as e` for `A, e`, and `(A, B)` for `A, B`: a variable's name begins small, a kind's does not."""
    line = broken.problem.line
    words = [name[-1].text for name in names]
    if all(word[:1].isupper() for word in words):
        return insertion(line, names[0][0].column, "("), insertion(line, names[-1][-1].end, ")")
    a_kind = words[0][:1].isupper() or len(names[0]) > 1
    if len(names) == 2 and a_kind and words[1].islower() and len(names[1]) == 1:
        return (Edit(Span(line, names[0][-1].end, line, names[1][0].column), " as "),)
    return ()


def header_ended(broken: Broken, last: Token) -> Fix:
    """A colon behind the header's last token, if that is where the parser gave up or the line ends."""
    p = broken.problem
    code = code_on_line(broken, p.line)
    if last.text == ";":
        return (Edit(last.span, ":"),)
    before = [token for token in code if token.end <= p.column]
    end = before[-1] if before and len(before) < len(code) else last
    # A half of an operator, or a second word that is too much, is another slip.
    alone = first_word(broken.line) in {"else", "try", "finally"}
    if end.text in {"\\", "=", ",", "."} or (alone and len(code) > 1):
        return ()
    return (insertion(end.line, end.end, ":"),)
