"""From a key to its diagnostics, for Meno, an empty pygls server and other servers, in one run.

    python benchmarks/typing_latency.py HARNESS_FOLDER [--search-path SITE] [--modes type,break] [--files …]
                                        [--peers FOLDER] [--only meno,ruff] [--realtime] [--most-cpu-ratio 5]

HARNESS_FOLDER holds `lsp_latency.py` and `floor_server.py`; the folder of `--peers` one virtual environment
for each other server (ty, pyrefly, zuban, basedpyright, python-lsp-server, jedi-language-server). Prints p50
and p99 in milliseconds, CPU milliseconds a key, start, memory, and whether the findings at the end equal
those of a fresh server; then, for each server and mode, the ratio of p50 at the largest file to p50 at 357
lines. With `--most-cpu-ratio` the exit status is 1 if Meno takes more CPU a key than so many times what
the empty pygls server takes in the same run, the middle of all files and modes: a gate that a busy machine
does not move much, since both servers ran on it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import own_data  # noqa: F401 - what is typed here is nobody's history
from tables import Row, print_rows

FILES = [
    "builtin:student",
    "py:json.decoder",
    "py:random",
    "py:inspect",
    "py:scipy.stats.tests.test_distributions",
]
REFERENCE_LINES = 357
# The folder below --peers → its server's command.
PEERS = {
    "ty": "ty server",
    "pyrefly": "pyrefly lsp",
    "zuban": "zuban server",
    "basedpyright": "basedpyright-langserver --stdio",
    "python-lsp-server": "pylsp",
    "jedi-language-server": "jedi-language-server",
}
# Servers that wait for the last key, or take seconds, get fewer keys and more patience.
SLOW = {"basedpyright", "python-lsp-server", "jedi-language-server"}


def servers(harness: Path, peers: Path | None) -> dict[str, str]:
    """The command line of each server that is here."""
    here = Path(sys.executable).parent
    found = {
        "meno": f"{sys.executable} -P -m meno_server lsp",
        "pygls floor": f"{sys.executable} {harness / 'floor_server.py'} pygls 0",
    }
    ruff = shutil.which("ruff", path=str(here)) or shutil.which("ruff")
    if ruff:
        found["ruff"] = f"{ruff} server"
    for folder, command in PEERS.items():
        program = peers / folder / "bin" / command.split()[0] if peers else None
        if program is not None and program.exists():
            found[folder] = f"{program.parent}/{command}"
    return found


def run(harness: Path, name: str, command: str, options: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "out.json")
        arguments = [
            sys.executable,
            str(harness / "lsp_latency.py"),
            *("--server", command),
            *("--files", *options.files),
            *("--modes", options.modes),
            *("--keystrokes", str(options.keystrokes // 4 if name in SLOW else options.keystrokes)),
            *("--settle", "4" if name in SLOW else "1.5"),
            *(("--budget", "10", "--timeout", "15", "--start-timeout", "90") if name in PEERS else ()),
            *(("--realtime",) if options.realtime and name not in PEERS else ()),
            *("--out", str(out)),
            "--verify-final",
        ]
        for path in options.search_path:
            arguments += ["--search-path", path]
        subprocess.run(arguments, stdout=subprocess.DEVNULL, check=False)
        if not out.exists():
            print(f"{name} gave no figures: the harness ended early.", file=sys.stderr)
            return {"results": []}
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
                    # Without a single reply in time there are no percentiles.
                    "p50 ms": round(figures["p50"], 2) if "p50" in figures else None,
                    "p99 ms": round(figures["p99"], 2) if "p99" in figures else None,
                    "CPU ms a key": round(figures.get("server_cpu_ms_per_key", 0.0), 2),
                    "open ms": round(file["cold"]["open_to_first_diagnostics_ms"] or 0),
                    "start ms": round(file["cold"]["spawn_to_initialize_ms"]),
                    "peak MB": round(file["memory"]["peak_tree_rss_mb"]),
                    "equal to fresh": file.get("verify_final", {}).get("equal", "not asked"),
                }
            )
    return rows


def ratios(rows: list[Row]) -> list[Row]:
    largest = max(row["lines"] for row in rows)
    found: list[Row] = []
    for row in rows:
        if row["lines"] != largest or row["p50 ms"] is None:
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


def cpu_ratio(rows: list[Row]) -> float:
    """The middle, over files and modes, of Meno's CPU a key divided by the empty server's."""
    floor = {(r["lines"], r["mode"]): r["CPU ms a key"] for r in rows if r["server"] == "pygls floor"}
    found = [
        row["CPU ms a key"] / floor[row["lines"], row["mode"]]
        for row in rows
        if row["server"] == "meno" and floor.get((row["lines"], row["mode"]))
    ]
    return statistics.median(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("harness", type=Path, help="the folder of lsp_latency.py")
    parser.add_argument("--search-path", action="append", default=[], help="where py: files may be found")
    parser.add_argument("--files", nargs="+", default=FILES)
    parser.add_argument("--modes", default="type,break,top")
    parser.add_argument("--keystrokes", type=int, default=100)
    parser.add_argument("--peers", type=Path, help="a folder with an environment for each other server")
    parser.add_argument("--only", default="", help="the names of the servers to run, parted by commas")
    parser.add_argument("--realtime", action="store_true", help="let the light servers preempt everything")
    parser.add_argument("--most-cpu-ratio", type=float, help="exit with 1 above so many times the floor")
    parser.add_argument("--format", choices=["table", "json"], default="table")
    options = parser.parse_args()
    rows: list[Row] = []
    wanted = {name.strip() for name in options.only.split(",") if name.strip()}
    for name, command in servers(options.harness, options.peers).items():
        if wanted and name not in wanted:
            continue
        rows += rows_of(name, run(options.harness, name, command, options))
    print_rows(rows, options.format)
    print()
    print_rows(ratios(rows), options.format)
    if options.most_cpu_ratio is not None:
        ratio = cpu_ratio(rows)
        print(f"\nCPU a key, Meno to the empty server: {ratio:.2f}, at most {options.most_cpu_ratio:.2f}")
        sys.exit(ratio > options.most_cpu_ratio)


if __name__ == "__main__":
    main()
