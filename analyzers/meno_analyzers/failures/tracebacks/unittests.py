"""Reads the reports of `unittest`: a title for each test that failed, and below it what Python prints."""

from __future__ import annotations

import re
from dataclasses import replace

from meno_analyzers.failures.tracebacks.compared import of_unittest
from meno_analyzers.failures.tracebacks.python import named_error, read_chain, starts_here
from meno_analyzers.failures.tracebacks.report import ErrorText, Origin

_TITLE = re.compile(r"(?:FAIL|ERROR): (?P<name>[^\s(]+)(?: \((?P<where>[\w.<>]+)\))?")
_RULE = re.compile(r"={20,}\s*$|-{20,}\s*$")
# A title has at most a line of documentation below it before the rule.
_LONGEST_TITLE = 6


def title_at(lines: list[str], at: int) -> bool:
    """Whether the report of one test starts on that line."""
    if not lines[at].startswith(("FAIL: ", "ERROR: ")) or not _TITLE.match(lines[at]):
        return False
    return any(line.startswith("----------") for line in lines[at + 1 : at + _LONGEST_TITLE])


def read_unittest(lines: list[str], start: int) -> tuple[list[ErrorText], int]:
    """The errors of the test whose title stands at `start`, and the line below its report."""
    title = _TITLE.match(lines[start])
    test = _test_name(title["name"], title["where"]) if title else None
    first = start + 1
    while first < len(lines) and not _RULE.match(lines[first]):
        first += 1
    end = first + 1
    while end < len(lines) and not _RULE.match(lines[end]):
        end += 1
    body = lines[first + 1 : end]
    found: list[ErrorText] = []
    at = 0
    while at < len(body):
        if starts_here(body, at):
            error, at = read_chain(body, at, greedy=True)
            if error is not None:
                found.append(_of_test(error, test))
        else:
            at += 1
    if not found:
        named = next((named for line in body if (named := named_error(line))), None)
        found = [_of_test(ErrorText(*named), test)] if named else []
    return found, end


def _of_test(error: ErrorText, test: str | None) -> ErrorText:
    source = error.frames[-1].source if error.frames else None
    asserted = error.name == "AssertionError"
    pair = of_unittest(error.message, source) if asserted else None
    observed, expected = pair or (None, None)
    return replace(error, origin=Origin.UNITTEST, test=test, observed=observed, expected=expected)


def _test_name(name: str, where: str | None) -> str:
    """`TestSum.test_empty` of `test_empty (test_sum.TestSum.test_empty)`; older ones lack the end."""
    if not where:
        return name
    inside = where.removesuffix("." + name).rpartition(".")[2]
    return name if inside in {"_FailedTest", "__main__"} else f"{inside}.{name}"
