"""Block headers and calls whose parts are missing or out of place (ME024, ME025, ME026, ME032)."""

from __future__ import annotations

from meno_analyzers.findings import Note, Span, insertion
from meno_analyzers.rules.broken import code_on_line, first_word, is_generic, line_span
from meno_analyzers.rules.registry import Broken, Match, syntax_rule
from meno_analyzers.rules.tokens import PAIRS, Token, TokenKind

# Which headers at the same depth each clause can belong to.
_OWNERS = {
    "else": frozenset({"if", "elif", "for", "while", "try", "except", "async"}),
    "elif": frozenset({"if", "elif"}),
    "except": frozenset({"try", "except"}),
    "finally": frozenset({"try", "except", "else"}),
}
_PARTNER = {"else": "if", "elif": "if", "except": "try", "finally": "try"}


@syntax_rule("ME024", "orphan-else", values=("word", "partner", "between"), variants=("depth", "after_last"))
def orphan_else(broken: Broken) -> Match | None:
    p = broken.problem
    if p.message.startswith("expected 'except' or 'finally'"):
        return _clause_behind(broken)
    word = first_word(broken.line)
    if word not in _OWNERS or not (is_generic(broken) or "block follows" in p.message):
        return None
    heads = _line_heads(broken)
    clause = next((head for head in heads if head.line == p.line), None)
    if clause is None or p.column > clause.column:
        return None
    between: Token | None = None
    for head in reversed(heads[: heads.index(clause)]):
        if head.column > clause.column:
            continue
        if head.column < clause.column:
            break
        if head.text in _OWNERS[word]:
            return _interrupted(broken, clause, between, head) if between is not None else None
        if between is None and head.text == "else" and word in {"else", "elif"}:
            return Match(clause.span, _values(clause.text, head.text), variant="after_last")
        between = head
    return Match(clause.span, _values(word, ""), variant="depth")


def _values(word: str, between: str) -> dict[str, str]:
    return {"word": word, "partner": _PARTNER[word], "between": between}


def _interrupted(broken: Broken, clause: Token, between: Token, owner: Token) -> Match:
    text = broken.lines[between.line].strip()
    note = Note(line_span(broken, owner.line), f"The last `{owner.text}` of this depth.")
    return Match(clause.span, _values(clause.text, text), notes=(note,))


def _clause_behind(broken: Broken) -> Match | None:
    """An `except` further down, when the line that CPython points at stands between it and its `try`."""
    if not _clause_at_depth_of(broken, broken.problem.line):
        return None  # most half-typed lines, which need not read the whole unit's tokens
    heads = _line_heads(broken)
    between = next((head for head in heads if head.line == broken.problem.line), None)
    if between is None:
        return None
    for head in heads[heads.index(between) + 1 :]:
        if head.column < between.column:
            return None
        if head.column == between.column and head.text in {"except", "finally"}:
            text = broken.lines[between.line].strip()
            return Match(between.span, _values(head.text, text))
    return None


def _clause_at_depth_of(broken: Broken, line: int) -> bool:
    """Whether, by white space alone, an `except` or `finally` follows at the depth of a line."""
    text = broken.lines[line]
    margin = text[: len(text) - len(text.lstrip())]
    for below in broken.lines[line + 1 :]:
        stripped = below.lstrip()
        if not stripped or stripped.startswith("#"):
            continue
        if not below.startswith(margin):
            return False
        if below.startswith(("except", "finally"), len(margin)):
            return True
    return False


def _line_heads(broken: Broken) -> list[Token]:
    """The first token of every logical line."""
    heads: list[Token] = []
    depth, line = 0, -1
    for token in broken.tokens:
        if token.kind is TokenKind.COMMENT:
            continue
        if token.line != line and depth <= 0:
            heads.append(token)
            depth = 0
        line = token.line
        depth += (token.text in PAIRS) - (token.text in PAIRS.values())
    return heads


@syntax_rule("ME025", "def-without-parens", values=("name",))
def def_without_parens(broken: Broken) -> Match | None:
    if "(" in broken.line or first_word(broken.line) not in {"def", "async"}:
        return None
    tokens = code_on_line(broken, broken.problem.line)
    if tokens[0].text == "async":
        tokens = tokens[1:]
    if len(tokens) < 2 or tokens[0].text != "def" or tokens[1].kind is not TokenKind.NAME:
        return None
    if len(tokens) > 2 and tokens[2].text != ":" and tokens[2].kind is not TokenKind.NAME:
        return None
    if "'('" not in broken.problem.message and not is_generic(broken):
        return None
    plain = len(tokens) < 3 or tokens[2].text == ":"
    missing = "()" if len(tokens) > 2 else "():"
    fix = (insertion(tokens[1].line, tokens[1].end, missing),) if plain else ()
    return Match(tokens[1].span, {"name": tokens[1].text}, fix=fix)


@syntax_rule("ME026", "for-missing-in", values=("target",))
def for_missing_in(broken: Broken) -> Match | None:
    if "for" not in broken.line or not is_generic(broken):
        return None
    tokens = code_on_line(broken, broken.problem.line)
    for index, token in enumerate(tokens):
        if token.text != "for":
            continue
        after = _rest_of_bracket(tokens[index + 1 :])
        names = [t for t in after if t.kind is TokenKind.NAME]
        if len(after) < 2 or any(t.text == "in" for t in after) or after[0].text in {":", "="}:
            continue
        at_start = index == 0 or (index == 1 and tokens[0].text == "async")
        # Inside of brackets the rest may stand on another line.
        if at_start or (after[0] in names and after[1] in names):
            target = names[0].text if names else after[0].text
            span = Span(token.line, token.column, token.line, after[0].end)
            # One name and then what it goes through; with a third word there is another slip.
            plain = after[0] in names and after[1] in names and after[2:3] and after[2] not in names
            fix = (insertion(after[0].line, after[0].end, " in"),) if plain else ()
            return Match(span, {"target": target}, fix=fix)
    return None


def _rest_of_bracket(tokens: list[Token]) -> list[Token]:
    """The tokens up to where the bracket around them closes; none if one of their own stays open."""
    depth = 0
    for index, token in enumerate(tokens):
        depth += (token.text in PAIRS) - (token.text in PAIRS.values())
        if depth < 0:
            return tokens[:index]
    return [] if depth > 0 else tokens


@syntax_rule("ME032", "positional-after-keyword", values=("argument", "name"))
def positional_after_keyword(broken: Broken) -> Match | None:
    p = broken.problem
    if not p.message.startswith("positional argument follows keyword argument"):
        return None
    tokens = [t for t in broken.tokens if t.kind is not TokenKind.COMMENT]
    at = next((i for i, t in enumerate(tokens) if (t.line, t.end) > (p.line, p.column)), len(tokens) - 1)
    for arguments in _calls_around(tokens, at):
        named = next((a for a in arguments if _is_named(a)), None)
        if named is None:
            continue
        for argument in arguments[arguments.index(named) + 1 :]:
            if argument and not _is_named(argument) and argument[0].text != "*":
                first, last = argument[0], argument[-1]
                span = Span(first.line, first.column, last.line, last.end)
                end = last.end if last.line == first.line else None
                text = broken.lines[first.line][first.column : end]
                return Match(
                    span, {"argument": text.strip(), "name": named[0].text.strip("*") or named[1].text}
                )
    return None


def _is_named(argument: list[Token]) -> bool:
    return len(argument) > 1 and (argument[1].text == "=" or argument[0].text == "**")


def _calls_around(tokens: list[Token], at: int) -> list[list[list[Token]]]:
    """The arguments of the bracket that is open at a token, or that it closes; then of the one around it."""
    found = []
    depth = 0
    for index in range(at, -1, -1):
        text = tokens[index].text
        if text in PAIRS.values() and index != at:
            depth += 1
        elif text in PAIRS:
            if depth == 0:
                found.append(_arguments(tokens, index))
            else:
                depth -= 1
    return found


def _arguments(tokens: list[Token], opening: int) -> list[list[Token]]:
    arguments: list[list[Token]] = [[]]
    depth = 0
    for token in tokens[opening + 1 :]:
        if token.text in PAIRS:
            depth += 1
        elif token.text in PAIRS.values():
            if depth == 0:
                break
            depth -= 1
        if token.text == "," and depth == 0:
            arguments.append([])
        else:
            arguments[-1].append(token)
    return arguments
