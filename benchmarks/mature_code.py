"""What L1 says about code that has been in use for years: every alarm, to be read, and how many there are.

    python benchmarks/mature_code.py FOLDER … [--packages FOLDER …] [--without NAME …] [--judged TABLE]
        [--format json]

Each FOLDER is one package; each folder inside a folder of `--packages` is one (site-packages, say).
`--without` leaves out what bears one of the names: a folder's (`tests`), or a path from the package's root
(`idlelib/idle_test`). An alarm is a finding of severity error or warning. Printed are one row a package
(files, lines, seconds, alarms, alarms in 10,000 lines) and one row an alarm. With `--judged`, the table of
those that were read (`mature_code.md`), each alarm has its verdict beside it, and the packages a count of
those that are wrong; one that the table does not hold is `unread`.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tables import Row, print_rows

from meno_analyzers.engine import analyse
from meno_analyzers.findings import Severity
from meno_analyzers.hints import notice_for
from meno_server.terminal.files import UnreadableError, python_files, read_python

UNREAD = "unread"
_JUDGED = re.compile(r"\| (?P<package>[^|]+) \| (?P<place>[^|]+) \| (?P<rule>ME\d+) \| (?P<verdict>[^|]+) \|")
Verdicts = dict[tuple[str, str, str], str]


@dataclass
class Package:
    """One package and what was said about it."""

    name: str
    files: int = 0
    lines: int = 0
    unreadable: int = 0
    seconds: float = 0.0
    alarms: list[Row] = field(default_factory=list)

    def row(self, verdicts: Verdicts | None) -> Row:
        row: Row = {
            "package": self.name,
            "files": self.files,
            "lines": self.lines,
            "unreadable": self.unreadable,
            "seconds": round(self.seconds, 1),
            "alarms": len(self.alarms),
            "in 10,000 lines": _rate(len(self.alarms), self.lines),
        }
        if verdicts is not None:
            counts = Counter(alarm["verdict"] for alarm in self.alarms)
            row |= {
                "true": counts["true"],
                "meant": counts["meant"],
                "wrong": counts["wrong"],
                UNREAD: counts[UNREAD],
                "wrong in 10,000 lines": _rate(counts["wrong"] + counts[UNREAD], self.lines),
            }
        return row


def _rate(count: int, lines: int) -> str:
    return f"{10_000 * count / lines:.3f}" if lines else "-"


def folders(named: Sequence[Path], of_packages: Sequence[Path], without: set[str]) -> Iterator[Path]:
    """The packages to look at; one that several folders hold is looked at where it comes first."""
    yield from named
    seen: set[str] = set()
    for parent in of_packages:
        for folder in sorted(parent.iterdir()):
            wanted = folder.is_dir() and folder.name not in without | seen and "." not in folder.name
            if wanted and folder.name != "__pycache__":
                seen.add(folder.name)
                yield folder


def measure(folder: Path, without: set[str], verdicts: Verdicts | None) -> Package:
    """All alarms of a package, in the order of its files."""
    package = Package(folder.name)
    started = time.perf_counter()
    for path in python_files([folder]):
        relative = path.relative_to(folder)
        above = [parent.as_posix() for parent in relative.parents]
        if without & {*above, *relative.parts[:-1]}:
            continue
        try:
            text = read_python(path)
        except UnreadableError:
            package.unreadable += 1
            continue
        package.files += 1
        package.lines += len(text.splitlines())
        for finding in analyse(text):
            if finding.severity.rank > Severity.WARNING.rank:
                continue
            place = f"{relative.as_posix()}:{finding.span.start_line + 1}"
            alarm: Row = {"package": package.name, "place": place, "rule": finding.rule}
            if verdicts is not None:
                alarm["verdict"] = verdicts.get((package.name, place, finding.rule), UNREAD)
            package.alarms.append(alarm | {"notice": notice_for(finding)})
    package.seconds = time.perf_counter() - started
    return package


def judged(table: Path) -> Verdicts:
    """(package, place, rule) → verdict, from the rows of the table."""
    rows = (_JUDGED.match(line) for line in table.read_text("utf-8").splitlines())
    return {(row["package"], row["place"], row["rule"]): row["verdict"] for row in rows if row is not None}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", help="packages")
    parser.add_argument("--packages", nargs="+", type=Path, default=[], help="folders of packages")
    parser.add_argument("--without", nargs="+", default=[], help="names of folders to leave out")
    parser.add_argument("--judged", type=Path, help="the table of alarms that were read")
    parser.add_argument("--format", choices=["table", "json"], default="table")
    options = parser.parse_args()
    without = set(options.without)
    verdicts = judged(options.judged) if options.judged is not None else None
    packages = []
    for folder in folders(options.folders, options.packages, without):
        package = measure(folder, without, verdicts)
        print(f"{package.name}: {package.lines} lines, {len(package.alarms)} alarms", file=sys.stderr)
        if package.lines:
            packages.append(package)
    alarms = [alarm for package in packages for alarm in package.alarms]
    total = Package(
        "all",
        sum(package.files for package in packages),
        sum(package.lines for package in packages),
        sum(package.unreadable for package in packages),
        sum(package.seconds for package in packages),
        alarms,
    )
    rows = [package.row(verdicts) for package in [*packages, total]]
    if options.format == "json":
        print(json.dumps({"packages": rows, "alarms": alarms}, indent=2))
        return
    print_rows(rows, options.format)
    print()
    print_rows(alarms, options.format)


if __name__ == "__main__":
    main()
