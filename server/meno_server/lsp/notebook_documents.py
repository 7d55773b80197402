"""Notebooks as they are opened, changed, saved and closed. All handlers are synchronous: order is everything.

A cell is a file of the session like any other, so what happens within one goes the way that keys go. Here are
the cells' order, and what concerns a whole notebook.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lsprotocol import types

from meno_server.lsp.notebooks import CellText, Notebook
from meno_server.lsp.uris import key_of

if TYPE_CHECKING:
    from meno_server.lsp.server import MenoServer
    from meno_server.lsp.session import Session

log = logging.getLogger("meno.notebooks")

SYNC = types.NotebookDocumentSyncOptions(
    notebook_selector=[
        types.NotebookDocumentFilterWithCells(
            cells=[types.NotebookCellLanguage(language="python")],
            notebook=types.NotebookDocumentFilterNotebookType(notebook_type="jupyter-notebook"),
        )
    ],
    save=True,
)
"""Only cells in Python are sent to us, so their order is the program's."""


def register(server: MenoServer) -> None:
    """Registers the handlers of this concern."""
    session = server.session

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenNotebookDocumentParams) -> None:
        _close(session, params.notebook_document.uri)  # who opens it twice means the second
        texts = {item.uri: item for item in params.cell_text_documents}
        named = dict.fromkeys(cell.document for cell in params.notebook_document.cells)  # each of them once
        cells = [_text(texts[name]) for name in named if name in texts]
        target = session.settings.target
        notebook = Notebook(params.notebook_document.uri, session.next_epoch(), target, cells)
        session.notebooks[key_of(notebook.uri)] = notebook
        _show(session, notebook, 0, len(cells))

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeNotebookDocumentParams) -> None:
        notebook = session.notebooks.get(key_of(params.notebook_document.uri))
        cells = params.change.cells
        if notebook is None or cells is None:
            return
        if cells.structure is not None:
            _follow(session, notebook, cells.structure)
        for text in cells.text_content or ():
            session.changed(text.document.uri, text.document.version, text.changes)

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveNotebookDocumentParams) -> None:
        notebook = session.notebooks.get(key_of(params.notebook_document.uri))
        if notebook is not None:
            session.saved_notebook(notebook)

    @server.feature(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseNotebookDocumentParams) -> None:
        _close(session, params.notebook_document.uri)


def _close(session: Session, uri: str) -> None:
    notebook = session.notebooks.pop(key_of(uri), None)
    for cell in notebook.cells if notebook is not None else ():
        session.closed(cell.document.uri)


def _text(item: types.TextDocumentItem) -> CellText:
    return CellText(item.uri, item.text, item.version)


def _follow(
    session: Session, notebook: Notebook, structure: types.NotebookDocumentCellChangeStructure
) -> None:
    """Follows cells that came, went or moved. A cell that moved is not sent again."""
    texts = {item.uri: _text(item) for item in structure.did_open or ()}
    for cell in notebook.cells:
        old = cell.document
        texts.setdefault(old.uri, CellText(old.uri, old.text, old.version))
    array = structure.array
    named = [cell.document for cell in array.cells or ()]
    if any(name not in texts for name in named) or not _fits(notebook, array, named):
        log.warning("A change of cells that does not fit the notebook was ignored.")
        return
    _restructure(session, notebook, array.start, array.delete_count, [texts[name] for name in named])


def _fits(notebook: Notebook, array: types.NotebookCellArrayChange, named: Sequence[str]) -> bool:
    """Whether a splice is within the cells that are there, and leaves none of them twice."""
    if not 0 <= array.start <= len(notebook.cells) or array.delete_count < 0:
        return False
    uris = [cell.document.uri for cell in notebook.cells]
    uris[array.start : array.start + array.delete_count] = named
    return len(set(uris)) == len(uris)


def _restructure(
    session: Session, notebook: Notebook, start: int, removed: int, cells: list[CellText]
) -> None:
    levels = {cell.document.uri: cell.levels for cell in notebook.cells}
    gone = notebook.restructure(start, removed, cells)
    stay = {cell.document.uri for cell in notebook.cells}
    for cell in gone:
        if cell.document.uri not in stay:
            session.closed(cell.document.uri)
    for cell in notebook.cells[start : start + len(cells)]:
        cell.levels = levels.get(cell.document.uri, cell.levels)
    _show(session, notebook, start, len(cells))


def _show(session: Session, notebook: Notebook, start: int, count: int) -> None:
    """Makes cells files of the session, and looks at the notebook as it is now."""
    for cell in notebook.cells[start : start + count]:
        session.files[key_of(cell.document.uri)] = cell
    if notebook.cells:
        session.arrived(notebook.cells[min(start, len(notebook.cells) - 1)])
