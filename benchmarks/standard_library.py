"""L1 over Python's own standard library: no crash, no hang, and what it says there.

    python benchmarks/standard_library.py [FOLDER] [--sample 30] [--seed 1] [--format json]

Prints one row a rule (findings, and how many in test folders), and with --sample that many findings with
their lines, to be read by a person.
"""

from __future__ import annotations

import argparse
import random
import sysconfig
import time
from collections import Counter
from pathlib import Path

from tables import print_rows

from meno_analyzers.engine import analyse
from meno_analyzers.findings import Finding
from meno_server.terminal.files import UnreadableError, python_files, read_python


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(sysconfig.get_paths()["stdlib"]))
    parser.add_argument("--sample", type=int, default=0, help="print so many findings with their lines")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--format", choices=["table", "json"], default="table")
    options = parser.parse_args()

    found: list[tuple[Path, str, Finding]] = []
    files = lines = unreadable = 0
    slowest = (0.0, Path())
    started = time.perf_counter()
    for path in python_files([options.folder]):
        try:
            text = read_python(path)
        except UnreadableError:
            unreadable += 1
            continue
        before = time.perf_counter()
        findings = analyse(text)
        slowest = max(slowest, (time.perf_counter() - before, path))
        files += 1
        texts = text.splitlines()
        lines += len(texts)
        source = text.replace("\r\n", "\n").split("\n")
        found += [(path, source[finding.span.start_line], finding) for finding in findings]
    seconds = time.perf_counter() - started

    totals = Counter(finding.rule for _, _, finding in found)
    in_tests = Counter(f.rule for path, _, f in found if "test" in str(path.relative_to(options.folder)))
    print_rows(
        [
            {"rule": rule, "findings": count, "in test folders": in_tests[rule]}
            for rule, count in totals.most_common()
        ],
        options.format,
    )
    if options.format == "table":
        print(
            f"\n{files} files, {lines} lines, {unreadable} unreadable, {seconds:.1f} s; "
            f"slowest {slowest[0]:.2f} s: {slowest[1].name}"
        )
    if options.sample:
        chosen = random.Random(options.seed).sample(found, min(options.sample, len(found)))
        print()
        print_rows(
            [
                {
                    "rule": finding.rule,
                    "place": f"{path.relative_to(options.folder)}:{finding.span.start_line + 1}",
                    "line": text.strip()[:90],
                }
                for path, text, finding in sorted(chosen, key=lambda item: (item[2].rule, item[0]))
            ],
            options.format,
        )


if __name__ == "__main__":
    main()
