r"""Splitting text into lines the way the protocol, Python and editors do: at `\n`, `\r\n` and `\r` only.

`str.splitlines` also splits at form feeds, vertical tabs, U+0085, U+2028 and others; a server that uses it
places every edit below such a character one line off. Nothing in Meno may use it on source text.
"""

from __future__ import annotations

import re

_HALVES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


def plain_ends(text: str) -> str:
    """The text with `\\n` at the ends of lines, as Python reads it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def with_whole_characters(text: str) -> str:
    """The text with the two halves of a surrogate pair joined wherever they stand side by side.

    Editors that count in UTF-16 may insert a character by halves. Python would take the two for two
    characters, of which it can encode neither.
    """
    if text.isascii():
        return text
    return _HALVES.sub(lambda pair: pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le"), text)


def split_lines(text: str) -> list[str]:
    r"""The lines of `text` with their ends kept; the last one has no end and may be empty.

    `"".join(split_lines(text)) == text`, and there is always at least one line.
    """
    if "\r" not in text:
        lines = [line + "\n" for line in text.split("\n")]
        lines[-1] = lines[-1][:-1]
        return lines
    lines = _LINE.findall(text)
    if not lines or lines[-1][-1] in "\r\n":
        lines.append("")
    return lines


def content_length(line: str) -> int:
    """The number of characters before the line's end."""
    if line.endswith("\r\n"):
        return len(line) - 2
    if line.endswith(("\n", "\r")):
        return len(line) - 1
    return len(line)
