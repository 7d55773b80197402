"""How a case that calls the program, or runs statements among its names, is played."""

from __future__ import annotations

from types import CodeType
from typing import Any

from .equality import drawn, equal
from .program import Version
from .values import picture

_exec = exec


def play_call(version: Version, case: dict[str, Any]) -> dict[str, Any]:
    """The verdict on one call. Raises whatever the program raises."""
    namespace = version.fresh()
    found: Any = None
    for place, part in enumerate(case["function"].split(".")):
        if place == 0:
            if part not in namespace:
                return {"verdict": "error", **_absent(part)}
            found = namespace[part]
        else:
            found = getattr(found, part)
    answer = found(*copied(case["arguments"]))
    expected = case["expected"]
    answer = drawn(answer, expected)
    if equal(answer, expected, case.get("tolerance", 0.0)):
        return {"verdict": "passed"}
    return {"verdict": "failed", "observed": picture(answer), "expected": picture(expected)}


def copied(value: Any) -> Any:
    """Literal values anew, so that no call sees what another has changed in its arguments."""
    if type(value) is list:
        return [copied(item) for item in value]
    if type(value) is tuple:
        return tuple([copied(item) for item in value])
    if type(value) is dict:
        return {key: copied(value[key]) for key in value}
    return value


def _absent(name: str) -> dict[str, Any]:
    message = "name '" + name + "' is not defined"
    return {
        "error": {"type": "NameError", "message": message, "frames": []},
        "sentence": "The program has no function named `" + name + "`.",
    }


def play_code(version: Version, code: CodeType) -> dict[str, Any]:
    """The verdict on statements after the program. Raises whatever they raise."""
    _exec(code, version.fresh())
    return {"verdict": "passed"}
