"""Standard input and output in every shape that an editor or a shell gives them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from end_to_end.wire import COMMAND, DEADLINE, FULL_CLIENT, Wire


def framed(*messages: dict[str, Any]) -> bytes:
    bodies = [json.dumps({"jsonrpc": "2.0", **message}).encode() for message in messages]
    return b"".join(b"Content-Length: %d\r\n\r\n%b" % (len(body), body) for body in bodies)


HELLO = {
    "id": 1,
    "method": "initialize",
    "params": {"processId": None, "rootUri": None, "capabilities": FULL_CLIENT},
}
WHOLE = framed(
    HELLO, {"method": "initialized", "params": {}}, {"id": 2, "method": "shutdown"}, {"method": "exit"}
)


def test_a_file_as_input_is_served(tmp_path: Path) -> None:
    session = tmp_path / "session"
    session.write_bytes(WHOLE)

    with session.open("rb") as source:
        done = subprocess.run(COMMAND, stdin=source, capture_output=True, timeout=DEADLINE, check=False)

    assert done.returncode == 0
    assert b'"capabilities"' in done.stdout
    assert b'"id":2' in done.stdout.replace(b" ", b"")


def test_an_input_that_holds_nothing_ends_the_server() -> None:
    done = subprocess.run(
        COMMAND, stdin=subprocess.DEVNULL, capture_output=True, timeout=DEADLINE, check=False
    )

    assert done.stdout == b""
    assert b"Exception" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="a terminal of our own")
def test_a_person_at_a_terminal_is_told_what_it_waits_for() -> None:
    import pty

    ours, theirs = pty.openpty()
    with subprocess.Popen(COMMAND, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        told = process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        process.wait(DEADLINE)
    os.close(ours)
    os.close(theirs)

    assert told.startswith(b"Meno waits for an editor")


@pytest.mark.skipif(os.name != "posix", reason="a socket as standard input")
def test_one_socket_for_both_directions_is_served_and_goes_on_blocking() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        process = subprocess.Popen(COMMAND, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL)
        ours.settimeout(DEADLINE)
        ours.sendall(framed(HELLO))
        answer = ours.recv(65_536)
        # What is written here too must not be told that it would block: a long answer would be cut off.
        blocks = os.get_blocking(theirs.fileno())
        ours.sendall(WHOLE.removeprefix(framed(HELLO)))
        status = process.wait(DEADLINE)

    assert b"Content-Length" in answer
    assert blocks
    assert status == 0


def test_a_line_without_an_end_is_dropped_and_the_next_message_answered(session: Wire) -> None:
    since = session.count()

    session.send_bytes(b"x" * (20 << 20) + b"\r\n")
    session.send_bytes(framed({"id": 77, "method": "no/such"}))

    assert "error" in session.wait(lambda m: m.get("id") == 77, since)


def test_a_message_that_comes_byte_by_byte_is_answered(session: Wire) -> None:
    since = session.count()

    for byte in framed({"id": 78, "method": "no/such"}):
        session.send_bytes(bytes([byte]))

    assert "error" in session.wait(lambda m: m.get("id") == 78, since)


def test_an_input_that_ends_within_a_message_ends_the_server(session: Wire) -> None:
    session.send_bytes(b'Content-Length: 400\r\n\r\n{"jsonrpc"')
    assert session.process.stdin is not None
    session.process.stdin.close()

    assert session.process.wait(DEADLINE) is not None
