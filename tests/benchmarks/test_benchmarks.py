"""The scripts that measure: they still fit the code, and their rewritings and recipes are what they say."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"
PROGRAM = '''
def chosen(values, least=2):
    """Numbers from `least` on, the others negative."""
    found = []
    for value in values:
        if value < least or len(found) == 3:
            found.append(-value)
        else:
            found.append(value)
    return found
'''
TRAINING_EXTRA = all(find_spec(name) is not None for name in ("torch", "transformers", "onnx"))


@pytest.fixture
def benchmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scripts' folder can be imported from."""
    monkeypatch.syspath_prepend(str(FOLDER))


def answers(text: str) -> list[Any]:
    names: dict[str, Any] = {}
    exec(text, names)
    return [names["chosen"](values) for values in ([], [1, 2, 3], [5, 0, 5, 5, 5], [2])]


@pytest.mark.skipif(not TRAINING_EXTRA, reason="the [train] extra is not installed")
def test_every_script_fits_the_code() -> None:
    names = sorted(path.stem for path in FOLDER.glob("*.py"))
    assert len(names) > 20
    code = (
        "import importlib, sys, traceback\n"
        "for name in sys.argv[1:]:\n"
        "    try:\n        importlib.import_module(name)\n"
        "    except Exception as problem:\n        print(name, repr(problem))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, *names], cwd=FOLDER, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout) == (0, ""), run.stderr


@pytest.mark.parametrize("name", ["renamed", "mirrored", "negated", "reformatted"])
def test_a_rewriting_leaves_what_a_program_does_and_knows_its_lines(benchmarks: None, name: str) -> None:
    import rewritings

    rewrite: Callable[[str], tuple[str, Any] | None] = getattr(rewritings, name)
    result = rewrite(PROGRAM)
    assert result is not None
    text, origins = result
    assert text != PROGRAM
    assert answers(text) == answers(PROGRAM)
    rows, before = text.split("\n"), PROGRAM.split("\n")
    assert len(origins) == len(rows)
    (changed,) = [number for number, row in enumerate(rows) if "-" in row and "append" in row]
    assert "append(-" in before[origins[changed]]


def test_a_rewriting_with_nothing_to_do_says_so(benchmarks: None) -> None:
    from rewritings import mirrored, negated, renamed

    assert [rewrite("print(1)\n") for rewrite in (renamed, mirrored, negated)] == [None] * 3


@pytest.mark.skipif(not TRAINING_EXTRA, reason="the [train] extra is not installed")
def test_each_recipe_of_the_ablations_leaves_one_part_out(benchmarks: None) -> None:
    from model_ablations import recipes

    from meno_model.configuration import load_configuration

    made = recipes(100, 1, load_configuration(None).training)
    whole = asdict(made.pop("whole"))
    assert (whole["steps"], whole["minutes"]) == (100, 0.0)
    changes = [
        {key for key, value in asdict(recipe).items() if value != whole[key]} for recipe in made.values()
    ]
    assert all(len(change) == 1 for change in changes)
    assert len({next(iter(change)) for change in changes}) == len(made)
