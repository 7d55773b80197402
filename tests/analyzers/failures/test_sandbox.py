"""What an arena answers to programs that mean no harm, in each of the ways in which the system lets it run
them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from meno_analyzers.failures.cases import (
    AskCase,
    CallCase,
    Case,
    CaseResult,
    CodeCase,
    FileCase,
    Program,
    RunCase,
    RunFrame,
    Seen,
    Verdict,
)
from meno_analyzers.failures.sandbox import Arena, Limits, SandboxError

Opener = Callable[..., Arena]
PATHS = {"PYTHONPATH": os.pathsep.join(sys.path)}
PASSED, FAILED, ERROR = Verdict.PASSED, Verdict.FAILED, Verdict.ERROR


@pytest.fixture(params=["namespaces", "guard", "lone"])
def start(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opener]:
    """Opens arenas, and closes them at the end."""
    monkeypatch.setattr(Arena, "_namespaces", request.param == "namespaces")
    monkeypatch.setattr(Arena, "_forks", request.param != "lone")
    arenas = []

    def opened(files: dict[str, str] | str, cases: Sequence[Case], **others: Any) -> Arena:
        files = {"program.py": files} if isinstance(files, str) else files
        arenas.append(Arena.open(Program(files, next(iter(files))), cases, **others))
        return arenas[-1]

    yield opened
    for arena in arenas:
        arena.close()
        assert not Path(arena._folder).exists()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[Opener]:
    """As `start`, in the one way that the system prefers."""
    arenas = []

    def opened(files: dict[str, str] | str, cases: Sequence[Case], **others: Any) -> Arena:
        files = {"program.py": files} if isinstance(files, str) else files
        arenas.append(Arena.open(Program(files, next(iter(files))), cases, **others))
        return arenas[-1]

    yield opened
    for arena in arenas:
        arena.close()
        assert not Path(arena._folder).exists()


def verdicts(results: Sequence[CaseResult]) -> list[Verdict]:
    return [result.verdict for result in results]


def other_interpreters() -> list[Path]:
    found = [Path(place) for n in range(8, 15) if (place := shutil.which(f"python3.{n}"))]
    found = [place for place in found if place.read_bytes()[:2] != b"#!"]
    found += sorted((Path.home() / ".pyenv" / "versions").glob("3.*/bin/python"))
    old = ("3.6", "3.7")
    by_version: dict[str, Path] = {}
    for place in found:
        name = place.name[6:] if place.name != "python" else ".".join(place.parts[-3].split(".")[:2])
        if name not in old:
            by_version.setdefault(name, place)
    return list(by_version.values())


DIVIDE = "def divide(a, b):\n    quotient = a // b\n    return quotient\n"


def test_a_call_passes_if_its_answer_equals_the_expected_one(start: Opener) -> None:
    arena = start(DIVIDE, [CallCase("six", "divide", [6, 2], 3), CallCase("seven", "divide", [7, 2], 3.5)])
    first, second = arena.run(DIVIDE)
    assert (first.id, first.verdict) == ("six", PASSED)
    assert (second.verdict, second.observed, second.expected) == (FAILED, "3", "3.5")
    assert verdicts(arena.run(DIVIDE.replace("//", "/"))) == [PASSED, PASSED]


def test_a_call_is_asked_what_it_does_whatever_it_answers(start: Opener) -> None:
    source = (
        "def note(item, items=[]):\n    items.append(item)\n    return items\n"
        "def sort(items):\n    items.sort()\n    print('sorted')\n"
        "def count():\n    n = 0\n    while True:\n        yield n\n        n += 1\n"
        "class Cart:\n    def double(self, items):\n        return {i * 2 for i in items}\n"
    )
    cases = [
        AskCase("note", "note", ["'a'"], again=True),
        AskCase("sort", "sort", ["[2, 1]"]),
        AskCase("count", "count", []),
        AskCase("double", "Cart().double", ["set()"]),
        AskCase("nobody", "nobody", ["1"]),
    ]
    arena = start(source, [CallCase("first", "sort", [[]], None)])
    arena.run(source)
    arena.add(cases)
    note, sort, count, double, nobody = arena.run(source, [case.id for case in cases])
    assert (note.verdict, note.observed) == (PASSED, "['a']")
    assert note.seen == Seen("list", again="['a', 'a']")
    assert sort.seen == Seen("NoneType", "sorted\n", {0: "[1, 2]"})
    assert count.observed is not None
    assert count.observed.startswith("[0, 1, 2, ")
    assert (double.observed, double.seen) == ("set()", Seen("set"))
    assert (nobody.verdict, nobody.seen) == (ERROR, None)
    with pytest.raises(ValueError, match="a case of this id is there"):
        arena.add(cases[:1])


def test_calls_can_be_added_after_the_process_was_lost(start: Opener) -> None:
    source = "import os\ndef leave(n):\n    os._exit(n)\ndef stay(n):\n    return n\n"
    arena = start(source, [CallCase("stay", "stay", [1], 1)])
    arena.add([AskCase("leave", "leave", ["3"]), AskCase("loud", "print", ["'x'"])])
    arena._end_child()
    arena.add([AskCase("again", "stay", ["(1, 2)"])])
    left, stayed = arena.run(source, ["leave", "again"])
    assert left.verdict is Verdict.EXIT
    assert (stayed.verdict, stayed.observed) == (PASSED, "(1, 2)")


def test_a_call_that_prints_without_end_is_stopped(start: Opener) -> None:
    source = "def shout():\n    while True:\n        print('x' * 1000)\n"
    [result] = start(source, [AskCase("shout", "shout", [])]).run(source)
    assert result.verdict is Verdict.OUTPUT
    assert "printed more than" in str(result.sentence)


def test_an_error_tells_its_frames_and_their_names(start: Opener) -> None:
    source = DIVIDE + "def start(n):\n    return divide(n, 0)\n"
    [result] = start(source, [CallCase("zero", "start", [6], 0)]).run(source, names=True)
    assert result.error is not None
    assert (result.verdict, result.error.type) == (ERROR, "ZeroDivisionError")
    assert list(result.error.frames) == [
        RunFrame("program.py", 5, "start", {"n": "6"}),
        RunFrame("program.py", 2, "divide", {"a": "6", "b": "0"}),
    ]


def test_code_tells_the_two_sides_that_differ_and_runs_once(start: Opener) -> None:
    source = "seen = []\ndef note(n):\n    seen.append(n)\n    return len(seen)\n"
    cases = [
        CodeCase("once", "assert note(5) == 1 and note(6) == 3"),
        CodeCase("plain", "assert note(1) > 7"),
    ]
    once, plain = start(source, cases).run(source)
    assert (once.verdict, once.observed, once.expected) == (FAILED, "2", "3")
    assert (plain.verdict, plain.observed) == (FAILED, None)


def test_a_script_is_held_against_its_output(start: Opener) -> None:
    source = "name = input()\nprint('Hello', name + '  ')\nprint()\n"
    cases = [
        RunCase("same", "Ada\n", "Hello Ada"),
        RunCase("other", "Bob\n", "Hello Ada"),
        RunCase("any", "Cy\n"),
        RunCase("none", ""),
    ]
    same, other, anything, none = start(source, cases).run(source)
    assert (same.verdict, anything.verdict) == (PASSED, PASSED)
    assert (other.verdict, other.observed, other.expected) == (FAILED, "'Hello Bob'", "'Hello Ada'")
    assert none.verdict is ERROR
    assert none.sentence == "This asked for more input than there was to read."


def test_a_script_may_read_much_and_end_through_exit(start: Opener) -> None:
    source = "import sys\nprint(len(sys.stdin.read()))\nsys.exit()\n"
    assert verdicts(start(source, [RunCase("long", "x" * 200_000, "200000")]).run(source)) == [PASSED]


def test_lines_that_ran_are_told_for_each_case(start: Opener) -> None:
    source = "def sign(n):\n    if n < 0:\n        return -1\n    return 1\n"
    arena = start(source, [CallCase("minus", "sign", [-5], -1), CallCase("plus", "sign", [5], 1)])
    minus, plus = arena.run(source, trace=True)
    assert (minus.lines, plus.lines) == (frozenset({1, 2, 3}), frozenset({1, 2, 4}))
    assert [result.lines for result in arena.run(source)] == [None, None]


def test_each_case_sees_a_program_that_was_executed_afresh(start: Opener) -> None:
    source = (
        "import helper\nitems = []\ndef add(n):\n    items.append(n)\n    return len(items) + helper.step()\n"
    )
    helper = "calls = []\ndef step():\n    calls.append(1)\n    return len(calls)\n"
    cases = [CallCase("one", "add", [1], 2), CallCase("two", "add", [2], 2)]
    assert verdicts(start({"program.py": source, "helper.py": helper}, cases).run(source)) == [PASSED, PASSED]


def test_a_file_of_the_program_stands_before_the_standard_library(start: Opener) -> None:
    source = "import random, colorsys\ndef draw():\n    return random.draw() + colorsys.ONE_THIRD * 3\n"
    cases = [CallCase("draw", "draw", [], 5)]
    files = {"program.py": source, "random.py": "def draw():\n    return 4\n"}
    assert verdicts(start(files, cases).run(source)) == [PASSED]


def test_cases_are_chosen_and_a_failure_settles_the_rest(start: Opener) -> None:
    cases = [CallCase(str(n), "divide", [n, 2], n / 2) for n in range(4)]
    arena = start(DIVIDE, cases)
    assert [result.id for result in arena.run(DIVIDE, ["2", "0"])] == ["2", "0"]
    results = arena.run(DIVIDE, stop_at_failure=True)
    assert verdicts(results) == [PASSED, FAILED, Verdict.NOT_RUN, Verdict.NOT_RUN]
    with pytest.raises(ValueError, match="no such case"):
        arena.run(DIVIDE, ["5"])


def test_cases_after_one_that_was_ended_still_run(start: Opener) -> None:
    source = (
        "import os\ndef act(n):\n    if n == 1:\n        os._exit(3)\n"
        "    while n == 2:\n        pass\n    return n\n"
    )
    cases = [CallCase(str(n), "act", [n], n) for n in range(4)]
    results = start(source, cases).run(source, seconds=1)
    assert verdicts(results) == [PASSED, Verdict.EXIT, Verdict.TIME, PASSED]
    assert results[1].sentence == "This ended Python itself (exit code 3) before it came to its end."
    assert results[2].sentence == "This ran for 1 second without an end and was stopped."


TESTS = """
import pytest
from program import divide

def test_plain():
    assert divide(6, 2) == 3

class TestDivide:
    def test_method(self):
        with pytest.raises(ZeroDivisionError):
            divide(1, 0)

@pytest.fixture
def two():
    return 2

def test_fixture(two):
    assert divide(6, two) == 3

@pytest.mark.parametrize("a, b", [(4, 2), (9, 3)])
def test_many(a, b):
    assert divide(a, b) == b
"""
CLASSES = """
import unittest
from program import divide

class TestDivide(unittest.TestCase):
    def test_six(self):
        self.assertEqual(divide(6, 2), 3)
"""
DOCUMENTED = DIVIDE.replace("b):\n", 'b):\n    """\n    >>> divide(6, 2)\n    3\n    """\n')


def test_tests_in_files_are_played_against_the_version(start: Opener) -> None:
    names = ["test_plain", "TestDivide.test_method", "test_many[4-2]", "test_many[9-3]"]
    cases = [FileCase(name, "test_program.py", name, "pytest") for name in names]
    cases.append(FileCase("unittest", "tests/test_classes.py", "TestDivide.test_six", "unittest"))
    cases.append(FileCase("doctest", "program.py", "program.divide", "doctest"))
    files = {"program.py": DOCUMENTED, "test_program.py": TESTS, "tests/test_classes.py": CLASSES}
    arena = start(files, cases)
    assert verdicts(arena.run(DOCUMENTED, trace=True)) == [PASSED] * 6
    results = arena.run(DOCUMENTED.replace("a // b", "a - b"))
    assert verdicts(results) == [FAILED, FAILED, PASSED, FAILED, FAILED, FAILED]
    assert [result.observed for result in results] == ["4", None, None, "6", "4", "4"]
    assert verdicts(arena.run("def other(): pass\n"))[:4] == [ERROR] * 4


def test_tests_that_need_pytest_share_a_session(start: Opener) -> None:
    names = ["test_fixture", "test_many[9-3]", "TestDivide.test_method"]
    cases = [FileCase(name, "test_program.py", name, "pytest") for name in names]
    files = {"program.py": DIVIDE, "test_program.py": TESTS, "conftest.py": ""}
    arena = start(files, cases)
    passed = arena.run(DIVIDE, trace=True)
    assert verdicts(passed) == [PASSED] * 3
    assert [result.lines for result in passed] == [
        frozenset({1, 2, 3}),
        frozenset({1, 2, 3}),
        frozenset({1, 2}),
    ]
    results = arena.run(DIVIDE.replace("a // b", "a - b"))
    assert [(result.verdict, result.observed) for result in results] == [
        (FAILED, "4"),
        (FAILED, "6"),
        (FAILED, None),
    ]


def test_a_test_that_is_not_there_spoils_no_other(quick: Opener) -> None:
    names = ["test_fixture", "test_lost", "test_many[9-3]"]
    cases = [FileCase(name, "test_program.py", name, "pytest") for name in names]
    results = quick({"program.py": DIVIDE, "test_program.py": TESTS}, cases).run(DIVIDE)
    assert verdicts(results) == [PASSED, ERROR, PASSED]
    assert results[1].sentence == "The test `test_lost` was not found in `test_program.py`."


def test_a_test_that_must_be_ended_spoils_no_other(quick: Opener) -> None:
    source = "def act(n):\n    while n == 2:\n        pass\n    return n\n"
    tests = (
        "import pytest, program\n@pytest.mark.parametrize('n', range(1, 4))\n"
        "def test_act(n):\n    assert program.act(n) == n\n"
    )
    cases = [FileCase(str(n), "test_act.py", f"test_act[{n}]", "pytest") for n in (1, 2, 3)]
    results = quick({"program.py": source, "test_act.py": tests}, cases).run(source, seconds=3)
    assert verdicts(results) == [PASSED, Verdict.TIME, PASSED]


def test_a_parametrised_test_can_be_asked_for_as_a_whole(quick: Opener) -> None:
    tests = (
        "import pytest, program\n@pytest.mark.parametrize('n', range(1, 4))\n"
        "def test_act(n):\n    assert program.act(n) == n\n"
        "def test_other(tmp_path):\n    assert program.act(1) == 1\n"
    )
    cases = [FileCase(name, "test_act.py", name, "pytest") for name in ("test_act", "test_other")]
    good, wrong = "def act(n):\n    return n\n", "def act(n):\n    return n % 3\n"
    arena = quick({"program.py": good, "test_act.py": tests}, cases)
    assert verdicts(arena.run(good)) == [PASSED, PASSED]
    results = arena.run(wrong)
    assert verdicts(results) == [FAILED, PASSED]
    assert (results[0].observed, results[0].expected) == ("0", "3")


def test_a_syntax_error_is_told_with_its_line(start: Opener) -> None:
    [result] = start("x = 1\n", [CodeCase("x", "assert x == 1")]).run("x = 1\ny = (\n")
    assert result.error is not None
    assert (result.verdict, result.error.type) == (ERROR, "SyntaxError")
    assert result.error.frames[-1].path == "program.py"


def test_the_program_knows_nothing_of_the_learner_and_draws_the_same_numbers(
    start: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "abc")
    source = (
        "import os, random\ndef names():\n    return sorted(os.environ)\n"
        "def home():\n    return os.environ['HOME'] == os.getcwd() == os.environ['TMPDIR']\n"
        "def draw():\n    return random.random() == 0.8444218515250481 and hash('a') != hash('b')\n"
    )
    known = ["HOME", "LANG", "PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED", "TMPDIR"]
    cases = [CallCase("names", "names", [], known), CallCase("home", "home", [], True)]
    results = start(source, [*cases, CallCase("draw", "draw", [], True)]).run(source)
    assert results[0].passed or "LC_CTYPE" in (results[0].observed or ""), results[0]
    assert verdicts(results[1:]) == [PASSED, PASSED]


def test_a_version_does_not_see_what_another_did_to_the_files(start: Opener) -> None:
    source = (
        "import os\ndef damage():\n    os.remove('data.txt')\n    open('new', 'w').close()\n"
        "    return os.listdir() != []\n"
    )
    look = (
        "import os\ndef damage():\n"
        "    return open('data.txt').read() == 'kept' and not os.path.exists('new')\n"
    )
    arena = start({"program.py": source, "data.txt": "kept"}, [CallCase("damage", "damage", [], True)])
    assert verdicts([*arena.run(source), *arena.run(look)]) == [PASSED, PASSED]


def test_memory_is_bounded(start: Opener) -> None:
    source = "def grow():\n    return len(bytearray(2_000_000_000))\n"
    [result] = start(source, [CallCase("grow", "grow", [], 0)], limits=Limits(memory_bytes=1 << 28)).run(
        source
    )
    assert result.verdict is Verdict.MEMORY
    assert result.sentence == "This asked for more than 256 MiB of memory and was stopped."


def test_a_cancelled_run_returns_without_waiting_for_its_end(start: Opener) -> None:
    cancel = threading.Event()
    source = "def loop():\n    while True:\n        pass\n"
    arena = start(source, [CallCase("loop", "loop", [], 0), CallCase("again", "loop", [], 0)], cancel=cancel)
    timer = threading.Timer(0.5, cancel.set)
    timer.start()
    results = arena.run(source, seconds=600)
    timer.join()
    assert verdicts(results) == [Verdict.NOT_RUN, Verdict.NOT_RUN]
    cancel.clear()
    assert verdicts(arena.run("def loop():\n    return 0\n")) == [PASSED, PASSED]


def test_a_process_that_was_brought_down_is_replaced(quick: Opener) -> None:
    arena = quick(DIVIDE, [CallCase("six", "divide", [6, 2], 3)])
    for _ in range(2):
        child = arena._child
        assert child is not None
        os.kill(child._process.pid, signal.SIGKILL)  # type: ignore[union-attr]
        assert verdicts(arena.run(DIVIDE)) == [PASSED]


def test_nothing_is_left_when_an_arena_is_closed_in_the_middle_of_a_run(quick: Opener) -> None:
    arena = quick("", [CallCase("loop", "loop", [], 0)])
    child = arena._child
    assert child is not None
    child.send(  # type: ignore[union-attr]
        {"run": 1, "source": "def loop():\n    while True: pass\n", "cases": [0], "seconds": 600},
        time.monotonic() + 9,
    )
    arena.close()
    assert child._process.poll() is not None  # type: ignore[union-attr]


def test_nothing_is_left_when_the_process_that_asked_is_killed(start: Opener) -> None:
    text = (
        "import sys, time\nfrom meno_analyzers.failures.cases import *\n"
        "from meno_analyzers.failures.sandbox import Arena\n"
        f"Arena._namespaces = {Arena._namespaces}\n"
        "arena = Arena.open(Program({'p.py': ''}, 'p.py'), [CallCase('a', 'a', [], 1)])\n"
        "print(arena._folder, flush=True)\narena.run('while True: pass', seconds=600)\n"
    )
    if not Arena._forks:
        pytest.skip("there a process is held for one request only")
    asking = subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, env=os.environ | PATHS)
    assert asking.stdout is not None
    folder = Path(asking.stdout.readline().decode().strip())
    assert folder.is_dir()
    asking.kill()
    asking.communicate()
    deadline = time.monotonic() + 30
    while folder.exists() and time.monotonic() < deadline:
        pass
    assert not folder.exists()


def test_an_interpreter_that_cannot_start_is_told_in_one_sentence(start: Opener) -> None:
    with pytest.raises(SandboxError, match=r"could not be started \(.*\); choose another one\.$"):
        start(DIVIDE, [CallCase("six", "divide", [6, 2], 3)], interpreter="/nowhere/python")
    with pytest.raises(SandboxError, match=r"does not start as Python 3\.8 or later"):
        start(DIVIDE, [CallCase("six", "divide", [6, 2], 3)], interpreter="/bin/true")


def test_what_keeps_all_from_running_is_told_in_one_sentence(quick: Opener) -> None:
    with pytest.raises(SandboxError, match="`no_such_module` could not be imported"):
        quick(DIVIDE, [], modules=["no_such_module"])
    with pytest.raises(SandboxError, match="The case `bad` is not Python"):
        quick(DIVIDE, [CodeCase("bad", "assert (")])
    with pytest.raises(SandboxError, match="cannot be written as JSON"):
        quick(DIVIDE, [CallCase("set", "divide", [{1}, 2], 3)])
    with pytest.raises(SandboxError, match=r"The test file `test_lost\.py` is not among"):
        quick(DIVIDE, [FileCase("lost", "test_lost.py", "test_it", "pytest")])


@pytest.mark.parametrize("interpreter", other_interpreters(), ids=str)
def test_any_interpreter_from_3_8_on_plays_alike(quick: Opener, interpreter: Path) -> None:
    cases: list[Case] = [
        CallCase("call", "divide", [6, 2], 3),
        CodeCase("code", "assert divide(7, 2) == 4"),
        RunCase("run", "", ""),
        FileCase("unittest", "test_classes.py", "TestDivide.test_six", "unittest"),
    ]
    arena = quick({"program.py": DIVIDE, "test_classes.py": CLASSES}, cases, interpreter=interpreter)
    call, code, run, test = arena.run(DIVIDE, trace=True)
    assert verdicts([call, code, run, test]) == [PASSED, FAILED, PASSED, PASSED]
    assert (call.lines, code.observed) == (frozenset({1, 2, 3}), "3")


def test_pytest_that_is_not_installed_is_told_with_the_next_step(quick: Opener) -> None:
    for interpreter in other_interpreters():
        if subprocess.run([interpreter, "-c", "import pytest"], capture_output=True).returncode != 0:
            break
    else:
        pytest.skip("pytest is installed everywhere")
    case = FileCase("a", "test_p.py", "test_fixture", "pytest")
    with pytest.raises(
        SandboxError, match=r"^`pytest` is not installed .* `python -m pip install pytest`\.$"
    ):
        quick({"p.py": "", "test_p.py": TESTS}, [case], interpreter=interpreter)
