"""Keys: their form, what is kept of them, who gets in, and the command that makes them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.running import meno
from meno_server.gateway.database import Database
from meno_server.gateway.keys import checking
from meno_server.gateway.keys.hashing import fits, hashed
from meno_server.gateway.keys.store import KeyRefusedError, KeyStore
from meno_server.gateway.keys.values import SCOPES, Offered, new_key, parse, shown

NOW = 1_795_000_000


@pytest.fixture
def store(database: str | None, tmp_path: Path) -> Iterator[KeyStore]:
    opened = Database(database, tmp_path / "gateway")
    yield KeyStore(opened)
    opened.close()


def test_a_key_is_read_as_it_was_shown() -> None:
    for _ in range(200):
        made = new_key()
        assert parse(shown(made)) == made


@pytest.mark.parametrize(
    "text", ["", "meno_", "meno_abc_def", "sk-123", "meno_ABCDEFGHIJKL_" + "a" * 43, "é" * 61]
)
def test_what_has_not_the_form_of_a_key_is_none(text: str) -> None:
    assert parse(text) is None


def test_a_key_does_not_show_its_secret_in_its_text_form() -> None:
    made = new_key()

    assert made.secret not in repr(made)


def test_a_hash_fits_its_secret_alone_and_does_not_hold_it() -> None:
    kept = hashed("a secret")

    assert kept.startswith("$argon2id$")
    assert "a secret" not in kept
    assert fits("a secret", kept)
    assert not fits("another", kept)
    assert not fits("a secret", None)
    assert not fits("a secret", "no hash")
    assert hashed("a secret") != kept


def test_a_key_is_found_with_what_it_may_do(store: KeyStore) -> None:
    made = store.create("course-1", ["analyze", "debug"], NOW, NOW + 60)
    kept = store.find(made.id)

    assert kept is not None
    assert (kept.key.label, kept.key.scopes) == ("course-1", {"analyze", "debug"})
    assert fits(made.secret, kept.hash)
    assert kept.key.works_at(NOW + 59)
    assert not kept.key.works_at(NOW + 60)
    assert store.find("nobodys12345") is None


def test_a_rotated_key_works_for_its_grace_and_the_new_one_beside_it(store: KeyStore) -> None:
    old = store.create("course-1", ["analyze"], NOW)
    fresh, ended = store.rotate("course-1", NOW + 10, grace_seconds=60)

    assert ended.works_at(NOW + 69)
    assert not ended.works_at(NOW + 70)
    kept = store.find(fresh.id)
    assert kept is not None
    assert kept.key.scopes == {"analyze"}
    assert fresh.secret != old.secret
    _, at_once = store.rotate(fresh.id, NOW + 20)
    assert not at_once.works_at(NOW + 20)


def test_a_revoked_key_stays_listed_and_cannot_be_rotated(store: KeyStore) -> None:
    made = store.create("course-1", ["analyze"], NOW)
    store.revoke(made.id, NOW + 1)

    assert [key.works_at(NOW + 1) for key in store.all()] == [False]
    with pytest.raises(KeyRefusedError, match="does not work any more"):
        store.rotate(made.id, NOW + 2)


@pytest.mark.parametrize("label", ["", "Course", "course 1", "a" * 41, "x=1", "cours\u00e9"])
def test_a_name_that_is_no_label_is_refused(store: KeyStore, label: str) -> None:
    with pytest.raises(KeyRefusedError, match="lower-case letters"):
        store.create(label, ["analyze"], NOW)


def test_two_keys_of_a_name_have_to_be_told_apart(store: KeyStore) -> None:
    store.create("course", ["analyze"], NOW)
    store.create("course", ["analyze"], NOW)

    with pytest.raises(KeyRefusedError, match="2 keys are called course"):
        store.revoke("course", NOW)
    with pytest.raises(KeyRefusedError, match="no key other"):
        store.revoke("other", NOW)


# Getting in

Make = Callable[..., Any]


@pytest.fixture
def verifications(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """The hashes that secrets were compared with."""
    seen: list[str | None] = []

    def counting(secret: str, kept: str | None) -> bool:
        seen.append(kept)
        return fits(secret, kept)

    monkeypatch.setattr(checking, "fits", counting)
    return seen


async def asked_with(client: httpx.AsyncClient, key: str | None) -> int:
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    if key is None:
        del client.headers["Authorization"]
    answer = await client.get("/usage", headers=headers)
    assert answer.status_code == 200 or answer.headers["content-type"] == "application/problem+json"
    return answer.status_code


async def test_an_unknown_id_costs_one_verification_like_a_wrong_secret(
    in_process: Make, verifications: list[str | None]
) -> None:
    gateway = await in_process()
    good = parse(gateway.key)
    assert good is not None
    wrong = shown(Offered(good.id, new_key().secret))

    assert await asked_with(gateway.client, shown(new_key())) == 401
    assert verifications == [None]
    assert await asked_with(gateway.client, wrong) == 401
    assert len(verifications) == 2
    assert verifications[1] is not None


async def test_a_verified_key_is_not_verified_again_at_every_request(
    in_process: Make, verifications: list[str | None]
) -> None:
    gateway = await in_process(key_check_seconds=0)

    for _ in range(3):
        assert await asked_with(gateway.client, gateway.key) == 200
    assert len(verifications) == 1


async def test_a_revoked_key_stops_working_when_its_row_is_read_again(in_process: Make) -> None:
    gateway = await in_process(key_check_seconds=0)
    good = parse(gateway.key)
    assert good is not None

    assert await asked_with(gateway.client, gateway.key) == 200
    gateway.store.revoke(good.id, int(time.time()))
    assert await asked_with(gateway.client, gateway.key) == 401


async def test_a_key_that_expires_meanwhile_does_not_live_on_in_memory(in_process: Make) -> None:
    gateway = await in_process(key_check_seconds=30)
    made = gateway.store.create("short", ["usage"], int(time.time()), int(time.time()) + 3600)
    services = gateway.app.state.services
    assert (await services.gate.enter(shown(made), "usage")).id == made.id

    services.gate._clock = lambda: time.time() + 3599.5
    services.gate._known[next(iter(services.gate._known))].read_again_at = time.time() + 9999
    services.gate._clock = lambda: time.time() + 3601
    with pytest.raises(checking.ProblemError) as refused:
        await services.gate.enter(shown(made), "usage")
    assert refused.value.kind.status == 401


async def test_without_a_key_the_answer_says_how_to_send_one(in_process: Make) -> None:
    gateway = await in_process()
    del gateway.client.headers["Authorization"]
    answer = await gateway.client.post("/analyze", json={"code": "x = 1\n"})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert "Authorization: Bearer" in answer.json()["detail"]


async def test_a_key_comes_in_by_its_own_header_too(in_process: Make) -> None:
    gateway = await in_process()
    del gateway.client.headers["Authorization"]

    assert (await gateway.client.get("/usage", headers={"X-API-Key": gateway.key})).status_code == 200


@pytest.mark.parametrize(
    ("scope", "path", "body"),
    [
        ("analyze", "/analyze", {"code": ""}),
        ("enrich", "/enrich", {"code": "", "line": 1}),
        ("debug", "/debug", {"traceback": "x"}),
        ("predict", "/predict", {"code": ""}),
        ("model", "/model", {"text": ""}),
        ("usage", "/usage", None),
        ("metrics", "/metrics", None),
        ("metrics", "/metrics/prometheus", None),
    ],
)
async def test_a_key_opens_what_it_was_made_for_and_nothing_else(
    in_process: Make, scope: str, path: str, body: dict[str, Any] | None
) -> None:
    gateway = await in_process()
    others = [other for other in SCOPES if other != scope]
    for scopes, refused in (([scope], False), (others, True)):
        key = shown(gateway.store.create("one", scopes, int(time.time())))
        method = "GET" if body is None else "POST"
        answer = await gateway.client.request(
            method, path, json=body, headers={"Authorization": f"Bearer {key}"}
        )
        assert (answer.status_code == 403) is refused, answer.text
        assert answer.status_code != 401


# The command


def test_keys_are_made_listed_rotated_and_revoked_at_the_command_line(
    database: str | None, tmp_path: Path
) -> None:
    data = tmp_path / "gateway"
    where = [] if database is None else ["--database", database]

    made = meno(
        data, "keys", "create", "--name", "lab", "--scope", "analyze", "--expires", "90d", "--json", *where
    )
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    assert parse(told["key"]) is not None
    listed = meno(data, "keys", "list", "--json", *where)
    assert told["key"].rpartition("_")[2] not in listed.stdout
    assert [(key["name"], key["state"], key["scopes"]) for key in json.loads(listed.stdout)] == [
        ("lab", "works", ["analyze"])
    ]
    rotated = meno(data, "keys", "rotate", "lab", "--grace", "2d", *where)
    assert rotated.returncode == 0, rotated.stderr
    assert parse(rotated.stdout.strip()) is not None
    assert "not shown again" in rotated.stderr
    revoked = meno(data, "keys", "revoke", told["id"], *where)
    assert (revoked.returncode, told["id"] in revoked.stdout) == (0, True)
    states = sorted(key["state"] for key in json.loads(meno(data, "keys", "list", "--json", *where).stdout))
    assert states == ["revoked", "works"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("create", "--name", "Anna Example"), "lower-case letters"),
        (("create", "--name", "lab", "--scope", "everything"), "everything is no scope"),
        (("create", "--name", "lab", "--expires", "soon"), "soon is no time to come"),
        (("create", "--name", "lab", "--expires", "2001-01-01"), "no time to come"),
        (("rotate", "lab", "--grace", "x"), "x is no span"),
        (("revoke", "lab"), "There is no key lab"),
        (("list", "--database", "mysql://root@localhost/x"), "not understood"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    refused = meno(tmp_path / "gateway", "keys", *arguments)

    assert refused.returncode == 2
    assert sentence in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


def test_the_folder_and_the_file_are_for_their_owner_only(tmp_path: Path) -> None:
    data = tmp_path / "gateway"
    assert meno(data, "keys", "create", "--name", "lab").returncode == 0

    assert data.stat().st_mode & 0o077 == 0
    files = [path for path in data.rglob("*") if path.is_file()]
    assert files
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)
