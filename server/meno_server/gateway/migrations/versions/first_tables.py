"""The first tables: keys, what they allow, and how often they asked.

The words are written out here, since a step must make tomorrow what it made today.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_SCOPES = "analyze enrich debug predict model contribute insight usage metrics".split()
_ENDPOINTS = "analyze enrich debug predict model categories usage metrics team".split()
_SECOND, _DAY, _MOST = 253402300799, 3652059, 2**53


def _matches(column: str, form: str, glob: str, length: str) -> sa.CheckConstraint:
    rule = f"{column} NOT GLOB '{glob}' AND length({column}) {length}"
    if op.get_bind().dialect.name == "postgresql":
        rule = f"{column} ~ '{form}'"
    return sa.CheckConstraint(rule, name=f"{column}_has_its_form")


def _one_of(column: str, words: list[str]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=f"{column}_is_ours")


def _number(column: str, low: int, high: int) -> list[sa.CheckConstraint]:
    found = [sa.CheckConstraint(f"{column} BETWEEN {low} AND {high}", name=f"{column}_is_in_bounds")]
    if op.get_bind().dialect.name == "sqlite":
        rule = f"typeof({column}) IN ('integer', 'null')"
        found.append(sa.CheckConstraint(rule, name=f"{column}_is_a_number"))
    return found


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "keys",
        sa.Column("id", sa.String(12), nullable=False),
        sa.Column("label", sa.String(40), nullable=False),
        sa.Column("hash", sa.String(200), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        _matches("id", "^[a-z0-9]{12}$", "*[^a-z0-9]*", "= 12"),
        _matches("label", "^[a-z0-9-]{1,40}$", "*[^a-z0-9-]*", "BETWEEN 1 AND 40"),
        _matches("hash", "^[$]argon2id[$][a-zA-Z0-9$=,+/]{20,180}$", "*[^a-zA-Z0-9$=,+/]*", "<= 190"),
        *_number("created_at", 0, _SECOND),
        *_number("expires_at", 0, _SECOND),
        *_number("revoked_at", 0, _SECOND),
    )
    op.create_table(
        "key_scopes",
        sa.Column("key_id", sa.String(12), nullable=False),
        sa.Column("scope", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("key_id", "scope"),
        sa.ForeignKeyConstraint(["key_id"], ["keys.id"], ondelete="CASCADE"),
        _one_of("scope", _SCOPES),
    )
    op.create_table(
        "usage",
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key_id", sa.String(12), nullable=False),
        sa.Column("endpoint", sa.String(20), nullable=False),
        *[
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("requests", "refused", "failed", "milliseconds", "bytes")
        ],
        sa.PrimaryKeyConstraint("day", "key_id", "endpoint"),
        *_number("day", 1, _DAY),
        _matches("key_id", "^[a-z0-9]{12}$", "*[^a-z0-9]*", "= 12"),
        _one_of("endpoint", _ENDPOINTS),
        *[
            check
            for name in ("requests", "refused", "failed", "milliseconds", "bytes")
            for check in _number(name, 0, _MOST)
        ],
    )


def downgrade() -> None:
    """Takes the tables away."""
    for table in ("usage", "key_scopes", "keys"):
        op.drop_table(table)
