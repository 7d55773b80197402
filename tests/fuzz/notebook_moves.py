"""What happens to notebooks next: they and their cells come, go and move, and some of it is nonsense."""

from __future__ import annotations

from random import Random
from typing import Any

from fuzz.blunders import HUGE, place
from fuzz.notebooks import OpenNotebook
from fuzz.pieces import some_text
from fuzz.session import Move, Session

MOST_CELLS = 12
BOOKS = ("file:///nowhere/fuzz/book.ipynb", "file:///nowhere/fuzz/the%20second.ipynb")
_CELL = "vscode-notebook-cell:/nowhere/fuzz/{book}.ipynb#W{number}s%3D"
_OF_CELLS = (
    "%matplotlib inline\n", "!ls\n", "%%bash\nfor x in 1 2; do", "files = !ls\n", "total\n", "%time total(3)",
    "display(total)", "await f()\n", "?total\n", "from pathlib import Path\n",
)  # fmt: skip


def _new_cell(session: Session, book: int, chance: Random) -> list[Any]:
    session.cells_made += 1
    text = some_text(chance, chance.randrange(12))
    if chance.random() < 0.3:
        text = chance.choice(_OF_CELLS) + text
    return [_CELL.format(book=book, number=session.cells_made), chance.randrange(-3, 100), text]


def opening(session: Session, chance: Random) -> list[Move]:
    """A notebook is opened, perhaps for the second time without having been closed."""
    book = chance.randrange(len(BOOKS))
    cells = [_new_cell(session, book, chance) for _ in range(chance.randrange(6))]
    notebook = session.notebooks.get(session.plain(BOOKS[book]))
    if notebook is not None and chance.random() < 0.5:  # with cells that are there already
        cells += [[cell.uri, cell.version + 1, some_text(chance, 3)] for cell in notebook.cells[:3]]
    if cells and chance.random() < 0.1:
        cells.insert(chance.randrange(len(cells)), cells[-1])  # named twice
    return [["open_notebook", BOOKS[book], chance.randrange(-3, 100), cells]]


def closing(session: Session, chance: Random) -> list[Move]:
    """A notebook is saved or closed, or one that is not open."""
    what = "close_notebook" if chance.random() < 0.3 else "save_notebook"
    return [[what, chance.choice(BOOKS)]]


def restructuring(session: Session, chance: Random) -> list[Move]:
    """Cells come, go and move, or what is said of them changes."""
    if not session.notebooks:
        return opening(session, chance)
    notebook = chance.choice(list(session.notebooks.values()))
    kind = chance.random()
    if kind < 0.15:
        return [["about_cells", notebook.uri, chance.randrange(9)]]
    if kind < 0.3:
        return [["change_notebook", notebook.uri, chance.choice(misfits(notebook))]]
    if kind < 0.45:
        return [["restructure", notebook.uri, *_out_of_range(session, notebook, chance), []]]
    start, removed, cells = _in_range(session, notebook, chance)
    return [["restructure", notebook.uri, start, removed, cells, _edits(notebook, cells, chance)]]


def _edits(notebook: OpenNotebook, cells: list[list[Any]], chance: Random) -> list[list[Any]]:
    """Edits in the same message as a splice: of new cells, of old ones, and of some that go with it."""
    places = [*(cell.uri for cell in notebook.cells), *(cell[0] for cell in cells)]
    if not places or chance.random() < 0.6:
        return []
    at = place((chance.randrange(3), chance.randrange(9)))
    change = {"range": {"start": at, "end": at}, "text": some_text(chance, 2)}
    return [[chance.choice(places), chance.randrange(100), [change]] for _ in range(chance.randrange(1, 3))]


def _in_range(session: Session, notebook: OpenNotebook, chance: Random) -> tuple[int, int, list[list[Any]]]:
    book = BOOKS.index(notebook.uri)
    count = len(notebook.cells)
    start = chance.randrange(count + 1)
    removed = chance.randrange(min(3, count - start) + 1)
    if count > MOST_CELLS:
        return 0, count - 2, []
    kind = chance.random()
    if kind < 0.4:  # new ones, and perhaps some go
        return start, removed, [_new_cell(session, book, chance) for _ in range(chance.randrange(1, 4))]
    if kind < 0.6:
        return start, removed, []
    moved = [[cell.uri] for cell in notebook.cells[start : start + max(removed, 2)]]
    chance.shuffle(moved)  # some clients send a move as a splice of all cells between
    new = [_new_cell(session, book, chance)] if chance.random() < 0.3 else []
    return start, len(moved), [*moved, *new]


def _out_of_range(
    session: Session, notebook: OpenNotebook, chance: Random
) -> tuple[int, int, list[list[Any]]]:
    count = len(notebook.cells)
    book = BOOKS.index(notebook.uri)
    cells: list[list[Any]] = [_new_cell(session, book, chance)] if chance.random() < 0.5 else []
    if chance.random() < 0.3:
        cells.append(["vscode-notebook-cell:/nowhere/fuzz/unknown.ipynb#never"])
    if notebook.cells and chance.random() < 0.3:
        cells += [[notebook.cells[0].uri]] * chance.choice((1, 2))
    start = chance.choice((0, count // 2, count, count + 1, count + 7, HUGE, -1, -2))
    return start, chance.choice((0, 1, count, count + 1, HUGE, -1)), cells


def misfits(notebook: OpenNotebook) -> list[Any]:
    """Changes that do not fit the protocol, about an open notebook."""
    cell = notebook.cells[0].uri if notebook.cells else "vscode-notebook-cell:none"
    array = {"start": 0, "deleteCount": 1}
    return [
        None, 7, [], {"cells": 7}, {"cells": {"structure": None}}, {"cells": {"structure": {}}},
        {"cells": {"structure": {"array": {**array, "start": "0"}}}},
        {"cells": {"structure": {"array": {**array, "start": 0.5}}}},
        {"cells": {"structure": {"array": {**array, "deleteCount": None}}}},
        {"cells": {"structure": {"array": {**array, "deleteCount": True}}}},
        {"cells": {"structure": {"array": {**array, "cells": [{"kind": 2, "document": 7}]}}}},
        {"cells": {"structure": {"array": {**array, "cells": [None]}}}},
        {"cells": {"structure": {"array": array, "didOpen": [{"uri": cell, "text": None}]}}},
        {"cells": {"textContent": [{"document": {"uri": cell}, "changes": [{"text": "x"}]}]}},
        {"cells": {"textContent": [{"document": {"uri": cell, "version": 3}, "changes": [{"text": 7}]}]}},
        {"cells": {"textContent": {"document": {"uri": cell, "version": 3}, "changes": [{"text": "x"}]}}},
        {"cells": {"textContent": [
            {"document": {"uri": cell, "version": 3}, "changes": [{"text": "x"}]},
            {"document": {"uri": cell, "version": 3}, "changes": [{"text": None}]},
        ]}},
        {"cells": {"data": [{"kind": 9, "document": cell}]}}, {"metadata": 7}, {"metadata": []},
        {"unknown": {}},
    ]  # fmt: skip
