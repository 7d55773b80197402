"""Tests played by pytest, in this process, for those that need what pytest gives: one session for many tests.

Each test is answered as soon as it is over, so that one which has to be ended takes no other with it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .program import Version
from .values import picture

if TYPE_CHECKING:
    Tell = Callable[[int, dict[str, Any]], bool]  # a place and a record; whether to go on
_REHEARSAL = """import pytest
@pytest.mark.parametrize("number", [1, 2])
def test_rehearsal(number, tmp_path):
    assert number == 1
"""


class _Witness:
    """A plugin that keeps what the report would have said. `tell` is given the place of a test and its
    record, in which an error stands as itself; `begun` is called when a test begins."""

    def __init__(self, wanted: dict[str, int], tell: Tell, begun: Callable[[], None] | None = None) -> None:
        self.told: set[int] = set()
        self.passed: set[int] = set()  # tests of which some sets of parameters passed, and none failed yet
        self.session: Any = None
        self._wanted = wanted
        self._tell = tell
        self._begun = begun
        self._error: BaseException | None = None
        self._failed = False
        self._sides: tuple[Any, Any] | None = None

    @property
    def error(self) -> BaseException | None:
        return self._error

    def pytest_sessionstart(self, session: Any) -> None:
        self.session = session

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._error, self._failed, self._sides = None, False, None
        if self._begun is not None:
            self._begun()

    def pytest_exception_interact(self, call: Any) -> None:
        if self._error is None and call.excinfo is not None:
            self._error = call.excinfo.value

    def pytest_runtest_logreport(self, report: Any) -> None:
        self._failed = self._failed or bool(report.failed)

    def pytest_assertrepr_compare(self, op: str, left: Any, right: Any) -> None:
        if op == "==":
            self._sides = (left, right)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        place = self._wanted.get(nodeid)
        whole = place is not None
        if place is None:  # a set of parameters of a test that is asked for as a whole
            place = self._wanted.get(nodeid.partition("[")[0])
        if place is None or place in self.told:
            return
        if not whole and self._error is None and not self._failed:
            self.passed.add(place)
            return
        self.told.add(place)
        error = self._error
        if isinstance(error, AssertionError) and self._sides is not None:
            error.__dict__["<sides>"] = [picture(side) for side in self._sides]
        record = {"verdict": "failed" if self._failed else "passed"} if error is None else {"raised": error}
        if not self._tell(place, record) and self.session is not None:
            self.session.shouldstop = "settled"


def play_session(
    version: Version,
    cases: list[dict[str, Any]],
    folder: str,
    settled: bool,
    tell: Tell,
    begun: Callable[[], None] | None,
) -> None:
    """Tells each case's record under its place in `cases`."""
    version.write()
    version.forget()
    wanted = {_node(case): place for place, case in enumerate(cases)}
    witness = _Witness(wanted, tell, begun)
    _session(list(wanted), folder, settled, witness)
    for place in sorted(witness.passed - witness.told):
        witness.told.add(place)
        if not tell(place, {"verdict": "passed"}):
            return
    if witness.told or witness.error is not None or len(cases) == 1:
        for place, case in enumerate(cases):
            if place not in witness.told and not tell(place, _untold(case, witness.error)):
                return
        return
    for place, case in enumerate(cases):  # one that is not there keeps pytest from all of them
        version.forget()
        alone = _Witness({_node(case): place}, tell, begun)
        _session([_node(case)], folder, settled, alone)
        record = {"verdict": "passed"} if alone.passed else _untold(case, alone.error)
        if not alone.told and not tell(place, record):
            return


def _node(case: dict[str, Any]) -> str:
    """The name that pytest gives to the test."""
    name, bracket, rest = case["name"].partition("[")
    return str(case["path"] + "::" + name.replace(".", "::") + bracket + rest)


def _untold(case: dict[str, Any], error: BaseException | None) -> dict[str, Any]:
    if error is not None:
        return {"raised": error}
    name, path = case["name"], case["path"]
    return {"verdict": "error", "sentence": f"The test `{name}` was not found in `{path}`."}


def rehearse(folder: str) -> None:
    """Plays a test of our own, so that pytest has loaded all that it needs before the first fork."""
    path = os.path.join(folder, "test_meno_rehearsal.py")
    with open(path, "w", encoding="ascii") as file:
        file.write(_REHEARSAL)
    places = list(sys.path)
    _session([path], folder, False, _Witness({}, lambda *_: True))
    os.unlink(path)
    sys.modules.pop("test_meno_rehearsal", None)
    sys.path[:] = places


def _session(tests: list[str], folder: str, settled: bool, witness: _Witness) -> None:
    import pytest

    os.chdir(folder)
    arguments = [*tests, "-q", "-p", "no:cacheprovider", "--rootdir", folder]
    if not settled:
        arguments += ["-c", os.devnull]
    pytest.main(arguments, plugins=[witness])
