"""The model's opinion of lines for `meno explain`: there when it is needed, and never in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from meno_model.client import ModelClient
from meno_server.terminal import suspecting
from meno_server.terminal.suspecting import ask_model

CODE = (
    "def total(marks):\n    result = 1\n    for mark in marks:\n        result += mark\n    return result\n"
)


@pytest.fixture(autouse=True)
def no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nowhere"))
    monkeypatch.chdir(tmp_path)


def test_the_model_scores_the_lines_and_may_be_asked_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suspecting, "_PATIENCE", 30.0)
    wait = ask_model(CODE)

    assert wait is not None
    scores = wait()
    assert scores
    assert set(scores) <= {1, 2, 3, 4, 5}
    assert wait() == scores


def test_a_setting_switches_it_off(tmp_path: Path) -> None:
    (tmp_path / "meno.toml").write_text("model.enable = false\n")

    assert ask_model(CODE) is None


def test_a_model_that_fails_or_is_late_has_no_say(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(client: ModelClient, text: str) -> dict[int, float]:
        raise RuntimeError(text)

    monkeypatch.setattr(ModelClient, "suspicion", broken)
    failing = ask_model(CODE)
    assert failing is not None
    assert failing() == {}
    monkeypatch.undo()
    monkeypatch.setattr(suspecting, "_PATIENCE", 0.0)
    late = ask_model(CODE)
    assert late is not None
    assert late() == {}
    monkeypatch.setattr(suspecting, "_PATIENCE", 30.0)
    assert late() != {}
