"""The steps make the tables that the schema says, and take them away again."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine
from sqlalchemy.exc import IntegrityError

from meno_analyzers.findings import Category
from meno_analyzers.rules import RULES
from meno_server.history import migrating
from meno_server.history.events import Event, Layer, Outcome, is_pattern
from meno_server.history.schema import Base


def tables(connection: Connection) -> dict[str, str]:
    rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
    return {name: " ".join(sql.split()) for name, sql in rows if name != "alembic_version"}


def test_all_steps_up_make_what_the_schema_says_and_all_down_leave_nothing(tmp_path: Path) -> None:
    stepped = create_engine(f"sqlite:///{tmp_path / 'stepped'}", poolclass=NullPool)
    at_once = create_engine(f"sqlite:///{tmp_path / 'at-once'}", poolclass=NullPool)
    Base.metadata.create_all(at_once)
    with stepped.begin() as connection, at_once.begin() as wanted:
        assert migrating.state(connection) is migrating.State.OLD
        migrating.upgrade(connection)
        assert migrating.state(connection) is migrating.State.CURRENT
        assert tables(connection) == tables(wanted)
        assert set(tables(connection)) == {"events", "counts"}

        migrating.downgrade(connection)
        assert tables(connection) == {}
        migrating.upgrade(connection)
        assert tables(connection) == tables(wanted)


def test_the_list_of_steps_is_complete() -> None:
    script = ScriptDirectory(str(Path(migrating.__file__).parent / "migrations"))

    assert tuple(step.revision for step in reversed(list(script.walk_revisions()))) == migrating.REVISIONS


GOOD = (1, 739000, "ME301", 1, 0, "ignored", 0, 1, 7)


BAD: list[tuple[int, object]] = [
    (1, "2026-11-22"),
    (1, 739000.5),
    (2, "total_price"),
    (2, "ME3011"),
    (2, "model/total_price"),
    (2, "run/MyError"),
    (3, "lesson.py"),
    (4, b"code"),
    (5, "fixed by Anna"),
    (6, "12:30"),
    (7, 0),
    (8, "/home/anna/homework"),
    (8, 2**31),
    (8, None),
]


@pytest.mark.parametrize(("column", "value"), BAD)
def test_the_tables_refuse_every_text_that_is_not_ours(tmp_path: Path, column: int, value: object) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'it'}", poolclass=NullPool)
    insert = f"INSERT INTO events VALUES ({', '.join('?' * len(GOOD))})"
    with engine.begin() as connection:
        migrating.upgrade(connection)
        connection.exec_driver_sql(insert, GOOD)
    row = [2, *GOOD[1:]]
    row[column] = value
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.exec_driver_sql(insert, tuple(row))


def test_every_rule_and_category_has_a_place_and_nothing_else(tmp_path: Path) -> None:
    patterns = [*RULES, *(f"{prefix}{category}" for prefix in ("model/", "run/") for category in Category)]
    engine = create_engine(f"sqlite:///{tmp_path / 'it'}", poolclass=NullPool)
    with engine.begin() as connection:
        migrating.upgrade(connection)
        for number, pattern in enumerate(patterns):
            assert is_pattern(pattern)
            connection.exec_driver_sql(
                f"INSERT INTO events VALUES ({', '.join('?' * len(GOOD))})",
                (number, *GOOD[1:2], pattern, *GOOD[3:]),
            )
    for other in ("", "ME999", "total_price", "model/", "run/KeyErrors", "model/ME301"):
        with pytest.raises(ValueError, match="no event"):
            Event(739000, other, Layer.RULES, 0, Outcome.IGNORED, 0, 1, 7)
