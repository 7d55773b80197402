"""Whether an answer equals what a case expects, where the expected value came as JSON.

JSON knows neither tuples nor generators: tuples equal lists of the same items, and a generator is taken as
the list of its items, of which at most one more is drawn than are expected, so that an endless one comes to
an end. Fractions are equal if they differ by rounding only, or by no more than the case allows."""

from __future__ import annotations

import math
from types import GeneratorType
from typing import Any

_DRAWN_AT_MOST = 100_000
_NUMBERS = (int, float)
_RELATIVE, _NOTHING = 1e-9, 1e-12
_isclose = math.isclose


def drawn(answer: Any, expected: Any) -> Any:
    """The answer with its generators replaced by lists, as far as it takes to compare it."""
    if type(answer) is GeneratorType:
        enough = len(expected) + 1 if isinstance(expected, list) else _DRAWN_AT_MOST
        items: list[Any] = []
        for item in answer:
            items.append(item)
            if len(items) >= enough:
                break
        answer = items
    elif type(answer).__module__ == "numpy" and hasattr(answer, "tolist"):
        answer = answer.tolist()
    if isinstance(answer, (list, tuple)) and isinstance(expected, list):
        changed = [
            drawn(item, expected[place]) if place < len(expected) else item
            for place, item in enumerate(answer)
        ]
        if any(one is not other for one, other in zip(changed, answer)):  # noqa: B905 - `strict` is 3.10's
            return changed
    return answer


def equal(answer: Any, expected: Any, tolerance: float = 0.0) -> bool:
    if isinstance(expected, list):
        if not isinstance(answer, (list, tuple)):
            return bool(answer == expected)
        if len(answer) != len(expected):
            return False
        return all(equal(answer[place], item, tolerance) for place, item in enumerate(expected))
    if isinstance(expected, dict) and isinstance(answer, dict):
        if len(answer) != len(expected):
            return False
        return all(key in answer and equal(answer[key], expected[key], tolerance) for key in expected)
    if type(expected) is float and expected != expected:
        return bool(answer != answer)  # a number that is not one
    if type(answer) in _NUMBERS and type(expected) in _NUMBERS and (type(expected) is float or tolerance):
        return _isclose(answer, expected, rel_tol=_RELATIVE, abs_tol=max(tolerance, _NOTHING))
    return bool(answer == expected)
