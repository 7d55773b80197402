"""How Meno is: off, static only, the model loading, ready, or degraded, with one sentence that says why.

A client with a place for it (`experimental.meno.status`) is told with `meno/status` whenever it changes.
What Meno would otherwise tell unasked in a message stands there instead.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from meno_server.lsp.session import Session

METHOD = "meno/status"


class State(StrEnum):
    """What works at the moment."""

    OFF = "off"
    STATIC = "static"
    LOADING = "loading"
    READY = "ready"
    DEGRADED = "degraded"


class Status:
    """Works out the state of a session, and tells it when it has changed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._told: tuple[State, str] | None = None
        self._troubles: dict[str, str] = {}

    def now(self) -> tuple[State, str]:
        """The state, and a sentence for people."""
        settings = self._session.settings
        model = self._session.model_state
        if not settings.enable:
            return State.OFF, "Switched off by the setting meno.enable."
        if self._troubles:
            return State.DEGRADED, " ".join(self._troubles.values())
        if not settings.model_enable:
            return State.STATIC, "Static hints. The model is switched off by the setting meno.model.enable."
        if model == "loading":
            return State.LOADING, "The model is loading; static hints are there already."
        if model == "ready":
            return State.READY, "Static hints, and the model when you save."
        return State.STATIC, "Static hints. The model starts when you save a file."

    def trouble(self, of: str, sentence: str | None) -> None:
        """Notes what does not work as it should, by whose trouble it is; None when it works again."""
        if sentence is None:
            self._troubles.pop(of, None)
        else:
            self._troubles[of] = sentence
        self.tell()

    def tell(self) -> None:
        """Tells the client, if it wants to know and something has changed."""
        session = self._session
        if not session.client.shows_status or session.closing:
            return
        now = self.now()
        if now != self._told:
            self._told = now
            body = {"state": now[0].value, "detail": now[1]}
            session.server.protocol.notify_ready(METHOD, json.dumps(body))
