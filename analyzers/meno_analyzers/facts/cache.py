"""Facts by text, kept for a while; and for longer what came of them."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from meno_analyzers.facts.newer import Version
from meno_analyzers.facts.summaries import summary_of
from meno_analyzers.facts.summary import Summary
from meno_analyzers.facts.unit import UnitFacts
from meno_analyzers.facts.view import Asked
from meno_analyzers.findings import Finding
from meno_analyzers.source import Unit

_Key = tuple[str, bool, bool]
T = TypeVar("T")


class Checked(NamedTuple):
    """What the rules found in a unit, and on what that depends besides its text."""

    class_name: str | None
    target: Version | None
    asked: Asked
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class Known:
    """What is known of a text without its tree: enough to take it in again, often to say what was found."""

    summary: Summary
    is_broken: bool
    checked: Checked | None = None  # by whoever asks the rules


class FactsCache:
    """Facts by text, the most recently used ones up to so many characters: shared by all files, since facts
    are pure. Undoing, and closing a string that was opened, find here what they had before."""

    def __init__(self, most_characters: int, most_known: int) -> None:
        """A tree takes a hundred times the memory of its text; what is known without it about ten times."""
        self._facts: _Recent[UnitFacts] = _Recent(most_characters)
        self._known: _Recent[Known] = _Recent(most_known)

    def get(self, unit: Unit, lines: list[str]) -> UnitFacts:
        return self._facts_of(("".join(lines), unit.in_class, unit.goes_on), lines)

    def known(self, unit: Unit, lines: list[str]) -> Known:
        """What is known of the unit's text; its facts are made only if nothing is."""
        key = ("".join(lines), unit.in_class, unit.goes_on)
        known = self._known.get(key)
        if known is None:
            facts = self._facts_of(key, lines)
            known = Known(summary_of(facts), facts.problem is not None)
            self._known.put(key, known)
        return known

    def _facts_of(self, key: _Key, lines: list[str]) -> UnitFacts:
        facts = self._facts.get(key)
        if facts is None:
            facts = UnitFacts(lines, in_class=key[1], goes_on=key[2])
            self._facts.put(key, facts)
        return facts


class _Recent(Generic[T]):
    """Things by text, the most recently used ones up to so many characters; the latest in any case."""

    def __init__(self, most_characters: int) -> None:
        self._most = most_characters
        self._characters = 0
        self._things: OrderedDict[_Key, T] = OrderedDict()

    def get(self, key: _Key) -> T | None:
        thing = self._things.get(key)
        if thing is not None:
            self._things.move_to_end(key)
        return thing

    def put(self, key: _Key, thing: T) -> None:
        self._things[key] = thing
        self._characters += len(key[0])
        while self._characters > self._most and len(self._things) > 1:
            (text, _, _), _ = self._things.popitem(last=False)
            self._characters -= len(text)
