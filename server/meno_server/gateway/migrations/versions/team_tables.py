"""The team view's tables: weeks, what was given of one that runs, and what was told of those that are
over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_CATEGORIES = (
    "SyntaxError NameError TypeError AttributeError IndexError KeyError ValueError ZeroDivisionError "
    "RecursionError LogicError OffByOneError InfiniteLoop MissingReturn MissingCall MutableDefault "
    "Unreachable WrongVariable WrongOperator WrongComparator WrongLiteral WrongArgument WrongMethodCall "
    "WrongInitialization WrongBaseCase Clean"
).split()
_ENDINGS = ("alone", "idea", "questions", "open")
_DAY, _MOST = 3652059, 2**53


def _in_postgresql() -> bool:
    return bool(op.get_bind().dialect.name == "postgresql")


def _pattern() -> sa.CheckConstraint:
    listed = ", ".join(f"'{prefix}{category}'" for prefix in ("model/", "run/") for category in _CATEGORIES)
    rule = "pattern ~ '^ME[0-9]{3}$'" if _in_postgresql() else "pattern GLOB 'ME[0-9][0-9][0-9]'"
    return sa.CheckConstraint(f"{rule} OR pattern IN ({listed})", name="pattern_is_ours")


def _hex(column: str) -> sa.CheckConstraint:
    rule = f"{column} NOT GLOB '*[^0-9a-f]*' AND length({column}) = 64"
    if _in_postgresql():
        rule = f"{column} ~ '^[0-9a-f]{{64}}$'"
    return sa.CheckConstraint(rule, name=f"{column}_has_its_form")


def _number(column: str, low: int, high: int) -> list[sa.CheckConstraint]:
    found = [sa.CheckConstraint(f"{column} BETWEEN {low} AND {high}", name=f"{column}_is_in_bounds")]
    if not _in_postgresql():
        rule = f"typeof({column}) IN ('integer', 'null')"
        found.append(sa.CheckConstraint(rule, name=f"{column}_is_a_number"))
    return found


def _week() -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    return (
        sa.Column("week", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["week"], ["team_weeks.week"]),
    )


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "team_weeks",
        sa.Column("week", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("secret", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("week"),
        *_number("week", 1, _DAY),
        _hex("secret"),
    )
    listed = ", ".join(f"'{ending}'" for ending in _ENDINGS)
    op.create_table(
        "team_gifts",
        *_week(),
        sa.Column("giver", sa.String(64), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pattern", sa.String(40), nullable=False),
        sa.Column("ending", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("week", "giver", "place"),
        *_number("week", 1, _DAY),
        _hex("giver"),
        *_number("place", 0, 2),
        _pattern(),
        sa.CheckConstraint(f"ending IN ({listed})", name="ending_is_ours"),
    )
    op.create_table(
        "team_told",
        *_week(),
        sa.Column("pattern", sa.String(40), nullable=False),
        sa.Column("learners", sa.BigInteger(), nullable=False),
        *[sa.Column(f"ended_{ending}", sa.BigInteger(), nullable=False) for ending in _ENDINGS],
        sa.PrimaryKeyConstraint("week", "pattern"),
        *_number("week", 1, _DAY),
        _pattern(),
        *_number("learners", 5, _MOST),
        *[check for ending in _ENDINGS for check in _number(f"ended_{ending}", 0, _MOST)],
    )


def downgrade() -> None:
    """Takes the tables away."""
    for table in ("team_told", "team_gifts", "team_weeks"):
        op.drop_table(table)
