"""Whether a day's work leaves anything behind: typing, saves, model runs, test runs and questions for hours.

    python benchmarks/soak.py [--minutes 120] [--pace 0.09] [--parts 12] [--seed 1] [--format table|json]

One server over stdio, with the model, the history and a tutor (an OpenAI-compatible server on loopback). In
each round somebody opens a file, types a program with two mistakes in it, key by key with slips that are
taken back, looks at a hint, climbs the ladder, saves, asks the tutor or runs the tests while typing on in
another file, mends, saves, closes, and rests for a little more than the ten quiet seconds after which Meno
tidies up.

Printed for each part of the time: keys and the milliseconds from a key to its findings; the processor time of
the server for each key, which other work on the machine moves less; memory of the server and of all its
children in MB; open files, threads, processes and temporary files, at the end of the part. The baseline
`machine` is the same loop of plain Python each time: what it moves by, the machine moved. The last row is
the last part divided by the first. Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import own_data
from tables import Row, print_rows

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from end_to_end.wire import FULL_CLIENT, Wire
from tutor.scripted_server import ScriptedServer, says

PROGRAM = '''"""Round {n}."""


def total_{n}(prices):
    price_sum = 0
    for price in prices:
        price_sum = price_sum + price
    return prise_sum


def has_even_{n}(numbers):
    for number in numbers:
        if number % 2 == 0:
            return True
        else:
            return False


assert total_{n}([1, 2]) == 3
assert has_even_{n}([1, 2])
'''
MENDS = (("prise_sum", "price_sum"), ("        else:\n            return False", "    return False"))
ASIDE = "count_{n} = 0\nfor place in range({n}):\n    count_{n} = count_{n} + place\nprint(count_{n})\n"
QUESTION = "Which name does the loop fill, and which name is returned at the end?"
SLIPS = 0.03
REST = 11.0
LONGEST = 60.0
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Part:
    """What happened in a stretch of the time."""

    seconds: list[float] = field(default_factory=list)
    processor: float = 0.0
    machine: list[float] = field(default_factory=list)
    held: Row = field(default_factory=dict)


class Author:
    """Types into files of one server, and takes the time of every key."""

    def __init__(self, wire: Wire, folder: Path, chance: random.Random, pace: float) -> None:
        self.wire, self.folder, self.chance, self.pace = wire, folder, chance, pace
        self.seconds: list[float] = []
        self._versions: dict[str, int] = {}
        self._texts: dict[str, str] = {}

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def open(self, name: str) -> None:
        (self.folder / name).write_text("", "utf-8")
        self._versions[name], self._texts[name] = 1, ""
        since = self.wire.count()
        self.wire.open("", self.uri(name))
        self._answer(name, since)

    def type(self, name: str, text: str) -> None:
        """Writes a text at the end, key by key."""
        for letter in text:
            if self.chance.random() < SLIPS:
                self._key(name, self.chance.choice("abcxyz(:"), 0)
                self._key(name, "", 1)
            self._key(name, letter, 0)

    def replace(self, name: str, old: str, new: str) -> None:
        """Changes one place, as a paste does."""
        text = self._texts[name]
        start = text.index(old)
        self._change(name, start, start + len(old), new)

    def save(self, name: str) -> None:
        (self.folder / name).write_text(self._texts[name], "utf-8")
        self.wire.notify("textDocument/didSave", {"textDocument": {"uri": self.uri(name)}})

    def close(self, name: str) -> None:
        self.wire.notify("textDocument/didClose", {"textDocument": {"uri": self.uri(name)}})
        (self.folder / name).unlink()

    def findings(self, name: str) -> list[dict[str, Any]]:
        """What stands there now, rules before the model."""
        for message in reversed(self.wire.received):
            params = message.get("params")
            if message.get("method") == "textDocument/publishDiagnostics" and params["uri"] == self.uri(name):
                return [one for one in params["diagnostics"] if not str(one["code"]).startswith("model")]
        return []

    def _key(self, name: str, letter: str, taken: int) -> None:
        time.sleep(self.pace * self.chance.uniform(0.5, 1.5))
        end = len(self._texts[name])
        self.seconds.append(self._change(name, end - taken, end, letter))

    def _change(self, name: str, start: int, end: int, new: str) -> float:
        text = self._texts[name]
        self._texts[name] = text[:start] + new + text[end:]
        self._versions[name] += 1
        since, began = self.wire.count(), time.perf_counter()
        self.wire.change(self._versions[name], _place(text, start), _place(text, end), new, self.uri(name))
        self._answer(name, since)
        return time.perf_counter() - began

    def _answer(self, name: str, since: int) -> None:
        self.wire.diagnostics(self._versions[name], since=since, uri=self.uri(name))


def _place(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n"), offset - (before.rfind("\n") + 1)


def work(author: Author, number: int) -> None:
    """One round."""
    wire, name, aside = author.wire, f"lesson_{number % 7}.py", f"aside_{number % 5}.py"
    author.open(name)
    author.type(name, PROGRAM.format(n=number))
    for finding in author.findings(name)[:2]:
        position = finding["range"]["start"]
        wire.request("textDocument/hover", {"textDocument": {"uri": author.uri(name)}, "position": position})
        for _ in range(3):
            mark = finding["data"]["fingerprint"]
            wire.request(
                "workspace/executeCommand",
                {"command": "meno.nextHint", "arguments": [author.uri(name), mark]},
            )
    author.save(name)
    waiting = run(author, name) if number % 2 else ask(author, name)
    author.open(aside)
    author.type(aside, ASIDE.format(n=number))
    wire.wait(lambda m: m.get("id") == waiting and "method" not in m)
    for old, new in MENDS:
        author.replace(name, old, new)
    author.save(name)
    author.close(aside)
    author.close(name)
    time.sleep(REST)
    wire.forget()


def run(author: Author, name: str) -> int:
    """Begins a run of the tests, with the search for the smallest change."""
    return author.wire.ask(
        "workspace/executeCommand", {"command": "meno.runTests", "arguments": [author.uri(name)]}
    )


def ask(author: Author, name: str) -> int:
    """Begins a question to the tutor."""
    finding = author.findings(name)[0]
    context = {"diagnostics": [finding]}
    where = {"textDocument": {"uri": author.uri(name)}, "range": finding["range"], "context": context}
    actions = author.wire.request("textDocument/codeAction", where)
    lazy = next(action for action in actions if "Ask me" in action["title"])
    command = author.wire.request("codeAction/resolve", lazy)["command"]
    return author.wire.ask("workspace/executeCommand", command)


def family(pid: int) -> Iterator[int]:
    """A process and all that came of it. Source: proc(5)."""
    yield pid
    for thread in Path(f"/proc/{pid}/task").iterdir():
        try:
            children = (thread / "children").read_text().split()
        except OSError:  # it ended meanwhile
            continue
        for child in children:
            yield from family(int(child))


def held(pid: int, temporary: Path) -> Row:
    """What the server holds now."""
    everybody = list(family(pid))
    return {
        "server MB": memory(pid),
        "all MB": sum(memory(one) for one in everybody),
        "open files": sum(len(list(Path(f"/proc/{one}/fd").iterdir())) for one in everybody),
        "threads": sum(len(list(Path(f"/proc/{one}/task").iterdir())) for one in everybody),
        "processes": len(everybody),
        "temporary files": sum(1 for _ in temporary.rglob("*")),
    }


def memory(pid: int) -> float:
    """Resident memory in MB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 / 1e6


def spent(pid: int) -> float:
    """Seconds of a processor that a process has used."""
    behind_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(behind_name[11]) + int(behind_name[12])) / _TICK


def machine() -> float:
    """Milliseconds of a loop that does always the same."""
    began = time.perf_counter()
    sum(number * number for number in range(200_000))
    return (time.perf_counter() - began) * 1000


def soak(wire: Wire, author: Author, temporary: Path, chosen: argparse.Namespace) -> list[Part]:
    """Works until the time is up."""
    pid, length = wire.process.pid, chosen.minutes * 60 / chosen.parts
    parts: list[Part] = []
    number, end = 0, time.monotonic() + chosen.minutes * 60
    while time.monotonic() < end:
        part, until, before = Part(), time.monotonic() + length, spent(pid)
        author.seconds.clear()
        while time.monotonic() < min(until, end):
            number += 1
            work(author, number)
            part.machine.append(machine())
        part.seconds, part.processor = list(author.seconds), spent(pid) - before
        part.held = held(pid, temporary)
        parts.append(part)
        print(json.dumps(row(len(parts), part)), file=sys.stderr, flush=True)
    return parts


def row(number: int, part: Part) -> Row:
    """A part as it is printed."""
    times = sorted(1000 * one for one in part.seconds)
    cut = statistics.quantiles(times, n=100)
    return {
        "part": number,
        "keys": len(times),
        "p50 ms": cut[49],
        "p95 ms": cut[94],
        "p99 ms": cut[98],
        "longest ms": times[-1],
        "processor ms a key": 1000 * part.processor / len(times),
        "machine ms": statistics.median(part.machine),
        **part.held,
    }


def ratio(first: Row, last: Row) -> Row:
    """The last part by the first."""
    kept = {name: last[name] / first[name] for name in first if name != "part" and first[name]}
    return {"part": "last / first", **kept}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--pace", type=float, default=0.09, help="seconds from key to key, on average")
    parser.add_argument("--parts", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--format", choices=("table", "json"), default="table")
    chosen = parser.parse_args()
    # A reply that the guard lets pass would need the request's own names; this one shows every other way.
    tutor = ScriptedServer([says(QUESTION)])
    with tempfile.TemporaryDirectory(prefix="meno-soak-") as name:
        folder, temporary = Path(name) / "work", Path(name) / "temporary"
        folder.mkdir()
        temporary.mkdir()
        consent = Path(own_data.FOLDER) / "meno"
        consent.mkdir(parents=True, exist_ok=True)
        host = tutor.url.removeprefix("http://").removesuffix("/v1")
        (consent / "tutor-consent.json").write_text(json.dumps({"/": [host]}), "utf-8")
        wire = Wire(env={**os.environ, "TMPDIR": str(temporary), "MENO_TUTOR_API_KEY": "sk-soak"})
        wire.answers["workspace/configuration"] = [
            {
                "tutor": {"provider": "compatible", "baseUrl": tutor.url},
                "run": {"trustedFolders": [str(folder)]},
            }
        ]
        try:
            wire.start({**FULL_CLIENT, "experimental": {"meno": {"showHint": True}}}, rootUri=folder.as_uri())
            parts = soak(
                wire, Author(wire, folder, random.Random(chosen.seed), chosen.pace), temporary, chosen
            )
        except (OSError, AssertionError):
            told = "\n".join(wire.errors[-20:])
            print(f"The server's exit status is {wire.process.poll()}; it said:\n{told}", file=sys.stderr)
            raise
        finally:
            tutor.stop()
            wire.stop()
        left = [path.name for path in temporary.rglob("*")]
    rows = [row(number, part) for number, part in enumerate(parts, 1)]
    print_rows([*rows, ratio(rows[0], rows[-1])], chosen.format)
    if chosen.format == "table":
        print(f"\nTemporary files when the server had ended: {', '.join(left) or 'none'}.")
        print(f"Lines on its error output: {len(wire.errors)}.")


if __name__ == "__main__":
    main()
