"""Whether code of a folder may be sent to a tutor, and to whom: asked once, remembered, taken back at will.

The answers stand in `tutor-consent.json` in the user's data directory, which only they can read: for each
folder "yes" with the servers that it was said for, or "never". "Not now" holds until the program ends. A yes
for one server is none for another.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from meno_model.private_file import write_private
from meno_server.places import data_folder

NO_FOLDER = "(no folder)"
_MOST_BYTES = 1_000_000


class Consent(StrEnum):
    """What somebody has said about a folder."""

    YES = "yes"
    NOT_NOW = "not now"
    NEVER = "never"
    UNASKED = "unasked"


def consent_file() -> Path:
    """Where the answers are kept."""
    return data_folder() / "tutor-consent.json"


def gateway_consent_file() -> Path:
    """Where the answers about whole files and gateways are kept: another question, another file."""
    return data_folder() / "gateway-consent.json"


class Consents:
    """The answers of one person. Read anew each time, since several editors may share them."""

    def __init__(self, path: Path | None = None) -> None:
        self._given = path
        self._not_now: set[str] = set()
        # What could not be written holds at least until the program ends.
        self._memory: dict[str, Any] = {}

    @property
    def _path(self) -> Path:
        return self._given or consent_file()

    def answer(self, folder: Path | None, servers: Iterable[str]) -> Consent:
        """What was said about sending code of the folder to all of these servers."""
        name = _name(folder)
        said = self._all().get(name)
        if said == "never":
            return Consent.NEVER
        if isinstance(said, list) and set(servers) <= {str(server) for server in said}:
            return Consent.YES
        return Consent.NOT_NOW if name in self._not_now else Consent.UNASKED

    def remember(self, folder: Path | None, servers: Iterable[str], consent: Consent) -> None:
        """Keeps an answer; `UNASKED` takes back whatever was said."""
        name, said = _name(folder), self._all()
        self._not_now.discard(name)
        if consent is Consent.NOT_NOW:
            self._not_now.add(name)
            return
        said.pop(name, None)
        self._memory.pop(name, None)
        if consent is Consent.YES:
            said[name] = sorted(set(servers))
        elif consent is Consent.NEVER:
            said[name] = "never"
        if not write_private(self._path, json.dumps(said, ensure_ascii=False, indent=1)) and name in said:
            self._memory[name] = said[name]

    def forget(self, name: str) -> None:
        """Takes back what was said about a folder, under the name that `all` gives it."""
        self.remember(None if name == NO_FOLDER else Path(name), (), Consent.UNASKED)

    def all(self) -> Mapping[str, str | list[str]]:
        """Everything that was said, by folder."""
        return self._all()

    def _all(self) -> dict[str, Any]:
        """A file that cannot be read counts as if nothing had been said: then somebody is asked."""
        try:
            with self._path.open("rb") as file:
                found = json.loads(file.read(_MOST_BYTES))
        except (OSError, ValueError, RecursionError):
            found = {}
        return {**(found if isinstance(found, dict) else {}), **self._memory}


def _name(folder: Path | None) -> str:
    return str(folder.resolve()) if folder is not None else NO_FOLDER
