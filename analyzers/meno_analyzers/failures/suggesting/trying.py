"""Tries one function: calls at its edges, calls with drawn values, and the smallest call for each oddity.

Which of the calls are shown is decided elsewhere, when all functions have been tried.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence

from meno_analyzers.failures.cases import CaseResult, Program, Verdict
from meno_analyzers.failures.suggesting.asking import PATIENCE, Asking
from meno_analyzers.failures.suggesting.calls import candidates
from meno_analyzers.failures.suggesting.choosing import Proposal
from meno_analyzers.failures.suggesting.drawing import Drawing, Values, drawn, smallest, strategy_of
from meno_analyzers.failures.suggesting.given import Asked
from meno_analyzers.failures.suggesting.inputs import Why, key_of
from meno_analyzers.failures.suggesting.oddities import Oddity, Trial, is_wrong_guess, oddities, own_line

_DRAWN = 60  # calls with drawn values
_TRIES = 150  # calls for making one of them smaller
_ASKED_AGAIN, _FAST = 12, 0.1  # so many calls are made twice, if they take no more than these seconds
_WORTH_COUNTING = 3  # lines
_ORDINARY, _LONGEST = 12, 60  # ordinary calls, and their length


def body_of(asked: Asked) -> range:
    """The lines of a function without its head and the text that describes it."""
    body = asked.function.node.body
    first = body[1] if len(body) > 1 and ast.get_docstring(asked.function.node) else body[0]
    return range(first.lineno, asked.function.lines.stop)


def proposals_of(
    asking: Asking, asked: Asked, program: Program, progress: Callable[[int], None], *, steady: bool
) -> Iterator[Proposal]:
    """What could be suggested for one function: edges first, then ordinary calls and what is odd about them.
    `steady` says that two equal calls should answer the same."""
    call = asked.function.call
    tried = candidates(asked)
    results = asking.ask(call, [one.values for one in tried])
    trials: list[Trial] = []
    for one, result in zip(tried, results, strict=True):
        if result is not None:
            trials.append(Trial(one.values, result))
            if not is_wrong_guess(result, asked) and not _was_hurried(result):
                yield _proposal(asked, one.values, one.why, result, program)
    progress(asking.count)
    strategy = strategy_of(asked)
    known = {key_of(values) for values in asked.calls}
    ordinary = _trials(asking, call, [one for one in drawn(strategy, _DRAWN) if key_of(one) not in known])
    yield from _longest_ways(ordinary, asked, program)
    trials += ordinary
    if steady:
        fast = [t.values for t in trials if t.came_back and t.result.seconds < _FAST]
        by_size = sorted(fast, key=lambda values: len(repr(values)))[:_ASKED_AGAIN]
        trials += _trials(asking, call, by_size, again=True)
    for oddity in oddities(trials, asked, program.main):
        if asking.over:
            return
        values = _smaller(asking, call, oddity, strategy, known)
        [result] = asking.ask(call, [values], again=oddity.why.name == "second")
        if result is not None and not _was_hurried(result):
            yield _proposal(asked, values, oddity.why, result, program)


def _was_hurried(result: CaseResult) -> bool:
    """Whether a call without an end had less time than others, so that nothing should be said of it."""
    return result.verdict is Verdict.TIME and result.seconds < PATIENCE * 0.9


def _trials(asking: Asking, call: str, every: Sequence[Values], *, again: bool = False) -> list[Trial]:
    results = asking.ask(call, every, again=again)
    return [
        Trial(values, result) for values, result in zip(every, results, strict=True) if result is not None
    ]


def _smaller(asking: Asking, call: str, oddity: Oddity, strategy: Drawing, known: set[str]) -> Values:
    """The smallest call with the same oddity; one that has no end is not tried again and again."""
    if oddity.first.result.verdict not in {Verdict.PASSED, Verdict.ERROR}:
        return oddity.first.values
    again = oddity.why.name == "second"

    def holds(values: Values) -> bool:
        if asking.over or key_of(values) in known:
            return False
        [result] = asking.ask(call, [values], again=again)
        return result is not None and oddity.holds(Trial(values, result))

    return smallest(strategy, holds, _TRIES, oddity.first.values)


def _longest_ways(trials: Sequence[Trial], asked: Asked, program: Program) -> Iterator[Proposal]:
    """Ordinary calls: those that run most lines, one for each answer, short ones first."""
    body = set(body_of(asked))
    found: dict[str | None, Proposal] = {}
    for trial in sorted(trials, key=lambda trial: len(repr(trial.values))):
        if trial.came_back and _is_ordinary(trial.values):
            ran = len(body & (trial.result.lines or frozenset()))
            why = _ordinary(ran, _count(asked), asked.function.node.name)
            found.setdefault(
                f"{ran} {trial.result.observed}",
                _proposal(asked, trial.values, why, trial.result, program),
            )
    yield from sorted(found.values(), key=lambda one: -one.share)[:_ORDINARY]


def _ordinary(ran: int, count: int, name: str) -> Why:
    """Says how much of the function the call runs, where that says anything."""
    if count < _WORTH_COUNTING:
        return Why("ordinary")
    gaps = (("count", str(ran)), ("tried", str(count)), ("name", name))
    return Why("ordinary_all" if ran >= count else "ordinary_part", None, gaps)


def _is_ordinary(values: Values) -> bool:
    """Whether it can be taken in at a glance, and nothing in it is next to nothing."""
    many = [value for value in values if isinstance(value, (list, tuple, set, dict, str))]
    return len(repr(values)) < _LONGEST and all(len(value) > 1 for value in many)


def _count(asked: Asked) -> int:
    """How many lines of the function can run."""
    statements = [n for s in asked.function.node.body for n in ast.walk(s) if isinstance(n, ast.stmt)]
    return len({node.lineno for node in statements} & set(body_of(asked)))


def _proposal(asked: Asked, values: Values, why: Why, result: CaseResult, program: Program) -> Proposal:
    line = own_line(result, program.main)
    rows = program.source.split("\n")
    stopped_at = rows[line - 1].strip() if line and line <= len(rows) else ""
    deliberate = stopped_at.startswith(("raise", "assert "))
    share = len(set(body_of(asked)) & (result.lines or frozenset())) / max(_count(asked), 1)
    return Proposal(asked.function.call, values, why, result, line, deliberate, min(share, 1.0))
