"""Events on their way to the file: gathered in memory, written on a thread once nobody types.

The database's library takes half a second to import, so it is imported there, and only when there is
something to write or somebody asks. What cannot be written waits for the next time.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from meno_server.history.events import Event, Outcome
from meno_server.history.guidance import Guidance, guidance
from meno_server.history.keeping import history_folder, is_paused

if TYPE_CHECKING:
    from meno_server.history.events import Kept
    from meno_server.history.store import Store

T = TypeVar("T")
MOST_WAITING = 1000
_NOT_USED = "Your history cannot be used now; the server's log says why. Everything else goes on."

log = logging.getLogger("meno.history")


@dataclass(slots=True)
class _Batch:
    events: list[Event] = field(default_factory=list)
    reverted: list[Event] = field(default_factory=list)
    chances: Counter[str] = field(default_factory=Counter)

    def __bool__(self) -> bool:
        return bool(self.events or self.reverted or self.chances)


class Recorder:
    """The way to the file of one session. Belongs to the event loop's thread; `tell` says a sentence, one for
    each trouble however often it is met, and is called with None when what was wrong is over. `address` is
    that of the database that holds the history, if it is not the file."""

    def __init__(
        self, tell: Callable[[str | None], None], address: Callable[[], str | None] = lambda: None
    ) -> None:
        self._tell, self._address = tell, address
        self._troubled = self._failed = False
        self._waiting = _Batch()
        self._one_at_a_time = asyncio.Lock()
        self._folder: Path | None = None

    @property
    def folder(self) -> Path:
        if self._folder is None:
            self._folder = history_folder()
        return self._folder

    @property
    def paused(self) -> bool:
        return is_paused(self.folder)

    @property
    def has_something(self) -> bool:
        """Whether there is anything to write."""
        return bool(self._waiting)

    def note(self, event: Event) -> None:
        """Takes an event, to be written when there is time."""
        if len(self._waiting.events) < MOST_WAITING:
            self._waiting.events.append(event)

    def went_well(self, pattern: str, places: int) -> None:
        """Takes that so many places, in which a known mistake could have been made, are without it."""
        self._waiting.chances[pattern] += places

    def revert(self, event: Event) -> None:
        """Takes back that a mistake was mended."""
        events = self._waiting.events
        if event in events:
            events[events.index(event)] = replace(event, outcome=Outcome.REVERTED)
        elif len(self._waiting.reverted) < MOST_WAITING:
            self._waiting.reverted.append(event)

    def drop(self) -> None:
        """Lets go of what was not written yet."""
        self._waiting = _Batch()

    async def write(self) -> None:
        """Writes what waits; where somebody has paused meanwhile, nothing."""
        async with self._one_at_a_time:
            if not self.has_something:
                return
            batch, self._waiting = self._waiting, _Batch()
            if self.paused:
                return
            added = await self._ask(
                lambda store: store.add(batch.events, batch.reverted, chances=batch.chances)
            )
            if not added:
                later = self._waiting
                self._waiting = _Batch(
                    [*batch.events, *later.events][:MOST_WAITING],
                    [*batch.reverted, *later.reverted][:MOST_WAITING],
                    batch.chances + later.chances,
                )

    async def read(self) -> Kept | None:
        """Everything that is kept, with what was still on its way."""
        await self.write()
        return await self._ask(lambda store: store.read())

    async def advice(self, today: int) -> Guidance | None:
        """What everything that is kept advises on a day; None if it cannot be read."""
        kept = await self._ask(lambda store: store.read())
        return None if kept is None else await asyncio.to_thread(guidance, kept, today)

    async def forget(self) -> bool:
        """Deletes everything, also what was not written yet."""
        async with self._one_at_a_time:
            self.drop()
            return await self._ask(lambda store: store.forget()) or False

    async def _ask(self, question: Callable[[Store], T]) -> T | None:
        answer, told = await asyncio.to_thread(_ask, self.folder, self._address(), question)
        failed = answer is None or answer is False
        if self._troubled and not failed:
            self._tell(None)
        # While nothing can be kept or read, the first sentence stands for all.
        for sentence in told[:1] if failed and not self._failed else () if failed else told:
            self._tell(sentence)
        self._failed, self._troubled = failed, failed or bool(told)
        return answer


def _ask(folder: Path, address: str | None, question: Callable[[Store], T]) -> tuple[T | None, list[str]]:
    try:
        from meno_server.history.opening import open_store

        store = open_store(folder, address)
        return question(store), store.told
    except Exception:  # the border: whatever is wrong with the history, the session goes on
        log.exception("The history could not be used.")
        return None, [_NOT_USED]
