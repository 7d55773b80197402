"""One test played by pytest, in this process, for tests that need what pytest gives."""

from __future__ import annotations

import os
from typing import Any

from .program import Version
from .values import picture


class _Witness:
    """A plugin that keeps what the report would have said."""

    def __init__(self) -> None:
        self.error: BaseException | None = None
        self.ran = False
        self.failed = False
        self.sides: tuple[Any, Any] | None = None

    def pytest_exception_interact(self, call: Any) -> None:
        if self.error is None and call.excinfo is not None:
            self.error = call.excinfo.value

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.ran = True
        self.failed = self.failed or bool(report.failed)

    def pytest_assertrepr_compare(self, op: str, left: Any, right: Any) -> None:
        if op == "==":
            self.sides = (left, right)


def play_pytest(version: Version, case: dict[str, Any], folder: str, settled: bool) -> dict[str, Any]:
    """Raises what the test raised."""
    import pytest

    version.write()
    name, bracket, rest = case["name"].partition("[")
    test = os.path.join(folder, *case["path"].split("/")) + "::" + name.replace(".", "::") + bracket + rest
    arguments = [test, "-q", "-p", "no:cacheprovider", "--rootdir", folder]
    if not settled:
        arguments += ["-c", os.devnull]
    witness = _Witness()
    pytest.main(arguments, plugins=[witness])
    if witness.error is None:
        if witness.ran and not witness.failed:
            return {"verdict": "passed"}
        missing = f"The test `{case['name']}` was not found in `{case['path']}`."
        return {
            "verdict": "failed" if witness.ran else "error",
            "sentence": missing if not witness.ran else None,
        }
    if isinstance(witness.error, AssertionError) and witness.sides is not None:
        witness.error.__dict__["<sides>"] = [picture(side) for side in witness.sides]
    raise witness.error
