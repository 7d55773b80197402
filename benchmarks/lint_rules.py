"""What other linters' own test cases say about our rules: what is found, what is not, and what is too much.

    python benchmarks/lint_rules.py CASES.jsonl.gz … [--format json] [--missed] [--extra] [--alarms]

A case is a program with the foreign rules that are expected on its lines. `foreign_rules.toml` says which of
our rules speak about the same (a family). An expected line is found if one of the family's rules touches it,
and found by any if one of our rules does; where a case gives no line, the whole program counts as one line.
Precision is the share of the family's findings that touch an expected line, in cases that expect the family
and say where. Foreign rules without a family are counted and not scored. Beside it: ruff with its F, B, E9
and PL rules, found by any of them. Then the programs that must be left alone: how many raise an error or a
warning.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import shutil
import subprocess
import sys
import tempfile
import tokenize
import tomllib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tables import Row, print_rows

from meno_analyzers.engine import analyse
from meno_analyzers.findings import Finding, Severity

FAMILIES = Path(__file__).with_name("foreign_rules.toml")
NO_ROW = "(no row)"


@dataclass(frozen=True)
class Family:
    """A group of our rules with the foreign ones that speak about the same."""

    name: str
    ours: frozenset[str]


@dataclass
class Score:
    """What is counted for one family in one file of cases."""

    expected: int = 0
    found: int = 0
    found_by_any: int = 0
    found_by_ruff: int = 0
    spoken: int = 0
    right: int = 0


@dataclass
class Measured:
    """One file of cases."""

    name: str
    scores: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    missed: list[Row] = field(default_factory=list)
    extra: list[Row] = field(default_factory=list)
    alarms: list[Row] = field(default_factory=list)
    silent: int = 0
    alarmed: int = 0
    ruff_alarmed: int = 0


def families() -> dict[str, Family]:
    """Foreign rule → family."""
    table = tomllib.loads(FAMILIES.read_text("utf-8"))
    return {
        theirs: Family(name, frozenset(row["ours"]))
        for name, row in table.items()
        for theirs in row["theirs"]
    }


def touched(finding: Finding) -> range:
    return range(finding.span.start_line + 1, finding.span.end_line + 2)


def ruff_lines(sources: list[str]) -> list[set[int]] | None:
    """The lines on which ruff speaks, for each program; None without ruff."""
    ruff = shutil.which("ruff") or shutil.which("ruff", path=str(Path(sys.executable).parent))
    if ruff is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        for number, source in enumerate(sources):
            Path(folder, f"p{number}.py").write_text(source, "utf-8", errors="replace")
        selected = ["--select", "F,B,E9,PL", "--ignore", "PLR2004,PLR09,F401,F841,PLC0415", "--ignore-noqa"]
        command = [ruff, "check", "--isolated", *selected, "--output-format", "json", folder]
        output = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found: list[set[int]] = [set() for _ in sources]
    for item in json.loads(output):
        found[int(Path(item["filename"]).stem[1:])].add(item["location"]["row"])
    return found


def without_remarks(source: str) -> str:
    """The program without comments behind code: for some rules a remark says that a line is meant."""
    lines = source.split("\n")
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            row, column = token.start
            if token.type == tokenize.COMMENT and lines[row - 1][:column].strip():
                lines[row - 1] = lines[row - 1][:column].rstrip()
    except (tokenize.TokenError, SyntaxError):
        return source
    return "\n".join(lines)


def measure(path: Path, family_of: dict[str, Family]) -> Measured:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        cases = [json.loads(line) for line in lines]
    measured = Measured(path.name.split(".")[0])
    peer = ruff_lines([case["code"] for case in cases])
    for number, case in enumerate(cases):
        findings = analyse(without_remarks(case["code"]))
        if case["expected"]:
            _score(measured, case, findings, peer[number] if peer is not None else set(), family_of)
    silent = [case["fixed"] for case in cases if case.get("fixed")]
    names = [case["id"] for case in cases if case.get("fixed")]
    silent += [case["code"] for case in cases if not case["expected"] and not case.get("forbidden")]
    names += [case["id"] for case in cases if not case["expected"] and not case.get("forbidden")]
    for name, source in zip(names, silent, strict=True):
        loud = [f for f in analyse(source) if f.severity in (Severity.ERROR, Severity.WARNING)]
        measured.silent += 1
        measured.alarmed += bool(loud)
        measured.alarms += [_row(name, f.rule, f.span.start_line + 1, source) for f in loud]
    peer = ruff_lines(silent) if silent else None
    measured.ruff_alarmed = sum(bool(found) for found in peer or ())
    return measured


def _score(
    measured: Measured,
    case: dict[str, Any],
    findings: list[Finding],
    peer: set[int],
    family_of: dict[str, Family],
) -> None:
    wanted: dict[Family, set[int | None]] = defaultdict(set)
    for item in case["expected"]:
        family = family_of.get(item["rule"])
        if family is None:
            measured.scores[NO_ROW].expected += 1
        else:
            wanted[family].add(item.get("line"))
    right_for: dict[str, set[int | None]] = defaultdict(set)
    for family, lines in wanted.items():
        for rule in family.ours:
            right_for[rule] |= lines
    for family, lines in wanted.items():
        score = measured.scores[family.name]
        own = [f for f in findings if f.rule in family.ours]
        for line in sorted(lines, key=lambda line: line or 0):
            found = any(line is None or line in touched(f) for f in own)
            score.expected += 1
            score.found += found
            score.found_by_any += any(line is None or line in touched(f) for f in findings)
            score.found_by_ruff += bool(peer) if line is None else line in peer
            if not found:
                measured.missed.append(_row(case["id"], family.name, line or 1, case["code"]))
        if None not in lines:
            score.spoken += len(own)
            for finding in own:
                right = any(line in touched(finding) for line in right_for[finding.rule])
                score.right += right
                if not right:
                    measured.extra.append(
                        _row(case["id"], finding.rule, finding.span.start_line + 1, case["code"])
                    )


def _row(case: str, rule: str, line: int, source: str) -> Row:
    texts = source.splitlines()
    text = texts[line - 1].strip()[:100] if 0 < line <= len(texts) else ""
    return {"case": case, "rule": rule, "line": line, "text": text}


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "-"


def family_rows(measured: Measured) -> list[Row]:
    return [
        {
            "set": measured.name,
            "family": name,
            "expected": score.expected,
            "recall": _share(score.found, score.expected) if name != NO_ROW else "",
            "by any rule": _share(score.found_by_any, score.expected) if name != NO_ROW else "",
            "ruff": _share(score.found_by_ruff, score.expected) if name != NO_ROW else "",
            "findings": score.spoken if name != NO_ROW else "",
            "precision": _share(score.right, score.spoken),
        }
        for name, score in sorted(measured.scores.items())
    ]


def total_rows(measured: list[Measured]) -> list[Row]:
    """One row a family over all files."""
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for one in measured:
        for name, score in one.scores.items():
            sums[name].update(vars(score))
    total = Measured("all")
    total.scores.update({name: Score(**counts) for name, counts in sums.items()})
    return family_rows(total)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("cases", nargs="+", type=Path)
    parser.add_argument("--each", action="store_true", help="also print the families file by file")
    parser.add_argument(
        "--missed", action="store_true", help="also print the expected lines that are not found"
    )
    parser.add_argument("--extra", action="store_true", help="also print the findings that nobody expects")
    parser.add_argument(
        "--alarms", action="store_true", help="also print the alarms on programs to be left alone"
    )
    parser.add_argument("--format", choices=["table", "json"], default="table")
    options = parser.parse_args()
    family_of = families()
    measured = [measure(path, family_of) for path in options.cases]
    print_rows(total_rows(measured), options.format)
    silence = [
        {
            "set": one.name,
            "to be left alone": one.silent,
            "alarms": one.alarmed,
            "share": _share(one.alarmed, one.silent),
            "ruff": _share(one.ruff_alarmed, one.silent),
        }
        for one in measured
        if one.silent
    ]
    print_rows(silence, options.format)
    if options.each:
        print_rows([row for one in measured for row in family_rows(one)], options.format)
    for wanted, rows in (
        (options.missed, [row for one in measured for row in one.missed]),
        (options.extra, [row for one in measured for row in one.extra]),
        (options.alarms, [row for one in measured for row in one.alarms]),
    ):
        if wanted:
            print_rows(rows, options.format)


if __name__ == "__main__":
    main()
