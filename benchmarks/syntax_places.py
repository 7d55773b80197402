"""Where the first finding stands on programs that do not compile, beside CPython's own line.

    python benchmarks/syntax_places.py BUGS.jsonl.gz … [--format json] [--missed] [--rules]

A program counts as found if the line is one that its author later changed (`bug_lines`), or, where the set is
not sure of those (`label_quality` other than "high"), the line that the set recorded (`syntax_error.line`).
"first" asks the first finding of the file whatever its kind, "syntax" the first about syntax. "general" is
the share that no narrow rule explains (ME000 without a variant).
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

from tables import Row, print_rows

from meno_analyzers.engine import analyse
from meno_analyzers.findings import Category, Finding


def labelled_lines(record: dict[str, Any]) -> set[int]:
    """The 1-based lines at which a finding is taken to be right; empty where the set does not know."""
    error = record.get("syntax_error")
    if record.get("label_quality") == "high" or not error:
        return set(record.get("bug_lines") or ())
    return {error["line"]} if error.get("line") else set()


def compiler_line(source: str) -> int | None:
    try:
        compile(source, "<program>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return error.lineno
    except ValueError:
        return None
    return None


def line_of(finding: Finding | None) -> int:
    return finding.span.start_line + 1 if finding else 0


def measure(path: Path) -> tuple[Row, Counter[str], list[Row]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    counts: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    missed: list[Row] = []
    for record in records:
        source = record["buggy"]
        known = labelled_lines(record)
        compiler = compiler_line(source)
        if not known or compiler is None:
            continue
        findings = analyse(source)
        first = findings[0] if findings else None
        syntax = next((f for f in findings if f.category is Category.SYNTAX_ERROR), None)
        counts["n"] += 1
        counts["first"] += line_of(first) in known
        counts["syntax"] += line_of(syntax) in known
        counts["cpython"] += compiler in known
        counts["general"] += syntax is not None and (syntax.rule, syntax.variant) == ("ME000", None)
        counts["silent"] += syntax is None
        rules[syntax.rule if syntax else "none"] += 1
        if line_of(syntax) not in known:
            missed.append(
                {
                    "program": record["id"],
                    "rule": syntax.rule if syntax else "none",
                    "line": line_of(syntax),
                    "labelled": ", ".join(map(str, sorted(known))),
                    "CPython": compiler,
                }
            )
    n = counts["n"] or 1
    row: Row = {"set": f"{path.parent.name}/{path.name.split('.')[0]}", "n": counts["n"]}
    row |= {name: f"{counts[name] / n:.1%}" for name in ("first", "syntax", "cpython", "general", "silent")}
    return row, rules, missed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("sets", nargs="+", type=Path, help="sets of programs that do not compile")
    parser.add_argument("--rules", action="store_true", help="also print how often each rule speaks")
    parser.add_argument("--missed", action="store_true", help="also print the programs found elsewhere")
    parser.add_argument("--format", choices=["table", "json"], default="table")
    options = parser.parse_args()
    measured = [(path, *measure(path)) for path in options.sets]
    print_rows([row for _, row, _, _ in measured], options.format)
    if options.rules:
        rows = [
            {"set": path.parent.name, "rule": rule, "programs": count}
            for path, _, rules, _ in measured
            for rule, count in rules.most_common()
        ]
        print_rows(rows, options.format)
    if options.missed:
        print_rows([row for _, _, _, missed in measured for row in missed], options.format)


if __name__ == "__main__":
    main()
