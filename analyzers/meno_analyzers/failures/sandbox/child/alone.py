"""Without a fork: this process plays the cases of one request itself, tells each result as a line, and ends.

It is what is left where the system has no `fork` (Windows). Limits that need a warden are held by the one
that started it; the rest is as on the stage. Should that one be killed, nobody is left to say that the time
is up, so this process also ends itself, by a clock that runs beside Python and minds no endless loop."""

from __future__ import annotations

import faulthandler
import json
import os
import sys
from collections.abc import Callable
from typing import Any

from .confine import Walls
from .folder import Folder
from .opening import find_modules, tests_of, warm
from .output import with_output
from .scripts import connect
from .stage import Stage
from .values import encoded
from .watch import Watch

_GRACE = 5.0  # seconds beyond what the cases may take
_write = os.write


class _Line:
    """Takes the place of the result sheet."""

    lines = None

    def __init__(self, answers: int) -> None:
        self._answers = answers

    def begin(self, now: float) -> None:
        return

    def clear(self, now: float) -> None:
        return

    def add(self, record: str) -> bool:
        data = record.encode("ascii", "replace") + b"\n"
        while data:
            data = data[_write(self._answers, data) :]
        return True


def serve_alone(hide: Callable[[], None]) -> None:
    """Reads the setup and a request from standard input, which the program then finds empty."""
    commands, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    with os.fdopen(commands, "rb") as stream:
        setup, request = json.loads(stream.readline()), json.loads(stream.readline())
    folder = Folder(setup["folder"], setup["files"])
    folder.write()
    find_modules(setup)
    warm(setup, answers)
    tests = tests_of(setup, answers)
    walls = Walls()
    walls.seal(setup["limits"], setup["folder"])
    folder.restore()
    hide()
    line: Any = _Line(answers)
    stage = Stage(setup, line, tests)
    case = setup["cases"][request["cases"][0]]
    line.add(encoded({"ready": list(sys.version_info[:3]), "walls": walls.held}))
    faulthandler.dump_traceback_later(
        request["seconds"] * len(request["cases"]) + _GRACE, exit=True, file=nothing
    )
    stage.address_space = Watch(walls, setup["limits"]).settle()
    if case["kind"] == "run":
        _play_script(stage, request, walls, line, case)
    walls.close_in()
    stage.play(request, request["cases"], answers, None)


def _play_script(
    stage: Stage, request: dict[str, Any], walls: Walls, line: _Line, case: dict[str, Any]
) -> None:
    path = os.path.join(stage.folder, ".meno-output")
    output = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
    connect(case["input"], os.dup(output), stage.folder)
    walls.close_in()
    record = stage.judge_alone(request)
    os.lseek(output, 0, os.SEEK_SET)
    printed = os.read(output, int(stage.limits["output_bytes"]) + 1)
    line.add(encoded(with_output(record, printed, case["output"])))
    os._exit(0)
