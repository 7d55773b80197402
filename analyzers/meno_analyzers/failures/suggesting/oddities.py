"""What is odd about a function, seen over many calls with drawn values: it stops on some, answers another
kind or nothing on some, changes what it was given, answers otherwise the second time, or breaks what holds
for nearly all of its answers.

An oddity is no mistake. It is a place where somebody has to say what is meant. Guarded by
tests/analyzers/failures/suggesting/test_oddities.py.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

from meno_analyzers.failures.cases import CaseResult, Verdict
from meno_analyzers.failures.suggesting.given import Asked
from meno_analyzers.failures.suggesting.inputs import Why

Values = tuple[Any, ...]
_NUMBERS = frozenset({"int", "float"})
_ENOUGH = 12  # answers, before anything is said of most of them
_NEARLY_ALL = 0.85
_TYPES_OF_A_WRONG_GUESS = frozenset({"TypeError", "AttributeError"})
_UNSTEADY = frozenset({"random", "secrets", "time", "datetime", "uuid", "os", "socket"})


@dataclass(frozen=True, slots=True)
class Trial:
    """A call and what it did."""

    values: Values
    result: CaseResult

    @property
    def came_back(self) -> bool:
        return self.result.seen is not None

    @property
    def kind(self) -> str:
        """The answer's type; all numbers are one. Empty where there was no answer."""
        kind = self.result.seen.kind if self.result.seen else ""
        return "int" if kind in _NUMBERS else kind


@dataclass(frozen=True, slots=True)
class Oddity:
    """One that was seen in `first`, the smallest such call so far; `holds` finds it again in another call."""

    why: Why
    first: Trial
    holds: Callable[[Trial], bool]


def oddities(trials: Sequence[Trial], asked: Asked, main: str) -> Iterator[Oddity]:
    """Each kind of oddity once."""
    yield from _stops(trials, asked, main)
    yield from _kinds(trials)
    yield from _changes(trials, asked)
    yield from _shown_by(Why("second"), trials, _answers_otherwise)
    yield from _relations(trials, asked)


def answer_of(result: CaseResult) -> tuple[Any] | None:
    """The answer itself, wrapped, where its picture is the whole of it."""
    if result.seen is None or result.observed is None or "…" in result.observed:
        return None
    try:
        return (ast.literal_eval(result.observed),)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def is_steady(module: ast.Module) -> bool:
    """Whether nothing in the program draws lots or looks at a clock."""
    names: list[str] = []
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append(node.module or "")
    return not any(name.partition(".")[0] in _UNSTEADY for name in names)


def own_line(result: CaseResult, main: str) -> int | None:
    """The line of the program on which a call stopped."""
    lines = [frame.line for frame in result.error.frames if frame.path == main] if result.error else []
    return lines[-1] if lines else None


def is_wrong_guess(result: CaseResult, asked: Asked) -> bool:
    """Whether the values were perhaps never meant for this function."""
    return not asked.certain and result.error is not None and result.error.type in _TYPES_OF_A_WRONG_GUESS


def _shown_by(why: Why, trials: Sequence[Trial], holds: Callable[[Trial], bool]) -> Iterator[Oddity]:
    found = [trial for trial in trials if holds(trial)]
    if found:
        yield Oddity(why, min(found, key=lambda trial: (len(repr(trial.values)), repr(trial.values))), holds)


def _stops(trials: Sequence[Trial], asked: Asked, main: str) -> Iterator[Oddity]:
    stopped = [trial for trial in trials if not trial.came_back and not is_wrong_guess(trial.result, asked)]
    for way in dict.fromkeys(_way(trial, main) for trial in stopped):
        name = "stops" if way[0] is Verdict.ERROR else "ends"
        others = sum(_way(trial, main) != way for trial in trials)
        why = Why(name, way[2], (("count", str(others)), ("tried", str(len(trials)))))
        yield from _shown_by(why, stopped, partial(_goes, way, main))


_Way = tuple[Verdict, str, int | None]


def _way(trial: Trial, main: str) -> _Way:
    result = trial.result
    return result.verdict, result.error.type if result.error else "", own_line(result, main)


def _goes(way: _Way, main: str, trial: Trial) -> bool:
    return _way(trial, main) == way


def _kinds(trials: Sequence[Trial]) -> Iterator[Oddity]:
    counts = Counter(trial.kind for trial in trials if trial.came_back)
    if sum(counts.values()) < _ENOUGH:
        return
    [(usual, _), *others] = counts.most_common()
    prints = any(trial.result.seen.printed for trial in trials if trial.result.seen)
    for kind, _ in others:
        if kind == "NoneType" and prints:
            continue
        name = "answers_nothing" if kind == "NoneType" else "answers_another_kind"
        why = Why(name, None, (("kind", kind), ("usual", usual)))
        yield from _shown_by(why, trials, partial(_is_of_kind, kind))


def _is_of_kind(kind: str, trial: Trial) -> bool:
    return trial.kind == kind


def _changes(trials: Sequence[Trial], asked: Asked) -> Iterator[Oddity]:
    answers = [trial for trial in trials if trial.came_back]
    if sum(trial.kind == "NoneType" for trial in answers) * 2 >= len(answers):
        return  # a function that answers nothing is there for what it changes
    for place, one in enumerate(asked.given):
        why = Why("changes", None, (("parameter", one.name), ("place", str(place))))
        yield from _shown_by(why, trials, partial(_has_changed, place))


def _has_changed(place: int, trial: Trial) -> bool:
    return trial.result.seen is not None and place in trial.result.seen.changed


def _answers_otherwise(trial: Trial) -> bool:
    return trial.result.seen is not None and trial.result.seen.again is not None


Relation = Callable[[Any, Any], bool]
_RELATIONS: dict[str, Relation] = {
    "as_long": lambda given, answer: len(answer) == len(given),
    "one_of_them": lambda given, answer: answer in given,
    "only_of_them": lambda given, answer: all(item in given for item in answer),
    "in_order": lambda _, answer: all(not b < a for a, b in pairwise(answer)),
    "all_different": lambda _, answer: len({repr(item) for item in answer}) == len(answer),
}
_OF_COLLECTIONS = frozenset({"as_long", "only_of_them", "in_order", "all_different"})


def _relations(trials: Sequence[Trial], asked: Asked) -> Iterator[Oddity]:
    for place, one in enumerate(asked.given):
        if any(kind.name not in {"list", "row"} for kind in one.kinds):
            continue
        for name in _RELATIONS:
            # Of empty and single values nearly everything holds; only what could fail counts.
            told = [_holds(name, place, trial) for trial in trials if _is_weighty(trial, place)]
            good, count = told.count(True), len(told) - told.count(None)
            if count < _ENOUGH or not _NEARLY_ALL <= good / count < 1:
                continue
            gaps = (("parameter", one.name), ("count", str(good)), ("tried", str(count)))
            yield from _shown_by(Why(name, None, gaps), trials, partial(_breaks, name, place))


def _is_weighty(trial: Trial, place: int) -> bool:
    value = trial.values[place] if place < len(trial.values) else None
    return isinstance(value, (list, tuple)) and len(value) > 1


def _breaks(name: str, place: int, trial: Trial) -> bool:
    return place < len(trial.values) and _holds(name, place, trial) is False


def _holds(name: str, place: int, trial: Trial) -> bool | None:
    """Whether the answer has the relation to the value; None where that makes no sense."""
    answer = answer_of(trial.result)
    if answer is None:
        return None
    if name in _OF_COLLECTIONS:
        if not isinstance(answer[0], (list, tuple)):
            return None
    elif isinstance(answer[0], (list, tuple, set, dict, bool, type(None))):
        return None
    try:
        return _RELATIONS[name](trial.values[place], answer[0])
    except TypeError:
        return None
