"""Diagnostics on request, for clients that ask and can be told to ask again."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from lsprotocol import types

if TYPE_CHECKING:
    from meno_server.lsp.server import MenoServer


def register(server: MenoServer) -> None:
    """Nothing to register before the client's abilities are known; see `register_pull`."""
    del server


def register_pull(server: MenoServer) -> None:
    """Registers the pull handler; from then on nothing is pushed."""
    session = server.session

    @server.feature(
        types.TEXT_DOCUMENT_DIAGNOSTIC,
        types.DiagnosticOptions(
            identifier="meno", inter_file_dependencies=False, workspace_diagnostics=False
        ),
    )
    def pull(params: types.DocumentDiagnosticParams) -> Any:
        file = session.file(params.text_document.uri)
        if file is None:
            return {"kind": "full", "items": []}
        items = session.diagnostics(file)
        file.last_sent = items
        result_id = hashlib.blake2b(items.encode("utf-8", "replace"), digest_size=8).hexdigest()
        if params.previous_result_id == result_id:
            return {"kind": "unchanged", "resultId": result_id}
        return {"kind": "full", "resultId": result_id, "items": json.loads(items)}
