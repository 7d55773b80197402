"""Whole sessions from seeds: for the benchmark and its million edits, and for the tests, which make some."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from end_to_end.lines import CHANNELS
from fuzz.model import ENCODINGS
from fuzz.moves import burst
from fuzz.session import KINDS, Session

BURSTS = (20, 400, 2_000)
LEARNS = ("", "history", "", "history", "", "history", "", "model")


@dataclass(frozen=True)
class Played:
    """What one session did, and what went wrong with the moves that led there."""

    channel: str
    edits: int
    requests: int
    refusals: int
    checks: int
    megabytes: float  # the most that the server held
    notebooks: int  # opened
    cells: int  # that ever were in one
    kept: int  # rows of the history
    model: str  # how it was at the end, where it was on
    failure: str | None = None
    fixture: dict[str, Any] | None = None


def played(number: int, seed: int, edits: int, channel: str | None = None) -> Played:
    """Session `number` of a seed: channels, encodings, kinds of clients and what learns take turns."""
    chance = Random(f"{seed} {number}")
    channel = channel or CHANNELS[number % 3]
    session = Session(channel, ENCODINGS[number // 3 % 3], KINDS[number // 9 % 4], LEARNS[number % 8])
    failure = None
    megabytes = 0.0
    try:
        while session.edits < edits:
            burst(session, chance, min(edits - session.edits, chance.choice(BURSTS)))
            session.check()
        megabytes = _peak(session.client.line.process.pid)
        session.end()
    except Exception as problem:  # whatever it is, it is what this looks for
        failure = f"{type(problem).__name__}: {problem}"
    finally:
        session.abandon()
    return Played(
        channel,
        session.edits,
        session.requests,
        session.refusals,
        session.checks,
        megabytes,
        session.notebooks_opened,
        session.cells_made,
        session.history.rows,
        session.model_state,
        failure,
        session.as_fixture(failure[:300]) if failure else None,
    )


def _peak(process: int) -> float:
    try:
        status = Path(f"/proc/{process}/status").read_text("utf-8")
    except OSError:
        return 0.0  # only Linux tells
    found = re.search(r"VmHWM:\s*(\d+)", status)
    return int(found[1]) / 1024 if found else 0.0
