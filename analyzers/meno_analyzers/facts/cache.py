"""Facts by text, kept for a while."""

from __future__ import annotations

from collections import OrderedDict

from meno_analyzers.facts.unit import UnitFacts
from meno_analyzers.source import Unit


class FactsCache:
    """Facts by text, the most recently used ones up to so many characters: shared by all files, since facts
    are pure. Undoing, and closing a string that was opened, find here what they had before."""

    def __init__(self, most_characters: int) -> None:
        self._most = most_characters
        self._characters = 0
        self._known: OrderedDict[tuple[str, bool, bool], UnitFacts] = OrderedDict()

    def get(self, unit: Unit, lines: list[str]) -> UnitFacts:
        key = ("".join(lines), unit.in_class, unit.goes_on)
        facts = self._known.get(key)
        if facts is not None:
            self._known.move_to_end(key)
            return facts
        facts = self._known[key] = UnitFacts(lines, in_class=unit.in_class, goes_on=unit.goes_on)
        self._characters += len(key[0])
        while self._characters > self._most and self._known:
            (text, _, _), _ = self._known.popitem(last=False)
            self._characters -= len(text)
        return facts
