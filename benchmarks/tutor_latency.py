"""What a tutor that never answers costs: keys, the fallback after the deadline, and cancelling.

    python benchmarks/tutor_latency.py [--rounds 8] [--keys 100] [--tries 24] [--format table|json]

A real server process, and on the loopback address an OpenAI-compatible server that takes questions and never
answers. *Keys*: typed into a file of 357 lines, one each 50 ms, in rounds: half of each round while nobody
asks, half while ten questions about ten other files hang. *Fallback*: from the end of the deadline (1 s)
until the curated question arrives; three questions for each session, since then the server is left alone.
*Cancel*: from cancelling the progress until the command is answered, and until the other server has seen the
connection close. Prints p50, p99 and the slowest in milliseconds.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import own_data  # noqa: F401 - what is typed here is nobody's history
from keys_during_runs import Typist
from tables import Row, print_rows

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from end_to_end.wire import COMMAND, FULL_CLIENT, Wire
from tutor.scripted_server import ScriptedServer, hangs

QUESTIONS = 10
PAUSE = 0.05
DEADLINE = 1.0
TRIES_IN_A_SESSION = 3
LESSON = """\
def has_even(numbers):
    for n in numbers:
        if n % 2 == 0:
            return True
        else:
            return False
"""


class Editor:
    """A client whose tutor is the server that never answers, with a yes for its folder."""

    def __init__(self, home: Path, tutor: ScriptedServer, deadline: float) -> None:
        self.folder = home / "work"
        self.folder.mkdir(exist_ok=True)
        host = tutor.url.removeprefix("http://").removesuffix("/v1")
        (home / "meno").mkdir(exist_ok=True)
        (home / "meno" / "tutor-consent.json").write_text(json.dumps({str(self.folder): [host]}), "utf-8")
        self.wire = Wire(COMMAND, {**os.environ, "XDG_DATA_HOME": str(home), "NO_PROXY": "127.0.0.1"})
        self.wire.answers["workspace/configuration"] = [
            {"tutor": {"provider": "compatible", "baseUrl": tutor.url, "deadlineSeconds": deadline}}
        ]
        capabilities: dict[str, Any] = copy.deepcopy(FULL_CLIENT)
        del capabilities["textDocument"]["codeAction"]["resolveSupport"]  # the command comes at once
        capabilities["experimental"] = {"meno": {"dialogue": True}}
        self.wire.start(capabilities, rootUri=self.folder.as_uri())
        self.wire.wait(lambda m: m.get("method") == "workspace/configuration")
        time.sleep(1.0)  # nobody asks sooner: by then the tutor's code is read

    def lesson(self, number: int) -> dict[str, Any]:
        """Opens a file and gives the command that asks about it."""
        uri = (self.folder / f"lesson{number}.py").as_uri()
        self.wire.open(LESSON, uri)
        place = {"line": 2, "character": 10}
        params = {
            "textDocument": {"uri": uri},
            "range": {"start": place, "end": place},
            "context": {"diagnostics": []},
        }
        actions = self.wire.request("textDocument/codeAction", params)
        command: dict[str, Any] = next(a["command"] for a in actions if "Ask me" in a["title"])
        return command

    def ask(self, command: dict[str, Any]) -> int:
        return self.wire.ask("workspace/executeCommand", command)

    def begun(self, since: int, count: int = 1) -> list[Any]:
        """The tokens of the progress that was begun since."""

        def tokens() -> list[Any]:
            return [
                message["params"]["token"]
                for message in list(self.wire.received)[since:]
                if message.get("method") == "$/progress" and message["params"]["value"]["kind"] == "begin"
            ]

        end = time.monotonic() + 20
        while len(tokens()) < count:
            assert time.monotonic() < end
            time.sleep(0.005)
        return tokens()

    def cancel(self, token: Any) -> None:
        self.wire.notify("window/workDoneProgress/cancel", {"token": token})


def keys(home: Path, rounds: int, count: int) -> list[Row]:
    """Keys while nobody asks, and while ten questions hang."""
    tutor = ScriptedServer([hangs])
    try:
        editor = Editor(home, tutor, 60.0)
        typist = Typist(editor.wire, editor.folder, PAUSE)
        commands = [editor.lesson(number) for number in range(QUESTIONS)]
        times: dict[str, list[float]] = {"nobody asks": [], "ten questions hang": []}
        ids = [editor.ask(command) for command in commands]  # the first imports are over then
        for token in editor.begun(0, QUESTIONS):
            editor.cancel(token)
        for id in ids:
            editor.wire.reply(id)
        for _ in range(rounds):
            for name, kept in times.items():
                ids, since = [], editor.wire.count()
                if name == "ten questions hang":
                    arrived = len(tutor.bodies)
                    ids = [editor.ask(command) for command in commands]
                    while len(tutor.bodies) < arrived + QUESTIONS:
                        time.sleep(0.01)
                for _ in range(count):
                    time.sleep(PAUSE)
                    kept.append(typist.key())
                for token in editor.begun(since, len(ids)) if ids else ():
                    editor.cancel(token)
                for id in ids:
                    editor.wire.reply(id)
        editor.wire.stop()
    finally:
        tutor.stop()
    return [row(f"key, {name}", kept) for name, kept in times.items()]


def fallback(home: Path, tries: int) -> Row:
    """From the deadline to the curated question."""
    late: list[float] = []
    while len(late) < tries:
        tutor = ScriptedServer([hangs])
        try:
            editor = Editor(home, tutor, DEADLINE)
            for number in range(min(TRIES_IN_A_SESSION, tries - len(late))):
                command = editor.lesson(number)
                since, started = editor.wire.count(), time.perf_counter()
                editor.ask(command)
                shown = editor.wire.wait(
                    lambda m: m.get("method") == "meno/dialogue" and m["params"]["state"] == "open", since
                )
                late.append(1000 * (time.perf_counter() - started - DEADLINE))
                notice = shown["params"]["turns"][-1]["notice"]
                assert "longer than" in notice, notice
            editor.wire.stop()
        finally:
            tutor.stop()
    return row("curated question, from asking less the deadline", late)


def cancelling(home: Path, tries: int) -> list[Row]:
    """From cancelling to the reply, and to the closed connection."""
    replied: list[float] = []
    closed: list[float] = []
    tutor = ScriptedServer([hangs])
    try:
        editor = Editor(home, tutor, 60.0)
        command = editor.lesson(0)
        for _ in range(tries):
            tutor.arrived.clear()
            tutor.gone.clear()
            since = editor.wire.count()
            id = editor.ask(command)
            (token,) = editor.begun(since)
            assert tutor.arrived.wait(20)
            started = time.perf_counter()
            editor.cancel(token)
            editor.wire.reply(id)
            replied.append(1000 * (time.perf_counter() - started))
            assert tutor.gone.wait(20)
            closed.append(1000 * (time.perf_counter() - started))
        editor.wire.stop()
    finally:
        tutor.stop()
    return [row("cancelled: command answered", replied), row("cancelled: connection closed", closed)]


def row(name: str, times: list[float]) -> Row:
    ordered = sorted(times)
    return {
        "what": name,
        "count": len(times),
        "p50 ms": statistics.median(ordered),
        "p99 ms": ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))],
        "slowest ms": ordered[-1],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--keys", type=int, default=100)
    parser.add_argument("--tries", type=int, default=24)
    parser.add_argument("--format", choices=["table", "json"], default="table")
    options = parser.parse_args()
    rows: list[Row] = []
    for measured in (
        lambda home: keys(home, options.rounds, options.keys),
        lambda home: [fallback(home, options.tries)],
        lambda home: cancelling(home, options.tries),
    ):
        with tempfile.TemporaryDirectory() as scratch:
            rows += measured(Path(scratch))
    print_rows(rows, options.format)


if __name__ == "__main__":
    main()
