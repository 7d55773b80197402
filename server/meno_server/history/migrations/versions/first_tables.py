"""The first tables: events, and the counts that outlive them.

The words are written out here, since a step must make tomorrow what it made today.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_CATEGORIES = (
    "SyntaxError NameError TypeError AttributeError IndexError KeyError ValueError ZeroDivisionError "
    "RecursionError LogicError OffByOneError InfiniteLoop MissingReturn MissingCall MutableDefault "
    "Unreachable WrongVariable WrongOperator WrongComparator WrongLiteral WrongArgument WrongMethodCall "
    "WrongInitialization WrongBaseCase Clean"
).split()
_OUTCOMES = ("fixed_unaided", "fixed_hinted", "dismissed", "ignored", "reverted")


def _check(name: str, in_sqlite: str, in_postgresql: str) -> sa.CheckConstraint:
    dialect = op.get_bind().dialect.name
    return sa.CheckConstraint(in_sqlite if dialect == "sqlite" else in_postgresql, name=name)


def _number(column: str, low: int, high: int) -> sa.CheckConstraint:
    within = f"{column} BETWEEN {low} AND {high}"
    return _check(f"{column}_is_a_number", f"typeof({column}) = 'integer' AND {within}", within)


def _amount(column: str) -> sa.CheckConstraint:
    within = f"{column} >= 0"
    return _check(f"{column}_is_an_amount", f"typeof({column}) = 'real' AND {within}", within)


def _pattern() -> sa.CheckConstraint:
    listed = ", ".join(f"'{prefix}{category}'" for prefix in ("model/", "run/") for category in _CATEGORIES)
    others = f"pattern IN ({listed})"
    return _check(
        "pattern_is_ours",
        f"pattern GLOB 'ME[0-9][0-9][0-9]' OR {others}",
        f"pattern ~ '^ME[0-9]{{3}}$' OR {others}",
    )


def upgrade() -> None:
    """Makes both tables."""
    outcomes = ", ".join(f"'{outcome}'" for outcome in _OUTCOMES)
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("pattern", sa.String(), nullable=False),
        sa.Column("layer", sa.Integer(), nullable=False),
        sa.Column("hint_level", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("duration", sa.Integer(), nullable=False),
        sa.Column("opportunities", sa.Integer(), nullable=False),
        sa.Column("project", sa.Integer(), nullable=False),
        _number("day", 1, 3652059),
        _pattern(),
        _number("layer", 1, 4),
        _number("hint_level", 0, 5),
        sa.CheckConstraint(f"outcome IN ({outcomes})", name="outcome_is_ours"),
        _number("duration", 0, 4),
        _number("opportunities", 1, 10_000),
        _number("project", 0, 2**31 - 1),
    )
    op.create_table(
        "counts",
        sa.Column("pattern", sa.String(), primary_key=True, nullable=False),
        sa.Column("slips", sa.Float(), nullable=False),
        sa.Column("opportunities", sa.Float(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        _pattern(),
        _amount("slips"),
        _amount("opportunities"),
        _number("day", 1, 3652059),
    )


def downgrade() -> None:
    """Takes both tables away."""
    op.drop_table("counts")
    op.drop_table("events")
