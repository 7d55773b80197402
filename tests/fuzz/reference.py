"""What is found in a text by an engine that has seen no other, in the form in which a client gets it."""

from __future__ import annotations

import json
from typing import Any

from lsprotocol import types
from lsprotocol.converters import get_converter

from meno_analyzers import engine
from meno_analyzers.source import Document, Encoding
from meno_server.layers import Layer, resolve
from meno_server.lsp import capabilities
from meno_server.lsp.open_file import OpenFile

_CONVERTER = get_converter()


class Reference:
    """Fresh findings for one kind of client."""

    def __init__(self, announced: dict[str, Any], encoding: str, at_start: dict[str, Any]) -> None:
        self._client = capabilities.read(_CONVERTER.structure(announced, types.ClientCapabilities))
        self._encoding = Encoding(encoding)
        self._at_start = at_start

    @property
    def pulls(self) -> bool:
        return self._client.pulls_diagnostics

    def findings(self, uri: str, text: str, from_editor: dict[str, Any]) -> list[dict[str, Any]]:
        """The diagnostics of a text that was opened just now."""
        layers = [Layer("at start", self._at_start), Layer("editor", from_editor)]
        settings = resolve(layers).settings
        if not settings.enable:
            return []
        kept = engine._CACHE
        engine._CACHE = type(kept)(1_000_000, 1_000_000)
        try:
            file = OpenFile(Document(uri, text, 1), 1, settings.target)
            file.analysis.work()
            found: list[dict[str, Any]] = json.loads(file.diagnostics(settings, self._client, self._encoding))
        finally:
            engine._CACHE = kept
        return found
