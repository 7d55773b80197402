"""Values drawn by Hypothesis from the kinds of a function's parameters, and the smallest with a property.

The values are drawn in this process and are plain; what they do to the learner's code is only seen in the
sandbox. The same kinds give the same values in every run, and Hypothesis writes nothing outside a folder that
is gone afterwards.
"""

from __future__ import annotations

import contextlib
import random
import tempfile
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir, storage_directory
from hypothesis.errors import HypothesisException
from hypothesis.strategies import SearchStrategy

from meno_analyzers.failures.suggesting.given import Asked, Given
from meno_analyzers.failures.suggesting.inputs import values_for
from meno_analyzers.failures.suggesting.kinds import ANY, Kind

Values = tuple[Any, ...]
Drawing = SearchStrategy[tuple[Any, ...]]
_MOST_ITEMS = 6
_LETTERS = "ab zA1"


def strategy_of(asked: Asked) -> Drawing:
    """All values of a call, in the order of the parameters; those with default values may stay away."""
    every = [_of_given(one) for one in asked.given]
    counts = {max(asked.needed, 1), len(every)}
    return st.one_of([st.tuples(*every[:count]) for count in sorted(counts)])


def drawn(strategy: Drawing, count: int) -> list[Values]:
    """So many values of the strategy, or fewer where it has no more."""
    found: list[Values] = []

    @settings(_settings(count), phases=[Phase.generate])
    @given(strategy)
    def take(values: Values) -> None:
        found.append(values)

    with _without_traces(), contextlib.suppress(HypothesisException):
        take()
    return found


def smallest(strategy: Drawing, holds: Callable[[Values], bool], tries: int, start: Values) -> Values:
    """The smallest values that were found for which `holds`; `start` is one of those."""
    best = [start]

    def keeps(values: Values) -> bool:
        if not holds(values):
            return False
        best[0] = min(best[0], values, key=_size)
        return True

    with _without_traces(), contextlib.suppress(HypothesisException):
        find(strategy, keeps, settings=_settings(tries), random=random.Random(0))
    return best[0]


def _size(values: Values) -> tuple[int, str]:
    return len(repr(values)), repr(values)


def _settings(tries: int) -> settings:
    return settings(
        max_examples=tries,
        database=None,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )


@contextlib.contextmanager
def _without_traces() -> Iterator[None]:
    home = storage_directory(intent_to_write=False).home_directory
    with tempfile.TemporaryDirectory(prefix="meno-draw-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        set_hypothesis_home_dir(folder)
        try:
            yield
        finally:
            set_hypothesis_home_dir(home)


def _of_given(one: Given) -> SearchStrategy[Any]:
    whole = st.one_of([_of_kind(kind, one) for kind in one.kinds])
    edges = [value for value, _ in values_for(one)][:30]
    return st.one_of(whole, st.sampled_from(edges)) if edges else whole


def _of_kind(kind: Kind, one: Given) -> SearchStrategy[Any]:
    items = [item for value in one.seen if isinstance(value, (list, tuple)) for item in value]
    match kind.name:
        case "list" | "row" | "set":
            inner = _of_item(kind.item, items)
            many = st.lists(inner, max_size=_MOST_ITEMS)
            if one.in_order:
                many = many.map(_in_order)
            return many if kind.name == "list" else many.map(tuple if kind.name == "row" else set)
        case "dict":
            seen = [value for value in one.seen if isinstance(value, dict)]
            keys = [key for value in seen for key in value]
            values = [item for value in seen for item in value.values()]
            return st.dictionaries(_of_item(kind.parts[0], keys), _of_item(kind.parts[1], values), max_size=3)
    return _of_item(kind, list(one.seen), inside=False)


def _in_order(items: list[Any]) -> list[Any]:
    try:
        return sorted(items)
    except TypeError:
        return items


def _of_item(kind: Kind, seen: list[Any], *, inside: bool = True) -> SearchStrategy[Any]:
    """A value inside another one, or a single one; `seen` are such values from the learner's own calls."""
    match kind.name:
        case "int" | "any" if not (kind == ANY and seen):
            return st.integers(-9, _highest(seen))
        case "float":
            return st.one_of(st.integers(-9, _highest(seen)), st.integers(-18, 18).map(lambda n: n / 2))
        case "bool":
            return st.booleans()
        case "none":
            return st.none()
        case "str":
            return _texts([text for text in seen if isinstance(text, str)], inside)
        case "pair":
            return st.tuples(*[_of_item(part, _at(seen, place)) for place, part in enumerate(kind.parts)])
        case "list" | "row" | "set":
            inner = [item for value in seen if isinstance(value, (list, tuple, set)) for item in value]
            many = st.lists(_of_item(kind.item, inner), max_size=3)
            return many if kind.name == "list" else many.map(tuple if kind.name == "row" else set)
    return st.sampled_from(seen) if seen else st.integers(-9, 20)


def _at(seen: list[Any], place: int) -> list[Any]:
    return [value[place] for value in seen if isinstance(value, (list, tuple)) and len(value) > place]


def _highest(seen: list[Any]) -> int:
    numbers = [int(n) for n in seen if type(n) in (int, float) and abs(n) < 10**6]
    return max([20, *numbers]) if numbers else 20


def _texts(seen: list[str], inside: bool) -> SearchStrategy[str]:
    """Short texts of the letters that were seen, and the texts themselves; inside of something else only
    those, which are often words with a meaning."""
    if inside and seen:
        return st.sampled_from(list(dict.fromkeys(seen)))
    letters = sorted({letter for text in seen for letter in text})[:24] or list(_LETTERS)
    made = st.lists(st.sampled_from(letters), max_size=5).map("".join)
    return st.one_of(made, st.sampled_from(seen)) if seen else made
