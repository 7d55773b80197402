"""What functions of the standard library answer, from a table made of typeshed (scripts/stdlib-answers)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def _table() -> dict[str, dict[str, str]]:
    text = files("meno_analyzers.facts").joinpath("stdlib_answers.txt").read_text("utf-8")
    table: dict[str, dict[str, str]] = {}
    for line in text.splitlines():
        module, *pairs = line.split()
        if not module.startswith("#"):
            table[module] = dict(pair.split("=") for pair in pairs)
    return table


def answer_of(module: str, function: str) -> str | None:
    """The type that `module.function(…)` answers, whatever its arguments, or None."""
    return _table().get(module, {}).get(function)
