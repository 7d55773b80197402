"""Where a key comes from, to whom it goes, and that it shows up nowhere else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from meno_model.tutor import Endpoint, Evidence, Keys, Tutor, TutorSettings
from meno_model.tutor.keys import variables_for
from tutor.scripted_server import GOOD, ScriptedServer, says

SECRET = "sk-from-the-keyring"


class Drawer(KeyringBackend):
    """A keyring of our own: what cannot be had on a machine without a desktop."""

    priority = 1.0  # type: ignore[assignment]  # a class property in the base class

    def __init__(self, entries: dict[tuple[str, str], str], *, locked: bool = False) -> None:
        super().__init__()
        self.entries, self.locked = entries, locked

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[(service, username)] = password


@pytest.fixture
def in_keyring() -> Iterator[Callable[[Drawer], None]]:
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


@pytest.mark.parametrize(
    ("endpoint", "names"),
    [
        (
            Endpoint("openai", None, "m"),
            ["MENO_TUTOR_API_KEY_API_OPENAI_COM", "MENO_TUTOR_API_KEY", "OPENAI_API_KEY"],
        ),
        (
            Endpoint("anthropic", None, "m", primary=False),
            ["MENO_TUTOR_API_KEY_API_ANTHROPIC_COM", "ANTHROPIC_API_KEY"],
        ),
        (Endpoint("compatible", "http://lab:8000/v1", "m", primary=False), ["MENO_TUTOR_API_KEY_LAB_8000"]),
        (Endpoint("openai", "https://proxy.test/v1", "m", primary=False), ["MENO_TUTOR_API_KEY_PROXY_TEST"]),
    ],
)
def test_a_providers_own_variable_is_read_for_its_own_address_only(
    endpoint: Endpoint, names: list[str]
) -> None:
    assert variables_for(endpoint) == names


async def test_the_editors_key_comes_first_and_can_be_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    keys, endpoint = Keys(), Endpoint("gemini", None, "m")
    monkeypatch.setenv("GEMINI_API_KEY", "from the environment")
    keys.hand_over(endpoint.host, "sk-handed-over")
    assert await keys.find(endpoint) == "sk-handed-over"
    assert "sk-handed-over" not in repr(keys)
    keys.hand_over(endpoint.host, None)
    monkeypatch.delenv("MENO_TUTOR_API_KEY")
    assert await keys.find(endpoint) == "from the environment"


async def test_the_keyring_is_asked_last(
    in_keyring: Callable[[Drawer], None],
    server: ScriptedServer,
    evidence: Evidence,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("MENO_TUTOR_API_KEY")
    server.script = [says(json.dumps(GOOD))]
    tutor = Tutor(TutorSettings("compatible", server.url, deadline_seconds=30))
    in_keyring(Drawer({("meno", tutor.servers[0]): SECRET}))
    assert (await tutor.ask(evidence)).outcome == "answered"
    assert server.headers[0]["authorization"] == f"Bearer {SECRET}"
    assert SECRET not in tutor.preview(evidence)
    await tutor.close()


async def test_a_locked_keyring_is_no_key(
    in_keyring: Callable[[Drawer], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MENO_TUTOR_API_KEY")
    in_keyring(Drawer({}, locked=True))
    assert await Keys().find(Endpoint("openai", None, "m")) is None


async def test_what_the_sdk_reads_from_the_environment_goes_to_openai_only(
    server: ScriptedServer, evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, "for-openai-only")
    server.script = [says(json.dumps(GOOD))]
    tutor = Tutor(TutorSettings("compatible", server.url, deadline_seconds=30))
    assert (await tutor.ask(evidence)).outcome == "answered"
    assert "for-openai-only" not in json.dumps(server.headers)
    await tutor.close()
