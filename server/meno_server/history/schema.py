"""The tables, which refuse what must never be in them.

SQLite takes any value in any column unless it is told not to, so each column has a check: whole numbers
within bounds, outcomes from the list, patterns of the form `ME301` or `model/…` and `run/…` with one of our
categories. PostgreSQL knows kinds of values, and says patterns otherwise. There is no column for a text of
anybody's. `migrations/` makes these tables; a test compares.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Float, Integer, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from meno_analyzers.findings import Category
from meno_server.history.events import DURATIONS, LONGEST_PROJECT, MODEL, MOST_OPPORTUNITIES, RUN, Outcome


class Base(DeclarativeBase):
    """What the tables have in common."""


def _check(name: str, in_sqlite: str, in_postgresql: str) -> tuple[CheckConstraint, CheckConstraint]:
    """One check in two dialects, each only where it is understood."""
    return (
        CheckConstraint(in_sqlite, name=name).ddl_if(dialect="sqlite"),
        CheckConstraint(in_postgresql, name=name).ddl_if(dialect="postgresql"),
    )


def _number(column: str, low: int, high: int) -> tuple[CheckConstraint, CheckConstraint]:
    within = f"{column} BETWEEN {low} AND {high}"
    return _check(f"{column}_is_a_number", f"typeof({column}) = 'integer' AND {within}", within)


def _amount(column: str) -> tuple[CheckConstraint, CheckConstraint]:
    within = f"{column} >= 0"
    return _check(f"{column}_is_an_amount", f"typeof({column}) = 'real' AND {within}", within)


def _pattern() -> tuple[CheckConstraint, CheckConstraint]:
    listed = ", ".join(f"'{prefix}{category.value}'" for prefix in (MODEL, RUN) for category in Category)
    others = f"pattern IN ({listed})"
    return _check(
        "pattern_is_ours",
        f"pattern GLOB 'ME[0-9][0-9][0-9]' OR {others}",
        f"pattern ~ '^ME[0-9]{{3}}$' OR {others}",
    )


def _outcome() -> tuple[CheckConstraint, CheckConstraint]:
    listed = ", ".join(f"'{outcome.value}'" for outcome in Outcome)
    return _check("outcome_is_ours", f"outcome IN ({listed})", f"outcome IN ({listed})")


class EventRow(Base):
    """One mistake that has ended; see `events.Event`."""

    __tablename__ = "events"
    __table_args__ = (
        *_number("day", 1, 3652059),
        *_pattern(),
        *_number("layer", 1, 4),
        *_number("hint_level", 0, 5),
        *_outcome(),
        *_number("duration", 0, len(DURATIONS) - 1),
        *_number("opportunities", 1, MOST_OPPORTUNITIES),
        *_number("project", 0, LONGEST_PROJECT),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    day: Mapped[int] = mapped_column(Integer, nullable=False)
    pattern: Mapped[str] = mapped_column(String, nullable=False)
    layer: Mapped[int] = mapped_column(Integer, nullable=False)
    hint_level: Mapped[int] = mapped_column(Integer, nullable=False)
    outcome: Mapped[str] = mapped_column(String, nullable=False)
    duration: Mapped[int] = mapped_column(Integer, nullable=False)
    opportunities: Mapped[int] = mapped_column(Integer, nullable=False)
    project: Mapped[int] = mapped_column(Integer, nullable=False)


class CountRow(Base):
    """The decayed counts of one pattern, as of a day; see `events.Count`."""

    __tablename__ = "counts"
    __table_args__ = (
        *_pattern(),
        *_amount("slips"),
        *_amount("opportunities"),
        *_number("day", 1, 3652059),
    )

    pattern: Mapped[str] = mapped_column(String, primary_key=True, nullable=False)
    slips: Mapped[float] = mapped_column(Float, nullable=False)
    opportunities: Mapped[float] = mapped_column(Float, nullable=False)
    day: Mapped[int] = mapped_column(Integer, nullable=False)
