"""What a script printed, held against what it was to print."""

from __future__ import annotations

from typing import Any

from .values import picture


def with_output(result: dict[str, Any], printed: bytes, wanted: str | None) -> dict[str, Any]:
    """The script's result: blanks at the ends of lines and empty lines at the end make no difference."""
    shown = _lines(printed.decode("utf-8", "replace").replace("\r\n", "\n"))
    if wanted is not None:
        if result.get("verdict") == "passed" and shown != _lines(wanted):
            result["verdict"] = "failed"
        if result.get("verdict") == "failed":
            result["expected"] = picture("\n".join(_lines(wanted)))
    # A check of the script itself that did not hold has told its two sides already.
    if result.get("verdict") != "passed" and (wanted is not None or "expected" not in result):
        result["observed"] = picture("\n".join(shown))
    return result


def _lines(text: str) -> list[str]:
    lines = [line.rstrip() for line in text.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines
