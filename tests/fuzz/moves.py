"""What the fuzzer does next, drawn from a seed: mostly typing, and everything that a client may get wrong.

Every function takes the session, for what is open there, and the chance, and returns moves as plain data.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any
from urllib.parse import quote

from fuzz.model import OpenText, edited
from fuzz.session import Move, Session

LONGEST = 6_000
HUGE = 2**31 - 1
NAMES = ("one.py", "two.py", "the third.py", "vier-ä.py")
PIECES = (
    "(", ")", "[", "]", "{", "}", ":", "'", '"', '"""', "#", " ", "    ", "=", "==", ".", ",", "x", "total",
    "\n", "\n\n", "\r\n", "\r", "\\\n", "\t", "\f", "\v", "\x1c", "\x85", "\u2028", "\ufeff", "\0", "é", "ß",
    "日本", "😀", "🧑‍🎓", "\ud83d", "\ude00", "a\u0301",
    "def f(a):\n    return a\n", "def f():\n", "class Dog:\n", "    def bark(self):\n        self.nmae = 1\n",
    "self.name", "lambda: ", "global total\n", "from math import sqrt\n", "import os\n", "print(nope)\n",
    "for i in range(3):\n", "    for i in range(3):\n        return i\n", "while True:\n", "if x = 1:\n", "else:\n",
    "total = 1\n", "print(total)\n", "age = input()\nprint(age > 3)\n", "scores = scores.sort()\n", "del total\n",
    "try:\n    x\nexcept:\n    pass\n", "return x\n", "yield\n", "await f()\n", "s = '😀é'; print(s, nope)\r\n",
    "x: int = 'a'\r", "match x:\n    case 1:\n        pass\n", "f'{x'", "rb'", "0777", "@dec\n", "pass",
)  # fmt: skip
START = """
def has_even(numbers):
    for n in numbers:
        if n % 2 == 0:
            return True
        else:
            return False


class Animal:
    def __init__(self, name):
        self.name = name

    def speak(self):
        return self.nmae + "😀"


scores = [3, 1, 2]
scores = scores.sort()
print(has_even(scores), totl)
"""


def uri(chance: Random) -> str:
    """One of a few files, written in one of the ways in which clients write addresses."""
    name = chance.choice(NAMES)
    return "file:///nowhere/fuzz/" + (quote(name) if chance.random() < 0.6 else name)


def some_text(chance: Random, pieces: int) -> str:
    return "".join(chance.choice(PIECES) for _ in range(pieces))


def opening(session: Session, chance: Random) -> list[Move]:
    """A file is opened, perhaps for the second time without having been closed."""
    text = START if chance.random() < 0.6 else some_text(chance, chance.randrange(60))
    return [["open", uri(chance), chance.randrange(-3, 100), text]]


def closing(session: Session, chance: Random) -> list[Move]:
    """A file is closed, or one that is not open; or it is renamed, as editors do it."""
    old = _an_open(session, chance)
    if old is None or chance.random() < 0.2:
        return [["close", uri(chance)]]
    if chance.random() < 0.5:
        return [["close", old.uri]]
    new = uri(chance)
    renamed = {"files": [{"oldUri": old.uri, "newUri": new}]}
    return [
        ["close", old.uri],
        ["notify", "workspace/didRenameFiles", renamed],
        ["open", new, old.version + 1, old.text],
    ]


def typing(session: Session, chance: Random, count: int) -> list[Move]:
    """So many edits, in notifications of one or of many."""
    moves: list[Move] = []
    left = count
    texts: dict[str, tuple[int, str]] = {}  # as they will be when these moves are done
    while left > 0:
        text = _an_open(session, chance)
        if text is None:
            return [*moves, ["open", uri(chance), 1, START]]
        version, now = texts.get(text.uri, (text.version, text.text))
        version += 1 if chance.random() < 0.95 else chance.randrange(-20, 20)
        changes = []
        for _ in range(min(left, chance.choice((1, 1, 2, 5, 20, 50, 100, 200)))):
            change = _change(now, session.encoding, chance)
            now = edited(now, change, session.encoding)
            changes.append(change)
        texts[text.uri] = version, now
        left -= len(changes)
        moves.append(["change", text.uri, version, changes])
    return moves


def _an_open(session: Session, chance: Random) -> OpenText | None:
    return chance.choice(list(session.texts.values())) if session.texts else None


def _change(text: str, encoding: str, chance: Random) -> dict[str, Any]:
    kind = chance.random()
    if len(text) > LONGEST or kind < 0.004:
        return {"text": START if kind < 0.5 else some_text(chance, 30)}
    lines = text.split("\n")  # not the lines of the protocol: a place is as good as any other
    line = chance.randrange(len(lines))
    column = chance.randrange(len(lines[line]) + 1)
    start, end = (line, column), (line, column)
    if kind < 0.25:
        end = (line, column + chance.choice((1, 1, 2, 8, 40)))
    elif kind < 0.35:
        end = (line + chance.choice((1, 1, 2, 5)), chance.randrange(20))
    elif kind < 0.40:
        start = _odd_place(lines, chance)
        end = chance.choice((start, _odd_place(lines, chance)))
    removes = start != end and chance.random() < 0.6
    new = "" if removes else some_text(chance, chance.choice((1, 1, 1, 2, 4)))
    change: dict[str, Any] = {"range": {"start": _place(start), "end": _place(end)}, "text": new}
    if chance.random() < 0.02:
        change["rangeLength"] = chance.choice((0, 7, HUGE))  # deprecated, and wrong
    return change


def _odd_place(lines: list[str], chance: Random) -> tuple[int, int]:
    line = chance.choice((0, len(lines) - 1, len(lines), len(lines) + 7, HUGE))
    return line, chance.choice((0, 1, 3, 10_000, HUGE))


def _place(at: tuple[int, int]) -> dict[str, int]:
    return {"line": at[0], "character": at[1]}


def configuring(session: Session, chance: Random) -> list[Move]:
    """Settings change, some of them to what they cannot be; folders come and go; files change on disk."""
    settings: dict[str, Any] = {
        name: chance.choice(values) for name, values in _SETTINGS.items() if chance.random() < 0.3
    }
    folder = {"uri": f"file:///nowhere/{chance.randrange(5)}", "name": "folder"}
    event = chance.choice(
        (
            {"added": [folder], "removed": []},
            {"added": [], "removed": [folder]},
            {"added": [folder], "removed": [folder, folder]},
        )
    )
    moves: list[Move] = [
        ["notify", "workspace/didChangeWorkspaceFolders", {"event": event}],
        ["notify", "workspace/didCreateFiles", {"files": [{"uri": uri(chance)}]}],
    ]
    how = chance.choice(("workspace/didChangeConfiguration", "workspace/didChangeWatchedFiles"))
    return [*moves, ["configure", settings, how]]


_SETTINGS: dict[str, tuple[Any, ...]] = {
    "enable": (True, True, False, "yes"),
    "profile": ("student", "developer", "contest", "pirate"),
    "disabledRules": (["ME301"], ["ME101", "no-such-rule"], "ME101", []),
    "severity": ({"ME101": "hint"}, {"ME301": "off"}, {"ME999": "loud"}),
    "maxFindings": (1, 5, 100, -1, "many"),
    "findingsPerScreen": (0, 1, 3, 1000),
    "typingPauseMilliseconds": (0, 0, 1, 400, 5000),
    "pythonVersion": ("3.8", "3.13", "4", None),
    "language": ("en", "de", "xx"),
    "noSuchSetting": (1,),
}
_JUNK: tuple[Any, ...] = (
    None, 7, "text", [], {}, [1], {"textDocument": 7}, {"textDocument": {"uri": 7}}, {"textDocument": {}},
    {"command": "meno.nextHint", "arguments": [1, 2, 3]}, {"command": "meno.unknown"}, {"command": 7},
    {"type_name": "class", "a b": 1}, {"jsonrpc": "2.0", "id": 1, "method": "shutdown"},
    {"x": {"jsonrpc": "2.0", "method": "exit"}}, {"title": "x", "data": {"uri": 1}}, {"title": "x"},
)  # fmt: skip
_METHODS = (
    "textDocument/hover", "textDocument/codeAction", "textDocument/codeLens", "codeAction/resolve",
    "textDocument/diagnostic", "workspace/executeCommand", "meno/checksum", "meno/origin", "meno/attribution",
    "initialize", "no/such", "$/no/such", "", "textDocument/completion", "workspace/symbol",
    "textDocument/didChange", "textDocument/didOpen", "textDocument/didClose", "initialized", "exit",
    "$/cancelRequest", "$/setTrace",
)  # fmt: skip
_SAFE_COMMANDS = (
    "meno.nextHint",
    "meno.debugInformation",
    "meno.effectiveSettings",
    "meno.showAll",
    "meno.unknown",
)


def asking(session: Session, chance: Random) -> list[Move]:
    """Requests that make sense and requests that make none, by ids old and new, some of them cancelled."""
    moves: list[Move] = []
    for _ in range(chance.randrange(1, 8)):
        id = _id(session, chance)
        again = chance.choice((1, 1, 1, 1, 2, 3))
        move = _request(session, chance, id)
        moves += [move] * again
        if chance.random() < 0.3:
            moves.append(["cancel", chance.choice((id, id, _id(session, chance), None, 1.5, [1], {}))])
        if chance.random() < 0.1:
            moves.append(
                ["reply", {"id": id, **chance.choice(({"result": 1}, {"error": None}, {"error": 7}))}]
            )
    return moves


def _id(session: Session, chance: Random) -> int | str:
    return chance.choice(
        (
            session.requests,
            1000 - session.requests,
            f"request {session.requests}",
            chance.randrange(-3, 3),
            chance.choice((HUGE, -HUGE, 2**53, 0, "", "0", "ä😀", "\ud83d")),
        )
    )


def _request(session: Session, chance: Random, id: int | str) -> Move:
    if chance.random() < 0.4:
        return ["ask", id, chance.choice(_METHODS), chance.choice(_JUNK)]
    document = {"textDocument": {"uri": uri(chance)}}
    place = _place((chance.choice((0, 3, 20, HUGE)), chance.choice((0, 5, HUGE))))
    span = {"start": place, "end": _place((chance.choice((0, 30)), 5))}
    command = {"command": chance.choice(_SAFE_COMMANDS), "arguments": chance.choice(([], [1], [None, {}]))}
    kinds: tuple[tuple[str, Any], ...] = (
        ("textDocument/hover", {**document, "position": place}),
        ("textDocument/codeAction", {**document, "range": span, "context": {"diagnostics": []}}),
        ("textDocument/codeLens", document),
        ("textDocument/diagnostic", document),
        ("meno/checksum", document),
        ("workspace/executeCommand", command),
    )
    return ["ask", id, *chance.choice(kinds)]


def blundering(session: Session, chance: Random) -> list[Move]:
    """Notifications that do not fit, and messages that are none: no text may change, none may go unrefused."""
    kind = chance.random()
    if kind < 0.5:
        return [["notify", *_misfit(session, chance)]]
    if kind < 0.8 or not session.is_stream:
        body, refusals = chance.choice(_BODIES)
        return [["body", body, refusals]]
    data, refusals = chance.choice(_BETWEEN)
    return [["bytes", data, refusals]]


def _misfit(session: Session, chance: Random) -> tuple[Any, Any]:
    text = _an_open(session, chance)
    document: Any = {"uri": text.uri if text else uri(chance), "version": 5}
    good = {"range": {"start": _place((0, 0)), "end": _place((0, 0))}, "text": "x"}
    minus = {"range": {"start": _place((-1, 0)), "end": _place((0, 0))}, "text": "x"}
    half = {"range": {"start": {"line": 0}, "end": _place((0, 0))}, "text": "x"}
    number = {"range": good["range"], "text": 7}
    broken = {"range": {"start": _place((0, 0)), "end": {"line": 0.5, "character": "a"}}, "text": "x"}
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
            ("initialized", {}) if session.kind != "asked" else ("no/such", {}),
            ("$/progress", {"token": 1, "value": {}}),
            ("window/workDoneProgress/cancel", {"token": "none"}),
            ("no/such", chance.choice(_JUNK)),
        )
    )


def _latin(body: dict[str, Any]) -> str:
    return json.dumps({"jsonrpc": "2.0", **body})


_BODIES = (
    ("{", 1), ("", 0), ("null", 1), ("[]", 1), ("7", 1), ('"text"', 1), ("{}", 1), ("\xff\xfe", 1), ("\xc3", 1),
    ('{"jsonrpc":"2.0","method":"x\xff"}', 1), ("[" * 100_000, 1), ("[[" * 40_000 + "]]" * 40_000, 1),
    ('{"jsonrpc":"2.0","method":"no/such","params":{"a":NaN}}', 1), ('{"jsonrpc":"1.0","method":"x"}', 1),
    ('{"jsonrpc":"2.0","id":null,"method":"shutdown"}', 1), ('{"jsonrpc":"2.0","id":1.5,"method":"shutdown"}', 1),
    ('{"jsonrpc":"2.0","id":true,"method":"shutdown"}', 1), ('{"jsonrpc":"2.0","id":[1],"method":"shutdown"}', 1),
    ('{"jsonrpc":"2.0","id":{},"result":1}', 1), ('{"jsonrpc":"2.0"}', 1), ('{"jsonrpc":"2.0","method":7}', 1),
    ('{"jsonrpc":"2.0","method":"no/such","params":7}', 1), ("1" * 10_000, 1), (" \n ", 1),
    ('[{"jsonrpc":"2.0","id":5,"method":"shutdown"}]', 1), ('{"jsonrpc":"2.0","method":"no/such","extra":1}', 0),
    ('{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"x"}}', 0), ('{"jsonrpc":"2.0","id":77,"result":1}', 0),
    ('\xef\xbb\xbf{"jsonrpc":"2.0","method":"no/such"}', 0), ("\0" * 50, 1),
)  # fmt: skip
_EMPTY = "Content-Length: 46\r\n\r\n" + '{"jsonrpc":"2.0","method":"no/such","params":{}}'[:46]
_BETWEEN = (
    ("\r\n\r\n", 0), ("no header\r\n", 0), ("Content-Length: many\r\n\r\n", 0), ("Content-Length: -5\r\n\r\n", 0),
    ("Content-Length: 0\r\n\r\n", 0), ("content-length:2\r\nX-Other: 1\r\n\r\n{}", 1),
    ("Content-Length: 99999999999999999999\r\n\r\n", 1), ("Content-Type: nothing\r\n", 0), ("x" * 70_000 + "\r\n", 0),
    ("\xff\xfe\0\0\r\n", 0), ("CONTENT-LENGTH:   00002  \r\n\r\n{}", 1), (_EMPTY, 1),
)  # fmt: skip


def intruding(session: Session, chance: Random) -> list[Move]:
    """A second editor knocks."""
    return [["intrude"]] if session.channel != "stdio" else []


Others = Callable[[Session, Random], list[Move]]
OTHERS: tuple[tuple[Others, float], ...] = (
    (opening, 0.25),
    (closing, 0.2),
    (configuring, 0.15),
    (asking, 0.6),
    (blundering, 0.6),
    (intruding, 0.02),
)


def burst(session: Session, chance: Random, edits: int) -> None:
    """So many edits with everything else in between, done at once."""
    left = edits
    while left > 0:
        for others, share in OTHERS * 2:
            if chance.random() < share:
                for move in others(session, chance):
                    session.perform(move)
        for move in typing(session, chance, min(left, chance.choice((3, 40, 200, 400)))):
            if move[0] == "change":
                left -= len(move[3])
            session.perform(move)
