"""What is kept by text: facts for a while, and what came of them for longer."""

from __future__ import annotations

from meno_analyzers.engine import Analysis
from meno_analyzers.facts.cache import FactsCache
from meno_analyzers.source import Document, UnitMap


def unit_of(text: str) -> tuple[UnitMap, list[str]]:
    lines = text.splitlines(keepends=True)
    return UnitMap(lines), lines


def test_what_is_known_outlives_the_facts() -> None:
    cache = FactsCache(most_characters=30, most_known=1000)
    units, lines = unit_of("def first():\n    return 1\n")
    unit = units.units[0]
    facts, known = cache.get(unit, lines), cache.known(unit, lines)

    other, others = unit_of("def second():\n    return 'something longer'\n")
    cache.get(other.units[0], others)

    assert cache.get(unit, lines) is not facts
    assert cache.known(unit, lines) is known


def test_the_least_recently_used_goes_first() -> None:
    cache = FactsCache(most_characters=70, most_known=0)
    texts = [f"def f{number}():\n    return {number}\n" for number in range(4)]
    made = []
    for text in texts[:2]:
        units, lines = unit_of(text)
        made.append((units.units[0], lines, cache.get(units.units[0], lines)))
    first, lines, facts = made[0]
    assert cache.get(first, lines) is facts

    for text in texts[2:]:
        units, others = unit_of(text)
        cache.get(units.units[0], others)
        assert cache.get(first, lines) is facts

    assert cache.get(made[1][0], made[1][1]) is not made[1][2]


def test_a_text_that_comes_back_is_judged_by_what_the_file_says_now() -> None:
    # The same function, once beside `limit` and once without: what was found is not simply repeated.
    document = Document("", "limit = 3\n\n\ndef f(n):\n    return n < limit\n")
    analysis = Analysis(document)
    assert analysis.findings() == []

    splice = document.splice((0, 0), (0, 5), "bound")
    analysis.edited(splice)
    analysis.work()
    assert [finding.rule for finding in analysis.findings()] == ["ME101"]

    splice = document.splice((0, 0), (0, 5), "limit")
    analysis.edited(splice)
    analysis.work()
    assert analysis.findings() == []


def test_the_class_around_a_text_counts_too() -> None:
    method = "    def grow(self):\n        return self.size + 1\n"
    plain = f"class Box:\n    def __init__(self):\n        self.size = 1\n\n{method}"
    other = f"class Tin:\n    def __init__(self):\n        self.sizes = 1\n\n{method}"

    first = [finding.rule for finding in Analysis(Document("", plain)).findings()]
    second = [finding.rule for finding in Analysis(Document("", other)).findings()]
    again = [finding.rule for finding in Analysis(Document("", plain)).findings()]

    assert first == again
    assert first != second
