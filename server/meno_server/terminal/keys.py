"""`meno keys`: the API keys of a gateway, made, listed, rotated and revoked; each is shown once.

Works on the database of the gateway's settings, whether the gateway runs or not.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

from meno_server.terminal.gateway import open_gateway_settings

if TYPE_CHECKING:
    from meno_server.gateway.keys.store import KeyStore
    from meno_server.gateway.keys.values import Key, Offered

T = TypeVar("T")
keys_app = typer.Typer(
    name="keys", help="API keys of a gateway: each is shown once and kept as a hash.", no_args_is_help=True
)
_UNITS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_SPAN = re.compile(r"(\d{1,6})([mhdw])")
Database = Annotated[
    str | None, typer.Option("--database", metavar="ADDRESS", help="As for `meno serve`.", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@keys_app.command()
def create(
    name: Annotated[str, typer.Option(help="What you call it: lower-case letters, digits, dashes.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(help="What it may do; several times for several. Without it, `analyze`."),
    ] = None,
    expires: Annotated[
        str | None, typer.Option(metavar="SPAN", help="When it ends: such as 12h, 90d, 26w, or a date.")
    ] = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and show it, this once."""
    now = int(time.time())
    ends = _moment(expires, now) if expires is not None else None
    scopes = list(dict.fromkeys(scope or ["analyze"]))

    def work(store: KeyStore) -> Offered:
        return store.create(name, scopes, now, ends)

    made = _with_store(database, work)
    _show_new(made, as_json, {"name": name, "scopes": scopes, "expires": _day(ends)})


@keys_app.command("list")
def list_them(database: Database = None, as_json: AsJson = False) -> None:
    """List the keys, without their secrets."""
    now = time.time()
    found = _with_store(database, lambda store: store.all())
    if as_json:
        typer.echo(json.dumps([_plain(key, now) for key in found], indent=2))
        return
    if not found:
        typer.echo("There are no keys. Make one: meno keys create --name my-course --scope analyze")
        return
    from rich.console import Console
    from rich.table import Column, Table

    headings = ("id", "name", "state", "scopes", "made", "expires")
    table = Table(*(Column(heading, overflow="fold") for heading in headings))
    for key in found:
        told = _plain(key, now)
        values = (*(told[part] for part in ("id", "name", "state")), " ".join(told["scopes"]))
        table.add_row(*values, told["created"][:10], _short(told["expires"]))
    Console().print(table)


@keys_app.command()
def rotate(
    key: Annotated[str, typer.Argument(help="Its id, or its name where only one has it.")],
    grace: Annotated[
        str, typer.Option(metavar="SPAN", help="How long the old one goes on working, such as 2d.")
    ] = "0m",
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Make a key in the place of another, with the same name and scopes."""
    now = int(time.time())
    seconds = _span(grace)
    if seconds is None:
        _end(f"{grace} is no span of time; say 30m, 12h, 2d or 1w.")
    made, old = _with_store(database, lambda store: store.rotate(key, now, seconds))
    ends = old.revoked_at if old.revoked_at is not None else old.expires_at
    _show_new(
        made,
        as_json,
        {"name": old.label, "scopes": sorted(old.scopes), "replaces": old.id, "old_works_until": _day(ends)},
    )


@keys_app.command()
def revoke(
    key: Annotated[str, typer.Argument(help="Its id, or its name where only one has it.")],
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """End a key. A running gateway takes notice within seconds (key_check_seconds)."""
    now = int(time.time())
    ended = _with_store(database, lambda store: store.revoke(key, now))
    if as_json:
        typer.echo(json.dumps(_plain(ended, now)))
    else:
        typer.echo(f"The key {ended.id} ({ended.label}) is revoked. A running gateway refuses it in seconds.")


def _with_store(address: str | None, work: Callable[[KeyStore], T]) -> T:
    settings = open_gateway_settings({"database": address})
    from meno_server.gateway.database import WHERE_TO_LOOK, Database, DatabaseError, UnreachableError
    from meno_server.gateway.keys.store import KeyRefusedError, KeyStore

    try:
        database = Database(settings.database, settings.folder)
        try:
            return work(KeyStore(database))
        finally:
            database.close()
    except UnreachableError as problem:
        _end(f"{problem} {WHERE_TO_LOOK}")
    except (KeyRefusedError, DatabaseError) as problem:
        _end(str(problem))


def _show_new(made: Offered, as_json: bool, more: dict[str, Any]) -> None:
    from meno_server.gateway.keys.values import shown

    if as_json:
        typer.echo(json.dumps({"id": made.id, "key": shown(made), **more}))
        return
    typer.echo(shown(made))
    typer.echo("Keep it now: it is not shown again. It is sent as `Authorization: Bearer <key>`.", err=True)
    if more.get("old_works_until") is not None:
        typer.echo(f"The old key {more['replaces']} works until {more['old_works_until']}.", err=True)


def _plain(key: Key, now: float) -> dict[str, Any]:
    state = "revoked" if key.revoked_at is not None else "works" if key.works_at(now) else "expired"
    return {
        "id": key.id,
        "name": key.label,
        "state": state,
        "scopes": sorted(key.scopes),
        "created": _day(key.created_at),
        "expires": _day(key.expires_at),
        "revoked": _day(key.revoked_at),
    }


def _short(moment: str | None) -> str:
    """A moment for a narrow table: to the minute, in UTC."""
    return "never" if moment is None else f"{moment[:10]} {moment[11:16]}"


def _moment(text: str, now: int) -> int:
    seconds = _span(text)
    if seconds:
        return now + seconds
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or (at := int(_in_utc(moment).timestamp())) <= now:
        _end(f"{text} is no time to come; say 12h, 90d, 26w, or a date such as 2027-07-31.")
    return at


def _in_utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _span(text: str) -> int | None:
    match = _SPAN.fullmatch(text)
    return None if match is None else int(match[1]) * _UNITS[match[2]]


def _day(seconds: int | None) -> str | None:
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _end(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(2)
