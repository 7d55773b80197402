"""What a client may send that no client should: parameters of wrong types, and messages that are none.

Beside each message that is none stands how often it is refused: by an error reply without an id.
"""

from __future__ import annotations

from random import Random
from typing import Any

HUGE = 2**31 - 1
JUNK: tuple[Any, ...] = (
    None, 7, "text", [], {}, [1], {"textDocument": 7}, {"textDocument": {"uri": 7}}, {"textDocument": {}},
    {"command": "meno.nextHint", "arguments": [1, 2, 3]}, {"command": "meno.unknown"}, {"command": 7},
    {"type_name": "class", "a b": 1}, {"jsonrpc": "2.0", "id": 1, "method": "shutdown"},
    {"x": {"jsonrpc": "2.0", "method": "exit"}}, {"title": "x", "data": {"uri": 1}}, {"title": "x"},
)  # fmt: skip
BODIES = (
    ("", 1), ("{", 1), ("null", 1), ("[]", 1), ("7", 1), ('"text"', 1), ("{}", 1), ("\xff\xfe", 1),
    ("\xc3", 1),
    ('{"jsonrpc":"2.0","method":"x\xff"}', 1), ("[" * 100_000, 1), ("[[" * 40_000 + "]]" * 40_000, 1),
    ('{"jsonrpc":"2.0","method":"no/such","params":{"a":NaN}}', 1), ('{"jsonrpc":"1.0","method":"x"}', 1),
    ('{"jsonrpc":"2.0","id":null,"method":"shutdown"}', 1),
    ('{"jsonrpc":"2.0","id":1.5,"method":"shutdown"}', 1),
    ('{"jsonrpc":"2.0","id":true,"method":"shutdown"}', 1),
    ('{"jsonrpc":"2.0","id":[1],"method":"shutdown"}', 1),
    ('{"jsonrpc":"2.0","id":{},"result":1}', 1), ('{"jsonrpc":"2.0"}', 1),
    ('{"jsonrpc":"2.0","method":7}', 1),
    ('{"jsonrpc":"2.0","method":"no/such","params":7}', 1), ("1" * 10_000, 1), (" \n ", 1),
    ('[{"jsonrpc":"2.0","id":5,"method":"shutdown"}]', 1),
    ('{"jsonrpc":"2.0","method":"no/such","extra":1}', 0),
    ('{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"x"}}', 0),
    ('{"jsonrpc":"2.0","id":77,"result":1}', 0),
    ('\xef\xbb\xbf{"jsonrpc":"2.0","method":"no/such"}', 0), ("\0" * 50, 1),
)  # fmt: skip
_EMPTY = "Content-Length: 46\r\n\r\n" + '{"jsonrpc":"2.0","method":"no/such","params":{}}'[:46]
BETWEEN = (
    ("\r\n\r\n", 0), ("no header\r\n", 0), ("Content-Length: many\r\n\r\n", 0),
    ("Content-Length: -5\r\n\r\n", 0),
    ("Content-Length: 0\r\n\r\n", 0), ("content-length:2\r\nX-Other: 1\r\n\r\n{}", 1),
    ("Content-Length: 99999999999999999999\r\n\r\n", 1), ("Content-Type: nothing\r\n", 0),
    ("x" * 70_000 + "\r\n", 0),
    ("\xff\xfe\0\0\r\n", 0), ("CONTENT-LENGTH:   00002  \r\n\r\n{}", 1), (_EMPTY, 1),
)  # fmt: skip


def place(at: tuple[int, int]) -> dict[str, int]:
    return {"line": at[0], "character": at[1]}


def misfit(chance: Random, where: str, kind: str) -> tuple[Any, Any]:
    """A notification that does not fit, about the file `where`, which it must not change."""
    document: Any = {"uri": where, "version": 5}
    good = {"range": {"start": place((0, 0)), "end": place((0, 0))}, "text": "x"}
    minus = {"range": {"start": place((-1, 0)), "end": place((0, 0))}, "text": "x"}
    half = {"range": {"start": {"line": 0}, "end": place((0, 0))}, "text": "x"}
    number = {"range": good["range"], "text": 7}
    broken = {"range": {"start": place((0, 0)), "end": {"line": 0.5, "character": "a"}}, "text": "x"}
    opened = {**document, "languageId": "python", "text": None}
    return chance.choice(
        (
            ("textDocument/didChange", {"textDocument": document, "contentChanges": [good, minus]}),
            ("textDocument/didChange", {"textDocument": document, "contentChanges": [number]}),
            ("textDocument/didChange", {"textDocument": document, "contentChanges": [half, good]}),
            ("textDocument/didChange", {"textDocument": document, "contentChanges": [broken]}),
            ("textDocument/didChange", {"textDocument": document, "contentChanges": good}),
            ("textDocument/didChange", {"textDocument": document, "contentChanges": None}),
            ("textDocument/didChange", {"textDocument": {"uri": 7}, "contentChanges": [good]}),
            ("textDocument/didChange", {"contentChanges": [good]}),
            ("textDocument/didOpen", {"textDocument": opened}),
            ("textDocument/didOpen", {"textDocument": [document]}),
            ("textDocument/didClose", {"textDocument": None}),
            ("textDocument/didSave", {"textDocument": {"uri": "file:///never.py"}}),
            ("textDocument/didChange", None),
            ("textDocument/didOpen", [1, 2]),
            ("workspace/didChangeWorkspaceFolders", {"event": {"added": 7}}),
            ("textDocument/hover", {}),
            ("initialized", {}) if kind != "asked" else ("no/such", {}),
            ("$/progress", {"token": 1, "value": {}}),
            ("window/workDoneProgress/cancel", {"token": "none"}),
            ("no/such", chance.choice(JUNK)),
        )
    )
