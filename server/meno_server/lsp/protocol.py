"""pygls' protocol with the faults mended that our users would meet, and a fast way out for ready JSON.

Each mend names the trap: a malformed request gets an error reply instead of silence; what comes before
`initialize` or after `shutdown` is refused; a reply to a request of ours that was cancelled meanwhile is
dropped instead of raising, and one that makes no sense ends the wait for it; a fault is logged instead of
popping up (which could recurse after the channel was closed); nothing is written once the channel is closed.
What guards it is the fuzzer in tests/fuzz.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import uuid
from collections.abc import Callable, Generator
from concurrent.futures import Future
from functools import cached_property
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol, lsp_method
from pygls.protocol.json_rpc import JsonRPCNotification, JsonRPCRequestMessage, JsonRPCResponseMessage

from meno_server.lsp import envelope

log = logging.getLogger("meno.protocol")
_NOT_INITIALIZED = types.ErrorCodes.ServerNotInitialized.value


class MenoProtocol(LanguageServerProtocol):
    """The language server protocol as Meno speaks it."""

    closing = False

    def take(self, body: bytes | str) -> None:
        """Does what one message says. Whatever it is, this returns; a request gets exactly one reply."""
        message = envelope.read(body)
        if isinstance(message, envelope.Fault):
            self._refuse(message)
            return
        if "method" not in message:
            self._take_reply(message)
        elif (fault := self._untimely(message)) is not None:
            if fault.id is not None:
                self._refuse(fault)
        else:
            self._take_call(message)

    def refuse(self, code: int, message: str) -> None:
        """Answers something that has no id to answer to."""
        self._refuse(envelope.Fault(None, code, message))

    def _refuse(self, fault: envelope.Fault) -> None:
        error = {"code": fault.code, "message": fault.sentence}
        self._send_data({"jsonrpc": "2.0", "id": fault.id, "error": error})

    def _untimely(self, message: dict[str, Any]) -> envelope.Fault | None:
        """Why a call comes too early or too late; a notification has no id, and is dropped in silence."""
        id, method = message.get("id"), message["method"]
        if method == types.EXIT:
            return None
        if self._shutdown:
            return envelope.Fault(id, envelope.INVALID_REQUEST, "The server is shutting down.")
        if (self._workspace is None) is (method == types.INITIALIZE):
            return None
        if self._workspace is None:
            return envelope.Fault(id, _NOT_INITIALIZED, "The first request has to be initialize.")
        return envelope.Fault(id, envelope.INVALID_REQUEST, "This session is initialized already.")

    def _take_call(self, message: dict[str, Any]) -> None:
        method, id = message["method"], message.get("id")
        unknown = JsonRPCNotification if id is None else JsonRPCRequestMessage
        message.setdefault("params", None)
        try:
            structured = self._converter.structure(message, self.get_message_type(method) or unknown)
        except Exception:  # the converter raises whatever it meets on its way
            sentence = f"The parameters of {method} do not fit the protocol."
            if id is not None:
                self._refuse(envelope.Fault(id, types.ErrorCodes.InvalidParams.value, sentence))
            else:
                log.warning("%s The notification was dropped.", sentence)
            return
        typed = self.fm.features.get(method) if method == types.TEXT_DOCUMENT_DID_CHANGE else None
        if typed is not None and id is None:
            # A key. Of what pygls makes of it, two futures, two ids and a context, nobody would use any.
            typed(structured.params)
        else:
            self.handle_message(structured)

    def _take_reply(self, message: dict[str, Any]) -> None:
        """Ends a request of ours. A reply that fits nothing is as good as an error: who waits must not wait
        for ever."""
        future = self._asked.pop(message["id"], None) if envelope.is_id(message["id"]) else None
        if future is None:
            log.warning("A reply to nothing that was asked was dropped.")
            return
        self._request_futures.pop(message["id"], None)
        kind = self._result_types.pop(message["id"], None) or JsonRPCResponseMessage
        if future.done():
            return
        try:
            if message.get("error") is not None:
                told = self._converter.structure(message["error"], types.ResponseError)
                future.set_exception(JsonRpcException.from_error(told))
                return
            plain = {"jsonrpc": "2.0", "id": message["id"], "result": message.get("result")}
            future.set_result(self._converter.structure(plain, kind).result)
        except Exception:  # the converter raises whatever it meets on its way
            log.warning("A reply that does not fit the protocol counts as an error.")
            future.set_exception(JsonRpcException("The reply does not fit the protocol."))

    def _execute_handler(self, msg_id: str | int, *args: Any, **kwargs: Any) -> None:
        """As pygls does, which keeps what a notification came to for ever: one object for each key."""
        super()._execute_handler(msg_id, *args, **kwargs)
        future = self._request_futures.get(msg_id)
        if future is not None:
            future.add_done_callback(lambda done: self._forget(msg_id, done))

    def _forget(self, msg_id: str | int, future: Any) -> None:
        if self._request_futures.get(msg_id) is future:
            del self._request_futures[msg_id]

    @lsp_method(types.SHUTDOWN)
    def lsp_shutdown(self, *args: Any) -> Generator[Any, Any, None]:
        """As pygls does, which walks along what it waits for while each of them, ended, leaves the row."""
        handler = self.fm.features.get(types.SHUTDOWN)
        if handler is not None:
            yield handler, args, None
        for id, future in list(self._request_futures.items()):
            if id != self.msg_id:
                future.cancel()
        self._shutdown = True

    def _send_handler_result(self, future: Future[Any], *, msg_id: str | int) -> None:
        """As pygls does; a refusal of ours is an answer and leaves no traceback."""
        refusal = None if future.cancelled() else future.exception()
        if not isinstance(refusal, JsonRpcException):
            super()._send_handler_result(future, msg_id=msg_id)
            return
        self._request_futures.pop(msg_id, None)
        log.warning("A request was refused: %s", refusal)
        self._send_response(msg_id, error=refusal.to_response_error())

    def _handle_cancel_notification(self, msg_id: Any) -> None:
        if envelope.is_id(msg_id):
            super()._handle_cancel_notification(msg_id)

    def send_request(
        self,
        method: str,
        params: Any | None = None,
        callback: Callable[[Any], None] | None = None,
        msg_id: str | int | None = None,
    ) -> Future[Any]:
        """As pygls does; what was asked is kept apart from what we are asked, whose ids may be the same."""
        id = str(uuid.uuid4()) if msg_id is None else msg_id
        future: Future[Any] = super().send_request(method, params, callback, id)
        self._asked[id] = future
        return future

    @cached_property
    def _asked(self) -> dict[str | int, Future[Any]]:
        return {}

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
