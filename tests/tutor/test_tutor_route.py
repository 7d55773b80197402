"""Whom the tutor asks and how often: retries, fallbacks, the circuit breaker, the day's budget, the cache."""

from __future__ import annotations

import json
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from meno_model.tutor import Endpoint, Evidence, Tutor, TutorSettings
from meno_model.tutor.answers import retry_after
from meno_model.tutor.breaker import Breaker
from meno_model.tutor.budget import DailyBudget
from meno_model.tutor.tutor import judge
from tutor.scripted_server import GOOD, ScriptedServer, fails, hangs, says

MakeTutor = Callable[..., Tutor]
GOOD_TEXT = json.dumps(GOOD)


@pytest.fixture
def second() -> Iterator[ScriptedServer]:
    running = ScriptedServer(script=[says(GOOD_TEXT)])
    yield running
    running.stop()


def behind(server: ScriptedServer) -> dict[str, tuple[Endpoint, ...]]:
    return {"fallbacks": (Endpoint("compatible", server.url, "other", primary=False),)}


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_fault_that_passes_is_not_noticed(
    make_tutor: MakeTutor, evidence: Evidence, server: ScriptedServer, status: int
) -> None:
    tutor = make_tutor(fails(status), says(GOOD_TEXT))
    assert (await tutor.ask(evidence)).outcome == "answered"
    assert tutor.counts["retries"] == 1
    assert len(server.bodies) == 2


async def test_an_answer_is_judged_beside_the_loop(
    make_tutor: MakeTutor, evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []

    def watched(*arguments: Any) -> Any:
        threads.append(threading.current_thread())
        return judge(*arguments)

    monkeypatch.setattr("meno_model.tutor.tutor.judge", watched)
    assert (await make_tutor(says(GOOD_TEXT)).ask(evidence)).outcome == "answered"
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()


async def test_a_short_plea_for_patience_is_honoured(
    make_tutor: MakeTutor, evidence: Evidence, server: ScriptedServer
) -> None:
    tutor = make_tutor(fails(429, {"Retry-After": "1"}), says(GOOD_TEXT))
    assert (await tutor.ask(evidence)).outcome == "answered"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("9" * 9, None),
    ],
)
def test_retry_after_is_a_number_or_a_date(value: str, seconds: int | None) -> None:
    assert retry_after({"retry-after": value}) == seconds


@pytest.mark.parametrize("first", [fails(401), fails(404), fails(501), says("no"), says(None, refusal="no")])
async def test_the_next_server_is_asked_when_one_cannot_answer(
    make_tutor: MakeTutor, evidence: Evidence, second: ScriptedServer, first: object
) -> None:
    tutor = make_tutor(first, **behind(second))
    assert (await tutor.ask(evidence)).outcome == "answered"
    assert second.bodies[-1]["model"] == "other"


async def test_a_server_that_hangs_leaves_time_for_the_next(
    make_tutor: MakeTutor, evidence: Evidence, second: ScriptedServer
) -> None:
    warm = make_tutor(says(GOOD_TEXT))
    assert (await warm.ask(evidence)).outcome == "answered"  # the SDK is imported now
    tutor = make_tutor(hangs, deadline=5.0, **behind(second))
    assert (await tutor.ask(evidence)).outcome == "answered"


async def test_no_key_of_one_server_reaches_another(
    make_tutor: MakeTutor, evidence: Evidence, second: ScriptedServer, key: str
) -> None:
    await make_tutor(fails(401), **behind(second)).ask(evidence)
    assert key not in json.dumps(second.headers)


async def test_a_fallback_behind_no_provider_is_not_asked(evidence: Evidence, second: ScriptedServer) -> None:
    tutor = Tutor(TutorSettings(**behind(second)))
    assert (await tutor.ask(evidence)).outcome == "not-set-up"
    assert second.bodies == []


async def test_a_server_that_keeps_failing_is_left_alone(
    make_tutor: MakeTutor, evidence: Evidence, server: ScriptedServer, second: ScriptedServer
) -> None:
    tutor = make_tutor(fails(501), **behind(second))
    for _ in range(5):
        assert (await tutor.ask(evidence, fresh=True)).outcome == "answered"
    assert len(server.bodies) == 3
    assert (await tutor.health())[0][1] == "resting"


async def test_health_says_how_each_server_does(
    make_tutor: MakeTutor, server: ScriptedServer, second: ScriptedServer
) -> None:
    tutor = make_tutor(says(GOOD_TEXT), **behind(second))
    second.stop()
    assert [state for _, state in await tutor.health()] == ["well", "ill"]


def test_the_breaker_opens_after_failures_and_lets_one_probe_through_after_a_pause() -> None:
    now = [0.0]
    breaker = Breaker(failures=2, pause=10.0, clock=lambda: now[0])
    breaker.failed()
    assert breaker.admits()
    breaker.failed()
    assert (breaker.state, breaker.admits()) == ("open", False)
    now[0] = 10.0
    assert (breaker.admits(), breaker.admits()) == (True, False)
    breaker.failed()
    assert breaker.state == "open"
    now[0] = 20.0
    assert breaker.admits()
    breaker.succeeded()
    assert (breaker.state, breaker.admits()) == ("closed", True)


async def test_every_outcome_is_counted_under_its_name(make_tutor: MakeTutor, evidence: Evidence) -> None:
    tutor = make_tutor(says(GOOD_TEXT), says("no"), says("no"), fails(401), fails(501), fails(501))
    for _ in range(5):
        await tutor.ask(evidence, fresh=True)
    counts = tutor.counts
    assert (counts["answered"], counts["malformed"], counts["refused"]) == (1, 1, 1)
    assert counts["unreachable"] == 2


async def test_an_answer_is_given_again_without_asking_until_the_code_changes(
    make_tutor: MakeTutor, evidence: Evidence, server: ScriptedServer
) -> None:
    tutor = make_tutor(says(GOOD_TEXT))
    first = await tutor.ask(evidence)
    assert await tutor.ask(evidence) == first
    assert (len(server.bodies), tutor.counts["cached"]) == (1, 1)
    await tutor.ask(evidence, fresh=True)
    assert len(server.bodies) == 2


async def test_a_spent_budget_sends_nothing_and_says_so(
    make_tutor: MakeTutor, evidence: Evidence, server: ScriptedServer, tmp_path: Path
) -> None:
    path = tmp_path / "data" / "budget.json"
    tutor = make_tutor(says(GOOD_TEXT), daily_tokens=4_000, budget_file=path)
    replies = [await tutor.ask(evidence, fresh=True) for _ in range(5)]
    assert replies[0].outcome == "answered"
    assert replies[-1].outcome == "over-budget"
    assert "4000 tokens" in (replies[-1].notice or "")
    assert len(server.bodies) < 5
    sent = len(server.bodies)

    again = make_tutor(says(GOOD_TEXT), daily_tokens=4_000, budget_file=path)

    assert (await again.ask(evidence)).outcome == "over-budget"
    assert len(server.bodies) == sent
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert all(isinstance(value, int | float) for value in json.loads(path.read_text()).values())


async def test_money_is_a_budget_too(
    make_tutor: MakeTutor, evidence: Evidence, server: ScriptedServer
) -> None:
    tutor = make_tutor(says(GOOD_TEXT), daily_cost=0.01, input_price=1.0, output_price=100.0)
    assert (await tutor.ask(evidence)).outcome == "over-budget"
    assert server.bodies == []


@pytest.mark.parametrize("text", ["", "[]", '{"day": "x"}', '{"day": 1}', "{" * 3000, '{"tokens": -5}'])
def test_a_damaged_budget_file_counts_as_empty(tmp_path: Path, text: str) -> None:
    path = tmp_path / "budget.json"
    path.write_text(text)
    budget = DailyBudget(100, None, path, day=lambda: 20260131)
    assert budget.exhausted(50, 0.0) is None
    budget.charge(60, 0.0)
    assert budget.exhausted(50, 0.0) == "100 tokens"


def test_a_new_day_has_a_new_budget_and_an_unwritable_folder_is_bounded_by_memory(tmp_path: Path) -> None:
    day = [20260131]
    (tmp_path / "file").write_text("")
    budget = DailyBudget(100, None, tmp_path / "file" / "budget.json", day=lambda: day[0])
    budget.charge(100, 0.0)
    assert budget.exhausted(1, 0.0) is not None
    day[0] += 1
    assert budget.exhausted(1, 0.0) is None
