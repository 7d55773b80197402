"""How often L1 speaks on programs that are right, and how often on programs that are wrong.

    python benchmarks/alarms.py CLEAN.jsonl.gz … --bugs BUGS.jsonl.gz … [--format json] [--rules] [--hints]

A program counts once, if it has any finding of severity error or warning; with `--hints` any finding at all.
Beside Meno's share stands that of
`ruff check --select F` (pyflakes' rules) on the same files. Each set is JSON lines with the program under
`code`, `buggy` or `fixed`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tables import Row, print_rows

from meno_analyzers.engine import analyse
from meno_analyzers.findings import Severity


def programs(path: Path, keys: tuple[str, ...]) -> list[str]:
    """The programs of a set."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    found = [next((record[key] for key in keys if record.get(key)), None) for record in records]
    return [program for program in found if program]


def rules_found(program: str, quietest: Severity) -> set[str]:
    return {finding.rule for finding in analyse(program) if finding.severity.rank <= quietest.rank}


def ruff_share(sources: list[str]) -> float | None:
    """The share of files on which ruff's F rules (and syntax errors) speak; None without ruff."""
    ruff = shutil.which("ruff") or shutil.which("ruff", path=str(Path(sys.executable).parent))
    if ruff is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        for number, source in enumerate(sources):
            Path(folder, f"p{number}.py").write_text(source, "utf-8", errors="replace")
        command = [ruff, "check", "--isolated", "--select", "F", "--output-format", "json", folder]
        output = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return len({item["filename"] for item in json.loads(output)}) / len(sources)


def measure(path: Path, keys: tuple[str, ...], kind: str, quietest: Severity) -> tuple[Row, Counter[str]]:
    sources = programs(path, keys)
    rules = [rules_found(source, quietest) for source in sources]
    spoken = sum(bool(found) for found in rules)
    peer = ruff_share(sources)
    row: Row = {
        "set": f"{path.parent.name}/{path.name.split('.')[0]}",
        "programs": kind,
        "n": len(sources),
        "with a finding": spoken,
        "share": f"{spoken / len(sources):.2%}",
        "ruff F": "not installed" if peer is None else f"{peer:.2%}",
    }
    return row, Counter(rule for found in rules for rule in found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("clean", nargs="+", type=Path, help="sets of programs that are right")
    parser.add_argument("--bugs", nargs="*", type=Path, default=[], help="sets of programs that are wrong")
    parser.add_argument("--rules", action="store_true", help="also print the findings per rule")
    parser.add_argument("--hints", action="store_true", help="count hints and information too")
    parser.add_argument("--format", choices=["table", "json"], default="table")
    options = parser.parse_args()
    rows, per_rule = [], []
    quietest = Severity.INFORMATION if options.hints else Severity.WARNING
    for kind, paths, keys in (
        ("right", options.clean, ("code", "fixed")),
        ("wrong", options.bugs, ("buggy", "code")),
    ):
        for path in paths:
            row, rules = measure(path, keys, kind, quietest)
            rows.append(row)
            per_rule += [
                {"set": row["set"], "programs": kind, "rule": rule, "files": count}
                for rule, count in rules.most_common()
            ]
    print_rows(rows, options.format)
    if options.rules:
        print()
        print_rows(per_rule, options.format)


if __name__ == "__main__":
    main()
