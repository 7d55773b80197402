"""A history in a real PostgreSQL: the same as in a file, and nobody is disturbed when the server is ill."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, NullPool, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from history.test_migrations import BAD, GOOD
from history.test_store import TODAY, event
from meno_analyzers.findings import Category
from meno_analyzers.rules import RULES
from meno_server.history import migrating
from meno_server.history.events import Outcome
from meno_server.history.postgresql_store import PostgresqlStore
from meno_server.history.schema import Base
from meno_server.history.store import RETENTION_DAYS
from meno_server.settings import Settings
from postgresql import Server

COLUMNS = "id, day, pattern, layer, hint_level, outcome, duration, opportunities, project"


@pytest.fixture
def address(postgresql: str) -> str:
    return postgresql.replace("+psycopg", "")


@pytest.fixture
def store(address: str) -> PostgresqlStore:
    return PostgresqlStore(address)


@pytest.fixture
def engine(postgresql: str) -> Iterator[Engine]:
    made = create_engine(postgresql, poolclass=NullPool)
    yield made
    made.dispose()


def tables(server: Server, address: str) -> str:
    """What pg_dump says of the tables, but for its own words and the table that counts steps."""
    lines = server.dump(str(make_url(address).database)).splitlines()
    kept = [line for line in lines if line and not line.startswith(("--", "\\", "SET ", "SELECT "))]
    kept = [line for line in kept if line not in migrating.REVISIONS]
    return "\n".join(line for line in kept if "alembic" not in line and "version_num" not in line)


def test_what_is_added_is_read_again_by_another(store: PostgresqlStore, address: str) -> None:
    events = [event(), event(pattern="model/KeyError"), event(pattern="run/IndexError")]

    assert store.add(events, today=TODAY)
    kept = PostgresqlStore(address).read()
    assert kept is not None
    assert list(kept.events) == events
    assert dict(kept.counts)["ME301"].slips == 1
    assert store.told == []


def test_an_empty_database_is_an_empty_history(store: PostgresqlStore) -> None:
    kept = store.read()

    assert kept is not None
    assert kept.events == ()
    assert store.forget()


def test_old_events_go_and_a_repair_that_did_not_last_is_taken_back(store: PostgresqlStore) -> None:
    mended = event(outcome=Outcome.FIXED_UNAIDED)
    store.add([event(TODAY - RETENTION_DAYS - 1), mended], today=TODAY)
    store.add([], [mended], today=TODAY)

    kept = store.read()
    assert kept is not None
    assert [one.outcome for one in kept.events] == [Outcome.REVERTED]


def test_deleting_leaves_nothing(store: PostgresqlStore, address: str, postgresql_server: Server) -> None:
    store.add([event(pattern="run/RecursionError")] * 20, today=TODAY)

    assert store.forget()
    rows = [line for line in tables(postgresql_server, address).splitlines() if line.startswith("COPY")]
    assert len(rows) == 2
    assert "739000" not in postgresql_server.dump(str(make_url(address).database))


def test_writers_at_once_lose_nothing_even_on_an_empty_database(address: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda _: PostgresqlStore(address).add([event()] * 5, today=TODAY), range(8)))

    assert all(done)
    kept = PostgresqlStore(address).read()
    assert kept is not None
    assert len(kept.events) == 40
    assert dict(kept.counts)["ME301"].slips == 40


def test_learners_who_share_a_database_never_meet(
    store: PostgresqlStore, address: str, engine: Engine
) -> None:
    with engine.begin() as connection:
        name = connection.execute(text("SELECT current_database()")).scalar()
        connection.execute(text("DROP ROLE IF EXISTS anna"))
        connection.execute(text("CREATE ROLE anna LOGIN"))
        connection.execute(text(f'GRANT CREATE ON DATABASE "{name}" TO anna'))
    hers = PostgresqlStore(address.replace("meno@", "anna@"))
    store.add([event()], today=TODAY)
    hers.add([event(pattern="ME101")], today=TODAY)

    kept = hers.read()
    assert kept is not None
    assert [one.pattern for one in kept.events] == ["ME101"]
    assert hers.forget()
    left = store.read()
    assert left is not None
    assert [one.pattern for one in left.events] == ["ME301"]
    with engine.begin() as connection:
        connection.execute(text("DROP OWNED BY anna CASCADE"))
        connection.execute(text("DROP ROLE anna"))


def test_a_server_that_is_gone_costs_a_sentence_and_comes_back(
    store: PostgresqlStore, postgresql_server: Server
) -> None:
    store.add([event()], today=TODAY)
    postgresql_server.stop()
    assert not store.add([event()], today=TODAY)
    assert store.read() is None
    assert not store.forget()
    postgresql_server.start()

    assert store.add([event()], today=TODAY)
    assert store.told[0] == (
        "What you learn cannot be added to your history now (the server cannot be reached, or does not let "
        "you in; check the address, the account, and the password in ~/.pgpass); everything else goes on."
    )
    assert len(store.told) == 3


@pytest.mark.parametrize("change", [("meno@/", "nobody-at-all@/"), ("/test_", "/no_such_")])
def test_an_address_that_is_wrong_costs_a_sentence(address: str, change: tuple[str, str]) -> None:
    store = PostgresqlStore(address.replace(*change))

    assert store.read() is None
    (sentence,) = store.told
    assert sentence.startswith("Your history cannot be read now (the server cannot be reached, or does not")
    assert "~/.pgpass" in sentence


def test_tables_of_a_newer_meno_are_left_alone(store: PostgresqlStore, engine: Engine) -> None:
    store.add([event()], today=TODAY)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    assert not store.add([event(pattern="ME101")], today=TODAY)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT pattern FROM events")).scalars().all() == ["ME301"]
    assert "update Meno" in store.told[0]


def test_all_steps_up_make_what_the_schema_says_and_all_down_leave_nothing(
    postgresql: str, postgresql_server: Server, engine: Engine
) -> None:
    with engine.begin() as connection:
        migrating.upgrade(connection)
        assert migrating.state(connection) is migrating.State.CURRENT
    stepped = tables(postgresql_server, postgresql)
    with engine.begin() as connection:
        migrating.downgrade(connection)
    assert "TABLE" not in tables(postgresql_server, postgresql)
    with engine.begin() as connection:
        Base.metadata.create_all(connection)

    assert stepped == tables(postgresql_server, postgresql)
    assert "pattern_is_ours" in stepped


@pytest.mark.parametrize(("column", "value"), [one for one in BAD if isinstance(one[1], str | int)])
def test_the_tables_refuse_every_text_that_is_not_ours(
    store: PostgresqlStore, engine: Engine, column: int, value: object
) -> None:
    store.add([], today=TODAY)
    row = [2, *GOOD[1:]]
    row[column] = value
    names = [f":v{number}" for number in range(len(row))]
    insert = text(f"INSERT INTO events ({COLUMNS}) VALUES ({', '.join(names)})")
    with pytest.raises(DBAPIError), engine.begin() as connection:
        connection.execute(insert, {f"v{number}": given for number, given in enumerate(row)})


def test_every_rule_and_category_has_a_place(store: PostgresqlStore) -> None:
    patterns = [*RULES, *(f"{prefix}{category}" for prefix in ("model/", "run/") for category in Category)]

    assert store.add([event(pattern=pattern) for pattern in patterns], today=TODAY)


@pytest.mark.parametrize(
    "address",
    ["postgresql://anna:secret@host/meno", "postgresql://host/meno?password=secret", "mysql://host/meno"],
)
def test_a_setting_with_a_password_or_for_another_server_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"pgpass|pattern"):
        Settings(history_database=address)
