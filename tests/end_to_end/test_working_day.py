"""A working day of editing, and then every column of every table: nothing of anybody's own is in it."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine, inspect, make_url, text

from end_to_end.test_history import HINTS, Learner, learners
from meno_server.history.events import Outcome, is_pattern
from postgresql import Server

__all__ = ["HINTS", "learners"]  # a fixture

FILES = 18
OUTCOMES = {str(outcome) for outcome in Outcome}


class Day:
    """Programs with slips in them, written with words that are found again wherever they go."""

    def __init__(self) -> None:
        self._numbers = random.Random(7)
        self.words: list[str] = []

    def word(self) -> str:
        """A word that nobody else has."""
        self.words.append("zq" + "".join(self._numbers.choices(string.ascii_lowercase, k=9)))
        return self.words[-1]

    def program(self) -> tuple[str, str, str]:
        """A program with a slip on its last line, that line, and the line without the slip."""
        name, function, told = self.word(), self.word(), self.word()
        head = (
            f'"""{self.word()} {self.word()}"""\n# {self.word()}@{self.word()}.example\n'
            f"def {function}({self.word()}):\n    return '{self.word()}'\n\n\n{name} = ['{told}']\n"
        )
        return self._numbers.choice(
            [
                (head, f"print({name}s)", f"print({name})"),
                (head, f"print({name}.lenght)", f"print(len({name}))"),
                (head, f"print('{told}' + 1)", f"print('{told}')"),
                (head, f"if {name} = 3: print(1)", f"if {name} == 3: print(1)"),
            ]
        )


class Editing:
    """One file, from its opening to its end."""

    def __init__(self, learner: Learner, uri: str, head: str) -> None:
        self.learner, self.uri, self.line = learner, uri, head.count("\n")
        self.learner.version = 1
        self.since = learner.wire.count()
        learner.wire.open(head, uri)
        learner.wire.diagnostics(1, since=self.since)

    def write(
        self, lines: int, text: str, wanted: Callable[[list[Any]], bool] = lambda _: True
    ) -> list[dict[str, Any]]:
        """Puts a text in the place of so many lines at the end of the head, and saves."""
        self.learner.version += 1
        since = self.learner.wire.count()
        self.learner.wire.change(
            self.learner.version, (self.line, 0), (self.line + lines, 0), f"{text}\n", self.uri
        )
        found = self.learner.wire.diagnostics(self.learner.version, wanted, since)
        self.learner.save(self.uri)
        return found


def work(learner: Learner, day: Day, folder: Path) -> None:
    """Opens, slips, asks or not, mends or not, saves and closes, file after file."""
    for number in range(FILES):
        head, slip, mended = day.program()
        file = Editing(learner, (folder / day.word() / f"{day.word()}.py").as_uri(), head)
        learner.save(file.uri)  # looked at: what comes now was made here
        found = file.write(0, slip, bool)
        learner.until_watched(len(found))
        if number % 3 == 1:
            learner.do("meno.nextHint", file.uri, found[0]["data"]["fingerprint"])
        if number % 3 == 2 and found[0]["code"] != "ME005":
            file.write(1, f"{slip}  # meno: ok {found[0]['code']} {day.word()}")
        elif number % 6 != 3:
            file.write(1, mended, lambda found: not found)
        learner.close(file.uri)
        learner.until_watched(0)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("place", ["a file", "PostgreSQL"])
def test_after_a_working_day_no_column_and_no_byte_holds_a_word_of_the_learners(
    learners: Callable[..., Learner], tmp_path: Path, place: str, request: pytest.FixtureRequest
) -> None:
    address = None
    settings: dict[str, object] = {}
    if place == "PostgreSQL":
        address = request.getfixturevalue("postgresql")
        settings = {"history": {"database": address.replace("+psycopg", "")}}
    learner, day = learners(settings), Day()
    work(learner, day, tmp_path / day.word())
    patterns = learner.patterns()["patterns"]
    learner.wire.stop()

    assert len(patterns) >= 3
    engine = create_engine(address or f"sqlite:///{learner.folder / 'history.sqlite'}", poolclass=NullPool)
    rows = {}
    with engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            rows[table] = [dict(row) for row in connection.execute(text(f"SELECT * FROM {table}")).mappings()]
    engine.dispose()
    assert set(rows) == {"events", "counts", "alembic_version"}
    assert FILES // 2 <= len(rows["events"]) <= FILES * 2
    assert {row["outcome"] for row in rows["events"]} == OUTCOMES - {"reverted"}
    for row in [*rows["events"], *rows["counts"]]:
        texts = {name: value for name, value in row.items() if isinstance(value, str)}
        assert is_pattern(texts.pop("pattern"))
        assert set(texts.values()) <= OUTCOMES
    everything = _bytes(learner.folder, address, request)
    assert b"ME101" in everything, "what is kept would be found"
    assert [word for word in day.words if word.encode() in everything.lower()] == []
    assert not re.search(rb"zq[a-z]{9}", everything)


def _bytes(folder: Path, address: str | None, request: pytest.FixtureRequest) -> bytes:
    """Every byte of the folder; with a server, its dump too."""
    files = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    if address is not None:
        server: Server = request.getfixturevalue("postgresql_server")
        files.append(server.dump(str(make_url(address).database)).encode())
    return b"\n".join(files)
