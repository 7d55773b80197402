"""What is sent, and who says so: nothing before a yes, nothing without trust, and nothing that is private."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from end_to_end.test_asking_a_tutor import agree, provider
from end_to_end.test_dialogue import THREADS, learners, reply, tutored
from meno_server.lsp.sending import NEVER, NOT_ANSWERED, NOT_NOW, NOT_TRUSTED, YES
from tutor.scripted_server import ScriptedServer, says

__all__ = ["learners", "provider"]  # fixtures


def test_nothing_is_sent_before_somebody_has_seen_it_and_said_yes(
    learners: Any, provider: ScriptedServer
) -> None:
    provider.script = [says(reply())]
    learner = learners(THREADS, tutored(provider))
    seen: list[int] = []

    def choose(params: dict[str, Any]) -> dict[str, str]:
        seen.append(len(provider.bodies))
        return {"title": YES}

    learner.wire.answers["window/showMessageRequest"] = choose
    learner.begin()
    since = learner.ask()

    shown = learner.wire.wait(lambda m: m.get("method") == "meno/showHint", since)
    thread = learner.thread(since, "open")

    assert seen == [0]
    assert "one by one" in thread["turns"][0]["markdown"]
    preview = shown["params"]["markdown"]
    for message in provider.bodies[0]["messages"]:
        assert json.dumps(message["content"], ensure_ascii=False) in preview
    assert provider.url in preview

    learner.answer(thread["id"], "the first")
    assert seen == [0], "who has said yes is not asked again"


@pytest.mark.parametrize("said", [NOT_NOW, NEVER, None])
def test_without_a_yes_nothing_is_sent_and_the_curated_question_comes(
    learners: Any, provider: ScriptedServer, said: str | None
) -> None:
    learner = learners(THREADS, tutored(provider))
    learner.choices = [said]
    learner.begin()

    thread = learner.thread(learner.ask(), "open")
    learner.answer(thread["id"], "the first")

    assert "?" in thread["turns"][0]["markdown"]
    assert thread["turns"][0]["notice"] == (None if said else NOT_ANSWERED)
    assert provider.bodies == []
    assert len(learner.asked) == 1


@pytest.mark.parametrize(("said", "asked_again"), [(YES, False), (NEVER, False), (NOT_NOW, True)])
def test_yes_and_never_outlive_the_session(
    learners: Any, provider: ScriptedServer, said: str, asked_again: bool
) -> None:
    provider.script = [says(reply())]
    for number in range(2):
        learner = learners(THREADS, tutored(provider))
        learner.choices = [said]
        learner.begin()
        learner.thread(learner.ask(), "open")
        assert bool(learner.asked) == (number == 0 or asked_again)
    assert bool(provider.bodies) == (said == YES)


def test_a_yes_can_be_taken_back(learners: Any, provider: ScriptedServer, tmp_path: Path) -> None:
    agree(tmp_path, provider)
    learner = learners(THREADS, tutored(provider))
    learner.begin()

    learner.wire.request("workspace/executeCommand", {"command": "meno.forgetConsent", "arguments": []})
    learner.thread(learner.ask(), "open")

    assert len(learner.asked) == 1
    assert provider.bodies == []


def test_a_yes_for_one_server_is_none_for_another(
    learners: Any, provider: ScriptedServer, tmp_path: Path
) -> None:
    folder = tmp_path / "meno"
    folder.mkdir()
    (folder / "tutor-consent.json").write_text('{"/": ["api.openai.com"]}', "utf-8")
    learner = learners(THREADS, tutored(provider))
    learner.begin()

    learner.thread(learner.ask(), "open")

    assert len(learner.asked) == 1
    assert provider.bodies == []


def test_nothing_is_sent_in_a_workspace_without_trust(
    learners: Any, provider: ScriptedServer, tmp_path: Path
) -> None:
    agree(tmp_path, provider)
    learner = learners(THREADS, tutored(provider))
    learner.begin(initializationOptions={"workspaceTrusted": False})

    thread = learner.thread(learner.ask(), "open")

    assert thread["turns"][0]["notice"] == NOT_TRUSTED
    assert "?" in thread["turns"][0]["markdown"]
    assert provider.bodies == []
    assert learner.asked == []


def test_secrets_are_taken_out_and_texts_masked(
    learners: Any, provider: ScriptedServer, tmp_path: Path
) -> None:
    agree(tmp_path, provider)
    provider.script = [says(reply())]
    learner = learners(THREADS, tutored(provider, maskComments=True, maskStrings=True))
    learner.begin()
    body = '    # ask anna@example.org\n    password = "hunter2"\n    print("/home/anna/list")\n'
    learner.wire.change(2, (1, 0), (1, 0), body)
    learner.wire.diagnostics(2)
    dialogue = learner.thread(learner.ask(5), "open")["id"]
    learner.answer(dialogue, "my key sk-abcdefghijklmnopqrstuv and /home/anna/list")

    sent = json.dumps(provider.bodies)
    assert provider.bodies
    for secret in ("anna", "hunter2", "sk-abc", "# ask"):
        assert secret not in sent
    assert "for n in numbers" in sent
