"""What is done with the tables, wherever they lie: events in, everything out, everything gone.

Nothing here raises for a database that is locked, full, read-only, damaged or out of reach: what cannot be
done is left undone, with one sentence in `told`. `sqlite_store.py` opens the file that is the default, and
`postgresql_store.py` a server's database. Guarded by tests/history/test_store.py and test_postgresql.py.
"""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import TypeVar

from sqlalchemy import Connection, delete, select
from sqlalchemy.orm import Session

from meno_server.history import migrating
from meno_server.history.events import Count, Event, Kept, Layer, Outcome, is_pattern
from meno_server.history.profile import with_chances, with_event
from meno_server.history.schema import CountRow, EventRow

T = TypeVar("T")

RETENTION_DAYS = 180
_NOT_KEPT = "What you learn cannot be added to your history now ({reason}); everything else goes on."
_NOT_READ = "Your history cannot be read now ({reason}). Try again in a moment."


class ForeignTablesError(Exception):
    """The tables are not of this Meno, nor of an older one."""


class Store(ABC):
    """The history in one place. `told` collects sentences for the learner."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def add(
        self,
        events: Iterable[Event],
        reverted: Iterable[Event] = (),
        today: int | None = None,
        chances: Mapping[str, int] | None = None,
    ) -> bool:
        """Keeps events; each of `reverted` is one that was kept before, as mended, and did not last.

        `chances` says of patterns how many places more went well; it counts for those that are known.
        """
        day = today if today is not None else date.today().toordinal()
        batch, taken_back = list(events), list(reverted)

        def write(session: Session) -> bool:
            for one in batch:
                session.add(_row(one))
                _count(session, one)
            session.flush()
            for one in taken_back:
                _take_back(session, one)
            for pattern, places in (chances or {}).items():
                _went_well(session, pattern, places, day)
            session.execute(delete(EventRow).where(EventRow.day < day - RETENTION_DAYS))
            return True

        return self._do(write, _NOT_KEPT, writes=True) or False

    def read(self) -> Kept | None:
        """Everything that is kept, oldest first; None if it cannot be read now."""
        return self._do(_read, _NOT_READ)

    @abstractmethod
    def forget(self) -> bool:
        """Leaves nothing of what was kept; False, with a sentence, if that cannot be done now."""

    @abstractmethod
    def _do(self, work: Callable[[Session], T], trouble: str, *, writes: bool = False) -> T | None:
        """Does a piece of work in a transaction, on tables that are as this Meno knows them."""


def migrate(connection: Connection) -> None:
    """Brings the tables up to date, in the caller's transaction; `ForeignTablesError` for others' tables."""
    found = migrating.state(connection)
    if found is migrating.State.FOREIGN:
        raise ForeignTablesError
    if found is migrating.State.OLD:
        migrating.upgrade(connection)


def _row(one: Event) -> EventRow:
    return EventRow(
        day=one.day,
        pattern=one.pattern,
        layer=int(one.layer),
        hint_level=one.hint_level,
        outcome=one.outcome.value,
        duration=one.duration,
        opportunities=one.opportunities,
        project=one.project,
    )


def _count(session: Session, one: Event) -> None:
    row = session.get(CountRow, one.pattern)
    known = Count(row.slips, row.opportunities, row.day) if row is not None else None
    count = with_event(known, one)
    if row is None:
        row = CountRow(pattern=one.pattern)
        session.add(row)
    row.slips, row.opportunities, row.day = float(count.slips), float(count.opportunities), count.day


def _went_well(session: Session, pattern: str, places: int, day: int) -> None:
    row = session.get(CountRow, pattern)
    if row is not None:
        count = with_chances(Count(row.slips, row.opportunities, row.day), places, day)
        row.slips, row.opportunities, row.day = count.slips, count.opportunities, count.day


def _take_back(session: Session, one: Event) -> None:
    """Events that are equal cannot be told apart and need not be: the latest of them did not last."""
    wanted = _row(one)
    columns = [column.key for column in EventRow.__table__.columns if column.key != "id"]
    same = [getattr(EventRow, name) == getattr(wanted, name) for name in columns]
    found = session.scalars(select(EventRow).where(*same).order_by(EventRow.id.desc()).limit(1)).first()
    if found is not None:
        found.outcome = Outcome.REVERTED.value


def _read(session: Session) -> Kept:
    events = []
    for row in session.scalars(select(EventRow).order_by(EventRow.day, EventRow.id)):
        with contextlib.suppress(ValueError):  # a pattern that another version knew
            events.append(
                Event(
                    row.day,
                    row.pattern,
                    Layer(row.layer),
                    row.hint_level,
                    Outcome(row.outcome),
                    row.duration,
                    row.opportunities,
                    row.project,
                )
            )
    counts = [
        (row.pattern, Count(row.slips, row.opportunities, row.day))
        for row in session.scalars(select(CountRow).order_by(CountRow.pattern))
        if is_pattern(row.pattern)
    ]
    return Kept(tuple(events), tuple(counts))


def empty(session: Session) -> bool:
    """Deletes all rows."""
    session.execute(delete(EventRow))
    session.execute(delete(CountRow))
    return True
