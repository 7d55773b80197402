"""A dialogue goes on whatever the tutor does, asks each question once, and ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from meno_analyzers.hints import Level, Rotation, ladder_for
from meno_model.tutor import Dialogue, Evidence, Said, Tutor
from tutor.scripted_server import GOOD, ScriptedServer, fails, hangs, says

MakeTutor = Callable[..., Tutor]


async def all_turns(dialogue: Dialogue, words: str = "I see") -> list[Said]:
    said = [await dialogue.begin(None)]
    while not dialogue.ended:
        said.append(await dialogue.answer(words, None))
    return said


async def test_every_curated_question_comes_once_and_then_it_is_over(evidence: Evidence) -> None:
    turns = await all_turns(Dialogue(evidence, Rotation()))
    ladder = ladder_for(evidence.finding)
    asked = [*(question.text for question in ladder.chain), *ladder.questions]
    assert len(turns) == len(asked) + 1
    assert all(sum(question in turn.text for turn in turns) == 1 for question in asked)
    assert all(turn.text.count("?") == 1 for turn in turns[:-1])
    assert turns[-1].last
    assert "?" not in turns[-1].text


async def test_two_dialogues_in_one_sitting_begin_with_different_kinds(evidence: Evidence) -> None:
    rotation = Rotation()
    first = await Dialogue(evidence, rotation).begin(None)
    second = await Dialogue(evidence, rotation).begin(None)
    assert first.text != second.text


@pytest.mark.parametrize("language", ["de", "fr", "es"])
async def test_a_dialogue_is_held_in_the_learners_language(evidence: Evidence, language: str) -> None:
    english = await all_turns(Dialogue(evidence, Rotation()))
    turns = await all_turns(Dialogue(replace(evidence, language=language), Rotation()))
    assert len(turns) == len(english)
    assert not {turn.text for turn in turns} & {turn.text for turn in english}


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (says("no JSON at all"), "did not keep to Meno's rules"),
        (fails(401), "did not accept the key"),
        (fails(503), "reported a fault of its own"),
        (says(None, refusal="I would rather not."), "declined to answer"),
        (hangs, "took longer than"),
    ],
)
async def test_each_way_to_fail_is_one_sentence_below_a_curated_question(
    make_tutor: MakeTutor, evidence: Evidence, step: Any, words: str
) -> None:
    tutor = make_tutor(step, deadline=1.0 if step is hangs else 30.0)
    said = await Dialogue(evidence, Rotation()).begin(tutor)
    assert said.origin == "curated"
    assert said.text.count("?") == 1
    assert said.notice is not None
    assert words in said.notice


async def test_a_model_goes_on_from_the_conversation(
    make_tutor: MakeTutor, evidence: Evidence, server: ScriptedServer
) -> None:
    other = {**GOOD, "question": "Which value of `middle` comes last in that call?"}
    tutor = make_tutor(says(json.dumps(GOOD)), says(json.dumps(other)))
    dialogue = Dialogue(evidence, Rotation())
    first = await dialogue.begin(tutor)
    second = await dialogue.answer("they are both 2 then", tutor)
    assert [first.origin, second.origin] == ["model", "model"]
    assert [turn.speaker for turn in dialogue.turns] == ["tutor", "learner", "tutor"]
    assert "they are both 2 then" in server.bodies[1]["messages"][1]["content"]


async def test_a_cancelled_answer_can_be_given_again(
    make_tutor: MakeTutor, evidence: Evidence, server: ScriptedServer
) -> None:
    tutor = make_tutor(says(json.dumps(GOOD)), hangs, says(json.dumps(GOOD)))
    dialogue = Dialogue(evidence, Rotation())
    await dialogue.begin(tutor)
    server.arrived.clear()
    task = asyncio.create_task(dialogue.answer("both are 2", tutor))
    await asyncio.to_thread(server.arrived.wait, 20)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [turn.speaker for turn in dialogue.turns] == ["tutor"]


async def test_who_asks_to_be_told_is_not_sent_on(
    make_tutor: MakeTutor, evidence: Evidence, server: ScriptedServer
) -> None:
    tutor = make_tutor(says(json.dumps(GOOD)))
    dialogue = Dialogue(evidence, Rotation())
    await dialogue.begin(tutor)
    await dialogue.answer("just tell me", tutor)
    said = await dialogue.answer("show me the solution", tutor)
    assert len(server.bodies) == 1
    assert ladder_for(evidence.finding).example in said.text


async def test_the_example_stays_away_where_the_settings_say_so(evidence: Evidence) -> None:
    dialogue = Dialogue(evidence, Rotation(), highest=Level.QUESTIONS)
    await dialogue.begin(None)
    for _ in range(3):
        said = await dialogue.answer("just tell me", None)
        assert ladder_for(evidence.finding).example not in said.text
