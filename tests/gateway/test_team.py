"""The team view: what a class is told, when, and what nobody can find out from it, however they ask."""

from __future__ import annotations

import base64
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from gateway.conftest import InProcess
from meno_server.gateway.keys.values import shown
from meno_server.gateway.team.privacy import DELTA, ENDINGS, K, Mechanism
from meno_server.gateway.team.store import told_from

MONDAY = date(2026, 11, 16).toordinal()
WEEK = date.fromordinal(MONDAY).isoformat()
DURING = told_from(MONDAY) - 3 * 86_400.0
AFTER = float(told_from(MONDAY))


class Team:
    """A gateway with a clock of ours, an instructor, and as many learners as are wanted."""

    def __init__(self, gateway: InProcess) -> None:
        self.gateway, self.client = gateway, gateway.client
        self.at(DURING)
        self.learners: list[str] = []

    def at(self, now: float) -> None:
        self.gateway.app.state.clock = lambda: now

    def learner(self, number: int) -> str:
        while len(self.learners) <= number:
            made = self.gateway.store.create("learner", ["contribute"], int(time.time()))
            self.learners.append(shown(made))
        return self.learners[number]

    async def give(self, number: int, *stumbles: tuple[str, str], week: str = WEEK) -> httpx.Response:
        body = {
            "week": week,
            "stumbles": [{"pattern": pattern, "ending": ending} for pattern, ending in stumbles],
        }
        headers = {"Authorization": f"Bearer {self.learner(number)}"}
        return await self.client.post("/contributions", json=body, headers=headers)

    async def told(self, **parameters: Any) -> dict[str, Any]:
        answer = await self.client.get("/insights", params=parameters)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def rows(self, table: str) -> list[Any]:
        engine = self.gateway.app.state.services.database.engine
        with engine.connect() as connection:
            return list(connection.execute(text(f"SELECT * FROM {table}")))


@pytest.fixture(autouse=True)
def _quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """A class has many keys, and how slowly they are checked is no subject here."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr("meno_server.gateway.keys.hashing._HASHER", quick)


@pytest.fixture
async def team(in_process: Callable[..., Awaitable[InProcess]], database: str | None) -> Team:
    return Team(await in_process(database=database, rate_burst=100_000, rate_per_minute=1_000_000))


async def test_a_class_is_told_of_once_the_week_is_over_and_not_before(team: Team) -> None:
    for number in range(40):
        assert (await team.give(number, ("ME301", "idea" if number % 2 else "alone"))).status_code == 200

    assert (await team.told())["weeks"] == []
    team.at(AFTER - 1)
    assert (await team.told())["weeks"] == []
    team.at(AFTER)
    (week,) = (await team.told())["weeks"]

    (pattern,) = week["patterns"]
    assert (week["week"], pattern["pattern"]) == (WEEK, "ME301")
    assert pattern["title"] == "Loop that ends on its first turn"
    assert abs(pattern["learners"] - 40) < 40, "as the noise wills"
    assert set(pattern["endings"]) == set(ENDINGS)


async def test_what_was_given_is_gone_when_it_is_told(team: Team, tmp_path: Path) -> None:
    for number in range(12):
        await team.give(number, ("ME301", "open"))
    given = team.rows("team_gifts")
    assert len(given) == 12
    team.at(AFTER)
    await team.told()
    files = [path.read_bytes() for path in (tmp_path / "gateway").rglob("*") if path.is_file()]
    assert not [row for row in given for content in files if row[1].encode() in content]

    assert team.rows("team_gifts") == []
    assert team.rows("team_weeks") == [(MONDAY, None)], "the secret that led to keys is gone"


async def test_giving_again_takes_the_place_and_an_empty_list_takes_it_back(team: Team) -> None:
    await team.give(0, ("ME301", "open"))
    answer = await team.give(0, ("ME101", "alone"), ("ME201", "idea"))

    assert answer.json()["counted"] == 1
    assert [row[3:] for row in team.rows("team_gifts")] == [("ME101", "alone")]
    await team.give(0)
    assert team.rows("team_gifts") == []


async def test_the_same_learner_is_another_number_in_another_week(team: Team) -> None:
    await team.give(0, ("ME301", "open"))
    team.at(DURING + 7 * 86_400)
    await team.give(0, ("ME301", "open"), week=date.fromordinal(MONDAY + 7).isoformat())

    numbers = {row[1] for row in team.rows("team_gifts")}
    assert len(team.rows("team_gifts")) == len(numbers)
    assert not any(team.learners[0].split("_")[1] in number for number in numbers)


@pytest.mark.parametrize(
    ("week", "status"),
    [
        (MONDAY - 7, 409),  # over, and it is not to be seen whether anybody has given
        (MONDAY - 14, 422),
        (MONDAY + 7, 422),
        (MONDAY + 1, 422),
    ],
)
async def test_only_the_running_week_and_the_last_one_can_be_given_to(
    team: Team, week: int, status: int
) -> None:
    answer = await team.give(0, ("ME301", "open"), week=date.fromordinal(week).isoformat())

    assert answer.status_code == status, answer.text


async def test_a_week_that_was_told_takes_nothing_more(team: Team) -> None:
    await team.give(0, ("ME301", "open"))
    team.at(AFTER)
    await team.told()
    answer = await team.give(1, ("ME301", "open"))

    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:meno:problem:week-is-over"


@pytest.mark.parametrize(
    "stumble", [("total_price", "open"), ("ME999", "open"), ("ME301", "by Anna"), ("run/MyError", "open")]
)
async def test_nothing_but_words_of_ours_is_taken(team: Team, stumble: tuple[str, str]) -> None:
    answer = await team.give(0, stumble)

    assert answer.status_code == 422
    assert stumble[0] not in answer.text
    assert team.rows("team_gifts") == []


async def test_each_key_does_only_what_it_is_for(team: Team) -> None:
    headers = {"Authorization": f"Bearer {team.learner(0)}"}

    assert (await team.client.get("/insights", headers=headers)).status_code == 403
    made = team.gateway.store.create("instructor", ["insight"], int(time.time()))
    headers = {"Authorization": f"Bearer {shown(made)}"}
    body = {"week": WEEK, "stumbles": []}
    assert (await team.client.post("/contributions", json=body, headers=headers)).status_code == 403


# Attacks: an instructor who may make keys, ask as often as they like, and knows everybody but one.


async def test_asking_again_tells_nothing_new(team: Team) -> None:
    for number in range(30):
        await team.give(number, ("ME301", "open"))
    team.at(AFTER)
    first = await team.told()
    answers = [await team.told(weeks=weeks) for weeks in (1, 2, 52, 1, 2, 52)]

    assert all(answer["weeks"] == first["weeks"] for answer in answers)


async def test_there_is_no_smaller_group_or_time_to_ask_for(team: Team) -> None:
    document = (await team.client.get("/openapi.json")).json()
    for address in ("/api/v1/insights", "/api/v1/insights/page"):
        parameters = document["paths"][address]["get"].get("parameters", [])
        assert [one["name"] for one in parameters] == ["weeks"]
    for extra in ({"learner": "x"}, {"key": "x"}, {"day": WEEK}, {"pattern": "ME301"}):
        assert (await team.told(**extra))["weeks"] == (await team.told())["weeks"]


async def test_looking_before_and_after_somebody_gives_shows_no_difference(team: Team) -> None:
    for number in range(29):
        await team.give(number, ("ME301", "open"))
    before = await team.told()
    await team.give(29, ("ME301", "open"))

    assert await team.told() == before


async def test_four_confederates_do_not_see_whether_a_fifth_slipped(
    in_process: Callable[..., Awaitable[InProcess]],
) -> None:
    team = Team(await in_process(rate_burst=100_000, rate_per_minute=1_000_000))
    seen: Counter[bool] = Counter()
    weeks = 60
    for number in range(weeks):
        week = MONDAY + 7 * number
        name = date.fromordinal(week).isoformat()
        team.at(DURING + 7 * 86_400 * number)
        for confederate in range(K - 1):
            await team.give(confederate, ("ME301", "open"), week=name)
        await team.give(K - 1, ("ME301", "open"), week=name)
        team.at(AFTER + 7 * 86_400 * number)
        seen[bool((await team.told(weeks=1))["weeks"])] += 1

    # At most DELTA of the weeks; of 60, more than five would come once in 100,000 runs.
    assert seen[True] <= 5
    assert Mechanism().of_patterns.at_least(Mechanism().threshold - K) <= DELTA


async def test_the_difference_of_two_weeks_is_mostly_noise(team: Team) -> None:
    """Who knows 30 learners' habit, and that one of them was ill, cannot subtract: noise is drawn for each
    week."""
    differences = []
    for number, learners in enumerate((30, 29) * 6):
        week = MONDAY + 7 * number
        team.at(DURING + 7 * 86_400 * number)
        for learner in range(learners):
            await team.give(learner, ("ME301", "open"), week=date.fromordinal(week).isoformat())
        team.at(AFTER + 7 * 86_400 * number)
        (pattern,) = (await team.told(weeks=1))["weeks"][0]["patterns"]
        differences.append(pattern["learners"] - learners)

    assert len(set(differences)) > 1


async def test_nobody_sees_whether_a_single_learner_has_given_at_all(team: Team) -> None:
    nobody = await team.told()
    await team.give(0, ("ME301", "open"))
    team.at(AFTER)
    somebody = await team.told()

    assert len(team.rows("team_weeks")) == 1
    assert somebody == nobody
    assert (await team.give(1, ("ME301", "open"))).status_code == 409
    team.at(AFTER + 7 * 86_400)  # of the week before nobody has given
    answer = await team.give(1, ("ME301", "open"), week=date.fromordinal(MONDAY + 7).isoformat())
    assert answer.status_code == 409


async def test_who_counts_for_fewer_patterns_by_now_is_not_counted_for_what_they_gave_before(
    team: Team,
) -> None:
    team.gateway.app.state.services.settings.__dict__["team_patterns"] = 3
    for number in range(40):
        await team.give(number, ("ME301", "open"), ("ME101", "open"), ("ME201", "open"))
    assert len(team.rows("team_gifts")) == 120
    team.gateway.app.state.services.settings.__dict__["team_patterns"] = 1
    team.at(AFTER)
    (week,) = (await team.told())["weeks"]

    assert [one["pattern"] for one in week["patterns"]] == ["ME301"]


async def test_neither_counts_nor_the_log_tell_by_a_length_what_was_given(team: Team) -> None:
    await team.give(0, ("ME301", "open"))
    await team.give(0, ("ME301", "questions"))
    usage = (await team.client.get("/usage")).json()["rows"]

    assert [row["bytes"] for row in usage if row["endpoint"] == "team"] == [0]
    lines = [line for line in team.gateway.logged if str(line.get("route")).endswith("/contributions")]
    assert {(line["bytes_in"], line["bytes_out"]) for line in lines} == {(0, 0)}


async def test_a_browser_is_asked_for_the_key_and_gets_a_page_without_scripts(team: Team) -> None:
    asked = await team.client.get("/insights/page", headers={"Authorization": ""})
    assert asked.status_code == 401
    assert asked.headers["www-authenticate"].startswith("Basic ")
    for number in range(40):
        await team.give(number, ("ME301", "open"))
    team.at(AFTER)
    word = base64.b64encode(f"any:{team.gateway.key}".encode()).decode()
    answer = await team.client.get("/insights/page", headers={"Authorization": f"Basic {word}"})

    assert answer.status_code == 200
    assert "Loop that ends on its first turn" in answer.text
    assert "<script" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert team.gateway.key not in answer.text


async def test_nothing_leads_from_what_is_kept_to_a_learner(team: Team, tmp_path: Path) -> None:
    for number in range(8):
        await team.give(number, ("ME301", "open"))
    team.at(AFTER)
    await team.told()

    kept = [
        str(value)
        for table in ("team_weeks", "team_gifts", "team_told")
        for row in team.rows(table)
        for value in row
    ]
    ids = [key.split("_")[1] for key in team.learners]
    assert not [value for value in kept for name in ids if name in value]
