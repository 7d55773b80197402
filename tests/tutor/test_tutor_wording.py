"""A failure in a model's words: the facts stay, and what tells, invents or misbehaves is not shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from end_to_end.test_running import SEARCH as PROGRAM
from meno_analyzers.failures.collecting import collect
from meno_analyzers.failures.explaining import explain_failure
from meno_analyzers.failures.explanation import Explanation
from meno_model.tutor import Answered, FailureEvidence, Masks, Tutor
from meno_model.tutor.wording import judge_wording, wording_messages
from tutor.scripted_server import ScriptedServer, hangs, says

MakeTutor = Callable[..., Tutor]
WORDS: dict[str, Any] = {
    "statement": "The window between `low` and `high` shrinks, and one place in it is never looked at.",
    "why": "A search has to look at each place that may hold the item, the last one too.",
    "steps": [
        {
            "action": "trace",
            "instruction": "Follow the call with three items and note `low` and `high` at each turn.",
            "what_to_look_for": "The values at the moment when the loop ends.",
        },
        {
            "action": "predict",
            "instruction": "Say for each place of the list if it was looked at.",
            "what_to_look_for": "A place that nobody looked at.",
        },
    ],
    "socratic": ["What does it mean for the search when both ends point at one place?"],
    "takeaway": "Write down which places are still open when a loop ends.",
    "confidence": 0.9,
}


@lru_cache(maxsize=1)
def analysed() -> tuple[Explanation, str | None]:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "lesson.py")
        path.write_text(PROGRAM, "utf-8")
        explained = explain_failure(collect(path), seconds=30.0, level=3)
    assert explained.explanation is not None
    return explained.explanation, explained.repair.source if explained.repair is not None else None


@pytest.fixture
def failure() -> FailureEvidence:
    told, repaired = analysed()
    assert told.test_impact.verified
    return FailureEvidence(told, PROGRAM, repaired)


def worded(**changes: Any) -> str:
    return json.dumps({**WORDS, **changes})


def test_good_words_take_the_place_of_ours_and_the_facts_stay(failure: FailureEvidence) -> None:
    told = judge_wording(worded(), failure)
    assert isinstance(told, Explanation)
    before = failure.explanation
    assert told.root_cause.statement == WORDS["statement"]
    assert [step.order for step in told.steps] == [1, 2]
    for fact in (
        "error",
        "observed",
        "expected",
        "evidence",
        "test_impact",
        "category",
        "diff",
        "confidence",
    ):
        assert getattr(told, fact) == getattr(before, fact), fact
    assert (told.root_cause.line_start, told.root_cause.mechanism) == (
        before.root_cause.line_start,
        before.root_cause.mechanism,
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"statement": "`low < high` should be `low <= high`, so that one place is looked at."},
        {"why": "The test of the loop has to be less than or equal, so that the last place counts."},
        {"socratic": ["What would `while low <= high:` do here?"]},
        {"socratic": ["Is the last place looked at?"]},
        {"socratic": ["What is `low`? What is `high`?"]},
        {"socratic": []},
        {"statement": "Something goes wrong at this place, and one item is never found at all."},
        {"statement": "The name `topmost` and `low` do not meet where they ought to be by then."},
        {"takeaway": "Look at `high` and at middle when the loop ends."},
        {"why": "Great job, this is almost right, and one place is still open at the end."},
        {"why": "```python\nwhile low <= high:\n```"},
        {"why": "See https://example.org/answer for more about the search and its ends."},
        {"steps": WORDS["steps"][:1]},
        {"steps": [{**WORDS["steps"][0], "action": "edit"}, WORDS["steps"][1]]},
        {"steps": [WORDS["steps"][1], WORDS["steps"][0]]},
        {
            "steps": [
                WORDS["steps"][0],
                {**WORDS["steps"][1], "instruction": "Change `<` to `<=` and run it."},
            ]
        },
        {"diff": "- a\n+ b"},
        {"confidence": 3},
        {"observed": "2"},
    ],
    ids=lambda changes: " ".join(f"{key} {str(value)[:30]}" for key, value in changes.items()),
)
def test_words_that_break_a_rule_are_not_taken(failure: FailureEvidence, changes: dict[str, Any]) -> None:
    broken = judge_wording(worded(**changes), failure)
    assert isinstance(broken, tuple)
    assert broken


def test_neither_the_repair_nor_the_file_is_sent(failure: FailureEvidence) -> None:
    sent = json.dumps(wording_messages(failure, Masks()))
    assert "low <= high" not in sent
    assert "lesson" not in sent
    assert "low < high" in sent
    assert "assert find" not in sent, "the function is sent, and not the file"


def test_what_a_run_has_shown_is_cleaned_and_masked_too(failure: FailureEvidence) -> None:
    seen = "read('/home/anna/list') gave 'geheim' to anna@example.org"
    told = failure.explanation.model_copy(update={"called": seen, "observed": seen, "expected": seen})
    cleaned = json.dumps(wording_messages(replace(failure, explanation=told), Masks()))
    masked = json.dumps(wording_messages(replace(failure, explanation=told), Masks(strings=True)))
    assert "anna" not in cleaned
    assert "geheim" in cleaned
    assert "geheim" not in masked


async def test_a_model_is_asked_and_heard(
    make_tutor: MakeTutor, failure: FailureEvidence, server: ScriptedServer
) -> None:
    outcome = await make_tutor(says(worded())).reworded(failure)
    assert isinstance(outcome, Answered)
    assert outcome.reply.takeaway == WORDS["takeaway"]
    assert server.bodies[0]["response_format"]["json_schema"]["name"] == "failure"


async def test_a_second_try_is_told_what_was_wrong(
    make_tutor: MakeTutor, failure: FailureEvidence, server: ScriptedServer
) -> None:
    told = worded(statement="`low < high` should be `low <= high`, so that one place is looked at.")
    outcome = await make_tutor(says(told), says(worded())).reworded(failure)
    assert isinstance(outcome, Answered)
    assert "Do not tell the learner" in server.bodies[1]["messages"][-1]["content"]


@pytest.mark.parametrize(
    ("step", "name"),
    [(says("no JSON"), "malformed"), (says(None, refusal="no"), "refused"), (hangs, "timed-out")],
)
async def test_every_way_to_fail_has_its_sentence(
    make_tutor: MakeTutor, failure: FailureEvidence, step: Any, name: str
) -> None:
    outcome = await make_tutor(step, deadline=1.0 if step is hangs else 30.0).reworded(failure)
    assert not isinstance(outcome, Answered)
    assert outcome.name == name
    assert outcome.instead("explanation").endswith("so this is Meno's own explanation.")
