"""`meno check`: its exit codes, its three formats, and the JSON contract of docs/check.md."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs/check.schema.json").read_text("utf-8"))


def run(*arguments: str | Path, cwd: Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "meno_server", "check", *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        env={**os.environ, "XDG_CONFIG_HOME": str(cwd / "nowhere")},
        check=False,
    )


def has_started_another(process: int) -> bool:
    """Whether a process has one below it that is about to check files: it is loading what it needs."""
    below = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return any("_multiprocessing" in Path(f"/proc/{child}/maps").read_text() for child in below)


def test_exit_codes_are_those_of_a_linter(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text("print(1)\n")
    (tmp_path / "bad.py").write_text("print(nope)\n")

    assert run("good.py", cwd=tmp_path).returncode == 0
    assert run("bad.py", cwd=tmp_path).returncode == 1
    assert run("missing.py", cwd=tmp_path).returncode == 2
    assert run("--format", "yaml", "good.py", cwd=tmp_path).returncode == 2


def test_a_folder_without_python_files_is_told(tmp_path: Path) -> None:
    result = run(".", cwd=tmp_path)

    assert result.returncode == 0
    assert result.stderr == b"There are no Python files in ..\n"


@pytest.mark.skipif(os.name != "posix", reason="a named pipe, which this system does not have in folders")
def test_a_pipe_in_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "bad.py").write_text("print(nope)\n")

    assert run(".", cwd=tmp_path).returncode == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="its processes are read from /proc")
def test_an_interruption_in_a_terminal_is_one_word_and_no_traceback(tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"program_{number}.py").write_text("print(1)\n" * 2000)
    command = [sys.executable, "-P", "-m", "meno_server", "check", "--jobs", "2", "."]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, start_new_session=True) as process:
        deadline = time.monotonic() + 60
        while not has_started_another(process.pid) and process.poll() is None:
            assert time.monotonic() < deadline
        os.killpg(process.pid, signal.SIGINT)
        _, told = process.communicate(timeout=60)

    assert process.returncode == 130
    assert b"Traceback" not in told


def test_the_json_keeps_its_contract(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("x = '😀'; print(x, nope)\n", "utf-8")

    result = run("--format", "json", "bad.py", cwd=tmp_path)
    found = json.loads(result.stdout)

    jsonschema.validate(found, SCHEMA)
    assert [(f["path"], f["rule"], f["line"], f["column"], f["end_column"]) for f in found] == [
        ("bad.py", "ME101", 1, 19, 23)
    ]
    assert json.loads(run("--format", "json", "-", cwd=tmp_path).stdout) == []


def test_standard_input_is_a_file_too(tmp_path: Path) -> None:
    result = run("-", cwd=tmp_path, stdin=b"print(nope)\n")

    assert result.returncode == 1
    assert result.stdout.startswith(b"-:1:7: error ME101: ")


def test_sarif_names_rules_and_places(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("print(nope)\n")

    log = json.loads(run("--format", "sarif", ".", cwd=tmp_path).stdout)

    (result,) = log["runs"][0]["results"]
    assert log["version"] == "2.1.0"
    assert result["ruleId"] == "ME101"
    assert result["locations"][0]["physicalLocation"]["region"]["startColumn"] == 7
    assert [rule["id"] for rule in log["runs"][0]["tool"]["driver"]["rules"]] == ["ME101"]


def test_a_folder_is_searched_but_not_its_environments(tmp_path: Path) -> None:
    for name in ("a.py", "sub/b.py", ".hidden/c.py", "env7/d.py", "node_modules/e.py", "f.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("nope\n")
    (tmp_path / "env7/pyvenv.cfg").write_text("")

    found = json.loads(run("--format", "json", ".", cwd=tmp_path).stdout)

    assert sorted(Path(f["path"]).as_posix() for f in found) == ["a.py", "sub/b.py"]


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"# coding: klingon\n", b"x = '\xe9'\n"])
def test_bytes_that_are_no_text_are_told_and_the_rest_is_checked(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "odd.py").write_bytes(data)
    (tmp_path / "bad.py").write_text("nope\n")

    result = run("--format", "json", ".", cwd=tmp_path)

    assert result.returncode == 2
    assert [f["path"] for f in json.loads(result.stdout)] == ["bad.py"]
    assert b"odd.py was not checked: its bytes do not fit" in result.stderr
    assert b"Traceback" not in result.stderr


def test_other_encodings_are_read_as_python_reads_them(tmp_path: Path) -> None:
    (tmp_path / "latin.py").write_bytes("# coding: latin-1\nx = 'é'\nprint(x, nope)\n".encode("latin-1"))
    (tmp_path / "marked.py").write_bytes(b"\xef\xbb\xbfprint(nope)\n")

    found = json.loads(run("--format", "json", ".", cwd=tmp_path).stdout)

    assert [(f["path"], f["line"], f["column"]) for f in found] == [("latin.py", 3, 10), ("marked.py", 1, 7)]


def test_many_files_give_what_one_at_a_time_gives(tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"m{number:02}.py").write_text(f"value = {number}\nprint(vaule)\n")

    together = run("--format", "json", ".", cwd=tmp_path)
    alone = run("--format", "json", "--jobs", "1", ".", cwd=tmp_path)

    assert together.stdout == alone.stdout
    assert len(json.loads(alone.stdout)) == 60


def test_project_settings_hold(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("print(nope)\n")
    (tmp_path / "pyproject.toml").write_text('[tool.meno]\ndisabledRules = ["ME101"]\n')

    assert run("bad.py", cwd=tmp_path).returncode == 0
