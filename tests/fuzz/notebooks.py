"""Notebooks in the fuzzer: what a client holds of them, and the moves that change them.

The model is a list of texts in order. Beside the rules for texts (`model.py`):

- A change of the cells is a splice of that list: so many are taken out at a place, and others put there.
  Cells that were there may be put there again, which is how they move, and keep their text.
- One that begins behind the end, counts less than nothing, names a cell that nobody knows, or would have
  a cell twice, changes nothing. More cells to take out than there are means all of them.
- New texts of cells in the same message come after that. What is said of cells beside it (their kinds, their
  metadata, how they were run) changes no text.
- A notebook that is opened twice is the second one; cells of the first that are not in it are closed. A cell
  that is named twice at the opening is there once, in the first place.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from fuzz.model import OpenText, edited, whole

if TYPE_CHECKING:
    from fuzz.client import Client

CODE = 2


@dataclass
class OpenNotebook:
    """One notebook that the editor has open, with its cells in Python."""

    uri: str
    version: int
    cells: list[OpenText] = field(default_factory=list)
    touched: bool = True

    def after(self, start: int, removed: int, came: list[OpenText]) -> list[OpenText] | None:
        """The cells after a splice; None if it changes nothing."""
        if start < 0 or removed < 0 or start > len(self.cells):
            return None
        cells = [*self.cells[:start], *came, *self.cells[start + removed :]]
        most = max(Counter(cell.uri for cell in cells).values(), default=1)
        return cells if most == 1 else None


def cell_of(text: OpenText, executed: int = 0) -> dict[str, Any]:
    """The cell of a text, as the protocol has it."""
    cell: dict[str, Any] = {"kind": CODE, "document": text.uri}
    if executed:
        cell |= {
            "metadata": {"tags": ["x"]},
            "executionSummary": {"executionOrder": executed, "success": True},
        }
    return cell


def item_of(text: OpenText) -> dict[str, Any]:
    return {"uri": text.uri, "languageId": "python", "version": text.version, "text": text.text}


class WithNotebooks:
    """The moves of a session that are about notebooks."""

    client: Client
    encoding: str
    edits: int
    notebooks: dict[str, OpenNotebook]  # by the address without escapes
    gone: dict[str, None]  # cells that were open
    notebooks_opened: int

    @staticmethod
    def plain(uri: str) -> str:
        """An address without escapes, by which things are kept here."""
        return unquote(uri)

    def notebook_of(self, text: OpenText) -> OpenNotebook | None:
        """The notebook that a text is a cell of."""
        return next((book for book in self.notebooks.values() if text in book.cells), None)

    def cells(self) -> list[OpenText]:
        return [cell for notebook in self.notebooks.values() for cell in notebook.cells]

    def _send_of_notebook(self, what: str, **params: Any) -> None:
        self.client.send(method=f"notebookDocument/{what}", params=params)

    def _do_open_notebook(self, uri: str, version: int, cells: list[list[Any]]) -> None:
        """`cells` are address, version and text of each."""
        self.notebooks_opened += 1
        texts = [OpenText(place, number, whole(text)) for place, number, text in cells]
        document = {
            "uri": uri,
            "notebookType": "jupyter-notebook",
            "version": version,
            "metadata": {"language_info": {"name": "python"}},
            "cells": [cell_of(text) for text in texts],
        }
        items = [{**item_of(text), "text": cell[2]} for text, cell in zip(texts, cells, strict=True)]
        self._send_of_notebook("didOpen", notebookDocument=document, cellTextDocuments=items)
        each = list({text.uri: text for text in texts}.values())
        self._set_cells(self.notebooks.setdefault(unquote(uri), OpenNotebook(uri, version)), each)

    def _do_restructure(
        self, uri: str, start: int, removed: int, cells: list[list[Any]], texts: list[list[Any]]
    ) -> None:
        """`cells` are address, version and text of new ones, and the address of those that move; `texts` are
        edits of cells in the same message, which come after it."""
        notebook = self.notebooks.get(unquote(uri))
        known = {cell.uri: cell for cell in notebook.cells} if notebook else {}
        came = [OpenText(cell[0], cell[1], whole(cell[2])) for cell in cells if len(cell) == 3]
        named = [cell[0] for cell in cells]
        named_texts = {**known, **{text.uri: text for text in came}}
        array = {
            "start": start,
            "deleteCount": removed,
            "cells": [{"kind": CODE, "document": one} for one in named],
        }
        opened = [{**item_of(text), "text": next(c[2] for c in cells if c[0] == text.uri)} for text in came]
        after = None
        if notebook is not None and all(name in named_texts for name in named):
            after = notebook.after(start, removed, [named_texts[name] for name in named])
        closed = [{"uri": name} for name in known if after is not None and name not in {t.uri for t in after}]
        structure = {"array": array, "didOpen": opened, "didClose": closed}
        content = [
            {"document": {"uri": place, "version": version}, "changes": changes}
            for place, version, changes in texts
        ]
        change = {"cells": {"structure": structure, **({"textContent": content} if content else {})}}
        self._send_of_notebook("didChange", notebookDocument={"uri": uri, "version": 7}, change=change)
        if notebook is not None and after is not None:
            self._set_cells(notebook, after)
        for text in texts:
            self._edit_cell(*text)

    def _do_cell_texts(self, uri: str, texts: list[list[Any]]) -> None:
        """Edits of cells: the address, the version and the changes of each."""
        content = [
            {"document": {"uri": place, "version": version}, "changes": changes}
            for place, version, changes in texts
        ]
        change = {"cells": {"textContent": content}}
        self._send_of_notebook("didChange", notebookDocument={"uri": uri, "version": 8}, change=change)
        if unquote(uri) in self.notebooks:
            for text in texts:
                self._edit_cell(*text)

    def _do_about_cells(self, uri: str, executed: int) -> None:
        """The metadata of the notebook, and the kinds, metadata and runs of its cells."""
        notebook = self.notebooks.get(unquote(uri))
        data = [cell_of(cell, executed) for cell in notebook.cells] if notebook else []
        change = {"metadata": {"kernel": executed}, "cells": {"data": data}}
        self._send_of_notebook("didChange", notebookDocument={"uri": uri, "version": 9}, change=change)

    def _do_change_notebook(self, uri: str, change: Any) -> None:
        """A change that does not fit, and so changes nothing."""
        self._send_of_notebook("didChange", notebookDocument={"uri": uri, "version": 9}, change=change)
        if (notebook := self.notebooks.get(unquote(uri))) is not None:
            notebook.touched = True

    def _do_save_notebook(self, uri: str) -> None:
        self._send_of_notebook("didSave", notebookDocument={"uri": uri})

    def _do_close_notebook(self, uri: str) -> None:
        notebook = self.notebooks.pop(unquote(uri), None)
        cells = [{"uri": cell.uri} for cell in notebook.cells] if notebook else []
        self._send_of_notebook("didClose", notebookDocument={"uri": uri}, cellTextDocuments=cells)
        self.gone |= {cell["uri"]: None for cell in cells}

    def _set_cells(self, notebook: OpenNotebook, cells: list[OpenText]) -> None:
        stay = {cell.uri for cell in cells}
        self.gone |= {cell.uri: None for cell in notebook.cells if cell.uri not in stay}
        for name in stay:
            self.gone.pop(name, None)
        notebook.cells, notebook.touched = cells, True

    def _edit_cell(self, place: str, version: int, changes: list[dict[str, Any]]) -> None:
        self.edits += len(changes)
        for notebook in self.notebooks.values():
            for cell in notebook.cells:
                if unquote(cell.uri) == unquote(place):
                    cell.version, notebook.touched = version, True
                    for change in changes:
                        cell.text = edited(cell.text, change, self.encoding)
