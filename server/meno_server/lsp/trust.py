"""Whether a program may be run: only on a command, and only in a folder that a person trusts.

An editor that knows trust says so when it starts (`workspaceTrusted`); in others the person is asked once for
each folder. Whatever is not a clear yes is a no, with a sentence that says how to change that.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from meno_server.lsp.session import Session

RUN, NOT_NOW = "Run it", "Not now"
NEVER = "Nothing is run, because the setting `meno.run.allow` is `never`."
NOT_TRUSTED = "Nothing in this folder is run, because your editor does not trust it. Trust the folder first."
NOT_ASKED = (
    "Nothing was run, because nobody said yes. To be asked no more, add the folder to the setting "
    "`meno.run.trustedFolders`."
)
_QUESTION = (
    "Run {name} with its tests? Meno runs a copy of it, with little time and memory, no network where the "
    "system allows that, and without touching your files."
)


class Trust:
    """What a person has said in this session; `editor` is what the editor said, if it knows trust."""

    def __init__(self) -> None:
        self.editor: bool | None = None
        self._folders: set[Path] = set()
        self._asking = asyncio.Lock()

    async def may_run(self, session: Session, path: Path) -> bool:
        """Whether the program at `path` may be run; asks a person if need be, and tells why not."""
        await session.settled()
        settings = session.settings
        if settings.run_allow == "never":
            session.say(NEVER)
            return False
        if self.editor is False:
            session.say(NOT_TRUSTED)
            return False
        if settings.run_allow == "always" or self.editor or _is_below(path, settings.run_trusted_folders):
            return True
        folder = session.root if session.root and path.is_relative_to(session.root) else path.parent
        async with self._asking:
            if folder not in self._folders and await _says_yes(session, path):
                self._folders.add(folder)
        if folder in self._folders:
            return True
        session.say(NOT_ASKED)
        return False


def _is_below(path: Path, folders: tuple[str, ...]) -> bool:
    """Links are followed: a link in a trusted folder does not make trusted what it leads to."""
    whole = path.resolve()
    return any(whole.is_relative_to(Path(folder).expanduser().resolve()) for folder in folders)


async def _says_yes(session: Session, path: Path) -> bool:
    params = types.ShowMessageRequestParams(
        type=types.MessageType.Info,
        message=_QUESTION.format(name=path.name),
        actions=[types.MessageActionItem(RUN), types.MessageActionItem(NOT_NOW)],
    )
    try:
        chosen = await session.server.window_show_message_request_async(params)
    except Exception:  # whatever the client answers that is no choice
        return False
    return chosen is not None and chosen.title == RUN
