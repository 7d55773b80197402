"""How often a finding of L1 stands on a line that has to change in a wrong program.

    python benchmarks/bug_lines.py BUGS.jsonl.gz … [--format json]

Sets are JSON lines with `buggy`, `bug_lines` (1-based; for a pure insertion the line after which code is
missing) and `label_quality`. A program counts as hit if any finding, hints included, starts on such a line;
for a pure insertion the line below counts too. Beside Meno's share stand that of `ruff check --select F,E9`
on the same programs, and what as many findings on lines drawn at random would hit. Programs of low label
quality were rewritten rather than repaired, so both shares are given: of all programs, and of the others.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tables import Row, print_rows

from meno_analyzers.engine import analyse
from meno_analyzers.findings import Channel


def wanted_lines(record: dict[str, Any]) -> set[int]:
    lines = {*record["bug_lines"], *(record.get("accept_lines") or ())}
    if record.get("pure_insertion"):
        lines |= {line + 1 for line in lines}
    return lines


def meno_lines(program: str) -> set[int]:
    return {f.span.start_line + 1 for f in analyse(program) if f.channel is not Channel.FEATURE}


def ruff_lines(programs: list[str]) -> list[set[int]] | None:
    """The lines that ruff reports in each program; None without ruff."""
    ruff = shutil.which("ruff") or shutil.which("ruff", path=str(Path(sys.executable).parent))
    if ruff is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        for number, source in enumerate(programs):
            Path(folder, f"p{number}.py").write_text(source, "utf-8", errors="replace")
        command = [ruff, "check", "--isolated", "--select", "F,E9", "--output-format", "json", folder]
        output = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    lines: list[set[int]] = [set() for _ in programs]
    for item in json.loads(output):
        lines[int(Path(item["filename"]).stem[1:])].add(item["location"]["row"])
    return lines


def chance(program: str, wanted: set[int], spoken: int) -> float:
    """How likely so many different lines drawn from those with code meet a wanted one."""
    code = {number for number, line in enumerate(program.splitlines(), 1) if line.strip()}
    missed, left = 1.0, len(code)
    hits = len(wanted & code)
    for _ in range(min(spoken, left)):
        missed *= max(0, left - hits) / left
        left -= 1
    return 1.0 - missed


def measure(path: Path) -> Row:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        records = [record for line in lines if (record := json.loads(line)).get("bug_lines")]
    programs = [record["buggy"] for record in records]
    wanted = [wanted_lines(record) for record in records]
    found = [meno_lines(program) for program in programs]
    peers = ruff_lines(programs)
    sure = [record.get("label_quality") != "low" for record in records]

    def share(hits: list[bool]) -> str:
        return f"{sum(hits) / len(hits):.1%}" if hits else "–"

    hit = [bool(lines & right) for lines, right in zip(found, wanted, strict=True)]
    row: Row = {
        "set": path.parent.name,
        "n": len(records),
        "any finding": share([bool(lines) for lines in found]),
        "on a bug line": share(hit),
        "of sure labels": share([h for h, s in zip(hit, sure, strict=True) if s]),
        "sure": sum(sure),
    }
    if peers is not None:
        row["ruff F,E9"] = share([bool(lines & right) for lines, right in zip(peers, wanted, strict=True)])
    random_hits = [
        chance(program, right, len(lines))
        for program, right, lines in zip(programs, wanted, found, strict=True)
    ]
    row["random lines"] = f"{sum(random_hits) / len(random_hits):.1%}"
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--format", choices=["table", "json"], default="table")
    options = parser.parse_args()
    print_rows([measure(path) for path in options.sets], options.format)


if __name__ == "__main__":
    main()
