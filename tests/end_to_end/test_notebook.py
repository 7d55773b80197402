"""Notebooks with a real server: cells as VS Code sends them, and one text for all as JupyterLab sends it."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import pytest

from end_to_end.wire import FULL_CLIENT, Wire

BOOK = "file:///lessons/one.ipynb"
SYNCS: dict[str, Any] = {"notebookDocument": {"synchronization": {"dynamicRegistration": True}}}


def cell(name: str) -> str:
    return f"vscode-notebook-cell:/lessons/one.ipynb#{name}"


def text_of(name: str, text: str) -> dict[str, Any]:
    return {"uri": cell(name), "languageId": "python", "version": 1, "text": text}


@pytest.fixture
def book(wire: Wire) -> Wire:
    wire.start({**FULL_CLIENT, **SYNCS})
    return wire


def open_book(wire: Wire, cells: dict[str, str]) -> None:
    wire.notify(
        "notebookDocument/didOpen",
        {
            "notebookDocument": {
                "uri": BOOK,
                "notebookType": "jupyter-notebook",
                "version": 1,
                "cells": [{"kind": 2, "document": cell(name)} for name in cells],
            },
            "cellTextDocuments": [text_of(name, text) for name, text in cells.items()],
        },
    )


def change_book(wire: Wire, version: int, **cells: Any) -> None:
    wire.notify(
        "notebookDocument/didChange",
        {"notebookDocument": {"uri": BOOK, "version": version}, "change": {"cells": cells}},
    )


def type_in(wire: Wire, name: str, version: int, span: Sequence[int], text: str) -> None:
    place = {
        "start": {"line": span[0], "character": span[1]},
        "end": {"line": span[2], "character": span[3]},
    }
    document = {"uri": cell(name), "version": version}
    changes = [{"range": place, "text": text}]
    change_book(wire, version, textContent=[{"document": document, "changes": changes}])


def codes(wire: Wire, name: str, *wanted: str, since: int = 0) -> list[dict[str, Any]]:
    """The diagnostics of a cell, once they are those that are wanted."""
    found = wire.wait(
        lambda m: (
            m.get("method") == "textDocument/publishDiagnostics"
            and m["params"]["uri"] == cell(name)
            and sorted(item["code"] for item in m["params"]["diagnostics"]) == sorted(wanted)
        ),
        since,
    )
    items: list[dict[str, Any]] = found["params"]["diagnostics"]
    return items


def test_the_server_asks_for_the_python_cells_of_notebooks(wire: Wire) -> None:
    offered = wire.start({**FULL_CLIENT, **SYNCS})["capabilities"]["notebookDocumentSync"]

    assert offered["notebookSelector"] == [
        {"notebook": {"notebookType": "jupyter-notebook"}, "cells": [{"language": "python"}]}
    ]


def test_findings_stand_in_their_cells_and_names_flow(book: Wire) -> None:
    open_book(book, {"a": "%matplotlib inline\ntotal = 3\n", "b": "!ls\nprint(totl)\ntotal\n"})

    assert codes(book, "a") == []
    (found,) = codes(book, "b", "ME101")
    assert found["range"]["start"] == {"line": 1, "character": 6}


def test_hovers_and_actions_speak_of_the_cell(book: Wire) -> None:
    open_book(book, {"a": "total = 3\n", "b": "\nprint(totl)\n"})
    codes(book, "b", "ME101")
    document = {"uri": cell("b")}
    place = {"line": 1, "character": 7}

    hover = book.request("textDocument/hover", {"textDocument": document, "position": place})
    assert "misspelled-name" in hover["contents"]["value"]
    assert hover["range"]["start"] == {"line": 1, "character": 6}

    actions = book.request(
        "textDocument/codeAction",
        {
            "textDocument": document,
            "range": {"start": place, "end": place},
            "context": {"diagnostics": []},
        },
    )
    fine = next(action for action in actions if action["title"].startswith("This is fine"))
    (edit,) = fine["edit"]["documentChanges"]
    assert edit["textDocument"]["uri"] == cell("b")
    assert edit["edits"][0]["range"]["start"] == {"line": 1, "character": 11}


def test_typing_in_one_cell_is_seen_in_another(book: Wire) -> None:
    open_book(book, {"a": "total = 3\n", "b": "print(total)\n"})
    codes(book, "b")

    type_in(book, "a", 2, (0, 0, 0, 5), "amount")
    codes(book, "b", "ME101")

    since = book.count()
    type_in(book, "a", 3, (0, 0, 0, 6), "total")
    codes(book, "b", since=since)


def test_a_client_that_asks_is_told_to_ask_again_for_other_cells(wire: Wire) -> None:
    capable = copy.deepcopy({**FULL_CLIENT, **SYNCS})
    capable["textDocument"]["diagnostic"] = {"dynamicRegistration": False}
    capable["workspace"]["diagnostics"] = {"refreshSupport": True}
    wire.answers["workspace/diagnostic/refresh"] = None
    wire.start(capable)
    open_book(wire, {"a": "total = 3\n", "b": "print(total)\n"})
    pull = {"textDocument": {"uri": cell("b")}}
    assert wire.request("textDocument/diagnostic", pull)["items"] == []
    since = wire.count()

    type_in(wire, "a", 2, (0, 0, 0, 5), "amount")

    wire.wait(lambda message: message.get("method") == "workspace/diagnostic/refresh", since)
    (found,) = wire.request("textDocument/diagnostic", pull)["items"]
    assert found["code"] == "ME101"


def test_cells_that_move_come_and_go_are_followed(book: Wire) -> None:
    open_book(book, {"a": "total = 3\n", "b": "print(total)\n"})
    codes(book, "b")

    b = {"kind": 2, "document": cell("b")}
    since = book.count()
    change_book(
        book,
        2,
        structure={"array": {"start": 0, "deleteCount": 1, "cells": []}, "didClose": [{"uri": cell("a")}]},
    )
    codes(book, "b", "ME101", since=since)

    since = book.count()
    opened = [text_of("c", "total = 4\n")]
    added = {"array": {"start": 0, "deleteCount": 0, "cells": [{"kind": 2, "document": cell("c")}]}}
    change_book(book, 3, structure={**added, "didOpen": opened})
    codes(book, "b", since=since)

    since = book.count()
    c = {"kind": 2, "document": cell("c")}
    change_book(book, 4, structure={"array": {"start": 0, "deleteCount": 2, "cells": [b, c]}})
    codes(book, "b", "ME417", since=since)


def test_a_closed_notebook_leaves_nothing_behind(book: Wire) -> None:
    open_book(book, {"a": "print(nope)\n"})
    codes(book, "a", "ME101")
    since = book.count()

    book.notify(
        "notebookDocument/didClose",
        {"notebookDocument": {"uri": BOOK}, "cellTextDocuments": [{"uri": cell("a")}]},
    )

    codes(book, "a", since=since)
    assert book.request("textDocument/hover", hover_at(cell("a"))) is None


def hover_at(uri: str) -> dict[str, Any]:
    return {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 7}}


def test_the_model_reads_a_saved_notebook_and_marks_the_cell(book: Wire) -> None:
    wrong = "def longest(words):\n    best = ''\n    for word in words:\n"
    wrong += "        if word.length() > len(best):\n            best = word\n    return best\n"
    open_book(book, {"a": "!ls\n", "b": f"\n{wrong}"})
    codes(book, "b")

    book.notify("notebookDocument/didSave", {"notebookDocument": {"uri": BOOK}})

    (found,) = codes(book, "b", "model/AttributeError")
    assert found["range"]["start"]["line"] == 4


def test_cells_are_not_run_and_meno_says_so(book: Wire) -> None:
    open_book(book, {"a": "assert 1 == 2\n"})

    book.request("workspace/executeCommand", {"command": "meno.runTests", "arguments": [cell("a")]})

    said = book.wait(lambda m: m.get("method") == "window/showMessage")
    assert said["params"]["message"].startswith("Meno runs files and no cells of notebooks.")


def test_a_change_of_cells_that_are_not_open_is_ignored(book: Wire) -> None:
    open_book(book, {"a": "print(nope)\n"})
    stranger = {"kind": 2, "document": cell("z")}

    change_book(book, 2, structure={"array": {"start": 7, "deleteCount": 1, "cells": [stranger]}})

    assert "misspelled-name" in book.request("textDocument/hover", hover_at(cell("a")))["contents"]["value"]


def test_a_notebook_as_one_text_is_known_by_its_name(session: Wire) -> None:
    uri = "file:///home/.virtual_documents/one.ipynb"
    text = "get_ipython().run_line_magic('time', '')\nx = 3\n\n\nx\n\n\nawait display(x)\nprint(nope)\n"

    session.open(text, uri)

    found = session.diagnostics(1, lambda items: len(items) == 1)
    assert [(item["code"], item["range"]["start"]["line"]) for item in found] == [("ME101", 8)]
