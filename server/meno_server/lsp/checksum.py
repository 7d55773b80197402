"""Does the server hold the text that the editor shows? `meno/checksum` answers without showing the text.

Edits are sent as differences, so one that is lost or misread leaves two texts for good, with findings on the
wrong lines. Whoever suspects it compares the checksum; so does the fuzzer in tests/fuzz, after every burst.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from meno_server.lsp.lifecycle import as_dict

if TYPE_CHECKING:
    from meno_server.lsp.server import MenoServer

METHOD = "meno/checksum"


def register(server: MenoServer) -> None:
    """Registers the handler of this concern."""
    session = server.session

    @server.feature(METHOD)
    def checksum(params: Any) -> dict[str, Any] | None:
        """What is known of an open file's text, and whether all of its findings have been sent; None if it is
        not open."""
        uri = as_dict(as_dict(params).get("textDocument")).get("uri")
        file = session.file(uri) if isinstance(uri, str) else None
        if file is None:
            return None
        text = file.document.text
        return {
            "version": file.document.version,
            "characters": len(text),
            "sha256": hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
            "rests": file.rests,
        }
