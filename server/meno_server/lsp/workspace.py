"""pygls' workspace with our document store in it.

pygls' own documents split lines where the protocol does not and rebuild the whole text on every key; this
keeps its bookkeeping of folders and leaves texts to the session.
"""

from __future__ import annotations

from typing import Any

from lsprotocol import types
from pygls.workspace import Workspace


class FoldersOnly(Workspace):
    """A workspace that knows folders; documents live in the session."""

    def put_text_document(self, *_: Any, **__: Any) -> None:
        """Texts are the session's."""

    def remove_text_document(self, *_: Any, **__: Any) -> None:
        """Texts are the session's."""

    def update_text_document(self, *_: Any, **__: Any) -> None:
        """Texts are the session's."""

    def put_notebook_document(self, *_: Any, **__: Any) -> None:
        """Notebooks are the session's too."""

    def remove_notebook_document(self, *_: Any, **__: Any) -> None:
        """Notebooks are the session's too."""

    def update_notebook_document(self, *_: Any, **__: Any) -> None:
        """Notebooks are the session's too."""


def installed(old: Workspace, folders: list[types.WorkspaceFolder]) -> FoldersOnly:
    """A workspace to put in the place of `old`."""
    return FoldersOnly(
        old.root_uri,
        types.TextDocumentSyncKind.Incremental,
        folders,
        old.position_encoding,
    )
