"""Comments by which an author has said that a line is meant, to Meno or to another tool.

`# meno: ok` is ours. `# noqa: F821`, `# type: ignore[name-defined]` and their like were written for other
tools that complain of the same: whoever put one there has read that complaint about this line, and need not
read ours. Nothing silences a syntax error but `# meno: ok`.
"""

from __future__ import annotations

import re

from meno_analyzers.findings import Category, Finding

_OURS = re.compile(r"#\s*meno:\s*ok\b(?P<rules>[^#\r\n]*)")
_NOQA = re.compile(r"#\s*noqa\b(?P<codes>:[\sA-Z\d,]+)?", re.IGNORECASE)
_TYPES = re.compile(r"#\s*(type|pyright|pyrefly|ty|mypy):\s*ignore\b", re.IGNORECASE)
_PYLINT = re.compile(r"#\s*pylint:\s*disable(-next)?=(?P<names>[\w\-,\s]+)")

# What type checkers complain of: names and attributes that they do not find, and values that do not fit.
_OF_TYPES = frozenset(
    {
        Category.NAME_ERROR,
        Category.ATTRIBUTE_ERROR,
        Category.TYPE_ERROR,
        Category.WRONG_ARGUMENT,
        Category.INDEX_ERROR,
        Category.KEY_ERROR,
        Category.VALUE_ERROR,
    }
)
_NAMES = "ME101 ME102 ME103 ME104 ME105 ME106 ME107 ME112 ME115 ME417 ME807"
_FORMATS = "ME609"
_STATEMENTS = "ME212 ME213 ME214 ME405 ME406 ME416 ME608"
# Codes and names of other linters' rules, or what several of them begin with → our rules about the same.
_SAME = {
    "F82": _NAMES,
    "F5": _FORMATS,
    "F601": "ME504",
    "F63": "ME216 ME712",
    "E722": "ME901",
    "E0601": _NAMES,
    "E0602": _NAMES,
    "W0104": _STATEMENTS,
    "W0106": _STATEMENTS,
    "B001": "ME901",
    "B002": "ME212",
    "B005": "ME602",
    "B006": "ME410",
    "B012": "ME908",
    "B015": _STATEMENTS,
    "B016": "ME903",
    "B018": _STATEMENTS,
    "B020": "ME109 ME317",
    "B023": "ME332",
    "B030": "ME902 ME905",
    "B909": "ME315 ME316",
    "S110": "ME901",
    "S112": "ME901",
    "BLE001": "ME901",
    "ISC": "ME520",
    "PLR0124": "ME709",
    "PLE0101": "ME808",
    "PLW0120": "ME306",
    "PLW0127": "ME113",
    "PLW0133": "ME904",
    "PLW0150": "ME908",
    "PLW2901": "ME109 ME317",
    "RET503": "ME402",
    "RUF024": "ME517",
    "RUF027": "ME601",
    "SIM222": "ME701 ME703",
    "SIM223": "ME702",
    "undefined-variable": _NAMES,
    "used-before-assignment": _NAMES,
    "possibly-used-before-assignment": "ME107",
    "no-member": "ME506 ME509 ME605 ME806 ME812 ME906",
    "pointless-statement": _STATEMENTS,
    "expression-not-assigned": _STATEMENTS,
    "dangerous-default-value": "ME410",
    "cell-var-from-loop": "ME332",
    "lost-exception": "ME908",
    "return-in-finally": "ME908",
    "bare-except": "ME901",
    "broad-except": "ME901",
    "implicit-str-concat": "ME520",
    "comparison-with-itself": "ME709",
    "modified-iterating-": "ME315 ME316",
    "inconsistent-return-statements": "ME402",
    "no-value-for-parameter": "ME409 ME804",
    "too-many-function-args": "ME409",
    "unexpected-keyword-arg": "ME409",
    "not-callable": "ME108 ME114 ME116 ME408",
    "unsubscriptable-object": "ME514 ME519",
    "using-constant-test": "ME407 ME708",
    "no-self-argument": "ME801",
    "no-method-argument": "ME801",
}


def without_suppressed(findings: list[Finding], lines: list[str]) -> list[Finding]:
    """Leaves out what a comment on a finding's first line allows."""
    return [finding for finding in findings if not _is_allowed(finding, lines)]


def _is_allowed(finding: Finding, lines: list[str]) -> bool:
    line = lines[finding.span.start_line] if finding.span.start_line < len(lines) else ""
    if "#" not in line:
        return False
    ours = _OURS.search(line)
    if ours is not None:
        rules = set(re.split(r"[\s,]+", ours["rules"].strip())) - {""}
        if not rules or finding.rule in rules:
            return True
    if finding.category is Category.SYNTAX_ERROR:
        return False
    noqa = _NOQA.search(line)
    if noqa is not None and (noqa["codes"] is None or _speaks_of(finding.rule, noqa["codes"].upper())):
        return True
    pylint = _PYLINT.search(line)
    if pylint is not None and _speaks_of(finding.rule, pylint["names"]):
        return True
    return finding.category in _OF_TYPES and _TYPES.search(line) is not None


def _speaks_of(rule: str, codes: str) -> bool:
    """Whether one of the other tool's codes stands for what the rule says."""
    return any(
        code.startswith(same) and rule in ours
        for code in re.split(r"[\s,:]+", codes)
        for same, ours in _SAME.items()
    )
