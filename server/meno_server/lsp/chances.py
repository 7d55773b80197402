"""How many places a learner has written in which a known mistake could have been made, with it or without.

What a file held when it was opened is nobody's chance of today. What is written counts once: on save, on
close, or with a mistake that was made in it. Counting takes some milliseconds, so on save and close it is
done on a thread. Guarded by tests/history/test_chances.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from meno_server.history.events import MOST_OPPORTUNITIES
from meno_server.lsp.uris import key_of

if TYPE_CHECKING:
    from meno_server.history.recorder import Recorder
    from meno_server.lsp.open_file import OpenFile


@dataclass(slots=True, eq=False)
class _Places:
    """One file's places: by kind as it was opened, and by pattern as far as they are counted."""

    opened_with: str
    before: dict[str, int] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)

    def missing(self, kinds: Iterable[str]) -> set[str]:
        return set(kinds) - self.before.keys()

    def new(self, pattern: str, kind: str, places: int) -> int:
        """How many are new to the pattern; from now on they are not."""
        known = self.counted.get(pattern, self.before[kind])
        self.counted[pattern] = max(places, known)
        return places - known


class Chances:
    """The places of one session's files. Belongs to the event loop's thread."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._files: dict[str, _Places] = {}

    def opened(self, file: OpenFile) -> None:
        """Remembers what was there, unless that is known."""
        self.places(file)

    def with_slip(self, file: OpenFile, pattern: str) -> int:
        """How many places are new to the pattern, that of the mistake included."""
        from meno_server.history.opportunities import count, kind_of  # not needed to start

        kind, places = kind_of(pattern), self.places(file)
        if places.missing([kind]):
            places.before.update(count(places.opened_with, [kind]))
        new = places.new(pattern, kind, count(file.document.text, [kind])[kind])
        return min(max(1, new), MOST_OPPORTUNITIES)

    def closed(self, file: OpenFile) -> None:
        """Lets go of what was there; when the file is opened again, that is remembered anew."""
        self._files.pop(key_of(file.document.uri), None)

    def forget(self) -> None:
        """Begins anew: what files hold when they are next looked at is nobody's chance, as if just opened."""
        self._files.clear()

    async def went_well(self, places: _Places, text: str, patterns: Iterable[str]) -> None:
        """Counts what was written since, for patterns that the learner has met before."""
        from meno_server.history.opportunities import count, kind_of  # not needed to start

        wanted = {pattern: kind_of(pattern) for pattern in patterns}
        missing = places.missing(wanted.values())
        if wanted:
            places.before.update(await asyncio.to_thread(count, places.opened_with, missing))
            now = await asyncio.to_thread(count, text, set(wanted.values()))
            for pattern, kind in wanted.items():
                if (new := places.new(pattern, kind, now[kind])) > 0:
                    self._recorder.went_well(pattern, min(new, MOST_OPPORTUNITIES))

    def places(self, file: OpenFile) -> _Places:
        """The file's places, as far as they are known."""
        key = key_of(file.document.uri)
        if key not in self._files:
            self._files[key] = _Places(file.document.text)
        return self._files[key]
