"""Settings from the client: fetched when it can be asked, taken when it sends them, watched for changes."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from meno_server.places import PROJECT_FILES

if TYPE_CHECKING:
    from meno_server.lsp.server import MenoServer

log = logging.getLogger("meno.configuration")


def register(server: MenoServer) -> None:
    """Registers the handlers of this concern."""

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def changed(params: types.DidChangeConfigurationParams) -> None:
        if server.session.client.configuration:
            await fetch(server)
        else:
            settings = params.settings
            sent = settings.get("meno", {}) if isinstance(settings, dict) else getattr(settings, "meno", {})
            server.session.configure(sent if isinstance(sent, dict) else {})

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    async def files_changed(_: types.DidChangeWatchedFilesParams) -> None:
        await fetch(server)


async def watch(server: MenoServer) -> None:
    """Asks the client to tell us when settings change, there or in a file, if it takes such wishes."""
    client = server.session.client
    wishes = []
    if client.registers_configuration:
        wishes.append(
            types.Registration(
                id="meno-configuration",
                method=types.WORKSPACE_DID_CHANGE_CONFIGURATION,
                register_options={"section": "meno"},
            )
        )
    if client.registers_file_watchers:
        watchers = [{"globPattern": f"**/{name}"} for name in PROJECT_FILES]
        wishes.append(
            types.Registration(
                id="meno-files",
                method=types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
                register_options={"watchers": watchers},
            )
        )
    if not wishes:
        return
    try:
        await server.client_register_capability_async(types.RegistrationParams(wishes))
    except Exception:
        log.warning("The client did not register for changes of settings; they are read at start only.")


async def fetch(server: MenoServer) -> None:
    """Reads the settings that the client holds, and those in files."""
    session = server.session
    found: Any = None  # nothing new from the editor: what it told before still holds
    if session.client.configuration:
        item = types.ConfigurationItem(section="meno")
        try:
            answers = await server.workspace_configuration_async(types.ConfigurationParams([item]))
            found = (answers[0] if answers else None) or {}
        except Exception:
            log.warning("The client did not answer for its settings; the others hold.")
    if not session.closing:
        session.configure(found if found is None or isinstance(found, dict) else {})
        session.configured.set()
        session.load_tutor()
