"""What Meno costs while nobody types: VS Code is opened on a folder, and left alone.

    python benchmarks/idle_cost.py WORKBENCH EXTENSION [--seconds 60] [--packaged] [--format table|json]

WORKBENCH is the folder with code-server and playwright-core that scripts/install-editors makes
(~/.cache/meno-editors/workbench), EXTENSION the packaged extension (vscode-client/meno.vsix). A workbench
in Chromium opens a folder with a Python file that has a mistake; when its mark is there, the processes are
measured from /proc over the seconds that are named. `--packaged` uses the server that the extension brings
instead of this checkout's. The model is not loaded: nothing was saved. For comparison the workbench's own
extension host, which runs the extensions, is measured beside it. Linux only.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import own_data  # noqa: F401 - what is typed here is nobody's history
from tables import print_rows

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from editors.code_server import CodeServer

OPEN = Path(__file__).with_name("open_and_wait.mjs")
SETTLING_SECONDS = 10.0
"""After the first mark: what belongs to the start is not idleness."""
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """Seconds of a processor so far, and memory now, in MB: resident, and the share that is its own."""

    seconds: float
    resident: float
    proportional: float


def cost(pid: int) -> Cost:
    """What a process has cost. Source: proc(5)."""
    behind_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    rollup = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    )
    kilobytes = {name: int(rollup[name].split()[0]) for name in ("Rss", "Pss")}
    used = (int(behind_name[11]) + int(behind_name[12])) / _TICK
    return Cost(used, kilobytes["Rss"] / 1000, kilobytes["Pss"] / 1000)


def processes(project: Path) -> dict[str, list[int]]:
    """The server's process with its children, and the extension host, by their command lines."""
    found: dict[str, list[int]] = {"Meno's server": [], "the extension host": []}
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            here = (folder / "cwd").readlink()
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        if "meno_server lsp" in line and here == project:
            found["Meno's server"].append(int(folder.name))
        elif "--type=extensionHost" in line:
            found["the extension host"].append(int(folder.name))
    servers = found["Meno's server"]
    servers += [pid for pid, parent in parents.items() if parent in servers]
    return found


def measure(project: Path, seconds: float) -> list[dict[str, object]]:
    """One row for each kind of process: percent of a core over the time, and megabytes at its end."""
    time.sleep(SETTLING_SECONDS)
    groups = processes(project)
    before = {pid: cost(pid) for pids in groups.values() for pid in pids}
    started = time.perf_counter()
    time.sleep(seconds)
    passed = time.perf_counter() - started
    rows = []
    for name, pids in groups.items():
        after = [cost(pid) for pid in pids]
        used = sum(now.seconds - before[pid].seconds for pid, now in zip(pids, after, strict=True))
        rows.append(
            {
                "process": name,
                "processes": len(pids),
                "seconds": round(passed, 1),
                "CPU, % of a core": round(100 * used / passed, 3),
                "resident MB": round(sum(now.resident for now in after), 1),
                "proportional MB": round(sum(now.proportional for now in after), 1),
            }
        )
    return rows


def main() -> None:
    """Opens the workbench, waits, measures, and closes it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("workbench", type=Path)
    parser.add_argument("extension", type=Path)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--packaged", action="store_true")
    parser.add_argument("--format", choices=["table", "json"], default="table")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        server = CodeServer(arguments.workbench, arguments.extension.resolve(), Path(home).resolve())
        lesson = server.write("lesson.py", "total = 3\nprint(totl)\n")
        try:
            server.start(own_server=arguments.packaged)
            told = [str(arguments.workbench), str(server.port), str(lesson)]
            page = subprocess.Popen(
                ["node", str(OPEN), *told], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            assert page.stdout is not None
            if page.stdout.readline().strip() != "open":
                sys.exit("The workbench did not show the mistake in its file; nothing was measured.")
            rows = measure(server.project, arguments.seconds)
            page.communicate()
        finally:
            server.stop()
    print_rows(rows, arguments.format)


if __name__ == "__main__":
    main()
