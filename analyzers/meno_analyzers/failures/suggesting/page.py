"""Suggestions as a page: Markdown for an editor, or plain text for a terminal. Both say the same."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from meno_analyzers.failures.suggesting.schema import Ending, Suggestion, Suggestions
from meno_analyzers.failures.suggesting.words import say, span
from meno_analyzers.hints.catalogue import DEFAULT_LANGUAGE

_WIDTH = 88


def as_markdown(suggestions: Suggestions, language: str = DEFAULT_LANGUAGE) -> str:
    """The suggestions as a Markdown document."""
    title = say("page", "title", {"file": span(suggestions.file_alias)}, language)
    parts = [f"# {title}"]
    for number, one in enumerate(suggestions.suggestions, start=1):
        parts.append(f"{number}. {one.today} **{one.question}**  \n   *{one.why}*")
    if suggestions.suggestions:
        fence = "```" if "```" not in suggestions.code else "~~~~"
        parts += [_fill(suggestions, language), f"{fence}python\n{suggestions.code}{fence}"]
    else:
        parts.append(say("page", "none", {}, language))
    parts += _raises(suggestions, language)
    if suggestions.not_asked:
        parts.append(f"## {say('page', 'left_out', {}, language)}")
        parts.append("\n".join(f"- {one.sentence}" for one in suggestions.not_asked))
    parts += _ended(suggestions, language)
    return "\n\n".join(parts) + "\n"


def as_text(suggestions: Suggestions, language: str = DEFAULT_LANGUAGE, width: int = _WIDTH) -> str:
    """The suggestions for a terminal, in lines of at most `width` characters where words allow it."""
    title = say("page", "title", {"file": suggestions.file_alias}, language)
    parts = [f"{title}\n{'=' * min(len(title), width)}"]
    parts += [_item(number, one, width) for number, one in enumerate(suggestions.suggestions, start=1)]
    if suggestions.suggestions:
        parts.append("\n".join(_wrapped(_fill(suggestions, language), width)))
        parts.append(textwrap.indent(suggestions.code.rstrip("\n"), "    "))
    else:
        parts.append(say("page", "none", {}, language))
    parts += ["\n".join(_wrapped(text, width)) for text in _raises(suggestions, language)]
    if suggestions.not_asked:
        heading = say("page", "left_out", {}, language)
        rows = [
            line for one in suggestions.not_asked for line in _wrapped(one.sentence, width, "  - ", "    ")
        ]
        parts.append("\n".join([heading, "-" * len(heading), *rows]))
    parts += _ended(suggestions, language)
    return "\n\n".join(parts) + "\n"


def _item(number: int, one: Suggestion, width: int) -> str:
    first = f"{number:3}. "
    rest = " " * len(first)
    said = _wrapped(f"{one.today} {one.question}", width, first, rest)
    return "\n".join([*said, *_wrapped(one.why, width, rest, rest)])


def _wrapped(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """The text in lines that are broken between words, but never inside a code span."""
    lines, line = [], first
    for piece in _pieces(text):
        glue = "" if line in {first, rest} else " "
        if line not in {first, rest} and len(line) + len(glue) + len(piece) > width:
            lines.append(line)
            line, glue = rest, ""
        line += glue + piece
    return [*lines, line]


def _pieces(text: str) -> Iterator[str]:
    """Words; a code span with what sticks to it is one."""
    piece, fence, place = "", "", 0
    while place < len(text):
        char = text[place]
        if char == "`":
            run = len(text[place:]) - len(text[place:].lstrip("`"))
            fence = "" if fence == "`" * run else fence or "`" * run
            piece += "`" * run
            place += run
            continue
        if char == " " and not fence:
            yield piece
            piece = ""
        else:
            piece += char
        place += 1
    yield piece


def _fill(suggestions: Suggestions, language: str) -> str:
    in_doctests = [one.code.startswith(">>>") for one in suggestions.suggestions]
    name = "fill_doctest" if all(in_doctests) else "fill_both" if any(in_doctests) else "fill"
    return say("page", name, {}, language)


def _raises(suggestions: Suggestions, language: str) -> list[str]:
    if not any(one.ending in {Ending.RAISES, Ending.REFUSES} for one in suggestions.suggestions):
        return []
    return [say("page", f"raises_{suggestions.style}", {}, language)]


def _ended(suggestions: Suggestions, language: str) -> list[str]:
    return [] if suggestions.ended == "done" else [say("page", suggestions.ended, {}, language)]
