"""Programs put together for the tests of suggestions."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from meno_analyzers.failures.collecting import Collected, collect
from meno_analyzers.failures.suggesting import Suggestions, suggest_tests
from meno_analyzers.failures.suggesting.functions import LeftOut, at_hand, named_functions
from meno_analyzers.failures.suggesting.given import Asked, asked_of
from meno_analyzers.failures.suggesting.seen import calls_in


def collected(source: str, **files: str) -> Collected:
    with TemporaryDirectory() as folder:
        for name, text in {**files, "work": source}.items():
            (Path(folder) / f"{name}.py").write_text(text, "utf-8")
        return collect(Path(folder) / "work.py")


def suggested(source: str, **options: Any) -> Suggestions:
    return suggest_tests(collected(source), **{"seconds": 20.0, **options})


def calls(found: Suggestions) -> list[str]:
    return [one.call for one in found.suggestions]


def asked(source: str, cases: str = "") -> Asked:
    """What is known of the only function of the source, with the calls of the cases."""
    found = asked_or_not(source, cases)
    assert isinstance(found, Asked), found
    return found


def asked_or_not(source: str, cases: str = "") -> Asked | LeftOut:
    tree = ast.parse(source)
    names: Sequence[str] = [name for name, _, _ in named_functions(tree)][:1]
    functions, left_out = at_hand(tree, names)
    if left_out:
        return left_out[0]
    return asked_of(functions[0], calls_in(cases, names), tree)
