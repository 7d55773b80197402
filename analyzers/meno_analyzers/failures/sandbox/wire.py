"""Cases and results on their way to the child and back: JSON, of which nothing that comes back is trusted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from meno_analyzers.failures.cases import (
    AskCase,
    CallCase,
    Case,
    CaseResult,
    CodeCase,
    FileCase,
    RunCase,
    RunError,
    RunFrame,
    Seen,
    Verdict,
)
from meno_analyzers.failures.sandbox.limits import SandboxError


def case_to_json(case: Case) -> dict[str, Any]:
    """Raises SandboxError if the case holds values that JSON does not know."""
    match case:
        case CallCase():
            value = {
                "kind": "call",
                "function": case.function,
                "arguments": list(case.arguments),
                "expected": case.expected,
                "tolerance": case.tolerance,
            }
        case AskCase():
            value = {
                "kind": "ask",
                "function": case.function,
                "arguments": list(case.arguments),
                "again": case.again,
            }
        case CodeCase():
            value = {"kind": "code", "code": case.code}
        case RunCase():
            value = {"kind": "run", "input": case.input, "output": case.output}
        case FileCase():
            value = {"kind": "file", "path": case.path, "name": case.name, "framework": case.framework}
    value["id"] = case.id
    try:
        json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        raise SandboxError(
            f"The case `{case.id}` holds a value that cannot be written as JSON; "
            "use numbers, strings, lists and dictionaries."
        ) from None
    return value


def results_from_json(blob: bytes, asked: Sequence[int], ids: Sequence[str]) -> list[CaseResult]:
    """The results of the cases in the order in which they were asked for, as far as the blob holds them.
    What is no result of the next case asked for ends the list."""
    results: list[CaseResult] = []
    for line, place in zip(blob.splitlines(), asked, strict=False):
        try:
            value = json.loads(line)
            if value["case"] != place:
                break
            results.append(_result(value, ids[place]))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            break
    return results


def _result(value: dict[str, Any], case: str) -> CaseResult:
    error = value.get("error")
    lines = value.get("lines")
    return CaseResult(
        id=case,
        verdict=Verdict(value["verdict"]),
        seconds=float(value.get("seconds", 0.0)),
        observed=_text(value.get("observed")),
        expected=_text(value.get("expected")),
        error=None if error is None else _error(error),
        lines=None if lines is None else frozenset(int(line) for line in lines),
        sentence=_text(value.get("sentence")),
        seen=None if value.get("seen") is None else _seen(value["seen"]),
    )


def _seen(value: dict[str, Any]) -> Seen:
    return Seen(
        kind=str(value["kind"]),
        printed=str(value["printed"]),
        changed={int(place): str(shown) for place, shown in value["changed"].items()},
        again=_text(value["again"]),
    )


def _error(value: dict[str, Any]) -> RunError:
    frames = tuple(
        RunFrame(
            path=_text(frame["path"]),
            line=int(frame["line"]),
            function=str(frame["function"]),
            names={str(name): str(shown) for name, shown in frame.get("names", {}).items()},
        )
        for frame in value["frames"]
    )
    return RunError(type=str(value["type"]), message=str(value["message"]), frames=frames)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
