"""One test of `unittest`, or the examples of one docstring."""

from __future__ import annotations

import doctest
import sys
import unittest
from typing import Any

from .values import clip, picture


class _Result(unittest.TestResult):
    """Keeps the first error itself, where `unittest` keeps its text."""

    def __init__(self) -> None:
        super().__init__()
        self.error: BaseException | None = None
        self.unexpected = False

    def addError(self, test: Any, err: Any) -> None:  # noqa: N802 - the name that `unittest` calls
        self.error = self.error or err[1]

    def addFailure(self, test: Any, err: Any) -> None:  # noqa: N802
        self.error = self.error or err[1]

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:  # noqa: N802
        if err is not None:
            self.error = self.error or err[1]

    def addUnexpectedSuccess(self, test: Any) -> None:  # noqa: N802
        self.unexpected = True


def play_unittest(namespace: dict[str, Any], case: dict[str, Any]) -> dict[str, Any]:
    """Raises what the test raised."""
    owner, _, method = case["name"].rpartition(".")
    kind = namespace.get(owner)
    if kind is None or not hasattr(kind, method):
        return {
            "verdict": "error",
            "sentence": f"The test `{case['name']}` was not found in `{case['path']}`.",
        }
    result = _Result()
    unittest.TestSuite([kind(method)]).run(result)
    if result.error is not None:
        _keep_sides(result.error)
        raise result.error
    return {"verdict": "failed" if result.unexpected else "passed"}


def _keep_sides(error: BaseException) -> None:
    """What `assertEqual` was given, taken as observed and expected in the order of its own names."""
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_name == "assertEqual" and isinstance(error, AssertionError):
            names = trace.tb_frame.f_locals
            error.__dict__["<sides>"] = [picture(names.get("first")), picture(names.get("second"))]
        trace = trace.tb_next


class _Runner(doctest.DocTestRunner):
    def __init__(self) -> None:
        super().__init__(verbose=False)
        self.first: dict[str, Any] | None = None
        self.error: BaseException | None = None

    def report_failure(self, out: Any, test: Any, example: Any, got: str) -> None:
        if self.first is None and self.error is None:
            self.first = {"observed": clip(got.rstrip("\n")), "expected": clip(example.want.rstrip("\n"))}

    def report_unexpected_exception(self, out: Any, test: Any, example: Any, exc_info: Any) -> None:
        if self.first is None and self.error is None:
            self.error = exc_info[1]


def play_doctest(namespace: dict[str, Any], case: dict[str, Any]) -> dict[str, Any]:
    """Raises what an example raised, if it was none that the docstring shows."""
    module = sys.modules[namespace["__name__"]]
    name = case["name"]
    for test in doctest.DocTestFinder().find(module, module.__name__):
        if test.name != name and test.name != module.__name__ + "." + name:
            continue
        runner = _Runner()
        runner.run(test, out=lambda _: None, clear_globs=False)
        if runner.error is not None:
            raise runner.error
        if runner.first is not None:
            return {"verdict": "failed", **runner.first}
        return {"verdict": "passed"}
    return {"verdict": "error", "sentence": f"The examples of `{name}` were not found in `{case['path']}`."}
