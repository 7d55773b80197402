"""The steps make the tables that the schema says, on both databases, and take them away again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, NullPool, create_engine, inspect
from sqlalchemy.exc import DBAPIError

from meno_server.gateway import migrating
from meno_server.gateway.database import Database, DatabaseError
from meno_server.gateway.keys.values import SCOPES
from meno_server.gateway.schema import Base
from meno_server.gateway.usage_values import ENDPOINTS


@pytest.fixture
def engine(database: str | None, tmp_path: Path) -> Iterator[Engine]:
    made = create_engine(database or f"sqlite:///{tmp_path / 'it'}", poolclass=NullPool)
    yield made
    made.dispose()


def form(connection: Connection) -> dict[str, object]:
    """All that an inspection tells of our tables."""
    found = inspect(connection)
    return {
        table: (
            [
                (column["name"], str(column["type"]), column["nullable"])
                for column in found.get_columns(table)
            ],
            sorted((check["name"] or "", check["sqltext"]) for check in found.get_check_constraints(table)),
            found.get_pk_constraint(table)["constrained_columns"],
            [(key["constrained_columns"], key["referred_table"]) for key in found.get_foreign_keys(table)],
        )
        for table in found.get_table_names()
        if table != migrating.VERSIONS
    }


def test_all_steps_up_make_what_the_schema_says_and_all_down_leave_nothing(engine: Engine) -> None:
    with engine.begin() as connection:
        assert migrating.state(connection) is migrating.State.OLD
        migrating.upgrade(connection)
        assert migrating.state(connection) is migrating.State.CURRENT
        stepped = form(connection)
        migrating.downgrade(connection)
        assert form(connection) == {}
        Base.metadata.create_all(connection)
        assert form(connection) == stepped
        assert set(stepped) == {"keys", "key_scopes", "usage"}


def test_up_again_after_down_is_current(engine: Engine) -> None:
    with engine.begin() as connection:
        migrating.upgrade(connection)
        migrating.downgrade(connection)
        migrating.upgrade(connection)
        assert MigrationContext.configure(
            connection, opts={"version_table": migrating.VERSIONS}
        ).get_current_heads() == (migrating.REVISIONS[-1],)


def test_the_list_of_steps_is_complete() -> None:
    script = ScriptDirectory(str(Path(migrating.__file__).parent / "migrations"))

    assert tuple(step.revision for step in reversed(list(script.walk_revisions()))) == migrating.REVISIONS


KEY = "INSERT INTO keys VALUES ({})"
HASH = "'$argon2id$v=19$m=19456,t=2,p=1$mG5OK4wKRm6kRv417D5pw$k6Sx9jj7ib4iVlUt7obGDdnGmwN96dGaOQ047iQ'"
GOOD_KEY = ["'abcdefghij12'", "'course-1'", HASH, "1795358755", "NULL", "NULL"]
USAGE = "INSERT INTO usage VALUES ({})"
GOOD_USAGE = ["739000", "'abcdefghij12'", "'analyze'", "1", "0", "0", "12", "2000"]


def test_the_tables_take_what_is_ours(engine: Engine) -> None:
    with engine.begin() as connection:
        migrating.upgrade(connection)
        connection.exec_driver_sql(KEY.format(", ".join(GOOD_KEY)))
        for scope in SCOPES:
            connection.exec_driver_sql(f"INSERT INTO key_scopes VALUES ('abcdefghij12', '{scope}')")
        for endpoint in ENDPOINTS:
            row = [*GOOD_USAGE[:2], f"'{endpoint}'", *GOOD_USAGE[3:]]
            connection.exec_driver_sql(USAGE.format(", ".join(row)))


@pytest.mark.parametrize(
    ("insert", "good", "column", "value"),
    [
        (KEY, GOOD_KEY, 0, "'def total():'"),
        (KEY, GOOD_KEY, 0, "'abc'"),
        (KEY, GOOD_KEY, 1, "'total_price'"),
        (KEY, GOOD_KEY, 1, "'Anna Example'"),
        (KEY, GOOD_KEY, 1, "''"),
        (KEY, GOOD_KEY, 2, "'print(1)'"),
        (KEY, GOOD_KEY, 3, "-1"),
        (KEY, GOOD_KEY, 3, "'code'"),
        (KEY, GOOD_KEY, 4, "'code'"),
        (USAGE, GOOD_USAGE, 0, "0"),
        (USAGE, GOOD_USAGE, 1, "'total_price'"),
        (USAGE, GOOD_USAGE, 2, "'def f(): pass'"),
        (USAGE, GOOD_USAGE, 4, "'x = 1'"),
        (USAGE, GOOD_USAGE, 7, "NULL"),
    ],
)
def test_the_tables_refuse_every_text_that_is_not_ours(
    engine: Engine, insert: str, good: list[str], column: int, value: str
) -> None:
    with engine.begin() as connection:
        migrating.upgrade(connection)
    row = list(good)
    row[column] = value
    with pytest.raises(DBAPIError), engine.begin() as connection:
        connection.exec_driver_sql(insert.format(", ".join(row)))


def test_tables_of_somebody_else_are_left_alone(database: str | None, engine: Engine, tmp_path: Path) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE keys (door varchar(9))")
    ours = Database(database or f"sqlite:///{tmp_path / 'it'}", tmp_path)
    with pytest.raises(DatabaseError, match="not of this Meno"):
        ours.prepare()
    ours.close()
    with engine.begin() as connection:
        assert inspect(connection).get_table_names() == ["keys"]
