"""Suggests further calls to test: tries many in the sandbox, and shows the few that say most as questions.

Nothing is claimed about what is right. A call that is suggested was made, and did today what is said of it.
Guarded by tests/analyzers/failures/suggesting/test_suggesting.py.
"""

from __future__ import annotations

import ast
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from meno_analyzers.failures.cases import Verdict
from meno_analyzers.failures.collecting import Collected
from meno_analyzers.failures.collecting.reading import parsed
from meno_analyzers.failures.sandbox import Arena, Limits, SandboxError
from meno_analyzers.failures.suggesting.asking import AFTER_ONE, PATIENCE, Asking
from meno_analyzers.failures.suggesting.choosing import Proposal, choose
from meno_analyzers.failures.suggesting.describing import sketch_of, suggestion_of
from meno_analyzers.failures.suggesting.functions import (
    LeftOut,
    Reason,
    at_hand,
    named_functions,
    names_at_hand,
)
from meno_analyzers.failures.suggesting.given import Asked, asked_of
from meno_analyzers.failures.suggesting.loading import loadable
from meno_analyzers.failures.suggesting.oddities import (
    is_steady,
    own_line,
)
from meno_analyzers.failures.suggesting.schema import SCHEMA_VERSION, NotAsked, Suggestions
from meno_analyzers.failures.suggesting.seen import called_by_cases, calls_of
from meno_analyzers.failures.suggesting.skeleton import style_of, whole
from meno_analyzers.failures.suggesting.trying import body_of, proposals_of
from meno_analyzers.failures.suggesting.words import say

MOST = 8
_MOST_WITHOUT_END = 4  # of the cases that there are
_FOR_CASES = 0.3  # the share of the time that the cases there are may take

Progress = Callable[[str, int], None]


class SuggestingError(Exception):
    """Nothing can be suggested. The text is one sentence for the learner, with the next step in it."""


def suggest_tests(
    collected: Collected,
    *,
    function: str | None = None,
    most: int = MOST,
    interpreter: str | Path = sys.executable,
    seconds: float = 30.0,
    limits: Limits = Limits(),  # noqa: B008 - a frozen value
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> Suggestions:
    """The calls that say most about the functions at hand, or about one of this name.

    Raises SuggestingError where no function can be asked, and SandboxError if nothing can be run. `progress`
    is told the function that is asked and the number of calls so far. After `cancel` is set, or when
    `seconds` are over, it ends within moments with what is known by then.
    """
    tree = parsed(collected.program.source)
    if tree is None:
        main = collected.program.main
        raise SuggestingError(
            f"Python cannot read {main}, so nothing of it can be called; `meno explain {main}` tells where."
        )
    every = [name for name, _, _ in named_functions(tree)]
    if function is not None and function not in every:
        known = f"it has {', '.join(every[:8])}" if every else "it has none"
        raise SuggestingError(f"{collected.program.main} has no function named {function}; {known}.")
    names = [function] if function else names_at_hand(tree, called_by_cases(collected, every))
    if not names:
        raise SuggestingError(
            f"{collected.program.main} has no function that takes values, so there is nothing to call; "
            "put what should be tested into one."
        )
    work = _Work(collected, tree, most, limits, progress, cancel or threading.Event(), seconds)
    with suppress(_Stopped):
        work.run(names, str(interpreter))
    return work.suggestions()


class _Stopped(Exception):  # noqa: N818 - it never leaves this file
    """The work was cancelled before anything was known."""


@dataclass(slots=True)
class _Work:
    """One search for suggestions, with what it has found so far."""

    collected: Collected
    tree: ast.Module
    most: int
    limits: Limits
    progress: Progress | None
    cancel: threading.Event
    seconds: float
    start: float = field(default_factory=time.monotonic)
    asked: dict[str, Asked] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    covered: set[int] = field(default_factory=set)
    proposals: list[Proposal] = field(default_factory=list)
    tried: int = 0
    ended: Literal["done", "time", "cancelled"] = "done"

    def run(self, names: Sequence[str], interpreter: str) -> None:
        functions, self.left_out = at_hand(self.tree, names)
        calls = calls_of(self.collected, set(names))
        for one in functions:
            asked = asked_of(one, calls, self.tree)
            if isinstance(asked, LeftOut):
                self.left_out.append(asked)
            else:
                self.asked[one.call] = asked
        if not self.asked:
            return
        try:
            arena = Arena.open(
                self.collected.runnable,
                self.collected.cases,
                interpreter=interpreter,
                limits=self.limits,
                cancel=self.cancel,
            )
        except SandboxError:
            if self.cancel.is_set():
                self.ended = "cancelled"
                raise _Stopped from None
            raise
        with arena:
            self._cover(arena)
            self._ask_all(arena)

    def _cover(self, arena: Arena) -> None:
        """Which lines the cases run that there are. Where that is not known of all, nothing is said of it."""
        until = self.start + self.seconds * _FOR_CASES
        patience, without_end = min(PATIENCE, self.limits.seconds), 0
        for case in self.collected.cases:
            if self.cancel.is_set() or time.monotonic() > until or without_end == _MOST_WITHOUT_END:
                self.covered.update(line for asked in self.asked.values() for line in body_of(asked))
                return
            [result] = arena.run(self.collected.runnable.source, [case.id], trace=True, seconds=patience)
            if result.lines is None:
                self.covered.update(line for asked in self.asked.values() for line in body_of(asked))
            self.covered |= result.lines or frozenset()
            if result.verdict is Verdict.TIME:
                patience, without_end = AFTER_ONE, without_end + 1

    def _ask_all(self, arena: Arena) -> None:
        source = loadable(self.collected.runnable.source, self.tree)
        deadline = self.start + self.seconds
        steady = is_steady(self.tree)
        for place, (call, asked) in enumerate(self.asked.items()):
            now = time.monotonic()
            share = now + max(deadline - now, 0) / (len(self.asked) - place)
            asking = Asking(arena, source, share, self.cancel, offset=self.tried)
            if place == 0:
                self._check(asking)
            if self.cancel.is_set() or now > deadline:
                self.left_out.append(LeftOut(call, Reason.SLOW))
                continue
            self._said(call)(self.tried)
            self.proposals += proposals_of(
                asking, asked, self.collected.program, self._said(call), steady=steady
            )
            self.tried = asking.count
            self.ended = "time" if asking.over else self.ended
        if self.cancel.is_set():
            self.ended = "cancelled"

    def _check(self, asking: Asking) -> None:
        result = asking.loads()
        if result.passed or result.verdict is Verdict.NOT_RUN:
            return
        main = self.collected.program.main
        line = own_line(result, main)
        where = f" on line {line}" if line else ""
        what = result.error.type if result.error else "no end"
        raise SuggestingError(
            f"{main} stops with {what}{where} before any of its functions can be called; "
            f"`meno explain {main}` looks into that."
        )

    def _said(self, call: str) -> Callable[[int], None]:
        """Tells how many calls were made, while this function is asked."""

        def tell(count: int) -> None:
            if self.progress is not None:
                self.progress(call, count)

        return tell

    @property
    def main(self) -> str:
        return self.collected.program.main

    def suggestions(self) -> Suggestions:
        own = {line for asked in self.asked.values() for line in body_of(asked)}
        chosen = choose(self.proposals, self.covered, own, self.most)
        style = style_of(self.collected)
        sketches = [sketch_of(one, self.asked[one.call]) for one, _ in chosen]
        return Suggestions(
            schema_version=SCHEMA_VERSION,
            file_alias=self.main,
            functions=tuple(self.asked),
            style=style,
            suggestions=tuple(
                suggestion_of(one, self.asked[one.call], unseen, style, one.result.seconds)
                for one, unseen in chosen
            ),
            not_asked=tuple(_not_asked(one) for one in self.left_out),
            tried=self.tried,
            ended=self.ended,
            code=whole(sketches, style, self.collected.program.module),
        )


def _not_asked(one: LeftOut) -> NotAsked:
    gaps = {"function": one.function, "parameter": one.parameter}
    return NotAsked(function=one.function, sentence=say("left_out", str(one.reason), gaps))


__all__ = ["MOST", "SuggestingError", "suggest_tests"]
