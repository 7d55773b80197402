"""The way to one server: a request through the official SDK, its errors turned into outcomes.

The SDK and its TLS set-up cost half a second, so both are made on the first question and in a thread, with
all that the SDK would put off until it is asked. Its own retries are off: it knows no deadline of ours.
Nothing of an error's text is kept, since servers like to repeat the key in it. An answer is read up to a
limit, so that a server cannot fill the memory.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from meno_model.tutor.answers import NO_COMPLETION, Completion, Unanswered, read_completion, retry_after
from meno_model.tutor.keys import Keys
from meno_model.tutor.outcomes import NotSetUp, Refused, Unreachable
from meno_model.tutor.prompting import Message
from meno_model.tutor.providers import COMPATIBLE, PRESETS, Endpoint
from meno_model.tutor.values import TutorSettings

if TYPE_CHECKING:
    from openai import AsyncOpenAI

MOST_TOKENS = 600
MOST_BYTES = 1_000_000
MOST_TRIES = 3
# The pause before a second try, and twice that before the third, each with half of it left to chance.
PAUSE_SECONDS = 0.5
# What has to be left of the time after a pause for another try to be of use.
LEAST_SECONDS = 0.25

# Answers to the question for models that mean no answer to others either. A bare 500 does not: without a
# network `transformers serve` sends it, since it looks its models up elsewhere, and answers all the same.
NOT_WELL = frozenset({401, 403, 429, 502, 503, 504})

_HTTP_LIBRARIES = frozenset({"httpx", "httpx2", "httpcore", "httpcore2", "anyio"})

# A local server needs no key, and the SDK insists on one.
_NO_KEY = "none"


class Client:
    """One connection to one endpoint, opened when first needed."""

    def __init__(self, endpoint: Endpoint, settings: TutorSettings, keys: Keys, counts: Counter[str]) -> None:
        self.endpoint = endpoint
        self._settings, self._keys, self._counts = settings, keys, counts
        self._sdk: AsyncOpenAI | None = None
        self._key: str | None = None
        self._opening = asyncio.Lock()
        # Servers differ in what they accept; the first shape that this one takes is kept.
        self._shape = 0

    def problem(self) -> NotSetUp | None:
        """What is missing before anything can be sent, as far as it can be known without waiting."""
        if self.endpoint.provider not in {*PRESETS, COMPATIBLE}:
            return NotSetUp()
        if not self.endpoint.is_address:
            return NotSetUp("the address of a server in the settings")
        return None

    def body(self, messages: list[Message], form: dict[str, Any], temperature: float) -> dict[str, Any]:
        """The body of the request in the shape that the server is known to take."""
        return self._shaped(self._shape, messages, form, temperature)

    async def complete(
        self, messages: list[Message], form: dict[str, Any], temperature: float, deadline: float
    ) -> Completion | Unanswered | NotSetUp:
        """The answer. A server that rejects the request's shape is asked in a plainer one.

        `deadline` is in the loop's time; no pause before another try reaches beyond it.
        """
        if problem := self.problem() or await self._missing_key():
            return problem
        answer: Completion | Unanswered = NO_COMPLETION
        for shape in range(self._shape, len(SHAPES)):
            answer = await self._persist(self._shaped(shape, messages, form, temperature), deadline)
            if not (isinstance(answer, Refused) and answer.status in {400, 422}):
                self._shape = shape
                break
        return answer

    async def healthy(self) -> bool:
        """Whether the server is there: it answers to a question for its models, be it with a 404."""
        if self.problem() or await self._missing_key():
            return False
        sdk = await self._open()
        import openai

        try:
            async with asyncio.timeout(self._settings.connect_seconds):
                await sdk.models.list()
        except openai.APIStatusError as problem:
            return problem.status_code not in NOT_WELL
        except (openai.OpenAIError, ValueError, TimeoutError):
            return False
        return True

    async def close(self) -> None:
        """Closes the connection; a later question opens a new one."""
        sdk, self._sdk = self._sdk, None
        if sdk is not None:
            await sdk.close()

    def _shaped(
        self, shape: int, messages: list[Message], form: dict[str, Any], temperature: float
    ) -> dict[str, Any]:
        return SHAPES[shape](self.endpoint.model, messages, form, temperature)

    async def _missing_key(self) -> NotSetUp | None:
        if self.endpoint.provider in PRESETS and not await self._keys.find(self.endpoint):
            return NotSetUp(f"a key for {self.endpoint.host} from the editor, the environment or the keyring")
        return None

    async def _persist(self, body: dict[str, Any], deadline: float) -> Completion | Unanswered:
        """The same request again after a fault or a plea for patience, while time is left."""
        loop = asyncio.get_running_loop()
        answer = await self._send(body)
        for number in range(1, MOST_TRIES):
            if isinstance(answer, Completion) or not _is_passing(answer):
                return answer
            pause = PAUSE_SECONDS * number * random.uniform(0.5, 1.0)
            if isinstance(answer, Refused | Unreachable) and answer.retry_after_seconds is not None:
                pause = max(pause, answer.retry_after_seconds)
            if loop.time() + pause + LEAST_SECONDS > deadline:
                return answer
            self._counts["retries"] += 1
            await asyncio.sleep(pause)
            answer = await self._send(body)
        return answer

    async def _send(self, body: dict[str, Any]) -> Completion | Unanswered:
        sdk = await self._open()
        import openai

        self._counts["requests"] += 1
        try:
            async with sdk.chat.completions.with_streaming_response.create(**body) as response:
                text = bytearray()
                async for chunk in response.iter_bytes():
                    text += chunk
                    if len(text) > MOST_BYTES:
                        return NO_COMPLETION
        except openai.APIStatusError as problem:
            return _status_outcome(problem.status_code, problem.response.headers)
        except openai.APIConnectionError:
            return Unreachable()
        except (openai.OpenAIError, ValueError):
            return NO_COMPLETION
        except Exception as problem:
            # A connection that breaks while the answer is read raises the error of the HTTP library.
            if type(problem).__module__.partition(".")[0] in _HTTP_LIBRARIES:
                return Unreachable()
            raise
        return read_completion(bytes(text), json.dumps(body))

    async def _open(self) -> AsyncOpenAI:
        key = await self._keys.find(self.endpoint)
        async with self._opening:
            if self._sdk is None or key != self._key:
                self._key = key
                self._sdk = await asyncio.to_thread(_make_sdk, self.endpoint, self._settings, key)
            return self._sdk


def _make_sdk(endpoint: Endpoint, settings: TutorSettings, key: str | None) -> AsyncOpenAI:
    import openai

    from meno_model.http_libraries import load_for_asyncio

    deadline = settings.deadline_seconds
    client: AsyncOpenAI = openai.AsyncOpenAI(
        api_key=key or _NO_KEY,
        base_url=endpoint.url,
        # Reading may take longer than the deadline, so that the deadline and nothing else ends it.
        timeout=openai.Timeout(deadline + 5.0, connect=min(settings.connect_seconds, deadline)),
        max_retries=0,
    )
    if not (endpoint.provider == "openai" and endpoint.is_preset):
        # The SDK reads these from the environment and would send them to whoever is asked.
        client.organization = client.project = None
    _ = client.chat.completions.with_streaming_response  # loads what a question needs
    load_for_asyncio()
    return client


def _is_passing(answer: Unanswered) -> bool:
    """Whether the fault may be gone in a moment: 429, and 5xx but for what is not implemented."""
    if isinstance(answer, Refused):
        return answer.status == 429
    return isinstance(answer, Unreachable) and answer.status is not None and answer.status != 501


def _status_outcome(status: int, headers: Mapping[str, str]) -> Refused | Unreachable:
    wait = retry_after(headers)
    return Unreachable(status, wait) if status >= 500 else Refused(status, wait)


def _with_schema(
    model: str, messages: list[Message], form: dict[str, Any], temperature: float
) -> dict[str, Any]:
    wanted = {"type": "json_schema", "json_schema": form}
    return {**_plain(model, messages, form, temperature), "response_format": wanted}


def _with_json(
    model: str, messages: list[Message], form: dict[str, Any], temperature: float
) -> dict[str, Any]:
    return {**_plain(model, messages, form, temperature), "response_format": {"type": "json_object"}}


def _plain(model: str, messages: list[Message], _: dict[str, Any], temperature: float) -> dict[str, Any]:
    return {"model": model, "messages": messages, "temperature": temperature, "max_tokens": MOST_TOKENS}


def _bare(model: str, messages: list[Message], _: dict[str, Any], __: float) -> dict[str, Any]:
    return {"model": model, "messages": messages}


SHAPES = (_with_schema, _with_json, _plain, _bare)
