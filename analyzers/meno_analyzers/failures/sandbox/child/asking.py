"""How a call is played of which nothing is expected: it is only seen what it does.

What it prints is kept up to a limit and shown shortened. An endless generator is drawn for a few items."""

from __future__ import annotations

import sys
from types import GeneratorType
from typing import Any

from .program import Version
from .values import clip, picture

_DRAWN = 25
_LONGEST_PRINTED = 400
_eval = eval
_LITERALS = {"__builtins__": {}, "set": set, "frozenset": frozenset}


class TooMuchPrinted(BaseException):
    """The call printed more than it may. It is no `Exception`, so that few programs catch it."""


class _Paper:
    """Stands in for standard output and keeps what is written."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, most: int) -> None:
        self._most = most
        self._count = 0
        self._parts: list[str] = []

    def write(self, text: Any) -> int:
        if type(text) is not str:
            raise TypeError("write() argument must be str, not " + type(text).__name__)
        self._count += len(text)
        if self._count > self._most:
            self._parts.clear()
            raise TooMuchPrinted
        if text:
            self._parts.append(text)
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        return

    def isatty(self) -> bool:
        return False

    def text(self) -> str:
        return "".join(self._parts)


def play_ask(version: Version, case: dict[str, Any], most: int) -> dict[str, Any]:
    """What the call answers and does; without a function the program is only loaded. Raises whatever the
    program raises."""
    texts = case["arguments"]
    before, given, anew = [[_eval(text, dict(_LITERALS)) for text in texts] for _ in range(3)]
    namespace = version.fresh()
    if not case["function"]:
        return {"verdict": "passed"}
    paper = _Paper(most)
    kept, sys.stdout = sys.stdout, paper
    try:
        answer = _drawn(_found(namespace, case["function"])(*given))
        seen = {
            "kind": type(answer).__name__,
            "printed": clip(paper.text(), _LONGEST_PRINTED),
            "changed": _changed(before, given),
            "again": None,
        }
        shown = picture(answer)
        if case["again"]:
            again = _again(namespace, case["function"], anew)
            seen["again"] = again[1] if _differs(answer, shown, again) else None
    finally:
        sys.stdout = kept
    return {"verdict": "passed", "observed": shown, "seen": seen}


def _found(namespace: dict[str, Any], path: str) -> Any:
    """The function; `Cart().total` makes a cart first."""
    found: Any = None
    for place, step in enumerate(path.split(".")):
        name = step[:-2] if step.endswith("()") else step  # noqa: FURB188 - `removesuffix` is 3.9's
        if place:
            found = getattr(found, name)
        elif name in namespace:
            found = namespace[name]
        else:
            raise NameError("name '" + name + "' is not defined")
        if step.endswith("()"):
            found = found()
    return found


def _drawn(answer: Any) -> Any:
    if type(answer) is not GeneratorType:
        return answer
    items: list[Any] = []
    for item in answer:
        items.append(item)
        if len(items) == _DRAWN:
            break
    return items


def _changed(before: list[Any], after: list[Any]) -> dict[str, str]:
    return {
        str(place): picture(after[place])
        for place, value in enumerate(before)
        if not isinstance(value, (int, float, str, bytes, type(None))) and not after[place] == value  # noqa: SIM201
    }


def _again(namespace: dict[str, Any], path: str, given: list[Any]) -> tuple[Any, str]:
    try:
        answer = _drawn(_found(namespace, path)(*given))
    except Exception as error:
        return error, "raises " + type(error).__name__
    return answer, picture(answer)


def _differs(first: Any, shown: str, again: tuple[Any, str]) -> bool:
    """Whether the second answer is another one. A set may show the same items in another order."""
    if again[1] == shown:
        return False
    return again[0] is first or not again[0] == first  # noqa: SIM201
