"""Whether keys are answered in time while programs that mean harm are run, and what such runs leave behind.

    python benchmarks/keys_during_runs.py PROGRAMS [--seconds 3] [--pause 0.05] [--format table|json]

PROGRAMS is a folder of programs with a function `answer`, or of scripts (tests/analyzers/failures/hostile).
One server is started. Keys are typed into a file of 357 lines, one each `--pause` seconds: first while
nothing runs, the baseline, and then while each program in turn is run with the command "Run my tests and
hint", search and all, for at most `--seconds` and what the case in hand takes. Prints for both: keys, p50,
p99 and the slowest in milliseconds, and how many took longer than 5 ms; for each program what a person is
told; and at the end how many processes and temporary files are left.
"""

from __future__ import annotations

import argparse
import json.decoder
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import own_data  # noqa: F401 - what is typed here is nobody's history
from tables import Row, print_rows

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from end_to_end.wire import COMMAND, Wire

BUDGET = 5.0  # milliseconds
LONGEST = 60.0  # seconds for one run: much more than it may take


class Typist:
    """Types a statement into a function, key by key, and takes the time until its findings come."""

    def __init__(self, wire: Wire, folder: Path, pause: float) -> None:
        self.wire, self.pause = wire, pause
        self.uri = (folder / "typing.py").as_uri()
        text = Path(json.decoder.__file__).read_text("utf-8")
        self.line = text[: text.index("def decode(")].count("\n") + 1
        self.version, self.keys = 1, 0
        wire.open(text, self.uri)
        wire.diagnostics(1)

    def key(self) -> float:
        """Types one key and gives the milliseconds until its findings are there."""
        self.version += 1
        column = self.keys % 40
        self.keys += 1
        text = "value = " + "1234567890" * 4
        since = self.wire.count()
        started = time.perf_counter()
        if column == 0:
            self.wire.change(self.version, (self.line, 0), (self.line, 0), "        \n", self.uri)
        else:
            place = (self.line, 7 + column)
            self.wire.change(self.version, place, place, text[column - 1], self.uri)
        self.wire.diagnostics(self.version, since=since, uri=self.uri)
        return 1000 * (time.perf_counter() - started)


def run(wire: Wire, typist: Typist, program: Path, folder: Path) -> tuple[Row, list[float]]:
    """Runs one program, typing until it has ended."""
    text = program.read_bytes().decode("utf-8", "surrogateescape")
    if text.startswith("#: call"):
        text += "\n\nassert answer() == 42\n"
    path = folder / program.name
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    wire.open(path.read_text("utf-8", errors="replace"), path.as_uri())
    since = wire.count()
    started = time.monotonic()
    wire.ask("workspace/executeCommand", {"command": "meno.runTests", "arguments": [path.as_uri()]})
    times: list[float] = []
    told = None
    while told is None and time.monotonic() - started < LONGEST:
        time.sleep(typist.pause)
        times.append(typist.key())
        said = [m for m in wire.received[since:] if m.get("method") == "window/showMessage"]
        told = said[0]["params"]["message"] if said else None
    wire.notify("textDocument/didClose", {"textDocument": {"uri": path.as_uri()}})
    row = {
        "program": program.stem,
        "seconds": round(time.monotonic() - started, 1),
        "keys": len(times),
        "p99 ms": round(percentile(times, 0.99), 1),
        "told": told or "nothing",
    }
    return row, times


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def summary(name: str, times: list[float]) -> Row:
    return {
        "while": name,
        "keys": len(times),
        "p50 ms": round(statistics.median(times), 2),
        "p99 ms": round(percentile(times, 0.99), 2),
        "slowest ms": round(max(times), 1),
        f"above {BUDGET:g} ms": sum(value > BUDGET for value in times),
    }


def below(process: int) -> list[int]:
    """The processes that a process has started, and theirs. Linux only."""
    found: list[int] = []
    waiting = [process]
    while waiting:
        one = waiting.pop()
        try:
            children = [int(c) for c in Path(f"/proc/{one}/task/{one}/children").read_text().split()]
        except OSError:
            continue
        found += children
        waiting += children
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("programs", type=Path)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--pause", type=float, default=0.05)
    parser.add_argument("--only", default="", help="programs whose name holds this")
    parser.add_argument("--format", choices=["table", "json"], default="table")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder, temporary = Path(scratch, "lessons"), Path(scratch, "tmp")
        folder.mkdir()
        temporary.mkdir()
        wire = Wire(COMMAND, {**os.environ, "TMPDIR": str(temporary)})
        wire.answers["workspace/configuration"] = [
            {"run": {"allow": "always", "seconds": options.seconds}, "model": {"enable": False}}
        ]
        wire.start(rootUri=folder.as_uri())
        typist = Typist(wire, folder, options.pause)
        idle: list[float] = []
        for _ in range(200):
            time.sleep(options.pause)
            idle.append(typist.key())
        rows: list[Row] = []
        busy: list[float] = []
        for program in sorted(options.programs.glob("*.py")):
            if options.only in program.stem:
                row, times = run(wire, typist, program, folder)
                rows.append(row)
                busy += times
        time.sleep(1.0)
        left = {
            "processes left": len(below(wire.process.pid)),
            "files left": sum(1 for _ in temporary.rglob("*")),
        }
        status = wire.stop()
    summaries = [summary("nothing runs", idle), summary("programs run", busy)]
    print_rows(rows, options.format)
    print_rows(summaries, options.format)
    print_rows([{**left, "exit status of the server": status}], options.format)


if __name__ == "__main__":
    main()
