"""What can happen to those who are asked over the network: a language model and a gateway that break off in
the middle of an answer, drip, say nothing, or are gone; all on the loopback address.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from chaos.desk import Desk, until
from chaos.trial import Fault
from chaos.worker_faults import SavingFault

_FINDING = {
    "rule": "model/OffByOneError",
    "name": "possible-off-by-one-error",
    "category": "OffByOneError",
    "severity": "hint",
    "confidence": 0.9,
    "span": [3, 8, 3, 14],
    "values": {},
}
_YES = "Yes, from this folder"
Answer = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """A server whose answers can be exchanged; it counts the questions."""

    def __init__(self, answer: Answer) -> None:
        self.answer, self.asked = answer, 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                outer.asked += 1
                with contextlib.suppress(OSError):  # nobody waits any more
                    outer.answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def says(body: dict[str, Any]) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        _begin(handler, len(json.dumps(body)))
        handler.wfile.write(json.dumps(body).encode())

    return answer


def breaks_off(handler: BaseHTTPRequestHandler) -> None:
    """Promises more bytes than it sends."""
    _begin(handler, 4000)
    handler.wfile.write(b'{"id": "1", "choices": [')
    handler.close_connection = True


def drips(handler: BaseHTTPRequestHandler) -> None:
    """Sends a byte at a time, each in good time, and comes to no end."""
    _begin(handler, 1_000_000)
    while True:
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)


def pours(handler: BaseHTTPRequestHandler) -> None:
    """Sends as fast as it can, and comes to no end."""
    _begin(handler, 10**12)
    while True:
        handler.wfile.write(b" " * 2**16)


def _begin(handler: BaseHTTPRequestHandler, length: int) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(length))
    handler.end_headers()


class GatewayFault(SavingFault):
    """A gateway that is asked at each save, and does not answer as it should; the model here answers
    instead."""

    told = ("The model on this machine answers instead.",)
    ill: Answer

    def sit_down(self, place: Path) -> Desk:
        self.server = Server(says({"findings": [_FINDING]}))
        desk = Desk(place, settings={"model": {"endpoint": self.server.address}})
        desk.wire.answers["window/showMessageRequest"] = {"title": _YES}
        self.until_found(desk)
        return desk

    def strike(self, desk: Desk) -> None:
        self.server.answer = self.ill

    def live_on(self, desk: Desk) -> None:
        asked = self.server.asked
        self.save(desk)
        desk.until_heard(self.told[0])
        until(lambda: self.server.asked > asked, "the gateway was asked")

    def relent(self, desk: Desk) -> None:
        self.server.answer = says({"findings": [_FINDING]})

    def clear_away(self) -> None:
        self.server.stop()


class GatewayCut(GatewayFault):
    name = "the gateway breaks off in the middle of an answer"
    how = "a server that promises 4,000 bytes and hangs up after 24"
    ill = staticmethod(breaks_off)


class GatewayDrips(GatewayFault):
    name = "the gateway sends a byte now and then, without end"
    how = "a byte each 50 ms"
    ill = staticmethod(drips)


class GatewayPours(GatewayFault):
    name = "the gateway sends and sends"
    how = "a terabyte, as fast as it goes"
    ill = staticmethod(pours)


class TutorFault(Fault):
    """A language model that is asked for a question, and does not answer; Meno's own question is shown."""

    degrades = False
    settings: dict[str, Any] = {}  # noqa: RUF012 - made when the server is there
    ill: Answer
    said = ""

    def sit_down(self, place: Path) -> Desk:
        self.server = Server(says({"choices": []}))
        host = self.server.address.removeprefix("http://")
        own = place / "data" / "meno"
        own.mkdir(parents=True)
        (own / "tutor-consent.json").write_text(json.dumps({str(place / "work"): [host]}), "utf-8")
        tutor = {"provider": "compatible", "baseUrl": f"{self.server.address}/v1", "deadlineSeconds": 3}
        return Desk(
            place,
            settings={"tutor": tutor, "model": {"enable": False}},
            env={"MENO_TUTOR_API_KEY": "sk-chaos", "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"},
        )

    def ask(self, desk: Desk) -> bool:
        """Asks for a question, and returns whether the language model was asked for it."""
        asked, shown = self.server.asked, len(desk.hints())
        desk.do("meno.ask", desk.typist.uri, desk.typist.known_at_first[0]["data"]["fingerprint"])
        until(lambda: len(desk.hints()) > shown, "a question is shown")
        assert "?" in desk.hints()[-1]
        return self.server.asked > asked

    def strike(self, desk: Desk) -> None:
        # On a busy machine the first question may spend all of its time on loading what asking takes.
        until(lambda: self.ask(desk), "the language model is asked")
        self.server.answer = self.ill

    def live_on(self, desk: Desk) -> None:
        assert self.ask(desk)
        assert self.said in desk.hints()[-1], desk.hints()[-1]

    def recover(self, desk: Desk) -> None:
        self.server.answer = says({"choices": []})
        assert self.ask(desk)

    def clear_away(self) -> None:
        self.server.stop()


class TutorCut(TutorFault):
    name = "the language model breaks off in the middle of an answer"
    how = "a server that promises 4,000 bytes and hangs up after 24"
    said = "so this is Meno's own question"
    ill = staticmethod(breaks_off)


class TutorDrips(TutorFault):
    name = "the language model sends a byte now and then, without end"
    how = "a byte each 50 ms, a deadline of 3 s"
    said = "took longer than 3 seconds, so this is Meno's own question"
    ill = staticmethod(drips)


FAULTS: list[Fault] = [GatewayCut(), GatewayDrips(), GatewayPours(), TutorCut(), TutorDrips()]
