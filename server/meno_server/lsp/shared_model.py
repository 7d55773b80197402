"""The model of a gateway in the place of the one here, so that thin laptops share one GPU.

Nothing goes out before somebody has said yes for the folder, nothing from a folder without trust, and never a
file in which a secret is seen. Where the gateway is slow, gone or odd, the model here answers, and after some
such answers the gateway is left alone for a while.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from meno_analyzers.findings import Finding
from meno_model.client import ModelAnswer
from meno_model.protocol import LONGEST_TEXT, finding_from_plain
from meno_server.consent import Consent, Consents, gateway_consent_file
from meno_server.history.events import pattern_of
from meno_server.lsp.sending import NEVER, NOT_NOW, YES

if TYPE_CHECKING:
    from pathlib import Path

    from meno_model.tutor.breaker import Breaker
    from meno_server.lsp.notebooks import Notebook
    from meno_server.lsp.open_file import OpenFile
    from meno_server.lsp.session import Session
    from meno_server.remote.gateway import Gateway

SECONDS = 2.0
"""So long a save waits before the model here is asked."""
MOST_CHARACTERS = 200_000
MOST_VALUES, LONGEST_VALUE = 20, 200
_QUESTION = (
    "May Meno send the Python files of {folder} to the gateway {host} whenever you save them? It looks for "
    "mistakes with a larger machine and keeps nothing. Files with something like a password in them are "
    "never sent. Without a yes the model on this machine does it."
)


class SharedModel:
    """The gateway that a session asks. Belongs to the event loop's thread."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._consents = Consents(gateway_consent_file())
        self._asking = asyncio.Lock()
        self._gateway: Gateway | None = None
        self._breaker: Breaker | None = None

    async def predict(self, file: OpenFile | Notebook) -> ModelAnswer | None:
        """What the gateway's model says of a file; None if the model here is to be asked."""
        address = self._session.settings.model_endpoint
        if address is None or self._session.runs.trust.editor is False:
            return None
        gateway, breaker = await self._open(address)
        text = file.program
        if not breaker.admits():
            return None
        try:
            if not await self._may_send(file, text, gateway.host):
                breaker.released()
                return None
            return await self._ask(gateway, breaker, text)
        except asyncio.CancelledError:
            breaker.released()
            raise

    async def forget(self, folder: Path | None) -> None:
        """Takes back what was said about a folder."""
        await asyncio.to_thread(self._consents.remember, folder, (), Consent.UNASKED)

    async def close(self) -> None:
        """Ends the connection; the next question opens another."""
        gateway, self._gateway, self._breaker = self._gateway, None, None
        if gateway is not None:
            await gateway.close()
        self._session.status.trouble("gateway", None)

    async def _open(self, address: str) -> tuple[Gateway, Breaker]:
        """The connection, and who watches over it; their code is read beside the loop."""
        if self._gateway is None or self._breaker is None:
            gateway, breaker = await asyncio.to_thread(_load)
            self._gateway = self._gateway or gateway(address, self.find_key)
            self._breaker = self._breaker or breaker()
        return self._gateway, self._breaker

    async def find_key(self, host: str) -> str | None:
        """A gateway's key, from the editor or the system's keyring."""
        from meno_model.tutor.providers import COMPATIBLE, Endpoint

        endpoint = Endpoint(COMPATIBLE, f"https://{host}", "", primary=False)
        return await self._session.tutor_keys.find(endpoint)

    async def _ask(self, gateway: Gateway, breaker: Breaker, text: str) -> ModelAnswer | None:
        from meno_server.remote.gateway import GatewayError

        try:
            told = await gateway.ask("model", {"text": text}, SECONDS)
            findings = _findings(told, text)
        except GatewayError as problem:
            breaker.failed()
            sentence = f"{problem} The model on this machine answers instead."
            self._session.status.trouble("gateway", sentence)
            self._session.tell_once(sentence)
            return None
        breaker.succeeded()
        self._session.status.trouble("gateway", None)
        return ModelAnswer(findings)

    async def _may_send(self, file: OpenFile | Notebook, text: str, host: str) -> bool:
        if len(text) > min(MOST_CHARACTERS, LONGEST_TEXT) or await asyncio.to_thread(_has_secret, text):
            return False
        await self._session.settled()
        folder = self._session.sending.folder(file)
        async with self._asking:
            consent = await asyncio.to_thread(self._consents.answer, folder, (host,))
            if consent is Consent.UNASKED:
                consent = await self._question(folder, host)
                await asyncio.to_thread(self._consents.remember, folder, (host,), consent)
        return consent is Consent.YES

    async def _question(self, folder: Path | None, host: str) -> Consent:
        message = _QUESTION.format(folder=folder.name if folder else "this window", host=host)
        actions = [types.MessageActionItem(title) for title in (YES, NOT_NOW, NEVER)]
        params = types.ShowMessageRequestParams(types.MessageType.Info, message, actions)
        try:
            chosen = await self._session.server.window_show_message_request_async(params)
        except Exception:  # whatever the client answers that is no choice
            return Consent.NOT_NOW
        answers = {YES: Consent.YES, NEVER: Consent.NEVER}
        return answers.get(chosen.title, Consent.NOT_NOW) if chosen is not None else Consent.NOT_NOW


def _load() -> tuple[type[Gateway], type[Breaker]]:
    from meno_model.tutor.breaker import Breaker
    from meno_server.remote.gateway import Gateway

    return Gateway, Breaker


def _has_secret(text: str) -> bool:
    """Whether there is a secret in the text, an e-mail address, or an absolute path."""
    from meno_model.tutor.privacy import private_source
    from meno_model.tutor.values import Masks

    return private_source(text, Masks()) != text


def _findings(told: dict[str, Any], text: str) -> tuple[Finding, ...]:
    """The findings of an answer. Raises GatewayError if one is none that our model would have."""
    from meno_server.remote.gateway import GatewayError

    lines = text.count("\n") + 1
    try:
        findings = tuple(finding_from_plain(item) for item in told["findings"])
    except (KeyError, TypeError, ValueError, AttributeError):
        findings, fits = (), False
    else:
        fits = all(_is_ours(one, lines) for one in findings)
    if not fits:
        raise GatewayError("The gateway gave an answer that does not fit.")
    return findings


def _is_ours(finding: Finding, lines: int) -> bool:
    """Whether it lies within the text, and says nothing that could be more than a word or two."""
    words = [finding.name, *finding.values, *finding.values.values()]
    return (
        0 <= finding.span.start_line <= finding.span.end_line < lines
        and finding.rule == pattern_of(finding)
        and len(finding.values) <= MOST_VALUES
        and all(len(word) <= LONGEST_VALUE and word.isprintable() for word in words)
    )
