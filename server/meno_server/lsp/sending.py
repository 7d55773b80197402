"""Whether a question may go to a tutor: never in a workspace without trust, and elsewhere only after a person
has seen what would be sent, and to whom, and said yes for the folder.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.uris import to_fs_path

from meno_server.consent import Consent, Consents
from meno_server.lsp.showing import show

if TYPE_CHECKING:
    from meno_model.tutor import Evidence, FailureEvidence
    from meno_server.lsp.notebooks import Notebook
    from meno_server.lsp.open_file import OpenFile
    from meno_server.lsp.session import Session

YES, NOT_NOW, NEVER = "Yes, from this folder", "Not now", "Never from this folder"
NOT_TRUSTED = (
    "Nothing is sent, because your editor does not trust this folder, so this is Meno's own question."
)
NOT_ANSWERED = (
    "Nothing was sent, because nobody has said yes for this folder, so this is Meno's own question. "
    "`meno ask FILE:LINE` in a terminal there asks for the yes as well."
)
_QUESTION = (
    "May Meno send code from {folder} to {servers} to find a question for you? It sends the function around "
    "a finding, as the document “{title}” shows it, and nothing else."
)
PREVIEW_TITLE = "What Meno would send"
_PREVIEW = """\
Meno can ask **{servers}** for one more question about this place. This is exactly what it would send first:

```http
{request}
```

Secrets, e-mail addresses and absolute paths are taken out, as you see. The settings
`meno.tutor.maskComments` and `meno.tutor.maskStrings` hide the words of comments and strings as well.
Later turns of a conversation add what you answer. The key, if there is one, stands in the header.

Choose **{yes}**, **{not_now}** or **{never}**. Without a yes nothing is sent, and Meno asks its own
questions. The command `Meno: Forget What I Said About Sending Code` takes the answer back.
"""


class Sending:
    """The consent of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._consents = Consents()
        self._asking = asyncio.Lock()

    async def known(self, file: OpenFile) -> bool:
        """Whether it can be said without asking anybody if something may be sent."""
        session = self._session
        if not session.configured.is_set():
            return False
        if session.settings.tutor_provider == "none" or session.runs.trust.editor is False:
            return True
        return await self._answer(self.folder(file), session.tutor.servers) is not Consent.UNASKED

    async def allowed(self, file: OpenFile, evidence: Evidence | FailureEvidence) -> tuple[bool, str | None]:
        """Whether the evidence may be sent, and a sentence if the editor forbids it; asks if need be."""
        session = self._session
        await session.settled()
        if session.settings.tutor_provider == "none":
            return False, None
        if session.runs.trust.editor is False:
            return False, NOT_TRUSTED
        folder, servers = self.folder(file), session.tutor.servers
        if not servers:
            return True, None  # nobody can be asked, and the tutor says what is missing
        async with self._asking:
            consent = await self._answer(folder, servers)
            if consent is Consent.UNASKED:
                request = await asyncio.to_thread(session.tutor.preview, evidence)
                said = await self._ask(folder, servers, request)
                consent = Consent.NOT_NOW if said is None else said
                await self._remember(folder, servers, consent)
                if said is None:
                    return False, NOT_ANSWERED
        return consent is Consent.YES, None

    async def forget(self) -> str:
        """Takes back what was said about the folder of the latest file; returns what to tell."""
        file = self._session.latest_file
        folder = self.folder(file) if file is not None else self._session.root
        await self._remember(folder, (), Consent.UNASKED)
        await self._session.shared_model.forget(folder)
        return "Forgotten. Meno will ask again before it sends anything from this folder."

    async def _answer(self, folder: Path | None, servers: tuple[str, ...]) -> Consent:
        return await asyncio.to_thread(self._consents.answer, folder, servers)

    async def _remember(self, folder: Path | None, servers: tuple[str, ...], consent: Consent) -> None:
        await asyncio.to_thread(self._consents.remember, folder, servers, consent)

    async def _ask(self, folder: Path | None, servers: tuple[str, ...], request: str) -> Consent | None:
        """What a person says; None if nothing was chosen, or the client could not ask."""
        session = self._session
        names = ", then ".join(servers)
        text = _PREVIEW.format(
            servers=names, request=request.replace("```", "'''"), yes=YES, not_now=NOT_NOW, never=NEVER
        )
        await show(session, PREVIEW_TITLE, text)
        params = types.ShowMessageRequestParams(
            type=types.MessageType.Info,
            message=_QUESTION.format(
                folder=folder.name if folder else "this file", servers=names, title=PREVIEW_TITLE
            ),
            actions=[types.MessageActionItem(title) for title in (YES, NOT_NOW, NEVER)],
        )
        try:
            chosen = await session.server.window_show_message_request_async(params)
        except Exception:  # whatever the client answers that is no choice
            return None
        answers = {YES: Consent.YES, NEVER: Consent.NEVER, NOT_NOW: Consent.NOT_NOW}
        return answers.get(chosen.title) if chosen is not None else None

    def folder(self, file: OpenFile | Notebook) -> Path | None:
        """The workspace's folder, or that of a file outside of it; None for a text without a place."""
        root, path = self._session.root, to_fs_path(file.document.uri)
        if path is None or not file.document.uri.startswith("file:"):
            return root
        return root if root is not None and Path(path).is_relative_to(root) else Path(path).parent
