"""The table of keys. Times are given in, so that tests need not wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from meno_server.gateway.database import Database
from meno_server.gateway.keys.hashing import hashed
from meno_server.gateway.keys.values import SCOPES, Key, Offered, is_label, new_key
from meno_server.gateway.schema import KeyRow, ScopeRow


class KeyRefusedError(Exception):
    """What was asked of a key cannot be done; one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A key with the hash of its secret."""

    key: Key
    hash: str


class KeyStore:
    """Keys in a database. Methods block, and raise DatabaseError when it cannot be reached."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, label: str, scopes: Sequence[str], now: int, expires_at: int | None = None) -> Offered:
        """A new key; this is the only time that its secret is there."""
        if not is_label(label):
            raise KeyRefusedError(
                "A key's name has lower-case letters, digits and dashes, at most 40; choose another name."
            )
        unknown = sorted(set(scopes) - set(SCOPES))
        if unknown or not scopes:
            named = f"{unknown[0]} is no scope" if unknown else "A key needs a scope"
            raise KeyRefusedError(f"{named}; choose from {', '.join(SCOPES)}.")
        fresh = new_key()
        kept = hashed(fresh.secret)

        def work(session: Session) -> Offered:
            _add(session, fresh, label, scopes, now, expires_at, kept)
            return fresh

        return self._database.do(work)

    def find(self, key_id: str) -> Kept | None:
        """The key of an id."""

        def work(session: Session) -> Kept | None:
            row = session.get(KeyRow, key_id)
            return None if row is None else Kept(_key(session, row), row.hash)

        return self._database.do(work)

    def all(self) -> list[Key]:
        """Every key, the newest first."""

        def work(session: Session) -> list[Key]:
            rows = session.scalars(select(KeyRow).order_by(KeyRow.created_at.desc(), KeyRow.id))
            return [_key(session, row) for row in rows.all()]

        return self._database.do(work)

    def revoke(self, name: str, now: int) -> Key:
        """Ends a key, named by its id, or by its label where only one has it."""

        def work(session: Session) -> Key:
            row = _row(session, name, now)
            row.revoked_at = min(now, row.revoked_at or now)
            session.flush()
            return _key(session, row)

        return self._database.do(work)

    def rotate(self, name: str, now: int, grace_seconds: int = 0) -> tuple[Offered, Key]:
        """A new key in the place of an old one, which works for a grace period; the new and the old one."""
        fresh = new_key()
        kept = hashed(fresh.secret)

        def work(session: Session) -> tuple[Offered, Key]:
            row = _row(session, name, now)
            old = _key(session, row)
            if not old.works_at(now):
                raise KeyRefusedError(f"The key {old.id} does not work any more; make a new one.")
            _add(session, fresh, old.label, sorted(old.scopes), now, old.expires_at, kept)
            if grace_seconds <= 0:
                row.revoked_at = now
            else:
                row.expires_at = min(now + grace_seconds, row.expires_at or now + grace_seconds)
            session.flush()
            return fresh, _key(session, row)

        return self._database.do(work)

    def forget(self, key_id: str) -> None:
        """Removes a key and its scopes; its counts stay."""

        def work(session: Session) -> None:
            session.execute(delete(ScopeRow).where(ScopeRow.key_id == key_id))
            session.execute(delete(KeyRow).where(KeyRow.id == key_id))

        self._database.do(work)


def _add(
    session: Session,
    fresh: Offered,
    label: str,
    scopes: Sequence[str],
    now: int,
    expires_at: int | None,
    kept: str,
) -> None:
    session.add(KeyRow(id=fresh.id, label=label, hash=kept, created_at=now, expires_at=expires_at))
    session.flush()
    session.add_all(ScopeRow(key_id=fresh.id, scope=scope) for scope in dict.fromkeys(scopes))
    session.flush()


def _row(session: Session, name: str, now: int) -> KeyRow:
    row = session.get(KeyRow, name)
    if row is not None:
        return row
    rows = session.scalars(select(KeyRow).where(KeyRow.label == name)).all()
    working = [row for row in rows if _key(session, row).works_at(now)]
    if len(working) == 1:
        return working[0]
    if working:
        raise KeyRefusedError(f"{len(working)} keys are called {name}; name the one that you mean by its id.")
    raise KeyRefusedError(f"There is no key {name} that works; `meno keys list` shows them all.")


def _key(session: Session, row: KeyRow) -> Key:
    scopes = session.scalars(select(ScopeRow.scope).where(ScopeRow.key_id == row.id))
    return Key(row.id, row.label, frozenset(scopes), row.created_at, row.expires_at, row.revoked_at)
