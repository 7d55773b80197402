"""Where should I look? The likeliest lines of a program, for who asks and never unasked.

Nothing is held back by a threshold here, so the answer says that the lines may be right.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from meno_server.lsp.progress import under_progress
from meno_server.lsp.showing import show

if TYPE_CHECKING:
    from meno_server.lsp.server import MenoServer
    from meno_server.lsp.session import Session

COMMAND = "meno.whereToLook"
MOST_LINES = 3
_TITLE = "Where to look first"
_OFF = "The model is switched off by the setting meno.model.enable, so it cannot say where to look."
_NO_FILE = "Open the program that you ask about, then ask again."
_NOTHING = "There is nothing to rank here yet: write some code, or make the program one that Python can read."


def register(server: MenoServer) -> None:
    """Registers the handlers of this concern."""
    session = server.session

    @server.command(COMMAND)
    async def where_to_look(*uris: str) -> None:
        await _show(session, uris[0] if uris else None)


async def _show(session: Session, uri: str | None) -> None:
    file = session.latest_file if uri is None else session.file(uri)
    if not session.settings.model_enable:
        session.say(_OFF)
        return
    if file is None:
        session.say(_NO_FILE)
        return
    rows = [row.rstrip("\r\n") for row in file.document.lines]
    question = asyncio.ensure_future(session.model.ranked(file.program))
    async with under_progress(session, "Meno is looking for likely places", lambda: _stop(question)):
        await asyncio.wait({question})
    if not question.cancelled():
        found = [item for item in question.result() if item[0] < len(rows)][:MOST_LINES]
        if found:
            await show(session, _TITLE, page(found, rows))
        else:
            session.say(_NOTHING)


def _stop(question: asyncio.Future[Sequence[tuple[int, float]]]) -> None:
    question.cancel()


def page(found: Sequence[tuple[int, float]], rows: Sequence[str]) -> str:
    """The answer as Markdown; lines are 0-based in `found` and counted from 1 on the page."""
    listed = [
        f"{place}. Line {line + 1}, {share:.0%}: {_code(rows[line].strip())}"
        for place, (line, share) in enumerate(found, 1)
    ]
    return "\n".join(
        [
            f"# {_TITLE}",
            "",
            "If something is wrong in this program, it is most likely here:",
            "",
            *listed,
            "",
            "Mistakes tend to be there in code that looks like this. All of these lines may be right.",
            "",
            "What should the first one do, in your own words? What does it do for the smallest example that"
            " you can think of?",
        ]
    )


def _code(row: str) -> str:
    """A row as inline code, whatever it holds."""
    return f"`` {row} ``" if "`" in row else f"`{row}`"
