"""What an editor really did, read from what it and the server said to each other (`wire.py`).

A feature counts when it was asked for and answered. What a client announces only tells “no” from “not tried”.
The table in docs/editors/README.md holds these for each editor; `scripts/editor-table` writes it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PATIENCE = 40.0
Message = dict[str, Any]
_CHANGED_SETTINGS = "workspace/didChangeConfiguration"
NO, NOT_TRIED = "no", "not tried"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer."""

    by: str
    method: str
    params: Any
    result: Any
    failed: bool


@dataclass(frozen=True, slots=True)
class Conversation:
    """Everything that was said so far, over all starts of the server."""

    entries: list[Message]
    exchanges: list[Exchange] = field(default_factory=list)

    def said(self, by: str, method: str) -> list[Any]:
        """The parameters of each message of one method, in order."""
        return [
            entry["message"].get("params")
            for entry in self.entries
            if entry["by"] == by and entry["message"].get("method") == method
        ]

    def answered(self, by: str, method: str) -> list[Exchange]:
        """The requests of one side that the other answered without an error."""
        return [one for one in self.exchanges if one.by == by and one.method == method and not one.failed]


def read(log: Path) -> Conversation:
    """The conversation up to now; a line that is still being written is left for the next time."""
    text = log.read_text("utf-8") if log.exists() else ""
    entries = [json.loads(line) for line in text.split("\n")[:-1] if line]
    return Conversation(entries, list(_exchanges(entries)))


def _exchanges(entries: list[Message]) -> Iterator[Exchange]:
    asked: dict[tuple[Any, str, str], Message] = {}
    for entry in entries:
        message = entry["message"]
        if "id" not in message:
            continue
        number = json.dumps(message["id"])
        if "method" in message:
            asked[entry["session"], entry["by"], number] = message
            continue
        asker = "server" if entry["by"] == "editor" else "editor"
        request = asked.get((entry["session"], asker, number))
        if request is not None:
            yield Exchange(
                asker,
                request["method"],
                request.get("params"),
                message.get("result"),
                "error" in message,
            )


def wait_for(
    log: Path, what: str, condition: Callable[[Conversation], Any], patience: float = PATIENCE
) -> Any:
    """Waits until the conversation holds what is wanted, and returns what `condition` found."""
    end = time.monotonic() + patience
    while True:
        found = condition(read(log))
        if found:
            return found
        assert time.monotonic() < end, f"nothing came of: {what}"
        time.sleep(0.05)  # between two looks at a file; the deadline is above


def runs(talk: Conversation, kind: str = "begin") -> int:
    """How many runs of programs have begun, or how many of those that begun have reported or ended."""
    said = talk.said("server", "$/progress")
    begun = {one["token"] for one in said if str(one["value"].get("title", "")).startswith("Meno runs")}
    return sum(one["token"] in begun and one["value"]["kind"] == kind for one in said)


# The columns of the table, in order: the heading, and how a cell is worked out.


def _encoding(talk: Conversation) -> str:
    for one in talk.answered("editor", "initialize"):
        return str(one.result["capabilities"].get("positionEncoding", "utf-16"))
    return NO


def _findings(talk: Conversation) -> str:
    if talk.answered("editor", "textDocument/diagnostic"):
        return "pulled"
    published = talk.said("server", "textDocument/publishDiagnostics")
    return "pushed" if any(params["diagnostics"] for params in published) else NO


def _hover(talk: Conversation) -> str:
    kinds = [
        one.result["contents"]["kind"] for one in talk.answered("editor", "textDocument/hover") if one.result
    ]
    return {"markdown": "Markdown", "plaintext": "plain text"}[kinds[-1]] if kinds else NO


def _actions(talk: Conversation) -> str:
    return "yes" if any(one.result for one in talk.answered("editor", "textDocument/codeAction")) else NO


def _lazy(talk: Conversation) -> str:
    """What was only worked out when it was chosen."""
    found = set()
    for one in talk.answered("editor", "codeAction/resolve"):
        found |= {part for part in ("command", "edit") if part in one.result and part not in one.params}
    words = [name for part, name in (("command", "questions"), ("edit", "changes")) if part in found]
    return ", ".join(words) or NO


def _change(talk: Conversation) -> str:
    """Whether a change that the server offered, or sent to be shown first, ended up in the text."""
    offered = False
    for entry in talk.entries:
        message = entry["message"]
        offered = offered or message.get("method") == "meno/previewChange"
        result = message.get("result")
        for action in result if isinstance(result, list) else [result]:
            if isinstance(action, dict) and str(action.get("title", "")).startswith("Change it"):
                offered = offered or "edit" in action
        if offered and message.get("method") == "textDocument/didChange":
            return "yes"
    return NOT_TRIED if not offered and _announced(talk, "textDocument", "codeAction") else NO


def _progress(talk: Conversation) -> str:
    tokens = {
        json.dumps(one.params["token"]) for one in talk.answered("server", "window/workDoneProgress/create")
    }
    kinds = {
        params["value"]["kind"]
        for params in talk.said("server", "$/progress")
        if json.dumps(params["token"]) in tokens
    }
    return "yes" if {"begin", "end"} <= kinds else NO


def _stop(talk: Conversation) -> str:
    """How a run was stopped."""
    if talk.said("editor", "window/workDoneProgress/cancel"):
        return "at its progress"
    commands = [one.params["command"] for one in talk.answered("editor", "workspace/executeCommand")]
    if "meno.stopRun" not in commands:
        by_name = _announced(talk, "workspace", "executeCommand")
        return NOT_TRIED if by_name or _announced(talk, "window", "workDoneProgress") else NO
    offered = [one.result or () for one in talk.answered("editor", "textDocument/codeAction")]
    chosen = any(action["title"] == "Stop the run" for actions in offered for action in actions)
    return "by an action" if chosen else "by a command"


def _lens(talk: Conversation) -> str:
    asked = talk.answered("editor", "textDocument/codeLens")
    if any(one.result for one in asked):
        return "yes"
    return NOT_TRIED if asked else NO


def _hint(talk: Conversation) -> str:
    """Where a hint that was asked for is read."""
    if talk.said("server", "meno/showHint") or talk.said("server", "meno/dialogue"):
        return "a place of its own"
    if any((one.result or {}).get("success") for one in talk.answered("server", "window/showDocument")):
        return "a document"
    said = talk.said("server", "window/showMessage") or talk.said("server", "window/showMessageRequest")
    return "a message" if said else NO


def _choice(talk: Conversation) -> str:
    """Whether a question of the server with buttons was answered by choosing one."""
    asked = talk.answered("server", "window/showMessageRequest")
    if any(one.result for one in asked):
        return "yes"
    return NOT_TRIED if not asked and _announced(talk, "window", "showMessage") else NO


def _settings(talk: Conversation) -> str:
    """How the server got to know the settings, and whether it heard of a change while it ran."""
    asked = [one.result for one in talk.answered("server", "workspace/configuration")]
    sent = [(params or {}).get("settings") for params in talk.said("editor", _CHANGED_SETTINGS)]
    # The server listens to what it is sent only where it cannot ask.
    told = [settings for settings in sent if isinstance(settings, dict) and "meno" in settings and not asked]
    for how, answers in {"asked": asked, "told": told}.items():
        if len({json.dumps(answer) for answer in answers}) > 1:
            return f"{how}, live"
    # An answer without our section, which is null, says that the settings stand elsewhere.
    if any(answer and answer[0] is not None for answer in asked):
        return "asked"
    options = [one.params.get("initializationOptions") for one in talk.answered("editor", "initialize")]
    return "told" if told else "at start" if any(options) else NO


def _notebooks(talk: Conversation) -> str:
    if talk.said("editor", "notebookDocument/didOpen"):
        return "cell by cell"
    opened = talk.said("editor", "textDocument/didOpen")
    if any(params["textDocument"]["uri"].endswith(".ipynb") for params in opened):
        return "as one text"
    return NOT_TRIED if _announced(talk, "notebookDocument") else NO


def _announced(talk: Conversation, *path: str) -> bool:
    """Whether the client says that it could; then what was not seen was not tried."""
    for one in talk.answered("editor", "initialize"):
        place = one.params["capabilities"]
        for name in path:
            place = place.get(name) or {}
        return bool(place)
    return False


COLUMNS: dict[str, Callable[[Conversation], str]] = {
    "positions": _encoding,
    "findings": _findings,
    "hover": _hover,
    "actions": _actions,
    "worked out when chosen": _lazy,
    "makes the change": _change,
    "lens": _lens,
    "progress": _progress,
    "stops a run": _stop,
    "a hint opens in": _hint,
    "choices": _choice,
    "settings": _settings,
    "notebooks": _notebooks,
}


def row(log: Path, editor: str, version: str) -> dict[str, str]:
    """One editor's row of the table."""
    talk = read(log)
    return {"editor": editor, "version": version, **{name: cell(talk) for name, cell in COLUMNS.items()}}
