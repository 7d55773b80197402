"""Meno without what only Unix has: no fork, no limits of `resource`, few signals, open files that stay.

All of this is simulated (`like_windows/sitecustomize.py`): it shows that nothing of Unix is needed, and not
that Windows does what its documentation says. That is for the workflow's machines.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from end_to_end.lines import DEADLINE
from end_to_end.wire import FULL_CLIENT, Wire
from meno_analyzers.failures.cases import CallCase, Program, Verdict
from meno_analyzers.failures.sandbox import Arena
from platforms.worlds import SERVER, like_windows, meno

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"),
    reason="what is hidden here is Linux'; elsewhere the other tests meet the system itself",
)

TESTS = Path(__file__).parents[1]
TESTED = "def is_old(age):\n    return age > 18\n\n\nassert is_old(18)\nassert not is_old(17)\n"
EARLY = """\
def has(ns):
    for n in ns:
        if n:
            return True
        else:
            return False
"""
PROBE = """
import os, signal, subprocess, sys
for name in ("fcntl", "resource", "termios", "pwd"):
    try:
        __import__(name)
    except ImportError:
        continue
    raise SystemExit(name)
assert not hasattr(os, "fork") and not hasattr(signal, "SIGKILL")
file = open("kept", "w", encoding="utf-8")
for refused in (lambda: os.remove("kept"), lambda: open("a?", "w", encoding="utf-8")):
    try:
        refused()
    except OSError:
        continue
    raise SystemExit("allowed")
child = [sys.executable, "-c", "import os; raise SystemExit(hasattr(os, 'fork'))"]
raise SystemExit(subprocess.run(child, env={}).returncode)
"""


def test_the_simulation_hides_what_it_says(tmp_path: Path) -> None:
    """Simulated. Without this the other tests could pass for nothing."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        env=like_windows(tmp_path),
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr.decode()


def test_many_files_are_checked_by_spawned_helpers(tmp_path: Path) -> None:
    """Simulated: no fork, so that helpers have to be spawned."""
    for number in range(45):
        (tmp_path / f"lesson{number}.PY").write_text(EARLY, "utf-8")

    done = meno(
        "check", "--format", "json", "--jobs", "2", str(tmp_path), env=like_windows(tmp_path / "data")
    )

    assert done.returncode == 1
    assert len({finding["path"] for finding in json.loads(done.stdout)}) == 45


def test_a_failure_is_explained_with_a_verified_change(tmp_path: Path) -> None:
    """Simulated: each version of the program is run in a process of its own, without fork and limits."""
    (tmp_path / "work.py").write_text(TESTED, "utf-8")

    done = meno("explain", "work.py", env=like_windows(tmp_path / "data"), folder=tmp_path)

    assert done.returncode == 1, done.stderr
    assert b"a small change on line 2 is enough" in done.stdout


def test_a_program_that_never_ends_is_ended_and_told_of(tmp_path: Path) -> None:
    """Simulated: no signal ends it but the one that stands for TerminateProcess."""
    (tmp_path / "work.py").write_text("while True:\n    pass\n", "utf-8")

    done = meno("explain", "--no-search", "work.py", env=like_windows(tmp_path / "data"), folder=tmp_path)

    assert done.returncode == 1, done.stderr
    assert b"does not come to an end" in done.stdout


def test_an_editor_is_served_from_the_first_key_to_the_last(tmp_path: Path) -> None:
    """Simulated: the loop can watch neither pipes nor signals; a program is run, and hints are documents."""
    program = tmp_path / "work.py"
    program.write_text(TESTED, "utf-8")
    wire = Wire([sys.executable, "-P", "-c", SERVER, "lsp"], like_windows(tmp_path / "data"))
    told: list[str] = []
    wire.answers["window/showDocument"] = lambda params: (told.append(params["uri"]), {"success": True})[1]
    try:
        wire.start(
            FULL_CLIENT,
            rootUri=tmp_path.as_uri(),
            initializationOptions={"run": {"trustedFolders": [str(tmp_path)]}},
        )
        wire.open(EARLY, uri=(tmp_path / "early.py").as_uri())
        wire.diagnostics(1, lambda found: any(one["code"] == "ME301" for one in found))
        wire.open(TESTED, uri=program.as_uri())
        wire.request(
            "workspace/executeCommand", {"command": "meno.explainFailure", "arguments": [program.as_uri()]}
        )
        wire.wait(lambda message: message.get("method") == "window/showDocument")
        status = wire.stop()
    finally:
        wire.process.kill()
        wire.close()

    assert status == 0, wire.errors
    assert told[0].endswith(".md")
    assert not [line for line in wire.errors if "Traceback" in line or "could not be handled" in line]


def test_a_port_is_served_too(tmp_path: Path) -> None:
    """Simulated: no handlers of signals on the loop."""
    wire = Wire(None, like_windows(tmp_path / "data"), channel="tcp")
    try:
        wire.start()
        wire.open(EARLY)
        wire.diagnostics(1, lambda found: any(one["code"] == "ME301" for one in found))
        assert wire.stop() == 0, wire.errors
    finally:
        wire.process.kill()
        wire.close()


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ("_winapi.CreateProcess", "other programs cannot be started here"),
        ("winreg.SetValue", "the registry cannot be changed here"),
        ("_winapi.TerminateProcess", "other processes cannot be ended from here"),
    ],
)
def test_what_a_program_may_not_do_on_windows_is_refused(
    event: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Simulated: the program raises the audit events that the functions of Windows raise."""
    monkeypatch.setattr(Arena, "_forks", False)
    program = f"import sys\ndef act():\n    sys.audit({event!r}, 1, 2, 3)\n"

    with Arena.open(Program({"p.py": program}, "p.py"), [CallCase("act", "act", [], None)]) as arena:
        result = arena.run(program)[0]

    assert result.verdict is Verdict.ERROR
    assert result.error is not None
    assert told in result.error.message


def test_other_processes_cannot_be_ended_where_there_are_no_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulated: the program takes `getsid` away, which Windows does not have."""
    monkeypatch.setattr(Arena, "_forks", False)
    program = "import os\nwanted = os.getppid()\nvars(os).pop('getsid')\ndef act():\n    os.kill(wanted, 0)\n"

    with Arena.open(Program({"p.py": program}, "p.py"), [CallCase("act", "act", [], None)]) as arena:
        result = arena.run(program)[0]

    assert result.error is not None
    assert (result.error.type, "cannot be ended" in result.error.message) == ("PermissionError", True)


def test_long_input_is_read_where_pipes_are_small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Simulated: macOS and Windows promise little room in a pipe, and have no files in memory."""
    from meno_analyzers.failures.sandbox.child import scripts

    monkeypatch.setattr(scripts, "_PIPE_HOLDS", 512)
    monkeypatch.delattr(os, "memfd_create", raising=False)
    reader = scripts.input_file("line\n" * 5_000, str(tmp_path))
    try:
        assert os.read(reader, 50_000) == b"line\n" * 5_000
    finally:
        os.close(reader)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="finding the process needs Linux' /proc")
def test_no_program_goes_on_when_the_one_who_started_it_is_killed(tmp_path: Path) -> None:
    """Simulated: without fork there is no warden, and a loop that holds Python's lock hears of nothing."""
    program = (
        "import re\ndef act():\n    open('begun', 'w').close()\n    re.match('(a+)+$', 'a' * 60 + 'b')\n"
    )
    asking = (
        "from meno_analyzers.failures.cases import *\n"
        "from meno_analyzers.failures.sandbox import Arena\n"
        f"program = {program!r}\n"
        "arena = Arena.open(Program({'p.py': program}, 'p.py'), [CallCase('act', 'act', [], 1)])\n"
        "print(arena._folder, flush=True)\n"
        "arena.run(program, seconds=1)\n"
    )
    killed = subprocess.Popen(
        [sys.executable, "-c", asking], stdout=subprocess.PIPE, env=like_windows(tmp_path)
    )
    assert killed.stdout is not None
    folder = killed.stdout.readline().decode().strip()
    try:
        assert _until((Path(folder) / "begun").exists), "it never began"
    finally:
        killed.kill()
        killed.communicate()

    assert _until(lambda: not _processes_of(folder)), "it goes on"
    shutil.rmtree(folder, ignore_errors=True)


def _until(holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + DEADLINE
    while not (held := holds()) and time.monotonic() < end:
        pass
    return held


def _processes_of(folder: str) -> list[str]:
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if f"HOME={folder}\0".encode() in (place / "environ").read_bytes():
                found.append(place.name)
        except OSError:
            continue
    return found


def test_the_tests_themselves_can_be_read_there(tmp_path: Path) -> None:
    """Simulated. One import of what only Unix has would keep a whole room of tests from running elsewhere."""
    rooms = [str(TESTS / name) for name in ("server", "end_to_end", "history", "tutor", "model", "platforms")]
    # pytest's own files are read in the default encoding, which is not what is asked here.
    env = like_windows(tmp_path, PYTHONWARNDEFAULTENCODING="", PYTHONWARNINGS="")

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *rooms],
        env=env,
        cwd=TESTS.parent,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
