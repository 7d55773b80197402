"""What the fuzzer does next, drawn from a seed: mostly typing, and everything that a client may get wrong.

Every function takes the session, for what is open there, and the chance, and returns moves as plain data.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any
from urllib.parse import quote

from fuzz import learning, notebook_moves
from fuzz.blunders import BETWEEN, BODIES, HUGE, JUNK, misfit, place
from fuzz.model import OpenText, edited
from fuzz.pieces import START, some_text
from fuzz.session import Move, Session

LONGEST = 6_000
NAMES = ("one.py", "two.py", "the third.py", "vier-ä.py")


def uri(chance: Random) -> str:
    """One of a few files, written in one of the ways in which clients write addresses."""
    name = chance.choice(NAMES)
    return "file:///nowhere/fuzz/" + (quote(name) if chance.random() < 0.6 else name)


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
        text = _an_open(session, chance, cells=True)
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
        book = session.notebook_of(text)
        if book is None:
            moves.append(["change", text.uri, version, changes])
        else:
            moves.append(["cell_texts", book.uri, [[text.uri, version, changes]]])
    return moves


def _an_open(session: Session, chance: Random, *, cells: bool = False) -> OpenText | None:
    texts = [*session.texts.values(), *(session.cells() if cells else ())]
    return chance.choice(texts) if texts else None


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
    change: dict[str, Any] = {"range": {"start": place(start), "end": place(end)}, "text": new}
    if chance.random() < 0.02:
        change["rangeLength"] = chance.choice((0, 7, HUGE))  # deprecated, and wrong
    return change


def _odd_place(lines: list[str], chance: Random) -> tuple[int, int]:
    line = chance.choice((0, len(lines) - 1, len(lines), len(lines) + 7, HUGE))
    return line, chance.choice((0, 1, 3, 10_000, HUGE))


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
        return ["ask", id, chance.choice(_METHODS), chance.choice(JUNK)]
    cell = _an_open(session, chance, cells=True) if chance.random() < 0.3 else None
    document = {"textDocument": {"uri": cell.uri if cell else uri(chance)}}
    at = place((chance.choice((0, 3, 20, HUGE)), chance.choice((0, 5, HUGE))))
    span = {"start": at, "end": place((chance.choice((0, 30)), 5))}
    named = chance.choice(_SAFE_COMMANDS + learning.COMMANDS)
    command = {"command": named, "arguments": chance.choice(([], [1], [None, {}]))}
    kinds: tuple[tuple[str, Any], ...] = (
        ("textDocument/hover", {**document, "position": at}),
        ("textDocument/codeAction", {**document, "range": span, "context": {"diagnostics": []}}),
        ("textDocument/codeLens", document),
        ("textDocument/diagnostic", document),
        ("meno/checksum", document),
        ("workspace/executeCommand", command),
    )
    return ["ask", id, *chance.choice(kinds)]


def blundering(session: Session, chance: Random) -> list[Move]:
    """Notifications that do not fit, and messages that are none: no text may change, each is refused."""
    kind = chance.random()
    text = _an_open(session, chance)
    if kind < 0.5:
        return [["notify", *misfit(chance, text.uri if text else uri(chance), session.kind)]]
    if kind < 0.8 or not session.is_stream:
        body, refusals = chance.choice(BODIES)
        return [["body", body, refusals]]
    data, refusals = chance.choice(BETWEEN)
    return [["bytes", data, refusals]]


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
    (notebook_moves.opening, 0.1),
    (notebook_moves.restructuring, 0.5),
    (notebook_moves.closing, 0.15),
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
            before = session.edits
            session.perform(move)
            left -= session.edits - before
