"""pygls' protocol with the faults mended that our users would meet, and a fast way out for ready JSON.

Each mend names the trap: a malformed request gets an error reply instead of silence; a reply to a request
of ours that was cancelled meanwhile is dropped instead of raising; a fault is logged instead of popping up
(which could recurse after the channel was closed); nothing is written once the channel is closed.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol

log = logging.getLogger("meno.protocol")


class MenoProtocol(LanguageServerProtocol):
    """The language server protocol as Meno speaks it."""

    closing = False

    def structure_message(self, data: dict[str, Any]) -> Any:
        """As pygls does, but a request that does not fit its type is answered with an error."""
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if isinstance(data.get("id"), int | str) and "method" in data:
                code = types.ErrorCodes.InvalidParams.value
                message = f"The parameters of {data['method']} do not fit the protocol."
                self._send_data(
                    {"jsonrpc": "2.0", "id": data["id"], "error": {"code": code, "message": message}}
                )
            raise error from None

    def handle_message(self, message: Any) -> None:
        """As pygls does; values that are no messages at all are refused by name."""
        if not hasattr(message, "jsonrpc"):
            self.refuse(types.ErrorCodes.InvalidRequest.value, "This is not a JSON-RPC 2.0 message.")
            return
        if self._shutdown and getattr(message, "method", "") != "exit" and hasattr(message, "id"):
            if hasattr(message, "method"):
                code = types.ErrorCodes.InvalidRequest.value
                self._send_data(
                    {
                        "jsonrpc": "2.0",
                        "id": message.id,
                        "error": {"code": code, "message": "The server is shutting down."},
                    }
                )
            return
        super().handle_message(message)

    def refuse(self, code: int, message: str) -> None:
        """Answers something that has no id to answer to."""
        self._send_data({"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": message}})

    def _handle_response(self, msg_id: Any, result: Any = None, error: Any = None) -> None:
        future = self._request_futures.get(msg_id)
        if future is not None and future.done():
            del self._request_futures[msg_id]
            return
        super()._handle_response(msg_id, result, error)

    def _send_data(self, data: Any) -> None:
        if not self.closing:
            super()._send_data(data)

    def send_ready(self, body: str) -> None:
        """Sends a whole JSON-RPC message that is already JSON, past the converter."""
        if self.writer is None or self.closing:
            return
        data = body.encode("utf-8")
        if self._include_headers:
            data = b"Content-Length: %d\r\n\r\n%b" % (len(data), data)
        try:
            result = self.writer.write(data)
        except (BrokenPipeError, ConnectionError, ValueError):
            self.closing = True
            return
        if inspect.isawaitable(result):
            asyncio.ensure_future(result)  # noqa: RUF006 - the WebSocket keeps it until it is sent

    def notify_ready(self, method: str, params: str) -> None:
        """Sends a notification whose parameters are JSON already."""
        self.send_ready(f'{{"jsonrpc":"2.0","method":{json.dumps(method)},"params":{params}}}')
