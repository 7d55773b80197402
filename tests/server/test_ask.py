"""`meno ask` and `meno tutor`, as processes, with a tutor on the loopback address and without one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from end_to_end.test_dialogue import reply
from end_to_end.test_running import SEARCH
from end_to_end.test_typing import HAS_EVEN
from tutor.scripted_server import ScriptedServer, says
from tutor.test_tutor_wording import WORDS

MENO = [sys.executable, "-P", "-m", "meno_server"]
KEY = "sk-meno-terminal"


@pytest.fixture
def provider() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    yield server
    server.stop()


class Desk:
    """A folder with a program, and settings and data of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "work"
        self.folder.mkdir()
        self.program = self.folder / "lesson.py"
        self.program.write_text(HAS_EVEN, "utf-8")
        self.config = folder / "config" / "meno" / "config.toml"
        self.env = {
            **os.environ,
            "XDG_DATA_HOME": str(folder / "data"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "MENO_TUTOR_API_KEY": KEY,
            "NO_PROXY": "127.0.0.1",
        }

    def set_up(self, provider: ScriptedServer) -> None:
        self.config.parent.mkdir(parents=True)
        tutor = f'[tutor]\nprovider = "compatible"\nbaseUrl = "{provider.url}"\nmodel = "m"\n'
        self.config.write_text(tutor, "utf-8")

    def meno(self, *words: str, input: str = "") -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*MENO, *words],
            cwd=self.folder,
            env=self.env,
            input=input,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert "Traceback" not in done.stderr
        assert KEY not in done.stdout + done.stderr
        return done


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_dialogue_needs_no_set_up(desk: Desk) -> None:
    done = desk.meno("ask", "lesson.py:3", input="only one\n\nI give up\njust tell me\nq\n")
    turns = [turn for turn in done.stdout.split("\n\n") if turn.endswith("?")]
    assert done.returncode == 0
    assert "This loop over `numbers` always ends" in done.stdout
    assert len(turns) == len(set(turns)) >= 4
    assert "any_red(deck)" in done.stdout
    assert "return True\n    return False" not in done.stdout


def test_once_asks_one_question(desk: Desk) -> None:
    done = desk.meno("ask", "lesson.py", "--once", input="more\n")
    assert done.stdout.count("?") == 1


def test_the_dialogue_ends_when_the_mistake_is_gone(desk: Desk) -> None:
    process = subprocess.Popen(
        [*MENO, "ask", "lesson.py:3"],
        cwd=desk.folder,
        env=desk.env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    while "?" not in process.stdout.readline():
        pass
    desk.program.write_text(
        HAS_EVEN.replace("        else:\n            return False", "    return False"), "utf-8"
    )
    rest, _ = process.communicate("I think I see it\n", timeout=60)
    assert process.returncode == 0
    assert "Meno no longer sees this." in rest


def test_code_that_cannot_be_read_is_not_taken_for_mended(desk: Desk) -> None:
    terminal = Terminal(desk, "ask", "lesson.py:3")
    terminal.until("> ")
    desk.program.write_text(HAS_EVEN.replace("== 0:", "=="), "utf-8")
    terminal.type("I am at it")
    assert "no longer sees" not in terminal.until("> ")
    terminal.type("q")
    assert terminal.end() == 0


@pytest.mark.parametrize(
    ("place", "status", "said"),
    [
        ("lesson.py:1", 1, "It has one about line 3"),
        ("nowhere.py:1", 2, "there is no such file"),
        (".", 2, "it is a folder; name a file in it"),
        ("lesson.py:0", 2, "a line, counted from 1, as in lesson.py:12"),
        ("lesson.py:x", 2, "a line, counted from 1, as in lesson.py:12"),
    ],
)
def test_a_place_without_a_question_gets_a_sentence(desk: Desk, place: str, status: int, said: str) -> None:
    done = desk.meno("ask", place)
    assert done.returncode == status
    assert said in done.stderr
    assert done.stdout == ""


def test_a_place_as_a_check_prints_it_is_taken(desk: Desk) -> None:
    place = desk.meno("check", "lesson.py").stdout.partition(" ")[0]
    assert place.startswith("lesson.py:3:")

    assert desk.meno("ask", place, "--once").stdout == desk.meno("ask", "lesson.py:3", "--once").stdout


def test_several_other_places_are_named_as_such(desk: Desk) -> None:
    desk.program.write_text(HAS_EVEN + "\n\nprint(nope)\n", "utf-8")
    assert "It has one about lines 3 and 9." in desk.meno("ask", "lesson.py:1").stderr


def test_a_preview_without_a_tutor_says_that_nobody_is_asked(desk: Desk) -> None:
    done = desk.meno("tutor", "preview", "lesson.py:3")
    assert done.returncode == 0
    assert done.stdout.startswith("Nobody is asked")


def test_a_program_without_findings_gets_a_sentence(desk: Desk) -> None:
    desk.program.write_text("print(1)\n", "utf-8")
    done = desk.meno("ask", "lesson.py:1")
    assert done.returncode == 1
    assert "its rules see nothing there" in done.stderr


def test_nothing_is_sent_without_a_yes(desk: Desk, provider: ScriptedServer) -> None:
    desk.set_up(provider)
    done = desk.meno("ask", "lesson.py:3", "--once")
    assert done.returncode == 0
    assert "nobody has said yes" in done.stderr
    assert "?" in done.stdout
    assert provider.bodies == []


def test_a_yes_for_this_once_sends_what_the_preview_shows(desk: Desk, provider: ScriptedServer) -> None:
    desk.set_up(provider)
    provider.script = [says(reply())]
    shown = desk.meno("tutor", "preview", "lesson.py:3").stdout
    assert provider.bodies == []

    done = desk.meno("ask", "lesson.py:3", "--once", "--yes")

    assert "one by one" in done.stdout
    assert json.loads(shown[shown.index("{") :]) == provider.bodies[0]
    assert str(desk.folder) not in shown
    assert "lesson.py" not in shown


def test_offline_asks_nobody(desk: Desk, provider: ScriptedServer) -> None:
    desk.set_up(provider)
    done = desk.meno("ask", "lesson.py:3", "--once", "--yes", "--offline")
    assert "?" in done.stdout
    assert provider.bodies == []


def test_an_answer_that_tells_is_not_shown_and_the_reason_is(desk: Desk, provider: ScriptedServer) -> None:
    desk.set_up(provider)
    provider.script = [
        says(reply(why_it_matters="`return False` belongs after the loop, and there it works."))
    ]
    done = desk.meno("ask", "lesson.py:3", "--once", "--yes")
    assert "belongs after" not in done.stdout
    assert "?" in done.stdout
    assert "did not keep to Meno's rules" in done.stderr


class Terminal:
    """`meno` in a terminal, with a person before it."""

    def __init__(self, desk: Desk, *words: str) -> None:
        pty = pytest.importorskip("pty", reason="a terminal of Unix to sit before")
        self.parent, child = pty.openpty()
        env = {**desk.env, "TERM": "dumb", "COLUMNS": "200"}
        self.process = subprocess.Popen(
            [*MENO, *words],
            cwd=desk.folder,
            env=env,
            stdin=child,
            stdout=child,
            stderr=child,
            start_new_session=True,
        )
        os.close(child)
        self.seen = ""

    def until(self, words: str) -> str:
        end = time.monotonic() + 60
        while words not in self.seen:
            assert time.monotonic() < end, self.seen
            try:
                self.seen += os.read(self.parent, 4096).decode("utf-8", "replace")
            except OSError:
                break
        assert words in self.seen, self.seen
        return self.seen

    def type(self, words: str) -> None:
        self.seen = ""
        os.write(self.parent, f"{words}\n".encode())

    def end(self) -> int:
        status = self.process.wait(30)
        os.close(self.parent)
        return status


def test_a_person_is_asked_once_and_remembered(desk: Desk, provider: ScriptedServer) -> None:
    desk.set_up(provider)
    provider.script = [says(reply())]
    terminal = Terminal(desk, "ask", "lesson.py:3", "--once")
    preview = terminal.until("May it, from")
    assert "chat/completions" in preview
    assert provider.bodies == []
    terminal.type("y")
    terminal.until("one by one")
    assert terminal.end() == 0

    assert "one by one" in desk.meno("ask", "lesson.py:3", "--once").stdout
    assert "you said yes" in desk.meno("tutor", "status").stdout
    assert "work" in desk.meno("tutor", "forget").stdout
    assert "nobody has said yes" in desk.meno("ask", "lesson.py:3", "--once").stderr


def test_an_interrupt_ends_it_at_once(desk: Desk) -> None:
    terminal = Terminal(desk, "ask", "lesson.py:3")
    terminal.until("> ")
    terminal.process.send_signal(signal.SIGINT)
    terminal.until("Stopped.")
    assert terminal.end() == 130


def test_the_status_says_who_answers(desk: Desk, provider: ScriptedServer) -> None:
    assert "Nobody is asked" in desk.meno("tutor", "status").stdout
    desk.set_up(provider)
    well = desk.meno("tutor", "status", "--json")
    facts: dict[str, Any] = json.loads(well.stdout)
    assert well.returncode == 0
    assert [server["state"] for server in facts["servers"]] == ["well"]
    assert facts["consent"] == "unasked"
    assert provider.bodies == []
    provider.stop()
    ill = desk.meno("tutor", "status")
    assert ill.returncode == 1
    assert "does not answer" in ill.stdout


def test_an_explanation_can_be_had_in_the_tutors_words(desk: Desk, provider: ScriptedServer) -> None:
    desk.set_up(provider)
    desk.program.write_text(SEARCH, "utf-8")
    provider.script = [says(json.dumps(WORDS))]

    own = desk.meno("explain", "lesson.py", "--tutor", "--format", "json")
    worded = desk.meno("explain", "lesson.py", "--tutor", "--yes", "--format", "json")

    assert "nobody has said yes" in own.stderr
    assert WORDS["takeaway"] not in own.stdout
    assert json.loads(worded.stdout)["takeaway"] == WORDS["takeaway"]
    assert json.loads(worded.stdout)["test_impact"] == json.loads(own.stdout)["test_impact"]
