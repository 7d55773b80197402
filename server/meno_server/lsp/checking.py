"""Check the whole workspace: on command, in a process of its own, with progress, and with an end on request.

What was found opens as a page with links. It puts no marks into files that nobody has opened.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meno_analyzers.processes import NO_WINDOW
from meno_server.lsp.progress import Tell, under_progress
from meno_server.lsp.showing import show

if TYPE_CHECKING:
    from meno_server.lsp.server import MenoServer
    from meno_server.lsp.session import Session

COMMAND = "meno.checkWorkspace"
_TITLE = "What Meno sees in this folder"
_NO_FOLDER = "Open a folder first: Meno looks at all Python files in it."
_GONE = "The files could not be looked at: the process that reads them ended. Ask again, or run `meno check`."
_NOT_STARTED = "The files could not be looked at ({reason}). Close other programs, then ask again."
_FOLDER_GONE = "The folder {name} is no longer there, so files were left out. Open it where it is now."
_LONGEST_LINE = 16 * 1024 * 1024
_MOST_SHOWN = 200
_HEAVY = ("error", "warning")


@dataclass(slots=True)
class _Result:
    """What was found so far."""

    of: int = 0
    done: int = 0
    records: list[dict[str, Any]] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    cancelled: bool = False

    @property
    def is_whole(self) -> bool:
        return self.done == self.of and not self.cancelled


def register(server: MenoServer) -> None:
    """Registers the handlers of this concern."""
    session = server.session
    running: list[asyncio.Task[None]] = []

    @server.command(COMMAND)
    async def check_workspace() -> None:
        folder = session.root
        if folder is None:
            session.say(_NO_FOLDER)
            return
        for older in running:
            older.cancel()
        running[:] = [session.run(_check(session, folder))]


async def _check(session: Session, folder: Path) -> None:
    await session.settled()
    result = _Result()
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "meno_server.checking"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=_LONGEST_LINE,
            creationflags=NO_WINDOW,
        )
    except OSError as error:
        session.say(_NOT_STARTED.format(reason=error.strerror or "unknown reason"))
        return

    def stop() -> None:
        result.cancelled = True
        with contextlib.suppress(ProcessLookupError):
            process.kill()

    try:
        async with under_progress(session, "Meno looks at all files", stop) as tell:
            await _read(session, folder, process, result, tell)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    if not await asyncio.to_thread(folder.is_dir):
        session.say(_FOLDER_GONE.format(name=folder.name))
        result.unreadable.clear()  # one sentence for all of them
        if not result.records:
            return
    elif not result.is_whole and not result.cancelled:
        session.say(_GONE)
    if result.done or result.is_whole:
        await show(session, _TITLE, page(folder, result))


async def _read(
    session: Session, folder: Path, process: asyncio.subprocess.Process, result: _Result, tell: Tell
) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    settings = session.settings.model_dump(mode="json", by_alias=True)
    with contextlib.suppress(OSError, ValueError):
        process.stdin.write(json.dumps({"folder": str(folder), "settings": settings}).encode() + b"\n")
        await process.stdin.drain()
        while line := await process.stdout.readline():
            message = json.loads(line)
            if "of" in message:
                result.of = message["of"]
                continue
            result.done += 1
            result.records += message.get("findings", ())
            if "unreadable" in message:
                result.unreadable.append((message["path"], message["unreadable"]))
            tell(f"{result.done} of {result.of} files, {_count(len(result.records), 'finding')}")


def page(folder: Path, result: _Result) -> str:
    """The findings as Markdown: certain ones first, file by file, each with a link to its line."""
    seen = f"{result.done} of {result.of} files" if not result.is_whole else _count(result.of, "file")
    parts = [f"# {_TITLE}", f"{seen} looked at, {_count(len(result.records), 'finding')}."]
    if result.cancelled:
        parts.append("You stopped before all files were looked at.")
    heavy = [record for record in result.records if record["severity"] in _HEAVY]
    light = [record for record in result.records if record["severity"] not in _HEAVY]
    for title, records in (("Look here first", heavy), ("Questions worth a thought", light)):
        if records:
            parts += [f"## {title}", *_by_file(folder, records)]
    if result.unreadable:
        told = [f"- {_link(folder, path)}: {why}" for path, why in result.unreadable[:_MOST_SHOWN]]
        if (more := len(result.unreadable) - _MOST_SHOWN) > 0:
            told.append(f"- And {more} more.")
        parts += ["## Not read", "\n".join(told)]
    if not result.records and not result.unreadable and result.is_whole:
        parts.append("Meno has nothing to ask about this folder. Do your tests have?")
    return "\n\n".join(parts)


def _by_file(folder: Path, records: Sequence[dict[str, Any]]) -> list[str]:
    by_path: dict[str, list[str]] = {}
    for record in records[:_MOST_SHOWN]:
        where = f"[line {record['line']}]({Path(record['path']).as_uri()}#L{record['line']})"
        by_path.setdefault(record["path"], []).append(f"- {where}: {record['message']}")
    listed = [f"**{_link(folder, path)}**\n\n" + "\n".join(rows) for path, rows in by_path.items()]
    more = len(records) - _MOST_SHOWN
    return [*listed, f"And {more} more."] if more > 0 else listed


def _link(folder: Path, path: str) -> str:
    file = Path(path)
    name = file.relative_to(folder).as_posix() if file.is_relative_to(folder) else file.name
    return f"[{name}]({file.as_uri()})"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
