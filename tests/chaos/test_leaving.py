"""How a server ends that nobody ends as one should: it goes, what it started goes, and what was learned is
kept."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chaos.desk import Desk, children, is_gone, server_after, until
from chaos.worker_faults import lesson
from end_to_end.wire import DEADLINE

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")

# An editor of its own, which says who its server is, types on, and never ends by itself.
EDITOR = """\
import json, sys, threading
from pathlib import Path
from chaos.desk import Desk
from chaos.test_leaving import work

desk = Desk(Path(sys.argv[1]), processId=json.loads(sys.argv[2]))
work(desk)
print(json.dumps({"server": desk.pid, "worker": desk.worker()}), flush=True)
threading.Event().wait()
"""


PACE = 0.2
"""Seconds from key to key here, where nobody looks at how soon they are answered: a machine that is taken by
other tests has to keep up, or all else that is done waits behind more and more keys."""


def work(desk: Desk) -> None:
    """Types on, with a model that runs, and with a mended mistake that waits to be written down."""
    desk.typist.pace = PACE
    desk.typist.begin()
    desk.save(desk.open("lesson.py", lesson(1)))
    desk.slip_and_mend("other.py")
    until(lambda: any(state == "ready" for state, _ in desk.states()), "the model runs")


def slips_in(place: Path) -> int:
    """How many mistakes the history has, read past the server."""
    with contextlib.closing(sqlite3.connect(place / "data/meno/history/history.sqlite")) as connection:
        return int(connection.execute("SELECT count(*) FROM events").fetchone()[0])


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    try:
        work(desk)
        yield desk
    finally:
        desk.wire.process.kill()
        desk.wire.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_in_order(desk: Desk, tmp_path: Path, number: signal.Signals) -> None:
    below = children(desk.pid)

    os.kill(desk.pid, number)

    assert desk.wire.process.wait(DEADLINE) == 128 + number
    until(lambda: all(is_gone(pid) for pid in below), "all that it started is gone")
    assert slips_in(tmp_path) == 1
    assert "Traceback" not in "".join(desk.wire.errors)


def test_a_signal_ends_it_also_while_it_waits_for_an_editor_that_reads_nothing(tmp_path: Path) -> None:
    desk = Desk(
        tmp_path, command=server_after("import meno_server.lsp.server as it; it.LEAVING_SECONDS = 1.0")
    )
    desk.wire.reads.clear()
    for _ in range(1500):  # each is refused, with more bytes than the pipe holds in the end
        desk.wire.send_body(b"{")

    os.kill(desk.pid, signal.SIGTERM)

    assert desk.wire.process.wait(DEADLINE) == 128 + signal.SIGTERM
    desk.wire.reads.set()
    desk.wire.close()


def test_a_channel_that_closes_in_the_middle_of_a_message_ends_it_in_order(
    desk: Desk, tmp_path: Path
) -> None:
    below = children(desk.pid)
    desk.typist.end()
    assert desk.wire.process.stdin is not None

    desk.wire.send_bytes(b"Content-Length: 4000\r\n\r\n{")
    desk.wire.process.stdin.close()

    assert desk.wire.process.wait(DEADLINE) == 0
    until(lambda: all(is_gone(pid) for pid in below), "all that it started is gone")
    assert slips_in(tmp_path) == 1


def test_what_an_editor_sent_before_it_went_is_not_done_without_end(tmp_path: Path) -> None:
    desk = Desk(
        tmp_path, command=server_after("import meno_server.lsp.server as it; it.BACKLOG_SECONDS = 0.0")
    )
    uri = (tmp_path / "long.py").as_uri()
    desk.wire.open("", uri)
    for version in range(2, 4002):
        desk.wire.change(version, (0, 0), (0, 0), "x = 1\n", uri)
    assert desk.wire.process.stdin is not None
    desk.wire.process.stdin.close()

    assert desk.wire.process.wait(DEADLINE) == 0
    desk.wire.close()
    published = [m for m in desk.wire.received if m.get("method") == "textDocument/publishDiagnostics"]
    assert published[-1]["params"]["version"] < 4001


@pytest.mark.parametrize("held", [False, True], ids=["its pipes close", "somebody else holds its pipes"])
def test_when_the_editor_is_killed_the_server_and_all_below_it_go(tmp_path: Path, held: bool) -> None:
    watched = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) if held else None
    editor = subprocess.Popen(
        [sys.executable, "-c", EDITOR, str(tmp_path), json.dumps(watched.pid if watched else None)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent.parent), *sys.path])},
    )
    assert editor.stdout is not None
    try:
        found = json.loads(editor.stdout.readline())
        if watched is not None:
            # The server knows of an editor that dies, while whoever holds its pipes lives on.
            watched.kill()
            watched.communicate()
        else:
            editor.kill()
        for pid in (found["server"], found["worker"]):
            until(lambda pid=pid: is_gone(pid), "it is gone")  # type: ignore[misc]  # the loop's own
    finally:
        editor.kill()
        editor.wait()
        editor.stdout.close()
    assert slips_in(tmp_path) == 1


def test_a_disk_that_does_not_answer_does_not_keep_it(tmp_path: Path) -> None:
    stuck = (
        "import threading, meno_server.history.recorder as it, meno_server.lsp.server as server;"
        "server.LEAVING_SECONDS = 1.0; it._ask = lambda *_: threading.Event().wait()"
    )
    desk = Desk(tmp_path, command=server_after(stuck))
    try:
        work(desk)

        desk.typist.end()
        assert desk.wire.process.stdin is not None
        desk.wire.process.stdin.close()

        assert desk.wire.process.wait(DEADLINE) == 1
    finally:
        desk.wire.process.kill()
        desk.wire.close()
