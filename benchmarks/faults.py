"""Whether keys are answered in time while the server's world falls apart, fault by fault.

    python benchmarks/faults.py [WORDS …] [--keys 75] [--tries 1] [--format table|json]

The faults are those of tests/chaos: the model's process is killed, stopped, starved; its files are damaged;
the disk is full or read-only; the history is locked; a gateway and a language model break off; the clock
jumps; the machine sleeps; and more. Each has a server of its own, into which somebody types a key each 40 ms:
at least `--keys` of them before the fault, while it lasts, and after it. WORDS choose the faults whose names
hold one of them.

Prints for each fault: keys, p50, p99 and the longest wait in milliseconds before and during it, the share of
keys that were answered within 5 ms, and the same of the server's work, which is the processor time that it
used in all its threads until the key was answered; the ratio of the two p99; keys without an answer or with a
wrong one, the sentence that was told, and after how many seconds all was well again. The last column is the
longest delay of a process that only sleeps beside it: what the machine itself held back, which a virtual
machine may also book as work. With `--tries` each fault is made so often, and its row is that of the time in
which that process overslept least, however long the keys took then; keys without an answer or with a wrong
one are those of all times. The last row has the keys of all rows together, but for those in which keys wait
by their nature: the server was stopped, or nobody listened to it. Linux only.
"""

from __future__ import annotations

import argparse
import functools
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import own_data  # noqa: F401 - what is typed here is nobody's history
from tables import Row, print_rows

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from chaos.trial import Fault, Report, try_out
from chaos.typist import Answered

SLEEPER = "longest of a sleeper"


def faults(words: list[str]) -> list[Fault]:
    """The faults with one of the words in their names; all of them without words."""
    from chaos import disk_faults, network_faults, process_faults, worker_faults

    known = [
        *worker_faults.FAULTS,
        *disk_faults.FAULTS,
        *process_faults.FAULTS,
        *network_faults.FAULTS,
    ]
    return [fault for fault in known if not words or any(word in fault.name for word in words)]


def quantile(seconds: tuple[float, ...], share: float) -> float:
    """In milliseconds."""
    return 1000 * sorted(seconds)[min(len(seconds) - 1, int(len(seconds) * share))]


def times(stretches: Iterable[Answered], when: str) -> Row:
    """Columns about typing, all stretches together."""
    answered = functools.reduce(together, stretches)
    return {
        f"keys {when}": answered.keys,
        f"p50 {when}": quantile(answered.seconds, 0.5),
        f"p99 {when}": quantile(answered.seconds, 0.99),
        f"longest {when}": quantile(answered.seconds, 1.0),
        f"within 5 ms {when}": sum(seconds <= 0.005 for seconds in answered.seconds) / len(answered.seconds),
        f"work p50 {when}": quantile(answered.work, 0.5),
        f"work p99 {when}": quantile(answered.work, 0.99),
        f"longest work {when}": quantile(answered.work, 1.0),
    }


def together(one: Answered, other: Answered) -> Answered:
    """Two stretches of typing as one."""
    return Answered(*(getattr(one, field.name) + getattr(other, field.name) for field in fields(Answered)))


@dataclass(frozen=True, slots=True)
class Trial:
    """A fault that was tried out, and for how many milliseconds a process overslept meanwhile."""

    report: Report
    overslept: float


def columns(reports: Sequence[Report]) -> Row:
    """How long keys took in trials, all together."""
    before = times([report.before for report in reports], "before")
    during = times([report.during for report in reports], "during")
    return {**before, **during, "p99 ratio": during["p99 during"] / before["p99 before"]}


def failures(trials: Sequence[Trial]) -> Row:
    """How many keys had no answer or a wrong one."""
    everything = [trial.report.everything for trial in trials]
    return {
        "unanswered": sum(len(one.unanswered) for one in everything),
        "wrong": sum(len(one.wrong) for one in everything),
    }


def row(fault: Fault, tries: Sequence[Trial], calmest: Trial) -> Row:
    """What is printed of one fault."""
    report = calmest.report
    return {
        "fault": fault.name,
        "how": fault.how,
        **columns([report]),
        **failures(tries),
        "told": " / ".join(report.messages) or "(nothing: nothing is degraded, or the answer says it)",
        "well again": f"after {report.recovery:.1f} s" if fault.heals else "with a new start only",
        SLEEPER: calmest.overslept,
    }


def row_of_all(calmest: Sequence[Trial], tries: Sequence[Trial]) -> Row:
    """The same of all faults together; to be called without those in which no key can be answered."""
    return {
        "fault": "all in which keys can be answered",
        "how": "",
        **columns([trial.report for trial in calmest]),
        **failures(tries),
        SLEEPER: max(trial.overslept for trial in calmest),
    }


class Sleeper:
    """A process that does nothing but sleep, five milliseconds at a time: what it oversleeps is the machine's
    own."""

    _CODE = """
import os, select, time
longest, before = 0.0, time.monotonic()
while not select.select([0], [], [], 0.005)[0]:
    now = time.monotonic()
    longest, before = max(longest, now - before - 0.005), now
print(1000 * longest)
"""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", self._CODE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def overslept(self) -> float:
        """Ends it; its longest delay in milliseconds."""
        return float(self._process.communicate("\n")[0])


def tried(fault: Fault, keys: int) -> Trial:
    """One trial, on a fresh desk."""
    with tempfile.TemporaryDirectory() as scratch:
        sleeper = Sleeper()
        report = try_out(fault, Path(scratch) / "desk", keys)
        return Trial(report, sleeper.overslept())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--keys", type=int, default=75)
    parser.add_argument("--tries", type=int, default=1)
    parser.add_argument("--format", choices=["table", "json"], default="table")
    options = parser.parse_args()
    rows: list[Row] = []
    answerable: list[Trial] = []
    all_tries: list[Trial] = []
    for fault in faults(options.words):
        if (reason := fault.why_not()) is not None:
            print(f"{fault.name}: skipped, {reason}", file=sys.stderr)
            continue
        tries = [tried(fault, options.keys) for _ in range(options.tries)]
        calmest = min(tries, key=lambda trial: trial.overslept)
        rows.append(row(fault, tries, calmest))
        if not fault.silences:
            answerable.append(calmest)
            all_tries += tries
    if answerable:
        rows.append(row_of_all(answerable, all_tries))
    print_rows(rows, options.format)


if __name__ == "__main__":
    main()
