"""What a person asks of their history: the overview, all that is kept, pausing, and deleting it."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING, Any

from meno_server.history.events import Kept
from meno_server.history.keeping import pause
from meno_server.lsp.showing import show

if TYPE_CHECKING:
    from meno_server.history.overview import State
    from meno_server.lsp.server import MenoServer
    from meno_server.lsp.session import Session

FORGOTTEN = "Everything that Meno kept about your patterns is deleted."
NOT_FORGOTTEN = "Your history could not be deleted now. Close other editors that use Meno, then try again."
PAUSED = "Your history is paused: nothing is added until you resume it."
RESUMED = "Your history goes on."
RESUMED_BUT_OFF = "Your history is not paused, but the setting meno.history.enable switches it off."
NOT_REMEMBERED = "That could not be remembered: the folder {folder} cannot be written to."


def register(server: MenoServer) -> None:
    """Registers the handlers of this concern."""
    session = server.session

    @server.command("meno.patterns")
    async def patterns() -> dict[str, Any]:
        from meno_server.history.overview import overview

        kept, today = await _kept(session), date.today().toordinal()
        language = session.settings.language
        return await asyncio.to_thread(overview, kept, _state(session), today, language)

    @server.command("meno.report")
    async def report_page() -> str:
        """The same as a page of HTML, with links to the client's own commands."""
        from meno_server.history.overview import overview
        from meno_server.history.report import report

        kept, state, today = await _kept(session), _state(session), date.today().toordinal()
        language, elsewhere = session.settings.language, session.settings.history_database is not None

        def page() -> str:
            told = overview(kept, state, today, language)
            return report(told, today, in_editor=True, in_database=elsewhere)

        return await asyncio.to_thread(page)

    @server.command("meno.stored")
    async def stored() -> None:
        from meno_server.history.listing import TITLE, page

        kept, folder = await _kept(session), session.episodes.recorder.folder
        language, database = session.settings.language, session.settings.history_database
        text = await asyncio.to_thread(page, kept, _state(session), folder, language, database)
        await show(session, TITLE, text)

    @server.command("meno.forgetStored")
    async def forget_stored() -> bool:
        session.episodes.forget()
        done = await session.episodes.recorder.forget()
        session.guiding.forget()
        session.say(FORGOTTEN if done else NOT_FORGOTTEN)
        return done

    @server.command("meno.pauseHistory")
    def pause_history() -> str:
        return _pause(session, True)

    @server.command("meno.resumeHistory")
    def resume_history() -> str:
        return _pause(session, False)


def _pause(session: Session, paused: bool) -> str:
    folder = session.episodes.recorder.folder
    if not pause(folder, paused):
        session.say(NOT_REMEMBERED.format(folder=folder))
    elif paused:
        session.episodes.recorder.drop()
        session.say(PAUSED)
    else:
        session.say(RESUMED if session.settings.history_enable else RESUMED_BUT_OFF)
    session.episodes.forget()
    return _state(session)


def _state(session: Session) -> State:
    if not session.settings.history_enable:
        return "off"
    return "paused" if session.episodes.recorder.paused else "on"


async def _kept(session: Session) -> Kept:
    """What is kept; nothing is read where the history is off."""
    if not session.settings.history_enable:
        return Kept()
    return await session.episodes.recorder.read() or Kept()
