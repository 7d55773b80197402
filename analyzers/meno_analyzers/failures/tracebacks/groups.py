"""Reads the tree that Python prints for an exception group. Its depth is limited, as Python limits it."""

from __future__ import annotations

import re
from dataclasses import replace

from meno_analyzers.failures.tracebacks.python import (
    GROUP_HEADER,
    HEADER,
    named_error,
    read_chain,
    starts_here,
)
from meno_analyzers.failures.tracebacks.report import ErrorText
from meno_analyzers.failures.tracebacks.text import indentation

DEEPEST = 12

_OPENS = re.compile(r"\+-\+-+ ")
_SEPARATES = re.compile(r"\+-+(?: (?:\d+|\.\.\.) -+)?\s*$")


def read_group(lines: list[str], start: int) -> tuple[ErrorText | None, int]:
    """The group whose header stands at `start`, and the line below its tree."""
    margin = indentation(lines[start])
    at = start
    tree: list[str] = []
    while at < len(lines):
        column = indentation(lines[at])
        if column < margin or lines[at][column : column + 1] not in {"|", "+"}:
            break
        if at > start and lines[at].lstrip().startswith(GROUP_HEADER) and column == margin:
            break
        tree.append(lines[at][margin:])
        at += 1
    return _node(tree, 0), at


def _node(tree: list[str], depth: int) -> ErrorText | None:
    """One error of the tree: its own lines start with a bar, its members' lines with two blanks more."""
    own: list[str] = []
    members: list[list[str]] = []
    for line in tree:
        if line.startswith("+ Exception Group"):
            own.append(HEADER)
        elif _OPENS.match(line):
            members.append([])
        elif line.startswith("|"):
            own.append(line[2:])
        elif line.startswith("  ") and _SEPARATES.match(line[2:]):
            members.append([])
        elif members:
            members[-1].append(line[2:])
    error = _own_error(own)
    if error is None or depth >= DEEPEST:
        return error
    inner = [_node(member, depth + 1) for member in members if member]
    return replace(error, members=tuple(member for member in inner if member is not None))


def _own_error(lines: list[str]) -> ErrorText | None:
    at = 0
    found: ErrorText | None = None
    while at < len(lines):
        if starts_here(lines, at):
            error, at = read_chain(lines, at, greedy=True)
            found = error or found
        elif found is None and (named := named_error(lines[at])):
            notes = tuple(line for line in lines[at + 1 :] if line.strip())
            return ErrorText(*named, notes=notes)
        else:
            at += 1
    return found
