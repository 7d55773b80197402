"""Every process of ours is started as Windows needs it, wherever in the sources that is."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import meno_analyzers
import meno_model
import meno_server
from meno_analyzers.failures.sandbox import Limits
from meno_analyzers.failures.sandbox.process import scrubbed_environment
from meno_server.failures.running import what_is_run

STARTS = {"Popen", "run", "create_subprocess_exec", "create_subprocess_shell", "check_output", "call"}
# Only where there is `fork`; and what only who trains a model runs, in a terminal.
ELSEWHERE = {"ChildProcess", "histories.py"}


def is_a_start(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in STARTS
        and ast.unparse(node.func.value) in {"subprocess", "asyncio"}
        and ast.unparse(node.func) != "asyncio.run"
    )


def starts_of_processes() -> Iterator[tuple[str, ast.Call]]:
    for package in (meno_analyzers, meno_model, meno_server):
        for path in sorted(Path(str(package.__file__)).parent.rglob("*.py")):
            if path.name in ELSEWHERE:
                continue
            for scope in ast.parse(path.read_text("utf-8")).body:
                if getattr(scope, "name", "") not in ELSEWHERE:
                    for node in filter(is_a_start, ast.walk(scope)):
                        assert isinstance(node, ast.Call)
                        yield f"{path.name}:{node.lineno}", node


def test_no_process_of_ours_opens_a_window_or_hears_an_interrupt_that_is_not_for_it() -> None:
    """Simulated: that the flag is given is read from the sources; what Windows does with it is not seen."""
    starts = list(starts_of_processes())

    assert len(starts) >= 8
    without = [place for place, call in starts if "creationflags" not in {each.arg for each in call.keywords}]
    assert without == []


def test_the_flags_are_those_of_windows_where_the_library_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulated: the library is given the names that it has on Windows."""
    monkeypatch.setattr(subprocess, "CREATE_NO_WINDOW", 0x08000000, raising=False)
    monkeypatch.setattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0x00004000, raising=False)
    source = Path(str(meno_analyzers.__file__)).with_name("processes.py").read_text("utf-8")
    names: dict[str, int] = {}
    exec(compile(source, "processes.py", "exec"), names)

    assert (names["NO_WINDOW"], names["LOW_PRIORITY"]) == (0x08000000, 0x00004000)


def test_a_program_finds_a_home_of_its_own_under_the_names_of_windows() -> None:
    """Simulated: the system is an argument."""
    environment = scrubbed_environment("the folder", "nt")

    assert {environment[name] for name in ("HOME", "USERPROFILE", "TEMP", "TMP")} == {"the folder"}
    assert "USERPROFILE" not in scrubbed_environment("the folder", "posix")


@pytest.mark.parametrize(("system", "promised"), [("linux", True), ("win32", False), ("darwin", False)])
def test_a_limit_of_memory_is_promised_only_where_there_is_one(
    system: str, promised: bool, tmp_path: Path
) -> None:
    """Simulated: the system is an argument."""
    from meno_analyzers.failures.collecting import collect

    (tmp_path / "work.py").write_text("assert 1 == 2\n", "utf-8")
    told = what_is_run(collect(tmp_path / "work.py"), sys.executable, Limits(), system)

    assert ("512 MB" in told) == promised
    assert "at most 5 seconds" in told
