"""The way to the provider: one request through the official SDK, its errors turned into outcomes.

The SDK and its TLS set-up cost half a second, so both are made on the first question and in a thread. The
SDK's own retries are off: a deadline of a few seconds has no room for them. Nothing of an error's text is
kept, since servers like to repeat the key in it. A key for OpenAI is never sent to another provider.
"""

from __future__ import annotations

import asyncio
import importlib
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from meno_model.tutor.contract import response_schema
from meno_model.tutor.outcomes import Malformed, NotSetUp, Refused, Unreachable
from meno_model.tutor.prompting import Message
from meno_model.tutor.values import TutorSettings

if TYPE_CHECKING:
    from openai import AsyncOpenAI

MENO_KEY, OPENAI_KEY = "MENO_TUTOR_API_KEY", "OPENAI_API_KEY"
MOST_TOKENS = 600
CONNECT_SECONDS = 3.0

Unanswered = Refused | Unreachable | Malformed
NO_COMPLETION = Malformed(("The server's answer is no chat completion.",))

# A local server needs no key, and the SDK insists on one.
_NO_KEY = "none"


class Client:
    """One connection to the provider of the settings, opened when first needed."""

    def __init__(self, settings: TutorSettings) -> None:
        self._settings = settings
        self._sdk: AsyncOpenAI | None = None
        self._opening = asyncio.Lock()
        # Servers differ in what they accept; the first shape that this one takes is kept.
        self._shape = 0

    def problem(self) -> NotSetUp | None:
        """What is missing before anything can be sent."""
        settings = self._settings
        if settings.provider not in {"openai", "compatible"}:
            return NotSetUp()
        if not _is_address(settings.url):
            return NotSetUp("the address of a server in the settings")
        if settings.provider == "openai" and not key_for(settings, os.environ):
            return NotSetUp(f"a key in {MENO_KEY} or {OPENAI_KEY} of the environment")
        return None

    def body(self, messages: list[Message], temperature: float) -> dict[str, Any]:
        """The body of the request in the shape that the server is known to take."""
        return self._shaped(self._shape, messages, temperature)

    async def complete(self, messages: list[Message], temperature: float) -> str | Unanswered:
        """The text of the answer. A server that rejects the request's shape is asked in a plainer one."""
        answer: str | Unanswered = NO_COMPLETION
        for shape in range(self._shape, len(SHAPES)):
            answer = await self._send(self._shaped(shape, messages, temperature))
            if not (isinstance(answer, Refused) and answer.status in {400, 422}):
                self._shape = shape
                break
        return answer

    async def close(self) -> None:
        """Closes the connection; a later question opens a new one."""
        sdk, self._sdk = self._sdk, None
        if sdk is not None:
            await sdk.close()

    def _shaped(self, shape: int, messages: list[Message], temperature: float) -> dict[str, Any]:
        return SHAPES[shape](self._settings.model, messages, temperature)

    async def _send(self, body: dict[str, Any]) -> str | Unanswered:
        sdk = await self._open()
        import openai

        try:
            answer = await sdk.chat.completions.create(**body)
        except openai.APIStatusError as problem:
            return _status_outcome(problem.status_code, problem.response.headers)
        except openai.APIConnectionError:
            return Unreachable()
        except (openai.OpenAIError, ValueError):
            return NO_COMPLETION
        return _text_of(answer)

    async def _open(self) -> AsyncOpenAI:
        async with self._opening:
            if self._sdk is None:
                self._sdk = await asyncio.to_thread(_make_sdk, self._settings)
            return self._sdk


def key_for(settings: TutorSettings, environment: Mapping[str, str]) -> str | None:
    """The key from the environment. Only OpenAI itself is given OpenAI's."""
    own = environment.get(MENO_KEY) or None
    if settings.provider == "openai" and settings.base_url is None:
        return own or environment.get(OPENAI_KEY) or None
    return own


def _make_sdk(settings: TutorSettings) -> AsyncOpenAI:
    openai = importlib.import_module("openai")
    deadline = settings.deadline_seconds
    client: AsyncOpenAI = openai.AsyncOpenAI(
        api_key=key_for(settings, os.environ) or _NO_KEY,
        base_url=settings.url,
        # Reading may take longer than the deadline, so that the deadline and nothing else ends it.
        timeout=openai.Timeout(deadline + 5.0, connect=min(CONNECT_SECONDS, deadline)),
        max_retries=0,
    )
    return client


def _is_address(url: str | None) -> bool:
    try:
        parts = urlsplit(url or "")
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False


def _status_outcome(status: int, headers: Mapping[str, str]) -> Refused | Unreachable:
    if status >= 500:
        return Unreachable(status)
    wait = headers.get("retry-after", "")
    return Refused(status, int(wait) if wait.isascii() and wait.isdigit() and len(wait) < 6 else None)


def _text_of(answer: Any) -> str | Unanswered:
    """The text of the first choice. The SDK hands on whatever JSON a server sends, so nothing is certain."""
    try:
        message = answer.choices[0].message
        refusal, content = getattr(message, "refusal", None), message.content
    except (AttributeError, IndexError, TypeError):
        return NO_COMPLETION
    if refusal:
        return Refused()
    return content if isinstance(content, str) else ""


def _with_schema(model: str, messages: list[Message], temperature: float) -> dict[str, Any]:
    form = {"type": "json_schema", "json_schema": response_schema()}
    return {**_plain(model, messages, temperature), "response_format": form}


def _with_json(model: str, messages: list[Message], temperature: float) -> dict[str, Any]:
    return {**_plain(model, messages, temperature), "response_format": {"type": "json_object"}}


def _plain(model: str, messages: list[Message], temperature: float) -> dict[str, Any]:
    return {"model": model, "messages": messages, "temperature": temperature, "max_tokens": MOST_TOKENS}


def _bare(model: str, messages: list[Message], _: float) -> dict[str, Any]:
    return {"model": model, "messages": messages}


SHAPES = (_with_schema, _with_json, _plain, _bare)
