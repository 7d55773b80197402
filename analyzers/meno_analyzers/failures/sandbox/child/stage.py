"""Where one version of the program is played: the forked copy of the warden, from the fork to its end.

Nothing that happens here is trusted to come to an end; the warden watches from outside and kills. The names
that this folder uses were taken before the program could change them, and its built-ins are a copy of its
own (see `start.py`), so that a program that patches `len` or `sys.stdout` changes its own world and not the
judgement."""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Sequence
from typing import Any

from .asking import TooMuchPrinted, play_ask
from .asserts import Mismatch, compiled
from .confine import Walls
from .errors import described
from .lines import Lines
from .plays import play_call, play_code
from .program import Version
from .scripts import connect, play_run
from .sentences import left_by_exit, of_error, too_much_memory, too_much_output
from .sheet import Sheet
from .testfiles import TestFiles, outcome
from .values import encoded, picture

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

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
        self.walls: Walls | None = None
        self.address_space = 0  # what the warmed process has of it already

    def play(self, request: dict[str, Any], cases: Sequence[int], bell: int, output: int | None) -> None:
        """Plays the cases, leaves their results on the sheet, rings, and ends the process."""
        try:
            self._confine(len(cases))
            version = self._version(request)
            if output is not None:
                connect(self.cases[cases[0]]["input"], output, self.folder)
            lines = Lines(self.filename, self.sheet.lines) if request.get("trace") else None
            for group in self._groups(cases):
                if len(group) == 1 and not self._tests.needs_pytest(self.cases[group[0]]):
                    go_on = self._noted(self._judged(version, group[0], request, lines), request)
                else:
                    go_on = self._session(version, group, request, lines)
                if not go_on:
                    break
            _write(bell, b".")
        except BaseException:
            pass
        finally:
            _exit(70)

    def judge_alone(self, request: dict[str, Any]) -> dict[str, Any]:
        """The result of the first case, played in this process and nowhere noted."""
        version = self._version(request)
        lines = Lines(self.filename) if request.get("trace") else None
        return self._judged(version, request["cases"][0], request, lines)

    def _version(self, request: dict[str, Any]) -> Version:
        return Version(request["source"], self.filename, self.module, self._names, self._others)

    def _groups(self, cases: Sequence[int]) -> list[list[int]]:
        """Each case by itself, but for those that share a session of pytest."""
        groups: list[list[int]] = []
        for place in cases:
            in_session = self._tests.needs_pytest(self.cases[place])
            if in_session and groups and self._tests.needs_pytest(self.cases[groups[-1][0]]):
                groups[-1].append(place)
            else:
                groups.append([place])
        return groups

    def _noted(self, record: dict[str, Any], request: dict[str, Any]) -> bool:
        """Puts the record on the sheet; whether the next case is to be played."""
        if not self.sheet.add(encoded(record)):
            record.pop("lines", None)
            if not self.sheet.add(encoded(record)):
                return False
        return record["verdict"] == "passed" or not request.get("stop")

    def _session(
        self, version: Version, group: list[int], request: dict[str, Any], lines: Lines | None
    ) -> bool:
        """Plays a group of tests in pytest; their records reach the sheet in the order of the group."""
        told: dict[int, dict[str, Any]] = {}
        go_on = True
        noted = 0
        begun = _clock()
        self.sheet.begin(begun)

        def tell(place: int, record: dict[str, Any]) -> bool:
            nonlocal go_on, noted, begun
            if "raised" in record:
                record = self._told(record["raised"], request)
            if lines is not None:
                record["lines"] = lines.stop()
            now = _clock()
            told[place] = {**record, "seconds": round(now - begun, 6), "case": group[place]}
            begun = now
            while go_on and noted in told:
                go_on = self._noted(told[noted], request)
                noted += 1
            self.sheet.begin(begun)
            if lines is not None:
                lines.start(version.code, keep=True)
            return go_on

        try:
            if lines is not None:
                lines.start(version.code)
            settle = lines.settle if lines is not None else None
            self._tests.play_session(version, [self.cases[place] for place in group], tell, settle)
        except BaseException as error:
            while go_on and noted < len(group):
                tell(noted, {"raised": error})
        return go_on

    def rehearse(self) -> None:
        """Plays a program of its own a few times before any fork, so that what an interpreter prepares on
        first use, and what it adapts in code that is used often, is done once and shared."""
        kept, modules = self.cases, dict(sys.modules)
        self.cases = [
            {"kind": "call", "function": "f", "arguments": [2], "expected": 2},
            {"kind": "call", "function": "f", "arguments": [2], "expected": [3, "a", {"b": 1.5}]},
            {"kind": "code", "compiled": compiled("assert f(2) == 3", "<case>")},
        ]
        source = "def f(n):\n    return n if n < 1 else 1 + f(n - 1)\n"
        request = {"source": source, "names": True}
        for trace in (False, True) * 10:
            version = self._version(request)
            lines = Lines(self.filename) if trace else None
            for place in range(len(self.cases)):
                self.sheet.add(encoded(self._judged(version, place, request, lines)))
            if lines is not None:
                lines.release()
        self.sheet.clear(_clock())
        self.cases = kept
        for name in set(sys.modules) - set(modules):
            if name in self._names or name in self._others:
                del sys.modules[name]
        sys.modules.update(modules)

    def _confine(self, count: int) -> None:
        limits = self.limits
        if self.walls is not None:
            if self.walls.has_processes:  # a signal to its own group must not reach the warden
                os.setpgid(0, 0)
            else:
                os.setsid()
            self.walls.close_in()
        random.seed(0)  # a fork is given another seed by itself; here every run draws the same numbers
        if resource is None:
            return
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
            if lines is None and request.get("names") and self.cases[place]["kind"] == "run":
                version.take_apart()  # a script's own checks tell what they compared
            record = self._played(version, place)
            if lines is not None:
                ran = lines.stop()
        except BaseException as error:
            if lines is not None:
                ran = lines.stop()
            record = self._told(error, request)
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
        if kind == "ask":
            return play_ask(version, case, int(self.limits["output_bytes"]))
        if kind == "code":
            return play_code(version, case["compiled"])
        if kind == "run":
            version.write()
            return play_run(version)
        return self._tests.play(version, case)

    def _told(self, error: BaseException, request: dict[str, Any]) -> dict[str, Any]:
        """The record of an error, even of one that defends itself against being looked at."""
        try:
            return self._failed(error, request)
        except BaseException:
            name = type(error).__name__
            return {"verdict": "error", "error": {"type": name, "message": "", "frames": []}}

    def _failed(self, error: BaseException, request: dict[str, Any]) -> dict[str, Any]:
        if isinstance(error, SystemExit):
            return {"verdict": "exit", "sentence": left_by_exit(picture(error.code, 40))}
        if isinstance(error, TooMuchPrinted):
            return {"verdict": "output", "sentence": too_much_output(self.limits["output_bytes"])}
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
        elif outcome(error) == "Failed":
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
    return names - set(sys.builtin_module_names)  # these come before any file
