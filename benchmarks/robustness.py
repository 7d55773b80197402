"""Does anything that a person can do to a text crash the analyzer, hold it up, or leave it with old findings.

    python benchmarks/robustness.py FOLDER|PROGRAMS.jsonl.gz … [--prefixes 300] [--edits 200000] [--seed 1]
        [--whole CHARACTERS] [--save FILE] [--format json]

Files of a folder are typed from their first character on: small ones whole, of large ones some stretches;
with `--whole` only files of at most so many characters are taken, and every prefix of each is analysed.
Then random edits are made in bursts: typing, deleting, pasting, taking back, moving lines. Programs of a set
are all typed whole. After each burst, and now and then while typing, the findings must be those of a fresh
analysis of the same text, which finds no fact in the cache. A time is the processor time of one edit and of
the work that the first answer waits for; the fresh analysis stands beside it. `--save` keeps what went wrong.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import json
import random
import sysconfig
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tables import Row, print_rows

from meno_analyzers import checking, engine
from meno_analyzers.engine import Analysis
from meno_analyzers.findings import Finding
from meno_analyzers.source import Document
from meno_server.terminal.files import UnreadableError, python_files, read_python

FIRST_ANSWER = 0.002
TOO_LONG = 0.05
SMALL, LARGE = 1_500, 40_000
Place = tuple[int, int]
Edit = tuple[Place, Place, str]
PIECES = (
    "(", ")", "[", "]", "{", ":", "'", "\"", "\"\"\"", "#", "\n", "\n\n", "    ", " ", "=", ".", ",",
    "\\\n", "é", "\t", "def f(a):\n", "class Dog:\n", "    def bark(self):\n", "        self.nmae = 1\n",
    "self.name", "x", "lambda: ", "Dog().bark()\n", "global total\n", "from math import sqrt\n",
    "import os\n", "for i in range(3):\n", "if x:\n", "    return x\n", "else:\n", "@staticmethod\n",
    "total = 1\n", "print(total)\n", "del total\n", "pass\n",
)  # fmt: skip


@dataclass
class Measured:
    """What happened to one kind of text."""

    name: str
    texts: int = 0
    times: list[float] = field(default_factory=list)
    fresh: list[float] = field(default_factory=list)
    crashes: int = 0
    mismatches: int = 0
    failures: list[dict[str, Any]] = field(default_factory=list)
    longest: float = 0.0
    slowest: str = ""

    def row(self) -> Row:
        times, fresh = sorted(self.times), sorted(self.fresh)
        return {
            "texts": self.name,
            "n": self.texts,
            "edits": len(times),
            "crashes": self.crashes,
            "compared": len(fresh),
            "not equal to fresh": self.mismatches,
            "p50 ms": _milliseconds(times, 0.5),
            "p99.9 ms": _milliseconds(times, 0.999),
            "slowest ms": _milliseconds(times, 1),
            "over 50 ms": sum(t > TOO_LONG for t in times),
            "fresh p50 ms": _milliseconds(fresh, 0.5),
            "fresh slowest ms": _milliseconds(fresh, 1),
        }


def _milliseconds(times: list[float], share: float) -> str:
    return f"{times[min(len(times) - 1, int(len(times) * share))] * 1000:.1f}" if times else "-"


def analysed_anew(text: str) -> list[Finding]:
    """The findings of a text by an engine that remembers nothing."""
    kept = engine._CACHE
    engine._CACHE = type(kept)(1_000_000, 1_000_000)
    try:
        return engine.analyse(text)
    finally:
        engine._CACHE = kept


class Session:
    """One text that is edited; it keeps what it needs to tell how a failure came about."""

    def __init__(self, measured: Measured, name: str, text: str) -> None:
        self.measured = measured
        self.name = name
        self.text = text
        self.edits: list[Edit] = []
        self.document = Document("", text)
        self.analysis = Analysis(self.document)

    def edit(self, start: Place, end: Place, text: str) -> None:
        self.edits.append((start, end, text))
        before = time.process_time()
        self.analysis.edited(self.document.splice(start, end, text))
        self.analysis.work(FIRST_ANSWER)
        taken = time.process_time() - before
        if taken > self.measured.longest:
            self.measured.longest = taken
            self.measured.slowest = f"{self.name} after {len(self.edits)} edits: {start} {end} {text!r}"
        self.measured.times.append(taken)
        if taken > TOO_LONG:
            self._fail(f"{taken * 1000:.0f} ms")

    def compare(self) -> None:
        """Ends all work and compares with a fresh analysis."""
        self.analysis.work()
        before = time.process_time()
        fresh = analysed_anew(self.document.text)
        self.measured.fresh.append(time.process_time() - before)
        ours = self.analysis.findings()
        if ours != fresh:
            self.measured.mismatches += 1
            different = [f for f in ours if f not in fresh] + [f for f in fresh if f not in ours]
            self._fail("; ".join(f"{f.rule} line {f.span.start_line + 1}" for f in different[:4]))

    def _fail(self, what: str) -> None:
        self.measured.failures.append(
            {"name": self.name, "what": what, "text": self.text, "edits": list(self.edits)}
        )

    def crashed(self) -> None:
        self.measured.crashes += 1
        self._fail(traceback.format_exc())


def typed(session: Session, text: str, every: int, line: int = 0) -> None:
    """Types a text from the start of a line on, and compares each time that so many characters are in."""
    place = (line, 0)
    for number, character in enumerate(text, 1):
        session.edit(place, place, character)
        place = (place[0] + 1, 0) if character == "\n" else (place[0], place[1] + 1)
        if number % every == 0:
            session.compare()
    session.compare()


def type_file(measured: Measured, name: str, text: str, chance: random.Random, whole: int) -> None:
    """A file of at most `whole` characters whole; of another three stretches of two lines, with the rest
    around them."""
    measured.texts += 1
    if len(text) <= whole:
        every = max(40, len(text) // 40)
        _watched(Session(measured, name, ""), lambda session: typed(session, text, every))
        return
    lines = text.split("\n")
    for _ in range(3):
        first = chance.randrange(max(1, len(lines) - 2))
        stretch = "\n".join(lines[first : first + 2])
        around = "\n".join([*lines[:first], "", *lines[first + 2 :]])

        def run(session: Session, stretch: str = stretch, first: int = first) -> None:
            typed(session, stretch, 60, first)

        _watched(Session(measured, name, around), run)


def burst(session: Session, chance: random.Random, count: int, clipboard: list[str]) -> None:
    """So many random edits; what each replaced is remembered, and taken back now and then."""
    undo: list[Edit] = []
    line = chance.randrange(len(session.document.lines))
    for _ in range(count):
        lines = session.document.lines
        if chance.random() < 0.3:
            line = chance.randrange(len(lines))
        line = min(line, len(lines) - 1)
        kind = chance.random()
        if kind < 0.15 and undo:
            start, end, text = undo.pop()
            session.edit(start, end, text)
            continue
        start, end, text = _random_edit(lines, line, chance, clipboard, kind)
        undo.append(_inverse(session.document, start, end, text))
        session.edit(start, end, text)


def _random_edit(
    lines: list[str], line: int, chance: random.Random, clipboard: list[str], kind: float
) -> Edit:
    content = lines[line].rstrip("\r\n")
    column = chance.randrange(len(content) + 1)
    if kind < 0.6:
        return (line, column), (line, column), chance.choice(PIECES)
    if kind < 0.75:
        return (line, column), (line, min(len(content), column + chance.choice((1, 1, 2, 8)))), ""
    last = min(len(lines) - 1, line + chance.choice((1, 1, 2, 5)))
    if kind < 0.85:
        clipboard.append("".join(lines[line:last]))
        return (line, 0), (last, 0), ""
    if kind < 0.95:
        return (line, 0), (line, 0), chance.choice(clipboard)
    # Moves a line down over the ones below it.
    return (line, 0), (last, 0), "".join([*lines[line + 1 : last], lines[line]])


def _inverse(document: Document, start: Place, end: Place, text: str) -> Edit:
    """The edit that takes another one back, as an editor would send it."""
    lines = document.lines
    if start[0] == end[0]:
        old = lines[start[0]][start[1] : end[1]]
    else:
        first, last = lines[start[0]][start[1] :], lines[end[0]][: end[1]]
        old = "".join([first, *lines[start[0] + 1 : end[0]], last])
    pieces = text.split("\n")
    after = (start[0] + len(pieces) - 1, len(pieces[-1]) + (start[1] if len(pieces) == 1 else 0))
    return start, after, old


def _watched(session: Session, run: Callable[[Session], None]) -> None:
    try:
        run(session)
    except Exception:  # whatever it is, it is what this looks for
        session.crashed()
    del session
    gc.collect()


def texts_of(source: Path) -> Iterator[tuple[str, str]]:
    if source.suffix == ".gz":
        with gzip.open(source, "rt", encoding="utf-8") as lines:
            for record in map(json.loads, lines):
                program = next((record[key] for key in ("code", "buggy", "program") if record.get(key)), "")
                yield str(record.get("id")), _one_line_end(program)
        return
    for path in python_files([source]):
        try:
            text = read_python(path)
        except UnreadableError:
            continue
        if len(text) <= LARGE:
            yield str(path), _one_line_end(text)


def _one_line_end(text: str) -> str:
    """The text with one kind of line end, so that a place on the page is a place in the file."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def run_folder(
    source: Path, prefixes: int, edits: int, seed: int, whole: int | None = None
) -> list[Measured]:
    chance = random.Random(seed)
    files = [(name, text) for name, text in texts_of(source) if whole is None or len(text) <= whole]
    chance.shuffle(files)
    files.sort(key=lambda file: len(file[1]) > SMALL)
    small = sum(len(text) <= SMALL for _, text in files)
    chosen = files[: min(small, prefixes // 2)]
    chosen += files[small : small + prefixes - len(chosen)]
    typing = Measured(f"{source.name}, typed")
    for name, text in chosen:
        type_file(typing, name, text, chance, whole or SMALL)
    editing = Measured(f"{source.name}, edited")
    pool = [file for file in files if 200 < len(file[1]) < 12_000]
    while pool and len(editing.times) < edits:
        name, text = chance.choice(pool)
        editing.texts += 1
        session = Session(editing, name, text)
        clipboard = ["x = 1\n", "    return x\n"]

        def bursts(session: Session, clipboard: list[str] = clipboard) -> None:
            for _ in range(5):
                burst(session, chance, 20, clipboard)
                session.compare()

        _watched(session, bursts)
    return [typing, editing]


def run_programs(source: Path) -> list[Measured]:
    typing = Measured(f"{source.parent.name}, typed")
    for name, text in texts_of(source):
        typing.texts += 1

        def run(session: Session, text: str = text) -> None:
            typed(session, text, 10_000)

        _watched(Session(typing, name, ""), run)
    return [typing]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("sources", nargs="*", type=Path, default=[Path(sysconfig.get_paths()["stdlib"])])
    parser.add_argument("--prefixes", type=int, default=300, help="so many files are typed")
    parser.add_argument("--edits", type=int, default=200_000)
    parser.add_argument(
        "--whole", type=int, help="take only files of at most so many characters, and all of each"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", type=Path, help="a JSON file for what went wrong")
    parser.add_argument("--format", choices=["table", "json"], default="table")
    options = parser.parse_args()
    checking.STRICT = True
    engine.analyse("x = 1\n")
    gc.collect()
    gc.freeze()
    gc.disable()  # as in the server, which collects when nobody types
    measured: list[Measured] = []
    for source in options.sources:
        if source.suffix == ".gz":
            measured += run_programs(source)
        else:
            measured += run_folder(source, options.prefixes, options.edits, options.seed, options.whole)
    print_rows([one.row() for one in measured], options.format)
    failures = [failure for one in measured for failure in one.failures]
    print_rows([{"text": one.name, "slowest": one.slowest} for one in measured], options.format)
    print_rows([{"text": f["name"], "what": f["what"][-200:]} for f in failures], options.format)
    if options.save:
        options.save.write_text(json.dumps(failures, indent=1), "utf-8")


if __name__ == "__main__":
    main()
