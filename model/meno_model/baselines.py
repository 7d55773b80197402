"""Line rankings without any learning, printed beside every number of the model.

A model that does not beat the operator-density baseline has learned nothing useful about place.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

_DENSE = re.compile(r"[+\-*/%<>=!&|^~]+|[()\[\]{}]|\b(?:and|or|not|in|is|range|return|if|elif|while|for)\b")


def code_lines(text: str) -> list[int]:
    """0-based lines that are neither blank nor a comment."""
    return [
        number
        for number, line in enumerate(text.split("\n"))
        if line.strip() and not line.lstrip().startswith("#")
    ]


def random_order(text: str, seed: int = 0) -> list[int]:
    """The code lines in a random order."""
    lines = code_lines(text)
    random.Random(f"{seed}:{text}").shuffle(lines)
    return lines


def longest_first(text: str) -> list[int]:
    """The code lines, longest first."""
    lines = text.split("\n")
    return sorted(code_lines(text), key=lambda number: -len(lines[number].strip()))


def densest_first(text: str) -> list[int]:
    """The code lines by their number of operators, brackets and deciding keywords."""
    lines = text.split("\n")
    return sorted(code_lines(text), key=lambda number: -density_of(lines[number]))


def density_of(line: str) -> int:
    """How many operators, brackets and deciding keywords a line has."""
    return len(_DENSE.findall(line))


BASELINES: dict[str, Callable[[str], Sequence[int]]] = {
    "random line": random_order,
    "longest line": longest_first,
    "operator density": densest_first,
}
