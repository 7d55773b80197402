"""Beginning and end: what the client can do, which channel findings take, and going when it goes."""

from __future__ import annotations

import asyncio
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.uris import to_fs_path

from meno_analyzers.source import Encoding
from meno_server.lsp import capabilities
from meno_server.lsp.diagnostics import register_pull
from meno_server.lsp.workspace import installed

if TYPE_CHECKING:
    from meno_server.lsp.server import MenoServer

log = logging.getLogger("meno.lifecycle")
PARENT_CHECK_SECONDS = 5.0


def register(server: MenoServer) -> None:
    """Registers the handlers of this concern."""

    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        session = server.session
        session.client = capabilities.read(params.capabilities)
        workspace = server.protocol.workspace
        server.protocol._workspace = installed(workspace, list(params.workspace_folders or ()))
        session.encoding = _encoding(workspace.position_encoding)
        session.root = _root(params)
        options = as_dict(params.initialization_options)
        trusted = options.pop("workspaceTrusted", None)
        session.runs.trust.editor = trusted if isinstance(trusted, bool) else None
        session.initialization_options = _settings_in(options)
        if session.client.pulls_diagnostics:
            # Capabilities are worked out after this handler, so the choice of channel is made here.
            register_pull(server)

    @server.feature(types.INITIALIZED)
    async def initialized(_: types.InitializedParams) -> None:
        from meno_server.lsp.configuration import fetch, watch

        _watch_parent(server)
        await watch(server)
        await fetch(server)
        server.session.guiding.begin()

    @server.feature(types.SHUTDOWN)
    def shutdown(_: Any = None) -> None:
        server.session.close_soon()

    @server.feature(types.EXIT)
    def leave(_: Any = None) -> None:
        server.session.closing = True
        server.protocol.closing = True


def _encoding(chosen: Any) -> Encoding:
    """The encoding that pygls agreed on: a member of the protocol's enumeration, or its plain value."""
    value = str(getattr(chosen, "value", chosen))
    return Encoding(value) if value in set(Encoding) else Encoding.UTF16


def _root(params: types.InitializeParams) -> Path | None:
    folders = params.workspace_folders
    uri = folders[0].uri if folders else params.root_uri
    path = to_fs_path(uri) if uri else params.root_path
    return Path(path) if path else None


def as_dict(options: Any) -> dict[str, Any]:
    """An object of free form, whatever a client sends; a copy that may be changed."""
    plain = _plain(options)
    return dict(plain) if isinstance(plain, dict) else {}


def _settings_in(options: dict[str, Any]) -> dict[str, Any]:
    """The settings among initialization options: under `settings`, under `meno`, or plain."""
    found = options
    for key in ("settings", "meno"):
        if isinstance(found.get(key), dict):
            found = found[key]
    return found


def _plain(value: Any) -> Any:
    """pygls may hand out objects of its own where the protocol says "anything"."""
    if hasattr(value, "_asdict"):
        return {key: _plain(item) for key, item in value._asdict().items()}
    return value


def _watch_parent(server: MenoServer) -> None:
    """Ends the server when its editor has died without closing the channel."""
    parent = server.process_id
    if not isinstance(parent, int) or parent <= 0:
        return
    loop = asyncio.get_running_loop()

    def check() -> None:
        if server.session.closing:
            return
        try:
            os.kill(parent, 0)
        except ProcessLookupError:
            log.warning("The editor is gone; the server ends.")
            server.leave(1)
            return
        except OSError:
            pass
        loop.call_later(PARENT_CHECK_SECONDS, check)

    if os.name == "posix":
        loop.call_later(PARENT_CHECK_SECONDS, check)
