"""Steady typing: one key after another at an even pace into a file with mistakes that are known, on a thread
of its own, so that whatever else happens to the server happens while somebody types.

Each key is a change of its own. What comes back is judged afterwards, from everything that arrived: when the
first findings of a key's version came, and whether every list for it has the known mistakes on the lines to
which the typing has moved them. Keys that were typed while nobody could answer count too: they are answered
later, or lost.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

from end_to_end.wire import DEADLINE, Wire

PACE = 0.04
"""Seconds from one key to the next: faster than people type, and slower than a key that is held down."""
ERASE = "\b"
HEAD = '"""What somebody works on."""\n\ncount = 0\n\n'
TAIL = """

def has_even(numbers):
    for number in numbers:
        if number % 2 == 0:
            return True
        else:
            return False


def total(prices):
    price_sum = 0
    for price in prices:
        price_sum = price_sum + price
    return prise_sum


def longest(words):
    words = words.sort()
    return words[0]
"""
KNOWN = ["ME301", "ME101", "ME404"]
"""What is wrong below the place where the typing is done, line by line."""
LINES = [
    "count = count + {number}\n",
    "steps = count - 1\n",
    f"more{ERASE * 4}count = 2 * steps\n",
    "# so far, so good\n",
]
ROUNDS = 3
"""So often the lines follow each other before a line stays blank. A paragraph is looked at as a whole:
without blank lines late keys would cost more than early ones, and faults would be blamed for it."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key: the version that it made, when it was typed, how long the server had worked by then, and how
    many lines stand above."""

    version: int
    at: float
    worked: float
    lines: int


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a stretch of typing. `seconds` and `work` have one entry for each key that was answered:
    how long that took, and the processor time that the server used meanwhile, in all its threads."""

    keys: int
    seconds: tuple[float, ...]
    work: tuple[float, ...]
    unanswered: tuple[int, ...]
    wrong: tuple[str, ...]


class Typist:
    """Somebody who types on and on. Versions begin at 2, since 1 is the file as it was opened."""

    def __init__(self, wire: Wire, uri: str, pace: float = PACE) -> None:
        self.wire, self.uri, self.pace = wire, uri, pace
        self.keys: list[Key] = []
        self.text = HEAD + TAIL
        self.gone = False  # nobody reads any more what is typed
        self._written = HEAD.rpartition("\n")[2]
        self._line = HEAD.count("\n")
        self._strokes = self._next_stroke()
        self._typed = threading.Condition()
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._type, daemon=True)
        wire.open(self.text, uri)
        wire.diagnostics(1, lambda found: len(found) >= len(KNOWN))
        self.known_at_first = [one for one in by_rules(self._published(1)[-1][1]) if one["code"] in KNOWN]
        self._starts = [one["range"]["start"]["line"] for one in self.known_at_first]

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """Finishes the line and types no more; returns when the last key was sent."""
        self._enough.set()
        self._thread.join(DEADLINE)
        assert not self._thread.is_alive(), "the server reads no more, and holds whoever types"

    def type_on(self, keys: int) -> None:
        """Returns when so many more keys were typed."""
        with self._typed:
            wanted = len(self.keys) + keys
            done = self._typed.wait_for(lambda: len(self.keys) >= wanted or self.gone, 4 * DEADLINE)
        assert done, "the server reads no more, and holds whoever types"

    def until_answered(self) -> None:
        """Returns when the latest key has its findings, with the known ones on their lines."""
        last = self.keys[-1]
        self.wire.wait(lambda m: _is_about(m, self.uri, last.version))

    # Afterwards

    def answered(self, first: int = 0, last: int | None = None) -> Answered:
        """What became of the keys by their numbers."""
        keys = self.keys[first:last]
        came: dict[int, list[tuple[float, float, list[dict[str, Any]]]]] = {}
        arrived = zip(self.wire.arrivals, self.wire.worked, self.wire.received, strict=False)
        for moment, worked, message in arrived:
            params = message.get("params")
            if message.get("method") == "textDocument/publishDiagnostics" and params["uri"] == self.uri:
                came.setdefault(params["version"], []).append((moment, worked, params["diagnostics"]))
        seconds, work, unanswered, wrong = [], [], [], []
        for key in keys:
            lists = came.get(key.version, [])
            if not lists:
                unanswered.append(key.version)
                continue
            seconds.append(lists[0][0] - key.at)
            work.append(lists[0][1] - key.worked)
            wanted = self._wanted(key)
            for _, _, found in lists:
                below = [
                    one for one in known(found) if one >= wanted[0]
                ]  # above, a half-typed name may be none
                if below != wanted:
                    wrong.append(f"version {key.version}: {below}, and not {wanted}")
        return Answered(len(keys), tuple(seconds), tuple(work), tuple(unanswered), tuple(wrong))

    def final(self) -> list[dict[str, Any]]:
        """The findings that stand at the end, without those of the model."""
        last = self.keys[-1].version if self.keys else 1
        return by_rules(self._published(last)[-1][1])

    def _wanted(self, key: Key) -> list[tuple[int, str]]:
        return [(line + key.lines, code) for line, code in zip(self._starts, KNOWN, strict=True)]

    def _published(self, version: int) -> list[tuple[int, list[dict[str, Any]]]]:
        return [
            (number, message["params"]["diagnostics"])
            for number, message in enumerate(list(self.wire.received))
            if _is_about(message, self.uri, version)
        ]

    # On a thread of its own

    def _type(self) -> None:
        due = time.monotonic()
        while not (self._enough.wait(max(0.0, due - time.monotonic())) and self._written == ""):
            if self._enough.is_set():
                time.sleep(max(0.0, due - time.monotonic()))
            # Who was held back goes on at the old pace, and does not catch up.
            due = max(due, time.monotonic() - self.pace) + self.pace
            try:
                self._stroke(next(self._strokes))
            except (OSError, ValueError):
                self.gone = True
            with self._typed:
                self._typed.notify_all()
            if self.gone:
                return

    def _stroke(self, stroke: str) -> None:
        column = len(self._written)
        place = (self._line, column)
        before = self.text.split("\n")
        if stroke == ERASE:
            start, end, new = (self._line, column - 1), place, ""
            self._written = self._written[:-1]
        else:
            start = end = place
            new = stroke
            self._written = "" if stroke == "\n" else self._written + stroke
        if stroke == "\n":
            before[self._line : self._line + 1] = [before[self._line], ""]
            self._line += 1
        else:
            before[self._line] = self._written
        self.text = "\n".join(before)
        version, worked, moment = len(self.keys) + 2, self.wire.work(), time.monotonic()
        self.wire.change(version, start, end, new, self.uri)
        self.keys.append(Key(version, moment, worked, self._line - HEAD.count("\n")))

    @staticmethod
    def _next_stroke() -> Iterator[str]:
        for number in count(1):
            for line in LINES:
                yield from line.format(number=number)
            if number % ROUNDS == 0:
                yield "\n"


def by_rules(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the rules have found, in the order of the lines."""
    mine = [one for one in found if not str(one["code"]).startswith("model")]
    return sorted(mine, key=lambda one: (one["range"]["start"]["line"], one["range"]["start"]["character"]))


def known(found: list[dict[str, Any]]) -> list[tuple[int, str]]:
    """Line and code of the mistakes that are known, from what was published."""
    return [(one["range"]["start"]["line"], one["code"]) for one in by_rules(found) if one["code"] in KNOWN]


def _is_about(message: dict[str, Any], uri: str, version: int) -> bool:
    params = message.get("params")
    return (
        message.get("method") == "textDocument/publishDiagnostics"
        and params["uri"] == uri
        and params["version"] == version
    )
