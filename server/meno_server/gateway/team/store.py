"""The team view's tables: what was given in the running week, and what was told of weeks that are over.

Who has given is a number that only the week's own secret makes of a key, so that no two weeks can be joined.
When a week is told, once, its secret and everything that was given go in the same transaction. Methods block.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from meno_server.gateway.database import Database
from meno_server.gateway.schema import GiftRow, TeamWeekRow, ToldRow
from meno_server.gateway.team.privacy import ENDINGS, Cell, Mechanism

DAYS = 7
GRACE_SECONDS = 12 * 3600
"""A week is told so long after its last second in UTC, when it is over everywhere."""
_DAY_SECONDS = 86_400
_FIRST_DAY = 719_163  # 1970-01-01 as an ordinal


class WeekIsOverError(Exception):
    """The week has been told; nothing can be added to it."""


@dataclass(frozen=True, slots=True)
class Stumble:
    """One pattern that a learner stumbled over in a week, and how it ended for them."""

    pattern: str
    ending: str


def monday(now: float) -> int:
    """The Monday of the week in UTC that holds a second since 1970, as an ordinal."""
    day = _FIRST_DAY + int(now // _DAY_SECONDS)
    return day - (day - 1) % DAYS


def told_from(week: int) -> int:
    """From which second since 1970 on a week may be told."""
    return (week + DAYS - _FIRST_DAY) * _DAY_SECONDS + GRACE_SECONDS


class TeamStore:
    """The tables of one gateway's team."""

    def __init__(self, database: Database, mechanism: Mechanism) -> None:
        self._database, self.mechanism = database, mechanism

    def give(self, key_id: str, week: int, stumbles: Sequence[Stumble], now: float) -> int:
        """Takes what one learner gives of a week, in the place of what they gave of it before; returns how
        many of the stumbles count. Raises WeekIsOverError, whether or not anybody has given of that week."""
        if told_from(week) <= now:
            raise WeekIsOverError
        kept = list({one.pattern: one for one in stumbles}.values())[: self.mechanism.places]

        def work(session: Session) -> int:
            _begin(session, week)
            row = session.get_one(TeamWeekRow, week, with_for_update=True)
            if row.secret is None:
                raise WeekIsOverError
            giver = _giver(row.secret, key_id)
            session.execute(delete(GiftRow).where(GiftRow.week == week, GiftRow.giver == giver))
            for place, one in enumerate(kept):
                session.add(
                    GiftRow(week=week, giver=giver, place=place, pattern=one.pattern, ending=one.ending)
                )
            return len(kept)

        return self._database.do(work)

    def tell(self, now: float) -> None:
        """Tells all weeks that are over and were not told yet, each once, and forgets what was given."""
        uniform = secrets.SystemRandom().random

        def work(session: Session) -> bool:
            told = False
            waiting = select(TeamWeekRow).where(TeamWeekRow.secret.is_not(None)).with_for_update()
            for row in session.scalars(waiting).all():
                if told_from(row.week) > now:
                    continue
                cells = _cells(session, row.week, self.mechanism.places)
                for pattern, cell in self.mechanism.told(cells, uniform).items():
                    session.add(_told_row(row.week, pattern, cell))
                session.execute(delete(GiftRow).where(GiftRow.week == row.week))
                row.secret, told = None, True
            return told

        if self._database.do(work):
            self._database.forget_traces()

    def weeks(self, most: int, now: float) -> dict[int, dict[str, Cell]]:
        """What was told of the last weeks, the latest first, back to the first of them that has a pattern.

        Made of the clock and of what was told alone: that there is a row for a week would say that somebody
        gave of it.
        """
        latest = monday(now - GRACE_SECONDS) - DAYS

        def work(session: Session) -> dict[int, dict[str, Cell]]:
            since = latest - DAYS * (most - 1)
            rows = session.scalars(select(ToldRow).where(ToldRow.week.between(since, latest))).all()
            first = min((row.week for row in rows), default=latest + DAYS)
            found: dict[int, dict[str, Cell]] = {week: {} for week in range(latest, first - 1, -DAYS)}
            for row in rows:
                endings = {ending: int(getattr(row, f"ended_{ending}")) for ending in ENDINGS}
                found[row.week][row.pattern] = Cell(row.learners, endings)
            return found

        return self._database.do(work)


def _begin(session: Session, week: int) -> None:
    """Makes the week's row, unless another has done so."""
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    fresh = dialect.insert(TeamWeekRow).values(week=week, secret=secrets.token_hex(32))
    session.execute(fresh.on_conflict_do_nothing(index_elements=["week"]))


def _giver(secret: str, key_id: str) -> str:
    return hmac.digest(bytes.fromhex(secret), key_id.encode(), "sha256").hex()


def _cells(session: Session, week: int, places: int) -> dict[str, Cell]:
    """What is counted. The setting may have been larger when somebody gave; the noise is for what it is."""
    givers: dict[str, set[str]] = {}
    endings: dict[str, dict[str, int]] = {}
    for row in session.scalars(select(GiftRow).where(GiftRow.week == week, GiftRow.place < places)):
        givers.setdefault(row.pattern, set()).add(row.giver)
        ended = endings.setdefault(row.pattern, dict.fromkeys(ENDINGS, 0))
        ended[row.ending] += 1
    return {pattern: Cell(len(own), endings[pattern]) for pattern, own in givers.items()}


def _told_row(week: int, pattern: str, cell: Cell) -> ToldRow:
    ended = {f"ended_{ending}": cell.endings[ending] for ending in ENDINGS}
    return ToldRow(week=week, pattern=pattern, learners=cell.learners, **ended)
