"""`meno explain` as a person runs it: exit codes, formats, reports from standard input, Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from meno_analyzers.failures.explanation import Explanation

TOTAL = """\
def total(items):
    result = 1
    for item in items:
        result += item
    return result


assert total([]) == 0
assert total([4, 5]) == 9
"""
CRASH = "def mean(items):\n    return sum(items) / len(items)\n\n\nprint(mean([]))\n"
# No small change makes this pass.
HOPELESS = "def f(x):\n    y = x\n    return [y] * 3 + ['a', x]\n\n\nassert f(3) == {'b': 17.25, 'x': 'no'}\n"


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    return {**kept, "XDG_CONFIG_HOME": str(folder / "nowhere")}


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-P", "-m", "meno_server", "explain", *map(str, arguments)]


def run(*arguments: str | Path, cwd: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    result = subprocess.run(
        command(*arguments),
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        env=environment(cwd),
        check=False,
    )
    assert "Traceback (most recent" not in result.stderr
    return result


def test_the_interpreter_of_the_settings_runs_the_program(tmp_path: Path) -> None:
    (tmp_path / "crash.py").write_text(CRASH)
    own = tmp_path / "nowhere/meno"
    own.mkdir(parents=True)
    (own / "config.toml").write_text('[run]\ninterpreter = "/no/such/python"\n')

    assert "/no/such/python could not be started" in run("crash.py", cwd=tmp_path).stderr
    named = run("crash.py", "--interpreter", sys.executable, cwd=tmp_path)
    assert named.returncode == 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "work.py").write_text(TOTAL)
    (tmp_path / "crash.py").write_text(CRASH)
    return tmp_path


def test_a_failure_is_explained_and_what_is_run_is_said_beside_it(folder: Path) -> None:
    result = run("crash.py", cwd=folder)

    assert result.returncode == 1
    assert "`ZeroDivisionError` on line 2" in result.stdout
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("Running 1 case of crash.py (the script) with ")
    assert "on a copy and confined" in result.stderr


def test_where_nothing_fails_it_says_what_was_run_and_no_more(folder: Path) -> None:
    (folder / "good.py").write_text(TOTAL.replace("= 1\n", "= 0\n"))

    result = run("good.py", cwd=folder)

    assert (result.returncode, result.stdout) == (0, "All 3 cases passed.\n")
    assert run("good.py", "--format", "json", cwd=folder).stdout == "null\n"
    assert json.loads(run("good.py", "--format", "sarif", cwd=folder).stdout)["runs"][0]["results"] == []


def test_the_json_is_the_explanation_by_its_schema(folder: Path) -> None:
    result = run("work.py", "--format", "json", "--seconds", "8", cwd=folder)

    explanation = Explanation.model_validate_json(result.stdout)
    assert explanation.level == 3
    assert explanation.test_impact.verified
    assert explanation.diff is None


def test_level_5_shows_the_change_unless_settings_forbid_it(folder: Path) -> None:
    shown = run("work.py", "--level", "5", "--seconds", "8", "--format", "markdown", cwd=folder)
    assert "+    result = 0" in shown.stdout

    (folder / "meno.toml").write_text("maxHintLevel = 2\n")
    hidden = run("work.py", "--level", "5", "--seconds", "8", "--format", "json", cwd=folder)
    assert Explanation.model_validate_json(hidden.stdout).level == 2
    assert "`maxHintLevel` in" in hidden.stderr


def test_sarif_names_files_as_they_are_seen_from_here_and_goes_to_a_file(folder: Path) -> None:
    (folder / "lesson").mkdir()
    (folder / "lesson/work.py").write_text(TOTAL)

    result = run("lesson/work.py", "--no-search", "--format", "sarif", "--output", "out.sarif", cwd=folder)

    assert (result.returncode, result.stdout) == (1, "")
    log = json.loads((folder / "out.sarif").read_text("utf-8"))
    [found] = log["runs"][0]["results"]
    place = found["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "lesson/work.py"
    nowhere = run("crash.py", "--output", "no/where.txt", cwd=folder)
    assert (nowhere.returncode, "cannot be written" in nowhere.stderr) == (2, True)


def test_the_script_reads_its_input_from_a_file(folder: Path) -> None:
    (folder / "ask.py").write_text("n = int(input())\nprint(6 / n)\n")
    (folder / "zero.txt").write_text("0\n")

    assert "`ZeroDivisionError` on line 2" in run("ask.py", "--input", "zero.txt", cwd=folder).stdout
    missing = run("ask.py", cwd=folder)
    assert missing.returncode == 2
    assert "ask.py reads input; give it in a file with `--input`." in missing.stderr


def test_a_pasted_traceback_is_read_from_standard_input(folder: Path) -> None:
    printed = subprocess.run(
        [sys.executable, "crash.py"], cwd=folder, capture_output=True, text=True, check=False
    ).stderr

    for arguments in (["-"], []):
        result = run(*arguments, cwd=folder, stdin=printed)
        assert result.returncode == 1
        assert "`ZeroDivisionError` on line 2" in result.stdout
    assert run("-", cwd=folder, stdin="all is well").returncode == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.py"], "There is no file missing.py"),
        (["."], "is a folder"),
        (["work.py", "--tests", "missing"], "There is no test file missing"),
        (["work.py", "--examples", "bad.json"], "bad.json, example 1: `expect` is no key of an example."),
        (["work.py", "--input", "missing.txt"], "The input missing.txt cannot be read"),
        (["work.py", "--interpreter", "/no/python"], "choose another one"),
        (["work.py", "--level", "6"], "to 5"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(folder: Path, arguments: list[str], said: str) -> None:
    (folder / "bad.json").write_text('[{"expect": 3}]')
    result = run(*arguments, cwd=folder)
    assert result.returncode == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_what_python_cannot_read_is_explained_without_a_run(folder: Path) -> None:
    (folder / "broken.py").write_text("x = 1\nprint((x)\n")
    result = run("broken.py", cwd=folder)
    assert result.returncode == 1
    assert "nothing is run" in result.stderr
    assert "Python cannot read line 2" in result.stdout


@pytest.mark.skipif(os.name == "nt", reason="SIGINT is sent in another way there")
def test_an_interrupt_ends_it_at_once_with_what_is_known(folder: Path) -> None:
    (folder / "hopeless.py").write_text(HOPELESS)
    process = subprocess.Popen(
        command("hopeless.py", "--seconds", "600"),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(folder),
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        assert process.stderr.readline().startswith("Running")
        # What is known by then depends on the moment; both ends are right.
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "Stopped." in errors
    assert "Traceback" not in errors
    assert ("What happened" in output) == ("This is what was known by then." in errors)


def test_the_exit_codes_are_in_the_help(tmp_path: Path) -> None:
    said = " ".join(run("--help", cwd=tmp_path).stdout.split())
    for code in ("0 if nothing fails", "1 if a failure was explained", "130 if it was interrupted"):
        assert code in said
