"""`meno explain --suggest-tests` as a person runs it: exit codes, formats, refusals, Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from meno_analyzers.failures.suggesting import Suggestions

GRADE = """\
def grade(points):
    if points > 90:
        return "A"
    return "B"


def unknown(thing):
    return thing


assert grade(95) == "A"
"""


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-P", "-m", "meno_server", "explain", *map(str, arguments)]


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    return {**kept, "XDG_CONFIG_HOME": str(folder / "nowhere")}


def run(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    result = subprocess.run(
        command(*arguments), cwd=cwd, capture_output=True, text=True, env=environment(cwd), check=False
    )
    assert "Traceback (most recent" not in result.stderr
    return result


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "work.py").write_text(GRADE)
    return tmp_path


def test_calls_are_suggested_as_questions_with_tests_to_fill_in(folder: Path) -> None:
    result = run("work.py", "--suggest-tests", cwd=folder)

    assert result.returncode == 0
    assert "`grade(90)` returns `'B'` today. What should it return?" in result.stdout
    assert "    assert grade(90) == ...\n" in result.stdout
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("Calling functions of work.py with many values, in ")
    assert sorted(path.name for path in folder.iterdir()) == ["work.py"]


def test_the_json_is_strict_and_markdown_says_the_same(folder: Path) -> None:
    found = Suggestions.model_validate_json(
        run("work.py", "--suggest-tests", "--format", "json", "--most", "2", cwd=folder).stdout
    )
    assert [one.call for one in found.suggestions][:1] == ["grade(90)"]
    assert len(found.suggestions) == 2
    page = run("work.py", "--suggest-tests", "--format", "markdown", "--output", "out.md", cwd=folder)
    assert page.stdout == ""
    written = (folder / "out.md").read_text("utf-8")
    assert written.startswith("# Calls that no case of `work.py` asks about yet\n\n1. `grade(90)` returns")
    assert "```python\nassert grade(90) == ...\n" in written


def test_tests_that_are_named_count(folder: Path) -> None:
    (folder / "checks").mkdir()
    (folder / "checks/test_work.py").write_text(
        "from work import grade\ndef test_grade():\n    assert grade(90) == 'A'\n"
    )
    result = run("work.py", "--suggest-tests", "--tests", "checks", cwd=folder)
    assert result.returncode == 0
    assert "`grade(90)` returns" not in result.stdout
    assert "from work import grade\n" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["work.py", "--most", "3"], "go with `--suggest-tests`"),
        (["work.py", "--function", "grade"], "go with `--suggest-tests`"),
        (["--suggest-tests"], "Name the program"),
        (["-", "--suggest-tests"], "Name the program"),
        (["work.py", "--suggest-tests", "--format", "sarif"], "choose text, json or markdown"),
        (["work.py", "--suggest-tests", "--function", "other"], "it has grade, unknown."),
        (["work.py", "--suggest-tests", "--function", "unknown"], "write its type behind it (`thing: int`)"),
        (["work.py", "--suggest-tests", "--interpreter", "/no/python"], "choose another one"),
        (["missing.py", "--suggest-tests"], "There is no file missing.py"),
        (["broken.py", "--suggest-tests"], "Python cannot read broken.py"),
        (["work.py", "--suggest-tests", "--most", "0"], "--most"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(folder: Path, arguments: list[str], said: str) -> None:
    (folder / "broken.py").write_text("def f(n:\n")
    result = run(*arguments, cwd=folder)
    assert result.returncode == 2
    assert said in " ".join(result.stderr.split())
    assert result.stdout == ""


@pytest.mark.skipif(os.name == "nt", reason="SIGINT is sent in another way there")
def test_an_interrupt_ends_it_at_once_with_what_is_known(folder: Path) -> None:
    (folder / "slow.py").write_text("import time\ndef f(n: int):\n    time.sleep(0.5)\n    return n > 3\n")
    process = subprocess.Popen(
        command("slow.py", "--suggest-tests", "--seconds", "600"),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(folder),
    )
    assert process.stderr is not None
    try:
        assert process.stderr.readline().startswith("Calling")
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "Stopped." in errors
    assert "Traceback" not in errors
    assert "It was stopped before everything was tried." in output
