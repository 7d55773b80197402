"""From a key to its diagnostics, for Meno, ruff's server and an empty pygls server, in one run.

    python benchmarks/typing_latency.py HARNESS_FOLDER [--search-path SITE] [--modes type,break] [--files …]

HARNESS_FOLDER holds `lsp_latency.py` and `floor_server.py`. Prints p50 and p99 in milliseconds, CPU
milliseconds a key, and whether the findings at the end equal those of a fresh server; then, for each server
and mode, the ratio of p50 at the largest file to p50 at 357 lines.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tables import Row, print_rows

FILES = [
    "builtin:student",
    "py:json.decoder",
    "py:random",
    "py:inspect",
    "py:scipy.stats.tests.test_distributions",
]
REFERENCE_LINES = 357


def servers(harness: Path) -> dict[str, str]:
    """The command line of each server that is here."""
    here = Path(sys.executable).parent
    found = {
        "meno": f"{sys.executable} -P -m meno_server lsp",
        "pygls floor": f"{sys.executable} {harness / 'floor_server.py'} pygls 0",
    }
    ruff = shutil.which("ruff", path=str(here)) or shutil.which("ruff")
    if ruff:
        found["ruff"] = f"{ruff} server"
    return found


def run(harness: Path, command: str, options: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "out.json")
        arguments = [
            sys.executable,
            str(harness / "lsp_latency.py"),
            *("--server", command),
            *("--files", *options.files),
            *("--modes", options.modes),
            *("--keystrokes", str(options.keystrokes)),
            *("--settle", "1.5"),
            *("--out", str(out)),
            "--verify-final",
        ]
        for path in options.search_path:
            arguments += ["--search-path", path]
        subprocess.run(arguments, stdout=subprocess.DEVNULL, check=False)
        result: dict[str, Any] = json.loads(out.read_text("utf-8"))
        return result


def rows_of(name: str, result: dict[str, Any]) -> list[Row]:
    rows = []
    for file in result["results"]:
        for mode, figures in file["phases"].items():
            rows.append(
                {
                    "server": name,
                    "lines": file["lines"],
                    "mode": mode,
                    "p50 ms": round(figures["p50"], 2),
                    "p99 ms": round(figures["p99"], 2),
                    "CPU ms a key": round(figures["server_cpu_ms_per_key"], 2),
                    "equal to fresh": file.get("verify_final", {}).get("equal", "not asked"),
                }
            )
    return rows


def ratios(rows: list[Row]) -> list[Row]:
    largest = max(row["lines"] for row in rows)
    found: list[Row] = []
    for row in rows:
        if row["lines"] != largest:
            continue
        base = [
            other["p50 ms"]
            for other in rows
            if (other["server"], other["mode"], other["lines"])
            == (row["server"], row["mode"], REFERENCE_LINES)
        ]
        if base and base[0]:
            found.append(
                {
                    "server": row["server"],
                    "mode": row["mode"],
                    f"p50 at {largest} lines / p50 at {REFERENCE_LINES}": round(row["p50 ms"] / base[0], 2),
                }
            )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("harness", type=Path, help="the folder of lsp_latency.py")
    parser.add_argument("--search-path", action="append", default=[], help="where py: files may be found")
    parser.add_argument("--files", nargs="+", default=FILES)
    parser.add_argument("--modes", default="type,break,top")
    parser.add_argument("--keystrokes", type=int, default=100)
    parser.add_argument("--format", choices=["table", "json"], default="table")
    options = parser.parse_args()
    rows: list[Row] = []
    for name, command in servers(options.harness).items():
        rows += rows_of(name, run(options.harness, command, options))
    print_rows(rows, options.format)
    print()
    print_rows(ratios(rows), options.format)


if __name__ == "__main__":
    main()
