"""The model of a gateway in the place of the one here, so that thin laptops share one GPU.

Nothing goes out before somebody has said yes for the folder, nothing from a folder without trust, and never a
file in which a secret is seen. While the question waits for its answer, and where the gateway is slow, gone
or odd, the model here answers; after some such answers the gateway is left alone for a while.
"""

from __future__ import annotations

import asyncio
import os
import re
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from meno_analyzers.findings import Finding, Severity
from meno_analyzers.source.lines import split_lines
from meno_model.client import ModelAnswer
from meno_model.protocol import LONGEST_TEXT, finding_from_plain
from meno_server.consent import Consent, Consents, gateway_consent_file
from meno_server.history.events import pattern_of
from meno_server.lsp.sending import NEVER, NOT_NOW, YES
from meno_server.remote.addresses import host_of, key_variables

if TYPE_CHECKING:
    from pathlib import Path

    from meno_model.tutor.breaker import Breaker
    from meno_server.lsp.notebooks import Notebook
    from meno_server.lsp.open_file import OpenFile
    from meno_server.lsp.session import Session
    from meno_server.remote.gateway import Gateway

SECONDS = 2.0
"""So long a save waits for the gateway, and so long for its learner's yes, before the model here is asked."""
MOST_CHARACTERS = 200_000
LONGEST_VALUE = 200
_SEVERITIES = frozenset({Severity.INFORMATION, Severity.HINT})
_VALUES = frozenset({"function", "code", "chance"})
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
        self._questions: dict[tuple[Path | None, str], asyncio.Task[Consent]] = {}
        self._gateway: Gateway | None = None
        self._breaker: Breaker | None = None

    async def predict(self, file: OpenFile | Notebook) -> ModelAnswer | None:
        """What the gateway's model says of a file; None if the model here is to be asked."""
        address, text = self._session.settings.model_endpoint, file.program
        if address is None:
            return None
        await self._session.settled()
        if not self._is_wanted(address):
            return None
        gateway, breaker = await self._open(address)
        if not breaker.admits():
            return None
        try:
            if await self._may_send(file, text, gateway.host) and self._is_wanted(address):
                return await self._ask(gateway, breaker, text)
        finally:
            breaker.released()
        return None

    def _is_wanted(self, address: str) -> bool:
        """Whether the settings still name this gateway, and the editor trusts the folder."""
        trusted = self._session.runs.trust.editor is not False
        return trusted and self._session.settings.model_endpoint == address

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
        """A gateway's key, from the environment, the editor or the system's keyring."""
        from meno_model.tutor.providers import COMPATIBLE, Endpoint

        settings = self._session.settings
        hosts = [host_of(one) for one in (settings.model_endpoint, settings.team_endpoint) if one]
        for name in key_variables(host, hosts):
            if key := os.environ.get(name):
                return key
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
        folder = self._session.sending.folder(file)
        consent = await asyncio.to_thread(self._consents.answer, folder, (host,))
        if consent is Consent.UNASKED:
            consent = await self._asked(folder, host)
        return consent is Consent.YES

    async def _asked(self, folder: Path | None, host: str) -> Consent:
        """What is answered in time; who takes longer is not asked again, and is heard all the same."""
        question = self._questions.get((folder, host))
        if question is None or question.done():
            question = self._questions[(folder, host)] = self._session.run(self._question(folder, host))
        await asyncio.wait({question}, timeout=SECONDS)
        return question.result() if question.done() and not question.cancelled() else Consent.UNASKED

    async def _question(self, folder: Path | None, host: str) -> Consent:
        message = _QUESTION.format(folder=folder.name if folder else "this window", host=host)
        actions = [types.MessageActionItem(title) for title in (YES, NOT_NOW, NEVER)]
        params = types.ShowMessageRequestParams(types.MessageType.Info, message, actions)
        try:
            chosen = await self._session.server.window_show_message_request_async(params)
        except Exception:  # whatever the client answers that is no choice
            chosen = None
        answers = {YES: Consent.YES, NEVER: Consent.NEVER}
        consent = answers.get(chosen.title, Consent.NOT_NOW) if chosen is not None else Consent.NOT_NOW
        await asyncio.to_thread(self._consents.remember, folder, (host,), consent)
        return consent


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

    lines = split_lines(text)
    try:
        findings = tuple(finding_from_plain(item) for item in told["findings"])
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        findings, fits = (), False
    else:
        fits = all(_is_ours(one, lines) for one in findings)
    if not fits:
        raise GatewayError("The gateway gave an answer that does not fit.")
    return findings


def _is_ours(finding: Finding, lines: list[str]) -> bool:
    """Whether it lies within the text, and says nothing that our model could not say."""
    span, kind = finding.span, re.sub(r"(?<=[a-z])(?=[A-Z])", "-", finding.category.value).lower()
    return (
        (0, 0) <= (span.start_line, span.start_column) <= (span.end_line, span.end_column)
        and span.end_line < len(lines)
        and 0 <= span.start_column <= len(lines[span.start_line])
        and 0 <= span.end_column <= len(lines[span.end_line])
        and (finding.rule, finding.name) == (pattern_of(finding), f"possible-{kind}")
        and finding.severity in _SEVERITIES
        and 0.0 <= finding.confidence <= 1.0
        and finding.values.keys() <= _VALUES
        and all(len(word) <= LONGEST_VALUE and word.isprintable() for word in finding.values.values())
    )
