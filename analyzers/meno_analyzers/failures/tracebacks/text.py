"""A pasted text as clean lines: without colours, quote marks, log prefixes and carriage returns.

All of it is linear in the length of the text; a line is looked at only up to a fixed length.
"""

from __future__ import annotations

import re

LONGEST_LINE = 4_000

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")
_INDENT = re.compile(r"[ \t]*")
_DIGITS = re.compile(r"\d+")
_LEVELS_OF_QUOTES = 5


def clean_lines(text: str) -> list[str]:
    """The lines of the text, cut to a length that every pattern may be tried on."""
    lines = [line.rstrip("\r")[:LONGEST_LINE] for line in _ANSI.sub("", text).split("\n")]
    for _ in range(_LEVELS_OF_QUOTES):
        if not all(line.startswith(">") and not line.startswith(">>>") for line in lines if line.strip()):
            break
        lines = [line[1:].removeprefix(" ") for line in lines]
        if not any(lines):
            break
    return _dedented(lines)


def indentation(line: str) -> int:
    """How many blanks the line starts with."""
    match = _INDENT.match(line)
    return match.end() if match else 0


def skip_blank(lines: list[str], at: int) -> int:
    """The first line from there on that has something on it, or the end."""
    while at < len(lines) and not lines[at].strip():
        at += 1
    return at


def prefix_pattern(prefix: str) -> re.Pattern[str]:
    """Matches the prefix of a log line on the lines that follow it, whatever the time was by then."""
    literal = [re.escape(part) for part in _DIGITS.split(prefix)]
    return re.compile(r"\d+".join(literal))


def without_prefix(lines: list[str], start: int, prefix: str) -> list[str]:
    """The lines from `start` on that carry the prefix, without it. Blank lines may have lost its blanks."""
    pattern, bare = prefix_pattern(prefix), prefix_pattern(prefix.rstrip())
    found: list[str] = []
    for line in lines[start:]:
        if match := pattern.match(line):
            found.append(line[match.end() :])
        elif (match := bare.match(line)) and not line[match.end() :].strip():
            found.append("")
        else:
            break
    return found


def _dedented(lines: list[str]) -> list[str]:
    """The lines without the blanks that all of them start with."""
    least = min((indentation(line) for line in lines if line.strip()), default=0)
    return [line[least:] for line in lines] if least else lines
