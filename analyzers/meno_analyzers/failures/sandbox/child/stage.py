"""Where one version of the program is played: the forked copy of the warden, from the fork to its end.

Nothing that happens here is trusted to come to an end; the warden watches from outside and kills. The names
that this folder uses were taken before the program could change them, and its built-ins are a copy of its
own (see `start.py`), so that a program that patches `len` or `sys.stdout` changes its own world and not the
judgement."""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Sequence
from typing import Any

from .asserts import Mismatch
from .errors import described
from .lines import Lines
from .plays import play_call, play_code
from .program import Version
from .scripts import connect, play_run
from .sentences import left_by_exit, of_error, too_much_memory
from .sheet import Sheet
from .testfiles import TestFiles
from .values import encoded, picture

_clock = time.monotonic
_write = os.write
_exit = os._exit


class Stage:
    """All that stays the same from version to version, made before the fork."""

    def __init__(self, setup: dict[str, Any], sheet: Sheet, tests: TestFiles) -> None:
        self.folder: str = setup["folder"]
        self.filename = os.path.join(self.folder, *setup["main"].split("/"))
        self.module: str = setup["module"]
        self._names = _module_names([setup["main"]])
        self._others = _module_names(list(setup["files"])) - self._names
        self._tests = tests
        self.cases: list[dict[str, Any]] = setup["cases"]
        self.limits: dict[str, Any] = setup["limits"]
        self.sheet = sheet
        self.address_space = 0  # what the warmed process has of it already

    def play(self, request: dict[str, Any], cases: Sequence[int], bell: int, output: int | None) -> None:
        """Plays the cases, leaves their results on the sheet, rings, and ends the process."""
        try:
            self._confine(len(cases))
            version = Version(request["source"], self.filename, self.module, self._names, self._others)
            if output is not None:
                connect(self.cases[cases[0]]["input"], output, self.folder)
            lines = Lines(self.filename) if request.get("trace") else None
            for place in cases:
                record = self._judged(version, place, request, lines)
                if not self.sheet.add(encoded(record)):
                    record.pop("lines", None)
                    if not self.sheet.add(encoded(record)):
                        break
                if request.get("stop") and record["verdict"] != "passed":
                    break
            _write(bell, b".")
        except BaseException:
            pass
        finally:
            _exit(70)

    def _confine(self, count: int) -> None:
        limits = self.limits
        os.setsid()
        processor = int(limits["cpu_seconds"] * count) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (processor, processor + 1))
        if sys.platform.startswith("linux"):
            room = self.address_space + limits["memory_bytes"]
            resource.setrlimit(resource.RLIMIT_AS, (room, room))

    def _judged(
        self, version: Version, place: int, request: dict[str, Any], lines: Lines | None
    ) -> dict[str, Any]:
        begun = _clock()
        self.sheet.begin(begun)
        ran: list[int] | None = None
        try:
            if lines is not None:
                lines.start(version.code)
            record = self._played(version, place)
            if lines is not None:
                ran = lines.stop()
        except BaseException as error:
            if lines is not None:
                ran = lines.stop()
            record = self._failed(error, request)
        record["seconds"] = round(_clock() - begun, 6)
        record["case"] = place
        if ran is not None:
            record["lines"] = ran
        return record

    def _played(self, version: Version, place: int) -> dict[str, Any]:
        case = self.cases[place]
        kind = case["kind"]
        if kind == "call":
            return play_call(version, case)
        if kind == "code":
            return play_code(version, case["compiled"])
        if kind == "run":
            version.write()
            return play_run(version)
        return self._tests.play(version, case)

    def _failed(self, error: BaseException, request: dict[str, Any]) -> dict[str, Any]:
        if isinstance(error, SystemExit):
            return {"verdict": "exit", "sentence": left_by_exit(picture(error.code, 40))}
        record: dict[str, Any] = {"verdict": "error"}
        record["error"] = described(error, self.folder, bool(request.get("names")))
        if isinstance(error, MemoryError):
            record["verdict"] = "memory"
            record["sentence"] = too_much_memory(self.limits["memory_bytes"])
        elif isinstance(error, AssertionError):
            record["verdict"] = "failed"
            sides = error.__dict__.get("<sides>")
            if isinstance(error, Mismatch):
                sides = [picture(error.observed), picture(error.expected)]
            if sides is not None:
                record["observed"], record["expected"] = sides
        elif type(error).__module__ == "_pytest.outcomes" and type(error).__name__ == "Failed":
            record["verdict"] = "failed"
        else:
            sentence = of_error(error, self.limits["file_bytes"])
            if sentence is not None:
                record["sentence"] = sentence
        return record


def _module_names(paths: list[str]) -> set[str]:
    """The names by which the files can be imported: from their own folder, and from the program's."""
    names: set[str] = set()
    for path in paths:
        if path.endswith(".py"):
            dotted = path[:-3].replace("/", ".")
            names |= {dotted, dotted.rsplit(".", 1)[-1]}
            if dotted.endswith(".__init__"):
                names.add(dotted[: -len(".__init__")])
    return names
