"""What the tutor's tests share: a scripted server, an environment with a key, and one piece of evidence."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
import pytest_asyncio

from meno_analyzers.findings import Category, Finding, Severity, Source, Span
from meno_analyzers.hints import Level
from meno_model.tutor import Evidence, Tutor, TutorSettings, client
from tutor.scripted_server import FIRST_LINE, SEARCH, SEARCH_REPAIRED, ScriptedServer, Step

KEY = "sk-meno-test-0123456789"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "OPENAI_API_KEY",
        "MENO_TUTOR_API_KEY",
        "OPENAI_BASE_URL",
        "GEMINI_API_KEY",
        "GOOGLE_API_KEY",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setattr(client, "PAUSE_SECONDS", 0.01)
    monkeypatch.setenv("MENO_TUTOR_API_KEY", KEY)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def key() -> str:
    return KEY


@pytest.fixture
def finding() -> Finding:
    return Finding(
        rule="model/OffByOneError",
        name="off-by-one",
        category=Category.OFF_BY_ONE_ERROR,
        severity=Severity.HINT,
        confidence=0.7,
        source=Source.MODEL,
        span=Span(FIRST_LINE + 1, 4, FIRST_LINE + 1, 20),
        values={"function": "find", "code": "low < high", "chance": "7 in 10"},
    )


@pytest.fixture
def evidence(finding: Finding) -> Evidence:
    return Evidence(finding, Level.QUESTIONS, SEARCH, FIRST_LINE, repaired=SEARCH_REPAIRED)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    running = ScriptedServer()
    yield running
    running.stop()


@pytest_asyncio.fixture
async def make_tutor(server: ScriptedServer) -> AsyncIterator[Callable[..., Tutor]]:
    made: list[Tutor] = []

    def make(*script: Step, deadline: float = 30.0, model: str = "gpt-3.5-turbo", **more: Any) -> Tutor:
        server.script = list(script)
        tutor = Tutor(TutorSettings("compatible", server.url, model, deadline, **more))
        made.append(tutor)
        return tutor

    yield make
    for tutor in made:
        await tutor.close()
