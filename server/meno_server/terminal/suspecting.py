"""The bug model's opinion of a failing program's lines, made while its cases run.

The model lives in a process of its own, as it does beside an editor. Where it cannot be loaded, or is not
there when it is needed, the analysis goes without it and says nothing: `meno doctor` says what is wrong.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path

from meno_server.layers import file_layers, resolve
from meno_server.models import model_client
from meno_server.settings import Settings

# It is asked for when the cases were run once; by then it is there, or is waited for at most so long.
_PATIENCE = 2.0


def ask_model(text: str) -> Callable[[], Mapping[int, float]] | None:
    """Asks at once, and gives what waits for the answer; None where the settings switch the model off."""
    settings = resolve(file_layers(Path.cwd())[0]).settings
    if not settings.model_enable:
        return None
    answer: Future[Mapping[int, float]] = Future()
    thread = threading.Thread(target=_ask, args=(text, settings, answer), daemon=True)
    thread.start()

    def wait() -> Mapping[int, float]:
        try:
            return answer.result(_PATIENCE)
        except TimeoutError:
            return {}

    return wait


def _ask(text: str, settings: Settings, answer: Future[Mapping[int, float]]) -> None:
    async def suspicion() -> Mapping[int, float]:
        client = model_client(settings)
        try:
            return await client.suspicion(text)
        finally:
            await client.stop()

    try:
        answer.set_result(asyncio.run(suspicion()))
    except Exception:  # whatever is wrong with it, the program is explained
        answer.set_result({})
