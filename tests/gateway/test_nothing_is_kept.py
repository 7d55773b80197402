"""No code is kept: after a session full of telling names, none of them is in a table, a file or a log.

Every column of every table is read, every byte below the gateway's folders, with the files of SQLite and
PostgreSQL among them, a dump of PostgreSQL, and what the gateway printed. That the search would find a name
is tried on a name that is meant to be kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import NullPool, create_engine, inspect, text

from gateway.running import Running, meno
from postgresql import Server
from tutor.scripted_server import ScriptedServer, fails, says

NAMES = tuple(
    f"{word}_zq7x"
    for word in (
        "grandmothers_recipe my_secret_diary password_of_anna patient_number the_comment a_string_value "
        "learners_own_words traceback_value file_of_the_exam field_nobody_knows question_of_the_tutor"
    ).split()
)
RECIPE, DIARY, PASSWORD, PATIENT, COMMENT, STRING, WORDS, VALUE, FILE, FIELD, QUESTION = NAMES
CODE = (
    f"# {COMMENT}\ndef {RECIPE}({PATIENT}):\n    {DIARY} = 0\n    for {PASSWORD} in {PATIENT}:\n"
    f"        {DIARY} =+ {PASSWORD}\n        return {DIARY}\n\n\nprint({RECIPE}([1, 2]), '{STRING}')\n"
)
TESTS = f"from {FILE} import {RECIPE}\n\n\ndef test_it():\n    assert {RECIPE}([1, 2]) == 3\n"
TRACEBACK = (
    f'Traceback (most recent call last):\n  File "/home/anna/{FILE}.py", line 9, in <module>\n'
    f"    print({RECIPE}([1, 2]), '{STRING}')\nKeyError: '{VALUE}'\n"
)
REPLY = {
    "level": 3,
    "finding_id": "ME211",
    "observation": f"Each turn gives `{DIARY}` a new value.",
    "question": f"What is in `{DIARY}` after the second turn of {QUESTION}?",
    "why_it_matters": "A name holds one value at a time.",
    "try_next": f"Put `print({DIARY})` at the end of the loop and run it.",
    "confidence": 0.8,
    "cites_lines": [5],
}
LABEL = "kept-on-purpose-zq7x"


@pytest.fixture
def tutor() -> Iterator[ScriptedServer]:
    running = ScriptedServer()
    running.script = [says(json.dumps(REPLY)), fails(500), says(f"no JSON about {DIARY}")]
    yield running
    running.stop()


def a_session(client: httpx.Client) -> None:
    """Everything that can be sent, answered well and badly."""
    statuses = set()

    def post(path: str, **options: object) -> None:
        statuses.add(client.post(path, **options).status_code)  # type: ignore[arg-type]

    for _ in range(2):
        post("/analyze", json={"code": CODE})
    post("/analyze", json={"code": CODE + "(", "model": False})
    post("/analyze", json={FIELD: CODE})
    post("/analyze", content=CODE.encode())
    post("/analyze?" + FIELD, content=b"{" + CODE.encode(), headers={"content-type": "application/json"})
    post("/model", json={"text": CODE})
    post("/predict", json={"code": CODE * 4})
    for _ in range(3):
        turns = [{"speaker": "tutor", "text": "?"}, {"speaker": "learner", "text": WORDS}]
        post("/enrich", json={"code": CODE, "line": 5, "turns": turns})
    post("/enrich", json={"code": CODE, "line": 5, "fallback": False})
    named = {"Idempotency-Key": "one-of-ours"}
    debug = {"traceback": TRACEBACK, "files": {f"{FILE}.py": CODE}}
    for _ in range(2):
        post("/debug", json=debug, headers=named)
    post("/debug", json={**debug, "level": 4}, headers=named)
    post("/debug", json={"run": True, "files": {f"{FILE}.py": CODE, "test_it.py": TESTS}})
    post(f"/{FILE}", json={})
    client.get(f"/usage?key={FILE}")
    client.get("/usage")
    assert {200, 404, 422} <= statuses
    assert 500 not in statuses


def found_in(data: bytes) -> list[str]:
    return [name for name in (*NAMES, LABEL) if name.encode() in data or name.encode("utf-16-le") in data]


def of_files(folder: Path) -> set[str]:
    """The names in the bytes of every file below a folder, and in their paths."""
    found: set[str] = set()
    for path in folder.rglob("*"):
        found.update(found_in(str(path).encode()))
        if path.is_file():
            found.update(found_in(path.read_bytes()))
    return found


def of_tables(address: str) -> set[str]:
    """The names in every column of every table."""
    engine = create_engine(address, poolclass=NullPool)
    found: set[str] = set()
    rows = 0
    with engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):
                rows += 1
                found.update(name for value in row for name in found_in(str(value).encode()))
    engine.dispose()
    assert rows > 5, "there was something to be read"
    return found


def test_after_a_session_full_of_telling_names_none_of_them_is_anywhere(
    database: str | None,
    request: pytest.FixtureRequest,
    serve: Callable[..., Running],
    tutor: ScriptedServer,
    tmp_path: Path,
) -> None:
    for place in ("temporary", "home"):
        (tmp_path / place).mkdir()
    environment = {
        "TMPDIR": str(tmp_path / "temporary"),
        "HOME": str(tmp_path / "home"),
        "XDG_DATA_HOME": str(tmp_path / "home/data"),
        "MENO_GATEWAY_TUTOR_PROVIDER": "compatible",
        "MENO_GATEWAY_TUTOR_BASE_URL": tutor.url,
        "MENO_TUTOR_API_KEY": "sk-meno-test-0123456789",
        "NO_PROXY": "127.0.0.1",
        "MENO_GATEWAY_RUN_CODE": "true",
    }
    if database is not None:
        environment["MENO_GATEWAY_DATABASE"] = database
    gateway = serve("--workers", "1", **environment).until_ready()
    assert meno(gateway.data, "keys", "create", "--name", LABEL, **environment).returncode == 0
    with gateway.client("analyze", "model", "predict", "enrich", "debug", "usage") as client:
        a_session(client)
        assert tutor.bodies, "the tutor was asked, too"
        assert DIARY in json.dumps(tutor.bodies[0])
    log = gateway.log
    assert gateway.stop() == 0

    assert found_in(log.encode()) == []
    assert of_files(tmp_path) == ({LABEL} if database is None else set())
    address = database or f"sqlite:///{gateway.data / 'gateway.sqlite'}"
    assert of_tables(address) == {LABEL}
    if database is not None:
        server: Server = request.getfixturevalue("postgresql_server")
        name = database.partition("?")[0].rpartition("/")[2]
        assert set(found_in(server.dump(name).encode())) == {LABEL}
        server.stop()  # so that everything is written, its log of changes as well
        try:
            assert of_files(server.folder) == {LABEL}
        finally:
            server.start()
