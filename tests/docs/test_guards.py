"""What code and pages name as their guard is there: a docstring that points to a renamed test guards nothing.

A path ends in `.py`, is a folder of tests, or is a test in one (`path::name`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
_FOLDERS = ("analyzers", "server", "model", "docs", "benchmarks", "scripts", "vscode-client/src", "deploy")
_KINDS = {".py", ".md", ".ts", ".toml", ".yml"}
_GUARD = re.compile(r"(?<![\w/.-])(tests/[\w/]+(?:\.py)?|benchmarks/\w+\.py)(?:::(\w+))?")
_EXAMPLE = "ME999"
"""The rule that CONTRIBUTING.md writes as an example."""


def sources() -> Iterator[Path]:
    """The files that may name a guard."""
    yield from ROOT.glob("*.md")
    for folder in _FOLDERS:
        yield from (path for path in sorted((ROOT / folder).rglob("*")) if path.suffix in _KINDS)


def missing(text: str) -> list[str]:
    """The guards that the text names and that are not there."""
    found = []
    for path, name in _GUARD.findall(text):
        guard = ROOT / path
        if _EXAMPLE in path:
            continue
        if not guard.exists() or (name and f"def {name}(" not in guard.read_text("utf-8")):
            found.append(f"{path}::{name}" if name else path)
    return found


def test_every_guard_that_is_named_is_there() -> None:
    nowhere = {
        str(source.relative_to(ROOT)): found
        for source in sources()
        if "node_modules" not in source.parts and (found := missing(source.read_text("utf-8", "ignore")))
    }

    assert nowhere == {}


def test_a_guard_that_is_not_there_is_found() -> None:
    assert missing("see tests/docs/test_guards.py and `tests/fuzz`, benchmarks/soak.py") == []
    assert missing("tests/docs/test_guards.py::test_a_guard_that_is_not_there_is_found") == []
    assert missing("tests/docs/test_gone.py, tests/gone") == ["tests/docs/test_gone.py", "tests/gone"]
    assert missing("tests/docs/test_guards.py::test_gone") == ["tests/docs/test_guards.py::test_gone"]
