"""A warmed, confined process that runs many versions of one program, each in a fork of its own.

An arena belongs to one thread at a time. It is never stuck: a process that does not answer in the time that
its cases may take is replaced once, and if that one fails as well, the cases say so."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from meno_analyzers.failures.cases import AskCase, CallCase, Case, CaseResult, Program, Verdict
from meno_analyzers.failures.sandbox.limits import Limits
from meno_analyzers.failures.sandbox.lone import LoneProcesses
from meno_analyzers.failures.sandbox.process import (
    Cancelled,
    ChildProcess,
    Gone,
    new_folder,
    remove_folder,
    resolved,
)
from meno_analyzers.failures.sandbox.wire import case_to_json, results_from_json

_GRACE = 3.0  # what the child may need beyond the limits that it holds itself
_CANCELLED = "The run was cancelled before this was tried."
_SETTLED = "An earlier test settled it, so this was not tried."
_LOST = "The process that runs the program was brought down while this ran."


class Arena:
    """Runs versions of a program's main file against a fixed list of cases."""

    _forks = hasattr(os, "fork")
    _namespaces = True  # tests see with False what is left where the system refuses them

    def __init__(
        self,
        program: Program,
        cases: Sequence[Case],
        interpreter: str,
        limits: Limits,
        modules: Sequence[str],
        cancel: threading.Event | None,
    ) -> None:
        """Use `open`."""
        self._ids = [case.id for case in cases]
        self._places = {case: place for place, case in enumerate(self._ids)}
        self._limits = limits
        self._interpreter = interpreter
        self._cancel = cancel
        self._turn = 0
        self._unsent: list[dict[str, Any]] = []
        self._child: ChildProcess | LoneProcesses | None = None
        self._setup: dict[str, Any] = {
            "files": dict(program.files),
            "main": program.main,
            "module": program.module,
            "cases": [case_to_json(case) for case in cases],
            "modules": list(modules),
            "home": _home(),
            "packages": os.environ.get("APPDATA", "") if os.name == "nt" else "",
            "namespaces": self._namespaces,
            "limits": {name: getattr(limits, name) for name in limits.__dataclass_fields__},
        }
        self._folder = new_folder()
        self._setup["folder"] = self._folder

    @classmethod
    def open(
        cls,
        program: Program,
        cases: Sequence[Case],
        *,
        interpreter: str | Path = sys.executable,
        limits: Limits = Limits(),  # noqa: B008 - a frozen value
        modules: Sequence[str] = (),
        cancel: threading.Event | None = None,
    ) -> Arena:
        """Starts the process. Raises SandboxError with a sentence for the learner."""
        arena = cls(program, cases, resolved(str(interpreter)), limits, modules, cancel)
        try:
            arena._start()
        except BaseException:
            arena.close()
            raise
        return arena

    @property
    def walls(self) -> frozenset[str]:
        """What the system granted of its confinement: "network", "files", "processes" and the like."""
        return frozenset() if self._child is None else self._child.walls

    def add(self, cases: Sequence[CallCase | AskCase]) -> None:
        """More calls that can be asked for from now on. Raises ValueError for an id that is taken, and
        SandboxError for a value that cannot be sent."""
        for case in cases:
            if case.id in self._places:
                raise ValueError(f"a case of this id is there: {case.id}")
            sent = case_to_json(case)
            self._places[case.id] = len(self._ids)
            self._ids.append(case.id)
            self._setup["cases"].append(sent)
            self._unsent.append(sent)

    def run(
        self,
        source: str,
        cases: Sequence[str] | None = None,
        *,
        trace: bool = False,
        stop_at_failure: bool = False,
        seconds: float | None = None,
        names: bool = False,
    ) -> list[CaseResult]:
        """One result for each case asked for, in that order; `seconds` bounds each case.

        Raises SandboxError if the interpreter cannot be started any more, ValueError for an unknown case.
        """
        if unknown := [case for case in cases or () if case not in self._places]:
            raise ValueError(f"no such case: {unknown[0]}")
        asked = list(range(len(self._ids))) if cases is None else [self._places[case] for case in cases]
        request: dict[str, Any] = {
            "source": source,
            "seconds": self._limits.seconds if seconds is None else seconds,
            "trace": trace,
            "stop": stop_at_failure,
            "names": names,
        }
        results: list[CaseResult] = []
        falls = 0
        while len(results) < len(asked):
            if self._cancel is not None and self._cancel.is_set():
                return results + self._unplayed(asked[len(results) :], _CANCELLED)
            try:
                results += self._ask(request, asked[len(results) :])
            except Cancelled:
                self._interrupt()
                return results + self._unplayed(asked[len(results) :], _CANCELLED)
            except Gone:
                self._end_child()
                falls += 1
                if falls > 1:
                    results.append(CaseResult(self._ids[asked[len(results)]], Verdict.EXIT, sentence=_LOST))
                    falls = 0
            if stop_at_failure and results and not results[-1].passed:
                return results + self._unplayed(asked[len(results) :], _SETTLED)
        return results

    def _ask(self, request: dict[str, Any], asked: list[int]) -> list[CaseResult]:
        child = self._child or self._start()
        self._turn += 1
        deadline = time.monotonic() + (request["seconds"] + 1) * len(asked) + _GRACE
        added, self._unsent = self._unsent, []
        blob = child.ask({**request, "run": self._turn, "cases": asked, "add": added}, deadline)
        results = results_from_json(blob, asked, self._ids)
        if not results:
            raise Gone
        return results

    def _start(self) -> ChildProcess | LoneProcesses:
        Path(self._folder).mkdir(mode=0o700, exist_ok=True)  # a process that has ended takes it along
        kind = ChildProcess if self._forks else LoneProcesses
        self._unsent = []  # the setup holds them
        self._child = kind(self._interpreter, self._setup, self._cancel)
        return self._child

    def _interrupt(self) -> None:
        """Ends what runs now. The answer that it still gives is passed over by the next run."""
        if self._child is None:
            return
        try:
            self._child.interrupt(self._turn)
        except Gone:
            self._end_child()

    def _unplayed(self, asked: list[int], sentence: str) -> list[CaseResult]:
        return [CaseResult(self._ids[place], Verdict.NOT_RUN, sentence=sentence) for place in asked]

    def _end_child(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None

    def close(self) -> None:
        """Afterwards no process and no temporary file is left. May be called again."""
        self._end_child()
        remove_folder(self._folder)

    def __enter__(self) -> Arena:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _home() -> str:
    """The learner's home folder; empty for who has none."""
    try:
        return str(Path.home())
    except RuntimeError:
        return ""
