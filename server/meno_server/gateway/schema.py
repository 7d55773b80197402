"""The tables of a gateway: who may ask, and how often it was asked. There is no column for anybody's code.

Every column is bounded by a check: identifiers of our own form, numbers, words of our lists, and the label of
a key, which is the only word of a person's. SQLite and PostgreSQL say the same in different words. The tables
are made by `migrations/`; a test compares.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from meno_server.gateway.keys.values import SCOPES
from meno_server.gateway.usage_values import ENDPOINTS


class Base(DeclarativeBase):
    """What the tables have in common."""


def matches(column: str, form: str, glob: str, length: str) -> tuple[Any, Any]:
    """A check that a text has a form: a regular expression for PostgreSQL, a forbidden glob for SQLite."""
    name = f"{column}_has_its_form"
    return (
        CheckConstraint(f"{column} ~ '{form}'", name=name).ddl_if(dialect="postgresql"),
        CheckConstraint(f"{column} NOT GLOB '{glob}' AND length({column}) {length}", name=name).ddl_if(
            dialect="sqlite"
        ),
    )


def one_of(column: str, words: tuple[str, ...]) -> CheckConstraint:
    """A check that a text is on a list."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_is_ours")


def number(column: str, low: int, high: int) -> tuple[Any, ...]:
    """A check that a number is within bounds; SQLite would also take a text."""
    return (
        CheckConstraint(f"{column} BETWEEN {low} AND {high}", name=f"{column}_is_in_bounds"),
        CheckConstraint(f"typeof({column}) IN ('integer', 'null')", name=f"{column}_is_a_number").ddl_if(
            dialect="sqlite"
        ),
    )


LAST_SECOND = 253402300799  # of the year 9999
LAST_DAY = 3652059
MOST = 2**53


class KeyRow(Base):
    """One API key. What is kept of its secret is an Argon2id hash; times are seconds since 1970."""

    __tablename__ = "keys"
    __table_args__ = (
        *matches("id", "^[a-z0-9]{12}$", "*[^a-z0-9]*", "= 12"),
        *matches("label", "^[a-z0-9-]{1,40}$", "*[^a-z0-9-]*", "BETWEEN 1 AND 40"),
        *matches("hash", "^[$]argon2id[$][a-zA-Z0-9$=,+/]{20,180}$", "*[^a-zA-Z0-9$=,+/]*", "<= 190"),
        *number("created_at", 0, LAST_SECOND),
        *number("expires_at", 0, LAST_SECOND),
        *number("revoked_at", 0, LAST_SECOND),
    )

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    label: Mapped[str] = mapped_column(String(40), nullable=False)
    hash: Mapped[str] = mapped_column(String(200), nullable=False)
    created_at: Mapped[int] = mapped_column(BigInteger, nullable=False)
    expires_at: Mapped[int | None] = mapped_column(BigInteger, nullable=True)
    revoked_at: Mapped[int | None] = mapped_column(BigInteger, nullable=True)


class ScopeRow(Base):
    """One thing that a key may do."""

    __tablename__ = "key_scopes"
    __table_args__ = (one_of("scope", SCOPES),)

    key_id: Mapped[str] = mapped_column(
        String(12), ForeignKey("keys.id", ondelete="CASCADE"), primary_key=True
    )
    scope: Mapped[str] = mapped_column(String(20), primary_key=True)


class UsageRow(Base):
    """How often a key asked for something on a day, and what came of it. A day is an ordinal (UTC)."""

    __tablename__ = "usage"
    __table_args__ = (
        *number("day", 1, LAST_DAY),
        *matches("key_id", "^[a-z0-9]{12}$", "*[^a-z0-9]*", "= 12"),
        one_of("endpoint", ENDPOINTS),
        *number("requests", 0, MOST),
        *number("refused", 0, MOST),
        *number("failed", 0, MOST),
        *number("milliseconds", 0, MOST),
        *number("bytes", 0, MOST),
    )

    day: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    key_id: Mapped[str] = mapped_column(String(12), primary_key=True)
    endpoint: Mapped[str] = mapped_column(String(20), primary_key=True)
    requests: Mapped[int] = mapped_column(BigInteger, nullable=False)
    refused: Mapped[int] = mapped_column(BigInteger, nullable=False)
    failed: Mapped[int] = mapped_column(BigInteger, nullable=False)
    milliseconds: Mapped[int] = mapped_column(BigInteger, nullable=False)
    bytes: Mapped[int] = mapped_column(BigInteger, nullable=False)
