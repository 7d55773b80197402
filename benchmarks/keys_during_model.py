"""Whether keys are answered in time while the bug model reads the files that are saved.

    python benchmarks/keys_during_model.py [--rounds 8] [--keys 100] [--pause 0.05] [--format table|json]

One server is started. Keys are typed into a file of 357 lines, one each `--pause` seconds, in rounds: half of
each round while the model rests, half while another file of 20 functions is saved at every second key, each
time with other numbers in all of them, so that nothing comes from the cache. Prints for both halves: keys,
p50, p99 and the slowest in milliseconds, and what the model's process has used of a core. Linux only.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import own_data  # noqa: F401 - what is typed here is nobody's history
from keys_during_runs import Typist, below, summary
from tables import print_rows

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from end_to_end.wire import COMMAND, Wire

FUNCTIONS = 20
_FUNCTION = """
def kept_{name}(values, least={number}):
    kept = []
    position = 0
    while position < len(values):
        if values[position] > least and values[position] not in kept:
            kept.append(values[position])
        elif position % {number} == 0:
            least = least + 1
        position += 1
    if not kept:
        return None
    total = sum(kept)
    return total / len(kept)
"""


def lesson(number: int) -> str:
    """A file whose functions are all new for another number."""
    return "\n".join(_FUNCTION.format(name=k, number=number * FUNCTIONS + k + 1) for k in range(FUNCTIONS))


class Saver:
    """Saves a file again and again, each time as another one."""

    def __init__(self, wire: Wire, folder: Path) -> None:
        self.wire, self.number = wire, 1
        self.uri = (folder / "saved.py").as_uri()
        wire.open(lesson(0), self.uri)

    def save(self) -> None:
        self.number += 1
        self.wire.notify(
            "textDocument/didChange",
            {
                "textDocument": {"uri": self.uri, "version": self.number},
                "contentChanges": [{"text": lesson(self.number)}],
            },
        )
        self.wire.notify("textDocument/didSave", {"textDocument": {"uri": self.uri}})


def seconds_of(processes: list[int]) -> float:
    """Processor seconds that the processes have used."""
    ticks = 0
    for process in processes:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--keys", type=int, default=100)
    parser.add_argument("--pause", type=float, default=0.05)
    parser.add_argument("--format", choices=["table", "json"], default="table")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        wire = Wire(COMMAND, dict(os.environ))
        wire.start(rootUri=folder.as_uri())
        typist, saver = Typist(wire, folder, options.pause), Saver(wire, folder)
        saver.save()
        while not (workers := below(wire.process.pid)):
            time.sleep(0.1)
        time.sleep(3.0)
        times: dict[str, list[float]] = {"the model rests": [], "the model reads": []}
        used = dict.fromkeys(times, 0.0)
        spent = dict.fromkeys(times, 0.0)
        for _ in range(options.rounds):
            for name, kept in times.items():
                before, since = seconds_of(workers), time.monotonic()
                for key in range(options.keys):
                    if name == "the model reads" and key % 2 == 0:
                        saver.save()
                    time.sleep(options.pause)
                    kept.append(typist.key())
                used[name] += seconds_of(workers) - before
                spent[name] += time.monotonic() - since
                time.sleep(1.0)
        wire.stop()
    rows = [summary(name, kept) for name, kept in times.items()]
    for row, name in zip(rows, times, strict=True):
        row["model's share of a core"] = f"{used[name] / spent[name]:.0%}"
    print_rows(rows, options.format)


if __name__ == "__main__":
    main()
