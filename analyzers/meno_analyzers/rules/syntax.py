"""Syntax (ME001–ME008, ME013–ME018): what kind of slip stopped the parser, and where a person should look.

CPython's own message decides most cases; where it is generic or points away from the slip, the line's
tokens decide. `diagnosis` says in which order the rules are asked.
"""

from __future__ import annotations

import ast
import keyword
import re
import warnings

from meno_analyzers.findings import Edit, Span, insertion
from meno_analyzers.fixes import apply_fix
from meno_analyzers.rules import repairs
from meno_analyzers.rules.broken import BLOCK_WORDS, first_word, is_generic, line_span, on_line, problem_span
from meno_analyzers.rules.registry import Broken, Match, syntax_rule
from meno_analyzers.rules.spelling import distance
from meno_analyzers.rules.tokens import KINDS, PAIRS, Token, TokenKind, unclosed_bracket

_SMART_QUOTES = frozenset("“”„‟‘’‚‛«»`´")


@syntax_rule("ME007", "smart-quotes", values=("quote",))
def smart_quotes(broken: Broken) -> Match | None:
    p = broken.problem
    if not p.message.startswith("invalid character"):
        return None
    character = broken.line[p.column : p.column + 1]
    if character not in _SMART_QUOTES:
        return None
    fix = repairs.plain_quotes(broken.line, p.line, p.column)
    return Match(Span(p.line, p.column, p.line, p.column + 1), {"quote": character}, fix=fix)


@syntax_rule("ME013", "unterminated-string", values=("quote",), variants=("apostrophe", "triple"))
def unterminated_string(broken: Broken) -> Match | None:
    p = broken.problem
    if not p.message.startswith("unterminated"):
        return None
    if "triple" in p.message:
        quote = '"""' if '"""' in broken.line[p.column :] else "'''"
        return Match(Span(p.line, p.column, p.line, p.column + 3), {"quote": quote}, variant="triple")
    end = max(len(broken.line), p.column + 1)
    if re.search(r"'[^'\"]*\w'\w", broken.line):
        first = broken.line.index("'")
        return Match(Span(p.line, first, p.line, end), {"quote": "'"}, variant="apostrophe")
    found = re.search(r"[\"']", broken.line[p.column :])
    return Match(Span(p.line, p.column, p.line, end), {"quote": found.group() if found else '"'})


@syntax_rule("ME014", "fstring-brace-problem", variants=("unclosed", "empty", "stray"))
def fstring_brace_problem(broken: Broken) -> Match | None:
    message = broken.problem.message
    if not message.startswith("f-string"):
        return None
    variant = None
    if "expecting '}'" in message:
        variant = "unclosed"
    elif "empty expression" in message or "valid expression required" in message:
        variant = "empty"
    elif "single '}'" in message:
        variant = "stray"
    string = next(
        (
            t
            for t in on_line(broken, broken.problem.line)
            if t.kind is TokenKind.STRING and "f" in t.text[:3].lower()
        ),
        None,
    )
    return Match(string.span if string else problem_span(broken), variant=variant)


@syntax_rule("ME016", "print-statement", values=("word",))
def print_statement(broken: Broken) -> Match | None:
    found = re.match(r"Missing parentheses in call to '(\w+)'", broken.problem.message)
    if found is None:
        return None
    word = found.group(1)
    return Match(problem_span(broken), {"word": word}, fix=repairs.called(broken, word))


@syntax_rule("ME004", "bracket-kind-mismatch", values=("opening", "closing"))
def bracket_kind_mismatch(broken: Broken) -> Match | None:
    found = re.match(
        r"closing parenthesis '(.)' does not match opening parenthesis '(.)'", broken.problem.message
    )
    if not found:
        return None
    p = broken.problem
    return Match(
        Span(p.line, p.column, p.line, p.column + 1), {"opening": found.group(2), "closing": found.group(1)}
    )


@syntax_rule("ME003", "extra-closing-bracket", values=("bracket", "kind"))
def extra_closing_bracket(broken: Broken) -> Match | None:
    found = re.match(r"unmatched '(.)'", broken.problem.message)
    if not found:
        return None
    p = broken.problem
    bracket = found.group(1)
    return Match(
        Span(p.line, p.column, p.line, p.column + 1),
        {"bracket": bracket, "kind": KINDS.get(bracket, "round")},
    )


@syntax_rule("ME006", "else-if-keyword")
def else_if_keyword(broken: Broken) -> Match | None:
    found = re.match(r"(\s*)(else\s+if)\b", broken.line)
    if not found or not is_generic(broken):
        return None
    span = Span(broken.problem.line, found.start(2), broken.problem.line, found.end(2))
    return Match(span, fix=(Edit(span, "elif"),))


@syntax_rule("ME018", "c-style-logical-operator", values=("operator",), variants=("not",))
def c_style_logical_operator(broken: Broken) -> Match | None:
    if not is_generic(broken) and "unclosed" not in broken.problem.message:
        return None
    tokens = on_line(broken, broken.problem.line)
    in_test = bool(tokens) and tokens[0].text in {"if", "elif", "while", "assert"}
    for token, following in zip(tokens, tokens[1:], strict=False):
        if in_test and token.text == "=" and (following.text, following.column) == ("!", token.end):
            return None  # `x =! 2`: a comparison that is turned round (ME017)
        doubled = token.text in {"&", "|"} and following.text == token.text
        if doubled and following.column == token.end:
            span = Span(token.line, token.column, token.line, following.end)
            fix = repairs.words_for_signs(broken.line, tokens)
            return Match(span, {"operator": token.text * 2}, fix=fix)
        # A line that begins with "!" is a shell command of a notebook, not a condition.
        if token.text == "!" and token is not tokens[0] and (following.is_operand or following.text == "("):
            fix = repairs.words_for_signs(broken.line, tokens)
            return Match(token.span, {"operator": "!"}, variant="not", fix=fix)
    return None


_REVERSED = frozenset({("=", ">"), ("=", "<"), ("=", "!"), ("<", ">"), ("==", "="), ("!=", "=")})


@syntax_rule("ME017", "reversed-comparison-operator", values=("operator",))
def reversed_comparison_operator(broken: Broken) -> Match | None:
    if not is_generic(broken):
        return None
    tokens = on_line(broken, broken.problem.line)
    for token, following in zip(tokens, tokens[1:], strict=False):
        if following.column == token.end and (token.text, following.text) in _REVERSED:
            span = Span(token.line, token.column, token.line, following.end)
            fix = repairs.turned_operators(tokens)
            return Match(span, {"operator": token.text + following.text}, fix=fix)
    return None


@syntax_rule("ME002", "unclosed-bracket", values=("bracket", "kind"))
def unclosed_bracket_rule(broken: Broken) -> Match | None:
    p = broken.problem
    found = re.match(r"'(.)' was never closed", p.message)
    if found:
        bracket = found.group(1)
        place = Span(p.line, p.column, p.line, p.column + 1)
        return Match(place, {"bracket": bracket, "kind": KINDS.get(bracket, "round")})
    if not is_generic(broken):
        return None
    if not _more_open_than_closed(broken.lines):
        return None
    # The parser gave up somewhere behind a bracket that nothing closes: the bracket is the place to look.
    opener = unclosed_bracket(broken.lines)
    if opener is None or opener[1:] >= (p.line, max(p.column, 1)):
        return None
    bracket, line, column = opener
    return Match(Span(line, column, line, column + 1), {"bracket": bracket, "kind": KINDS[bracket]})


def _more_open_than_closed(lines: list[str]) -> bool:
    """A count without regard to strings, which spares most broken units the search for the bracket."""
    text = "".join(lines)
    return any(text.count(opening) != text.count(closing) for opening, closing in PAIRS.items())


@syntax_rule("ME005", "assign-in-condition", values=("keyword", "name"), misconception="AssignCompares")
def assign_in_condition(broken: Broken) -> Match | None:
    tokens = on_line(broken, broken.problem.line)
    if not tokens or tokens[0].text not in {"if", "elif", "while"} or not is_generic(broken):
        return None
    opened: list[int] = []
    first: Token | None = None
    name = ""
    fix: list[Edit] = []
    whole = True
    for index, token in enumerate(tokens):
        if token.text in PAIRS:
            opened.append(index)
        elif token.text in PAIRS.values() and opened:
            opened.pop()
        elif token.text == ":" and not opened:
            break
        elif token.text == "=" and index > 1 and not (opened and _names_an_argument(tokens, opened[-1])):
            start = opened[-1] + 1 if opened else 1
            start = max([start, *(i + 1 for i in range(start, index) if tokens[i].text in _JOINTS)])
            left = broken.line[tokens[start].column : token.column].strip() if start < index else ""
            first, name = (first, name) if first is not None else (token, left)
            fix.append(Edit(token.span, "=="))
            whole = whole and (tokens[index - 1].is_operand or tokens[index - 1].text in PAIRS.values())
    if first is None or not name:
        return None
    values = {"keyword": tokens[0].text, "name": name}
    # Behind another sign, as in `x ! = 0`, it is half of an operator.
    return Match(first.span, values, fix=tuple(fix) if whole else ())


_JOINTS = frozenset({"and", "or", "not"})


def _names_an_argument(tokens: list[Token], opening: int) -> bool:
    """Whether an `=` right inside this bracket names an argument, or is no condition at all."""
    before = tokens[opening - 1]
    called = before.kind is TokenKind.NAME and not keyword.iskeyword(before.text)
    return tokens[opening].text != "(" or called or before.text in PAIRS.values()


@syntax_rule("ME001", "missing-colon", values=("keyword",))
def missing_colon(broken: Broken) -> Match | None:
    line = broken.problem.line
    if broken.problem.message != "expected ':'":
        return _other_end(broken, line)
    # The header may have begun further up, in brackets or behind a backslash.
    while line > 0 and first_word(broken.lines[line]) not in BLOCK_WORDS:
        line -= 1
    word = first_word(broken.lines[line])
    if word not in BLOCK_WORDS:
        return None
    code = [t for t in on_line(broken, broken.problem.line) if t.kind is not TokenKind.COMMENT]
    last = code[-1] if code else None
    where = last.span if last is not None else line_span(broken, line)
    fix = repairs.header_ended(broken, last) if last is not None else ()
    return Match(where, {"keyword": word}, fix=fix)


def _other_end(broken: Broken, line: int) -> Match | None:
    """A header that ends in a semicolon, or whose block begins on its line with nothing in front of it."""
    word = first_word(broken.line)
    if word not in BLOCK_WORDS or not broken.problem.message.startswith("invalid syntax"):
        return None
    code = [t for t in on_line(broken, line) if t.kind is not TokenKind.COMMENT]
    if code[-1].text == ";" and ":" not in broken.line:
        return Match(code[-1].span, {"keyword": word}, fix=(Edit(code[-1].span, ":"),))
    before = [t for t in code if t.end <= broken.problem.column]
    if not before or ":" in broken.line:
        return None
    fix = (insertion(line, before[-1].end, ":"),)
    mends = _parses(apply_fix(broken.lines, fix))
    return Match(before[-1].span, {"keyword": word}, fix=fix) if mends else None


_TYPED_FIRST = frozenset(
    (
        "return for while if elif else def class import from try except finally with print not and or in "
        "pass break continue raise global lambda yield assert del"
    ).split()
) - {"print"}


@syntax_rule("ME015", "keyword-typo", values=("word",))
def keyword_typo(broken: Broken) -> Match | None:
    if not broken.problem.message.startswith(("invalid syntax", "expected ':'", "expected 'except'")):
        return None
    for line in (broken.problem.line, broken.problem.line - 1):
        if line < 0:
            continue
        words = [t for t in on_line(broken, line) if t.kind is TokenKind.NAME]
        for token in words[:1]:
            if mending := _mending_words(broken, token):
                fix = (Edit(token.span, mending[0]),) if len(mending) == 1 else ()
                return Match(token.span, {"word": token.text}, fix=fix)
        capital = [t for t in words if t.text.lower() in _SMALL_WORDS and t.text not in _SMALL_WORDS]
        small = tuple(Edit(token.span, token.text.lower()) for token in capital)
        if small and _parses(apply_fix(broken.lines, small)):
            return Match(capital[0].span, {"word": capital[0].text}, fix=small)
    return None


_SMALL_WORDS = frozenset({"and", "or", "not", "in", "is", "if", "else"})


def _mending_words(broken: Broken, token: Token) -> list[str]:
    """The keywords that make the unit parse in this word's place."""
    if keyword.iskeyword(token.text):
        return []
    allowed = 2 if len(token.text) >= 6 else 1
    return [
        word
        for word in sorted(_TYPED_FIRST)
        if distance(token.text.lower(), word, allowed) <= allowed
        and _parses(apply_fix(broken.lines, [Edit(token.span, word)]))
    ]


def _parses(lines: list[str]) -> bool:
    indented = bool(lines) and lines[0][:1] in " \t"
    text = ("if 1:\n" if indented else "") + "".join(lines)
    for candidate in (text, text.rstrip() + "\n" + " " * 200 + "pass\n"):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ast.parse(candidate, "<buffer>")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        return True
    return False


@syntax_rule("ME008", "missing-comma", values=("left", "right"))
def missing_comma(broken: Broken) -> Match | None:
    p = broken.problem
    if "forgot a comma" not in p.message:
        return None
    tokens = [
        t
        for t in broken.tokens
        if t.kind is not TokenKind.COMMENT
        and (p.line, p.column) <= (t.line, t.column)
        and (t.line, t.end) <= (p.end_line, max(p.end_column, p.column + 1))
    ]
    for left, right in zip(tokens, tokens[1:], strict=False):
        ends = left.is_operand or left.text in {")", "]", "}"}
        if ends and right.is_operand and not (keyword.iskeyword(right.text) or keyword.iskeyword(left.text)):
            span = Span(left.line, left.column, right.line, right.end)
            return Match(span, {"left": left.text, "right": right.text})
    return None
