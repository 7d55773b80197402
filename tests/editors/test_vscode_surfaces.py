"""Meno's own places in a real VS Code workbench, with the packaged extension."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from editors.code_server import CodeServer
from editors.tee import Tee

HERE = Path(__file__).parent
SUSPECT = """\
def longest(words):
    best = ""
    for word in words:
        if word.length() > len(best):
            best = word
    return best


total = len(longest(["a", "bcd"]))
print(totl)
"""
SEARCH = """\
def find(numbers, wanted):
    low, high = 0, len(numbers) - 1
    while low < high:
        middle = (low + high) // 2
        if numbers[middle] == wanted:
            return middle
        if numbers[middle] < wanted:
            low = middle + 1
        else:
            high = middle - 1
    return -1


assert find([3, 5, 8], 5) == 1
assert find([3, 5, 8], 8) == 2
assert find([3, 5, 8], 4) == -1
"""
ENDLESS = """\
def turn(n):
    while n:
        n = abs(n)
    return n


assert turn(1) == 0
"""
NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Adding up"]},
        *(
            {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
            for source in (["%matplotlib inline\n", "total = 3"], ["print(totl)\n", "total"])
        ),
    ],
    "metadata": {"language_info": {"name": "python"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


@pytest.mark.editor
@pytest.mark.timeout(400)
def test_meno_is_at_home_in_vs_code(
    code_server: CodeServer,
    workbench: Path,
    pictures: Path,
    tee: Tee,
    recorded: Callable[[Tee, str, str], None],
) -> None:
    code_server.write("suspect.py", SUSPECT)
    code_server.write("colon.py", "def double(n)\n    return 2 * n\n\n\nprint(double(4))\n")
    code_server.write("cells.ipynb", json.dumps(NOTEBOOK))
    code_server.write("endless.py", ENDLESS)
    settings = {"meno.maxHintLevel": 5, "meno.model.endpoint": "http://127.0.0.1:9"}
    code_server.start(settings, command=tee.command)

    script = HERE / "vscode_surfaces.mjs"
    seen = code_server.drive(script, "suspect.py", pictures)

    assert "failure" not in seen, seen
    assert "gateway 127.0.0.1:9" in seen["question"]
    assert [title.partition(",")[0] for title in seen["lenses"]] == ["Likely attribute error", "Why?"]
    assert "Next hint" in seen["hover"]
    assert "Python joins a use to an assignment" in seen["climbed"]
    assert seen["painted"] >= 3
    assert any(title.startswith("Change it: make the smallest repair on line 1") for title in seen["actions"])
    assert "double(n):" in seen["changed"]
    assert "double(n):" not in seen["undone"]
    assert "Meno: ready" in seen["status"]
    assert "Nothing was known yet" in seen["stopped"]
    assert "3 files looked at" in seen["folder"]
    assert "totl" in seen["folder"]
    assert seen["marks"] == [0, 1]
    assert "totl" in seen["cell"]
    assert seen["steps"][:2] == ["Open a first lesson", "Read a hint, and climb"]
    product = json.loads((workbench / "node_modules/code-server/lib/vscode/package.json").read_text("utf-8"))
    recorded(tee, "VS Code", product["version"])


@pytest.mark.editor
@pytest.mark.timeout(300)
def test_the_extension_needs_nothing_but_a_python(code_server: CodeServer, pictures: Path) -> None:
    code_server.write("lesson.py", "print(nope)\n")
    code_server.start(own_server=True)

    seen = code_server.drive(HERE / "vscode_alone.mjs", "lesson.py", pictures)

    assert "failure" not in seen, seen
    assert "nope is used here" in seen["hover"]
    assert "static hints" in seen["status"]
    assert "the extension's own server on" in seen["status"]
    assert "Install What the Model Runs On" in seen["status"]


@pytest.mark.editor
@pytest.mark.timeout(300)
def test_a_hint_that_was_checked_by_running_and_where_code_is_from(
    code_server: CodeServer, pictures: Path
) -> None:
    code_server.write("search.py", SEARCH)
    code_server.start()

    seen = code_server.drive(HERE / "vscode_verified.mjs", "search.py", pictures)

    assert "failure" not in seen, seen
    assert any("1 of 3 cases fail" in lens for lens in seen["lenses"])
    assert "Meno has run your tests with a small change" in seen["hover"]
    assert "low <= high" not in seen["hover"]
    assert "Where is this code from" in seen["origin"]
    assert seen["painted"] >= 3
