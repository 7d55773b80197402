"""The small part of Markdown that hint texts use: quoting a learner's code safely, and taking Markdown away.

Values come from the learner's file, so they are data: no backtick, brace, bracket or line end in a value may
change how the text around it is read. Guarded by tests/analyzers/hints/test_hint_markdown.py.
"""

from __future__ import annotations

import re

ELLIPSIS = "…"

# Control characters, and the marks that reorder text on the screen (an old trick to disguise code).
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f]+")
_SPACES = re.compile(r"\s+")
_BACKTICKS = re.compile(r"`+")
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~!&])")
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>#|~!&])")
_FENCE = re.compile(r"^```[^\n]*\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
_CODE_SPAN = re.compile(r"(?<!\\)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_EMPHASIS = re.compile(r"(?<![\\\w*])(\*{1,2})(?=\S)(.+?)(?<=\S)\1(?![\w*])", re.DOTALL)
_HEADING = re.compile(r"^#{1,6} +", re.MULTILINE)
_LINK = re.compile(r"(?<![\\!])\[([^\]]+)\]\([^)\s]+\)")


def shorten(text: str, limit: int = 40) -> str:
    """The text on one line, without control characters, cut to `limit` characters with an ellipsis."""
    flat = one_line(text)
    if len(flat) <= limit:
        return flat
    return flat[: max(limit - 1, 0)].rstrip() + ELLIPSIS


def one_line(text: str) -> str:
    """The text with every run of white space or unprintable characters as one space."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return _SPACES.sub(" ", _UNPRINTABLE.sub(" ", text)).strip()


def code_span(code: str) -> str:
    """The code as a Markdown code span, with a fence longer than any run of backticks inside it."""
    flat = one_line(code)
    if "`" not in flat:
        return f"`{flat}`" if flat else ""
    fence = "`" * (max(len(run) for run in _BACKTICKS.findall(flat)) + 1)
    padding = " " if flat.startswith("`") or flat.endswith("`") else ""
    return f"{fence}{padding}{flat}{padding}{fence}"


def plain_code(code: str) -> str:
    """The code as it is quoted where Markdown is not read: in single backticks, or else in apostrophes."""
    flat = one_line(code)
    return f"'{flat}'" if "`" in flat else f"`{flat}`"


def escape(text: str) -> str:
    """The text as Markdown prose in which no character has a meaning of its own."""
    return _SPECIAL.sub(r"\\\1", one_line(text))


def as_plain_text(markdown: str) -> str:
    """The same words for a client that shows text as it is: no fences, headings, emphasis, links, escapes.

    Fenced code is indented by four spaces; code spans keep one backtick on each side, which most readers
    know from error messages.
    """
    kept: list[str] = []

    def keep(text: str) -> str:
        kept.append(text)
        return f"\x00{len(kept) - 1}\x00"

    text = markdown.replace("\x00", "")
    text = _FENCE.sub(lambda m: keep(_indented(m.group(1))), text)
    text = _CODE_SPAN.sub(lambda m: keep(plain_code(_unpadded(m.group(2)))), text)
    text = _HEADING.sub("", text)
    text = _LINK.sub(r"\1", text)
    text = _EMPHASIS.sub(r"\2", text)
    text = _ESCAPED.sub(r"\1", text)
    return re.sub(r"\x00(\d+)\x00", lambda m: kept[int(m.group(1))], text)


def code_parts(markdown: str) -> list[str]:
    """Everything that is code in the text: fenced blocks first, then code spans, without their fences."""
    blocks = [match.group(1) for match in _FENCE.finditer(markdown)]
    rest = _FENCE.sub(" ", markdown)
    return blocks + [_unpadded(match.group(2)) for match in _CODE_SPAN.finditer(rest)]


def prose(markdown: str, stand_in: str = "it") -> str:
    """The text with blocks of code left out and each code span replaced by a short word."""
    rest = _FENCE.sub(" ", markdown)
    return as_plain_text(_CODE_SPAN.sub(f" {stand_in} ", rest))


def _indented(block: str) -> str:
    return "\n".join("    " + line if line else line for line in block.rstrip("\n").split("\n"))


def _unpadded(code: str) -> str:
    """A space on both sides belongs to the fence (CommonMark, "Code spans"), unless there is nothing else."""
    if len(code) > 2 and code[0] == code[-1] == " " and code.strip():
        return code[1:-1]
    return code
