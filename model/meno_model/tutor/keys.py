"""The keys: from the editor, the environment, or the operating system's keyring; never from a settings file.

A key belongs to one host. A provider's own variable is read for the provider's own address only;
`MENO_TUTOR_API_KEY` is for the first server of the settings, and `MENO_TUTOR_API_KEY_<HOST>` for any other.
In the keyring a key is the password of the service "meno" for the user name HOST. What the editor hands over
stays in memory. Nothing here has a key in its text form.
"""

from __future__ import annotations

import asyncio
import os
import re
import threading
from collections.abc import Callable
from typing import TypeVar

from meno_model.tutor.providers import PRESETS, Endpoint

MENO_KEY = "MENO_TUTOR_API_KEY"
SERVICE = "meno"
KEYRING_SECONDS = 2.0

Result = TypeVar("Result")


class Keys:
    """Where a key for an endpoint is looked for, in this order: editor, environment, keyring."""

    def __init__(self) -> None:
        self._handed: dict[str, str] = {}
        self._kept: dict[str, str | None] = {}

    def __repr__(self) -> str:
        return f"Keys({len(self._handed)} from the editor)"

    def hand_over(self, host: str, key: str | None) -> None:
        """Keeps a key of the editor's secret storage for that host, in memory; without a key, forgets it."""
        self._handed.pop(host, None)
        if key:
            self._handed[host] = key

    def at_hand(self, endpoint: Endpoint) -> str | None:
        """The key that can be had without waiting."""
        if key := self._handed.get(endpoint.host):
            return key
        return next((key for name in variables_for(endpoint) if (key := os.environ.get(name))), None)

    async def find(self, endpoint: Endpoint) -> str | None:
        """The key, from the keyring if need be, which is asked once and off the loop."""
        if key := self.at_hand(endpoint):
            return key
        host = endpoint.host
        if host and host not in self._kept:
            try:
                async with asyncio.timeout(KEYRING_SECONDS):
                    self._kept[host] = await off_loop(lambda: _from_keyring(host))
            except TimeoutError:
                return None  # it may be waiting for a password; the next question asks again
        return self._kept.get(host)


def variables_for(endpoint: Endpoint) -> list[str]:
    """The environment variables that may hold the endpoint's key."""
    named = [f"{MENO_KEY}_{re.sub('[^A-Z0-9]+', '_', endpoint.host.upper())}"] if endpoint.host else []
    if endpoint.primary:
        named.append(MENO_KEY)
    return [*named, *(PRESETS[endpoint.provider].key_variables if endpoint.is_preset else ())]


async def off_loop(work: Callable[[], Result]) -> Result:
    """The result of blocking work in a thread that nothing waits for, should it hang at the end."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Result] = loop.create_future()

    def settle(result: Result | None, problem: BaseException | None) -> None:
        if done.done():
            return
        if problem is not None:
            done.set_exception(problem)
        else:
            done.set_result(result)  # type: ignore[arg-type]  # without a problem there is a result

    def run() -> None:
        result, problem = None, None
        try:
            result = work()
        except Exception as error:  # a thread hands every failure to the one who waits
            problem = error
        try:
            loop.call_soon_threadsafe(settle, result, problem)
        except RuntimeError:
            return  # the loop has ended meanwhile, and nobody waits any more

    threading.Thread(target=run, daemon=True).start()
    return await done


def _from_keyring(host: str) -> str | None:
    """The password in the keyring; None where there is no such library, no keyring, or no entry."""
    try:
        import keyring
    except ImportError:
        return None
    try:
        return keyring.get_password(SERVICE, host) or None
    except Exception:  # backends raise errors of their own making, and none of them may end a question
        return None
