"""Programs that mean harm, or come to it: each ends in the verdict of its first line, and leaves nothing
behind.

A first line reads `#: call TIME|EXIT "sentence"`: how the program is played, the verdicts that are right
(more than one where it depends on what the system allows), and a pattern for the sentence. With `namespaces`
at its end the program is played only where they are granted: it would reach the processes of the machine.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from meno_analyzers.failures.cases import CallCase, Case, Program, RunCase, Verdict
from meno_analyzers.failures.sandbox import Arena, Limits

PROGRAMS = sorted((Path(__file__).parent / "hostile").glob("*.py"))
GOOD = "def answer():\n    return 42\nif __name__ == '__main__':\n    print('done')\n"
CASES: list[Case] = [CallCase("call", "answer", [], 42), RunCase("run", "one line\n", "done\n")]
LIMITS = Limits(memory_bytes=128 * 1024 * 1024, processes=16, file_bytes=8 * 1024 * 1024)


def expectation(program: Path) -> tuple[str, set[Verdict], str, bool]:
    line = program.read_bytes().split(b"\n")[0].decode()
    found = re.fullmatch(r'#: (call|run) ([A-Z|]+) "(.*)"( namespaces)?', line)
    assert found, line
    return found[1], {Verdict[name] for name in found[2].split("|")}, found[3], bool(found[4])


def processes_in(folder: str) -> list[str]:
    """The processes that work in the folder, or were started with it in their environment."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            working = (place / "cwd").readlink()
            environment = (place / "environ").read_bytes()
        except OSError:
            continue
        if working.is_relative_to(folder) or f"HOME={folder}\0".encode() in environment:
            found.append(place.name)
    return found


@pytest.fixture(scope="module", params=["namespaces", "guard"])
def arena(request: pytest.FixtureRequest) -> Iterator[Arena]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Arena, "_namespaces", request.param == "namespaces")
        with Arena.open(Program({"program.py": GOOD}, "program.py"), CASES, limits=LIMITS) as arena:
            if request.param == "namespaces" and "processes" not in arena.walls:
                pytest.skip("the system grants no namespaces")
            yield arena
            folder = arena._folder
        assert not Path(folder).exists()
        assert processes_in(folder) == []


@pytest.mark.parametrize("program", PROGRAMS, ids=[program.stem for program in PROGRAMS])
def test_a_hostile_program_gets_its_verdict_and_leaves_nothing_behind(arena: Arena, program: Path) -> None:
    case, verdicts, sentence, needs_namespaces = expectation(program)
    if needs_namespaces and "processes" not in arena.walls:
        pytest.skip("this program would reach the machine's own processes")
    source = program.read_bytes().decode("utf-8", "surrogateescape")
    seconds = 0.4 if Verdict.TIME in verdicts else 30.0
    kept = len(processes_in(arena._folder))
    [result] = arena.run(source, [case], seconds=seconds)
    assert result.verdict in verdicts, result
    if result.verdict is not Verdict.PASSED:
        assert re.search(sentence, result.sentence or ""), result
    if result.sentence is not None:
        assert re.fullmatch(r"[A-Z`][^\n]*\.", result.sentence), result.sentence
    again = arena.run(GOOD)
    assert [one.verdict for one in again] == [Verdict.PASSED, Verdict.PASSED], again
    deadline = time.monotonic() + 30  # the answer comes before the last of its processes has gone
    while (left := len(processes_in(arena._folder))) > max(kept, 2) and time.monotonic() < deadline:
        pass
    assert left <= max(kept, 2)
    assert not Path("/tmp/meno-hostile-was-here").exists()
