"""The language server: pygls with Meno's protocol, one session, and the handlers of every concern."""

from __future__ import annotations

import logging
from typing import Any

from pygls.lsp.server import LanguageServer

from meno_server import __version__
from meno_server.lsp import code_actions, commands, configuration, diagnostics, documents, hover, lifecycle
from meno_server.lsp.protocol import MenoProtocol
from meno_server.lsp.session import Session

log = logging.getLogger("meno.server")


class MenoServer(LanguageServer):
    """A pygls server that holds a session; errors go to the log and never pop up."""

    protocol: MenoProtocol

    def __init__(self) -> None:
        super().__init__("meno", __version__, protocol_cls=MenoProtocol, max_workers=2)
        self.session = Session(self)

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Logs a fault; pygls would show it to the user, and recurse if that fails too."""
        del source
        if isinstance(error, ValueError) and type(error).__name__ == "JSONDecodeError":
            self.protocol.refuse(-32700, "This is not JSON.")
        log.error("A message could not be handled: %s", error)


def create() -> MenoServer:
    """A server with all its handlers, not yet started."""
    server = MenoServer()
    for concern in (lifecycle, documents, diagnostics, hover, code_actions, commands, configuration):
        concern.register(server)
    return server
