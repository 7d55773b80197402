"""One fault, tried out while somebody types: before, during and after it, with everything that was seen.

A fault is made (`strike`), a learner goes on working (`live_on`), the fault ends (`relent`), and the learner
works until all is well (`recover`); keys come at their pace all the time. The same trial serves the tests,
which ask whether all keys were answered with the right findings, and benchmarks/faults.py, which asks how
quickly.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chaos.desk import Desk, children, until
from chaos.typist import Answered


class Fault:
    """Something that goes wrong. `told` has words of each sentence that has to pop up, in order."""

    name: str
    how: str
    """How it is made, for the table."""
    told: tuple[str, ...] = ()
    settings: Mapping[str, Any] = {}
    degrades: bool = True
    """Whether what is told stands in Meno's state as well, until it is well again."""
    heals: bool = True
    """Whether it is over without a new start of the editor."""
    silences: bool = False
    """Whether keys cannot be answered while it lasts, and wait by their nature."""
    clean_log: bool = True
    """Whether the server's log can be read afterwards."""

    def why_not(self) -> str | None:
        """Why it cannot be made here, with the remedy; None if it can."""
        return None

    def sit_down(self, place: Path) -> Desk:
        """A desk at which it can be made."""
        return Desk(place, settings=self.settings)

    def strike(self, desk: Desk) -> None:
        """Makes the fault."""
        raise NotImplementedError

    def live_on(self, desk: Desk) -> None:
        """What a learner does meanwhile."""

    def relent(self, desk: Desk) -> None:
        """Ends the fault."""

    def recover(self, desk: Desk) -> None:
        """Returns when everything works that did not, by what a learner does anyway."""

    def clear_away(self) -> None:
        """Ends what was started for it beside the server."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a trial has shown. `recovery` is in seconds from the fault's end, and None if nothing had to
    heal."""

    before: Answered
    during: Answered
    after: Answered
    everything: Answered
    messages: list[str]
    states: list[tuple[str, str]]
    texts: list[str]
    log: str
    text: str
    found: list[dict[str, Any]]
    recovery: float
    status: int
    left: list[int]

    @property
    def degraded(self) -> list[str]:
        """The sentences of Meno's state while it was degraded."""
        return [sentence for state, sentence in self.states if state == "degraded"]


def try_out(fault: Fault, place: Path, keys: int = 15) -> Report:
    """Tries a fault out, with at least so many keys before it, while it lasts, and after it."""
    desk = fault.sit_down(place)
    typist = desk.typist
    try:
        typist.begin()
        typist.type_on(keys)
        typist.until_answered()
        struck = len(typist.keys)
        fault.strike(desk)
        fault.live_on(desk)
        typist.type_on(keys)
        fault.relent(desk)
        relented, since = len(typist.keys), time.monotonic()
        fault.recover(desk)
        recovery = time.monotonic() - since
        if fault.heals and desk.states():
            desk.until_well()
        typist.type_on(keys)
        typist.end()
        typist.until_answered()
        until(lambda: len(typist.final()) >= 3, "the findings at the end")
        below = children(desk.pid)
        status = desk.leave()
    finally:
        if desk.wire.process.poll() is None:
            desk.wire.process.kill()
            desk.leave()
        fault.clear_away()
    return Report(
        before=typist.answered(0, struck),
        during=typist.answered(struck, relented),
        after=typist.answered(relented),
        everything=typist.answered(),
        messages=desk.messages(),
        states=desk.states(),
        texts=_texts(desk.wire.received),
        log="".join(desk.wire.errors),
        text=typist.text,
        found=typist.final(),
        recovery=recovery,
        status=status,
        left=[pid for pid in below if pid in children(1)],
    )


def _texts(received: Iterable[dict[str, Any]]) -> list[str]:
    """Everything that the learner, or the editor's log of the server, was told."""
    methods = {"window/showMessage", "window/logMessage", "meno/showHint", "meno/status", "meno/dialogue"}
    return [
        str(message.get("params", message.get("error")))
        for message in received
        if message.get("method") in methods or "error" in message
    ]
