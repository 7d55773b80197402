"""What is found in a text by an engine that has seen no other, in the form in which a client gets it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from lsprotocol import types
from lsprotocol.converters import get_converter

from fuzz.notebooks import OpenNotebook
from meno_analyzers import engine
from meno_analyzers.facts.newer import Version
from meno_analyzers.source import Document, Encoding
from meno_server.layers import Layer, resolve
from meno_server.lsp import capabilities
from meno_server.lsp.notebooks import CellText, Notebook
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
        return self._fresh(from_editor, lambda target: [OpenFile(Document(uri, text, 1), 1, target)])[0]

    def findings_of_cells(
        self, notebook: OpenNotebook, from_editor: dict[str, Any]
    ) -> list[list[dict[str, Any]]]:
        """Those of each cell of a notebook that was opened just now."""
        texts = [CellText(cell.uri, cell.text, 1) for cell in notebook.cells]
        return self._fresh(from_editor, lambda target: Notebook(notebook.uri, 1, target, texts).cells)

    def _fresh(
        self, from_editor: dict[str, Any], opened: Callable[[Version | None], Sequence[OpenFile]]
    ) -> list[list[dict[str, Any]]]:
        layers = [Layer("at start", self._at_start), Layer("editor", from_editor)]
        settings = resolve(layers).settings
        kept = engine._CACHE
        engine._CACHE = type(kept)(1_000_000, 1_000_000)
        try:
            files = opened(settings.target)
            if not settings.enable:
                return [[] for _ in files]
            for file in files:
                file.analysis.work()
            return [json.loads(file.diagnostics(settings, self._client, self._encoding)) for file in files]
        finally:
            engine._CACHE = kept
