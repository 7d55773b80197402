"""The engine's promise: after any edits, the findings are those of a fresh look at the same text."""

from __future__ import annotations

import gc
import inspect
import json.decoder
import textwrap
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meno_analyzers import checking, engine
from meno_analyzers.engine import Analysis, analyse
from meno_analyzers.facts.cache import FactsCache
from meno_analyzers.findings import Finding
from meno_analyzers.rules import RULES, Subject
from meno_analyzers.rules.registry import Match
from meno_analyzers.source import Document
from meno_analyzers.source.lines import content_length

BITS = [
    '"""', "'''", "(", ")", "[", "\n", "\n\n", "    ", "x", "def f(a):\n    return a\n", "class A:\n", "\r",
    "\r\n", "\f", "#", '"', "'", "\\\n", "@dec\n", "else:\n", "é", "😀", "\t", "import os\n", "print(foo)\n",
    ":", "total = 1\n", "age = input()\n", "age > 3\n", "del total\n", "from os import *\n", "",
    "class Dog:\n", "class Dog(Animal):\n", "    name = []\n", "    def bark(self):\n        self.nmae = 1\n",
    "    def bark():\n        return bark()\n", "    def __init__(self, name):\n        self.name = name\n",
    "self.name", "self.nmae", "Dog().bark()\n", "Dog", "d = Dog()\nd.bark(1)\n", "from math import sqrt\n",
    "global total\n", "nonlocal total\n", "def f():\n    total = 2\n", "class", "def ", "    ", "        ",
]  # fmt: skip
ORDERED = [
    "total = 3\n\n", "print(total)\n\n", "total += 1\n", "\n", "def f(x=total):\n    return x\n\n\n",
    "f()\n\n",
    "def g():\n    global total\n    total = 1\n\n\n", "class A(B):\n    pass\n\n\n", "total = (\n", ")\n",
    "class B:\n    size = total\n\n",
]  # fmt: skip
CLASSES = """
from random import randint

total = 0


class Animal:
    sounds = []

    def __init__(self, name, age=0):
        self.name = name
        self.age = age

    def speak(self):
        self.sounds.append(self.name)
        return self.sounds


class Dog(Animal):
    legs = 4
    eyes = 2

    def __str__(self):
        return self.nmae

    def bark(self):
        global total
        total += 1
        print(self.name, self.legs)

    @staticmethod
    def roll():
        return randint(1, 6)


def meet(count):
    d = Dog("Rex")
    for i in range(count):
        d.bark()
    return d.tail, total


d = Dog
d.bark()
rex = Dog("Rex", 3, 4)
print(meet(3), rex.legs, rex.colour)
"""
SAMPLES = {
    "json.decoder": inspect.getsource(json.decoder)[:9000],
    "textwrap": inspect.getsource(textwrap)[:9000],
    "classes": CLASSES,
}


WORK: list[list[float | None]] = [[], [None], [0.0], [0.0] * 40]


def analysed_anew(text: str) -> list[Finding]:
    """The findings of a text by an engine that remembers nothing of any other."""
    kept = engine._CACHE
    engine._CACHE = FactsCache(1_000_000, 1_000_000)
    try:
        return analyse(text)
    finally:
        engine._CACHE = kept


@pytest.mark.parametrize("long_unit", [engine.LONG_UNIT, 1])
@pytest.mark.parametrize("sample", SAMPLES)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_edits_lead_where_a_fresh_analysis_leads(
    sample: str, long_unit: int, monkeypatch: pytest.MonkeyPatch, data: st.DataObject
) -> None:
    monkeypatch.setattr(engine, "LONG_UNIT", long_unit)
    document = Document("", SAMPLES[sample])
    analysis = Analysis(document)
    for _ in range(data.draw(st.integers(1, 25))):
        line = data.draw(st.integers(0, len(document.lines) - 1))
        column = data.draw(st.integers(0, content_length(document.lines[line])))
        last = min(line + data.draw(st.sampled_from([0, 0, 0, 1, 3])), len(document.lines) - 1)
        end = data.draw(st.integers(0, content_length(document.lines[last])))
        splice = document.splice((line, column), (last, end), data.draw(st.sampled_from(BITS)))
        analysis.edited(splice, put_off=data.draw(st.booleans()))
        # Not at all, all of it, or as much as fits before a deadline that has passed already.
        for seconds in data.draw(st.sampled_from(WORK)):
            analysis.work(seconds)
    analysis.work()

    assert shape(analysis.findings()) == shape(analysed_anew(document.text))


def long_function() -> Analysis:
    """A function that is checked in slices, with a finding in its second line and one in its last."""
    middle = "".join(f"    total{number} = {number}\n" for number in range(engine.LONG_UNIT))
    analysis = Analysis(Document("", f"def long():\n    print(first_nope)\n{middle}    print(last_nope)\n"))
    assert rules_and_lines(analysis) == [("ME101", 1), ("ME101", engine.LONG_UNIT + 2)]
    return analysis


def rules_and_lines(analysis: Analysis) -> list[tuple[str, int]]:
    return [(finding.rule, finding.span.start_line) for finding in analysis.findings()]


def test_a_long_function_shows_what_it_showed_until_it_is_checked() -> None:
    analysis = long_function()

    analysis.edited(analysis.document.splice((10, 0), (10, 0), "    print(new_nope)\n"))
    done = analysis.work(0.0)

    assert not done
    assert rules_and_lines(analysis) == [("ME101", 1), ("ME101", engine.LONG_UNIT + 3)]
    while not analysis.work(0.0):
        pass
    assert rules_and_lines(analysis) == [("ME101", 1), ("ME101", 10), ("ME101", engine.LONG_UNIT + 3)]


def test_a_long_function_shows_the_same_again_once_it_can_be_read_again() -> None:
    analysis = long_function()
    document = analysis.document

    for start, typed in [(0, "    print((1\n"), (12, ")"), (13, ")")]:
        analysis.edited(document.splice((10, start), (10, start), typed))
        done = analysis.work(0.0)

    assert not done
    assert rules_and_lines(analysis) == [("ME101", 1), ("ME101", engine.LONG_UNIT + 3)]


def test_a_long_function_can_be_put_off_and_shows_what_it_showed_until_it_is_read() -> None:
    analysis = long_function()
    document = analysis.document

    for column, typed in enumerate("    print(new_nope)"):
        analysis.edited(document.splice((10, column), (10, column), typed), put_off=True)
        assert analysis.work(0.0)
    analysis.edited(document.splice((10, 19), (10, 19), "\n"), put_off=True)

    assert analysis.work(0.0), "nothing is left to do until somebody rests"
    assert analysis.is_behind
    assert rules_and_lines(analysis) == [("ME101", 1), ("ME101", engine.LONG_UNIT + 3)]
    analysis.catch_up()
    assert not analysis.is_behind
    assert rules_and_lines(analysis) == [("ME101", 1), ("ME101", engine.LONG_UNIT + 3)]
    while not analysis.work(0.0):
        pass
    assert rules_and_lines(analysis) == [("ME101", 1), ("ME101", 10), ("ME101", engine.LONG_UNIT + 3)]


def test_what_others_ask_of_a_function_that_was_put_off_is_heard_when_it_is_read() -> None:
    middle = "".join(f"    total{number} = {number}\n" for number in range(engine.LONG_UNIT))
    analysis = Analysis(Document("", f"def long(a):\n{middle}\n\nlong(1)\n"))
    assert rules_and_lines(analysis) == []

    analysis.edited(analysis.document.splice((0, 10), (0, 10), ", b"), put_off=True)
    analysis.work(0.0)
    assert rules_and_lines(analysis) == []
    analysis.work()

    assert shape(analysis.findings()) == shape(analysed_anew(analysis.document.text)) != []


def test_an_edit_that_joins_units_is_never_put_off() -> None:
    analysis = long_function()
    end = len(analysis.document.lines) - 1

    analysis.edited(analysis.document.splice((end, 0), (end, 0), "\nprint(other_nope)\n"), put_off=True)
    analysis.work()

    assert not analysis.is_behind
    assert shape(analysis.findings()) == shape(analysed_anew(analysis.document.text))


def test_what_a_long_function_showed_on_the_edited_line_is_gone_at_once() -> None:
    analysis = long_function()

    analysis.edited(analysis.document.splice((1, 10), (1, 20), "1"))
    analysis.work(0.0)

    assert rules_and_lines(analysis) == [("ME101", engine.LONG_UNIT + 2)]


def test_an_edit_elsewhere_is_heard_by_a_check_that_was_left_in_the_middle() -> None:
    analysis = long_function()
    end = len(analysis.document.lines) - 1
    analysis.edited(analysis.document.splice((10, 0), (10, 0), "    print(new_nope)\n"))
    analysis.work(0.0)

    analysis.edited(analysis.document.splice((end + 1, 0), (end + 1, 0), "new_nope = last_nope = 1\n"))
    analysis.work()

    assert rules_and_lines(analysis) == [("ME101", 1)]


def shape(findings: list[Finding]) -> list[tuple[object, ...]]:
    return [
        (f.rule, f.severity, f.span, tuple(sorted(f.values.items())), f.variant, f.notes) for f in findings
    ]


def test_a_broken_function_silences_only_itself() -> None:
    broken = "def one():\n    print(undefined_one\n\n\ndef two():\n    print(undefined_two)\n"

    assert [f.rule for f in analyse(broken)] == ["ME002", "ME101"]


def test_a_broken_unit_still_offers_its_names() -> None:
    assert [f.rule for f in analyse("total = (1 +\n\ndef f():\n    return total\n")] == ["ME002"]


def test_a_new_name_reaches_the_units_that_use_it() -> None:
    document = Document("", "def f():\n    return size\n\n\n# here\n")
    analysis = Analysis(document)
    assert [f.rule for f in analysis.findings()] == ["ME101"]

    analysis.edited(document.splice((4, 0), (4, 6), "size = 3"))
    analysis.work()

    assert analysis.findings() == []


def test_a_value_that_moves_below_its_reading_is_missed_there() -> None:
    document = Document("", "total = 3\n\nprint(total)\n\nprint(1)\n")
    analysis = Analysis(document)
    assert analysis.findings() == []

    analysis.edited(document.splice((0, 0), (1, 0), ""))
    analysis.edited(document.splice((3, 0), (3, 8), "total = 3"))
    analysis.work()
    assert [(f.rule, f.span.start_line) for f in analysis.findings()] == [("ME417", 1)]
    assert shape(analysis.findings()) == shape(analysed_anew(document.text))

    # One edit that takes the reading and the value along, in the other order.
    analysis.edited(document.splice((1, 0), (3, 9), "total = 3\n\nprint(total)"))
    analysis.work()
    assert analysis.findings() == []


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_order_of_lines_is_followed_edit_by_edit(data: st.DataObject) -> None:
    document = Document("", "".join(data.draw(st.lists(st.sampled_from(ORDERED), min_size=2, max_size=8))))
    analysis = Analysis(document)
    for _ in range(data.draw(st.integers(1, 6))):
        first = data.draw(st.integers(0, len(document.lines) - 1))
        last = data.draw(st.integers(first, len(document.lines) - 1))
        text = "".join(data.draw(st.lists(st.sampled_from(ORDERED), max_size=3)))
        analysis.edited(document.splice((first, 0), (last, 0), text))
        if data.draw(st.booleans()):
            analysis.work()
    analysis.work()

    assert shape(analysis.findings()) == shape(analysed_anew(document.text))


def test_findings_move_with_the_text_above_them() -> None:
    document = Document("", "def f():\n    return size\n")
    analysis = Analysis(document)

    analysis.edited(document.splice((0, 0), (0, 0), "import os\n\n\n"))
    analysis.work()

    assert [f.span.start_line for f in analysis.findings()] == [4]


@pytest.mark.parametrize(
    "comment", ["# meno: ok ME101", "# meno: ok", "#meno:ok ME404, ME101", "# why # meno: ok"]
)
def test_a_comment_on_the_line_allows_a_finding(comment: str) -> None:
    assert analyse(f"print(nothing)  {comment}\n") == []


def test_a_comment_for_another_rule_allows_nothing() -> None:
    assert [f.rule for f in analyse("print(nothing)  # meno: ok ME404\n")] == ["ME101"]


def test_of_several_findings_on_a_line_the_name_error_stays() -> None:
    assert [f.rule for f in analyse("age = input()\nprint(agee, age + 1)\n")] == ["ME101"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0",
        "x = 1\0",
        "[" * 100_000,
        "(" * 100_000 + "\n" + ")" * 100_000,
        "{[(" * 350_000,
        "\ufeffx = 1\n",
        "x" * 1_000_000,
        "if x:\n" * 500,
        "-" * 200_000 + "1",
        "\r\r\n\n\r",
        "\ud800",
        "def f(\n" * 1000,
        "class A:\n" * 300,
        "lambda: " * 3000 + "1",
    ],
    ids=range(15),
)
def test_no_text_breaks_the_engine(text: str) -> None:
    for finding in analyse(text):
        assert finding.span.start_line < max(1, text.count("\n") + text.count("\r") + 1)


def test_edits_leave_no_cycles_behind_for_the_resting_collector() -> None:
    document = Document("", inspect.getsource(textwrap))
    analysis = Analysis(document)
    gc.collect()
    gc.disable()
    try:
        for number in range(60):
            analysis.edited(document.splice((150, 0), (150, 0), f"x{number}\n"))
            analysis.work()
        left_behind = gc.collect()
    finally:
        gc.enable()

    assert left_behind < 60, "less than one object an edit"


def test_a_broken_unit_that_uses_a_builtin_leaves_the_builtin_to_the_others() -> None:
    text = "def a(xs):\n    print(len(xs)\n\n\ndef b(xs):\n    return xs[len(xs)]\n"

    assert [f.rule for f in analyse(text)] == ["ME002", "ME502"]


def test_a_unit_too_long_to_parse_still_offers_its_names() -> None:
    text = f"def long():\n    return [{'1, ' * 200_000}]\n\n\nprint(long())\n"

    assert analyse(text) == []


def test_another_python_changes_what_is_too_new() -> None:
    analysis = Analysis(Document("", "match input():\n    case 'y':\n        pass\n"))
    assert analysis.findings() == []

    analysis.retarget((3, 9))
    analysis.work()
    assert [finding.rule for finding in analysis.findings()] == ["ME035"]

    analysis.retarget((3, 10))
    analysis.work()
    assert analysis.findings() == []


@pytest.mark.parametrize(
    ("line", "rules"),
    [
        ("print(nothing)  # noqa: E501, F821", []),
        ("print(nothing)  # noqa:F401", ["ME101"]),
        ('print("a" + 1)  # type: ignore[operator]', []),
        ('print("a" + 1)  # noqa: F821', ["ME201"]),
        ("x = 3 if [1] else 4  # type: ignore", ["ME708"]),
        ("x == 5  # pylint: disable=pointless-statement", []),
        ("print((1, 2)  # noqa", ["ME002"]),
    ],
)
def test_a_comment_for_another_tool_allows_what_that_tool_would_say(line: str, rules: list[str]) -> None:
    assert [f.rule for f in analyse(f"x = 2\n{line}\n")] == rules


@pytest.mark.parametrize(
    ("rest", "severity"),
    [
        ("", "error"),  # nothing runs at all: the file may be somebody's module
        ("print(1)\n", "hint"),
        ("print(area(2))\n", "error"),
        ("def main():\n    area(2)\n\n\nmain()\n", "error"),
        ("button(command=area)\n", "error"),
    ],
)
def test_an_error_in_a_function_that_the_program_leaves_out_is_a_question(rest: str, severity: str) -> None:
    text = f"from widgets import button\n\n\ndef area(radius):\n    return pi * area(radius)\n\n\n{rest}"

    assert [(f.rule, f.severity.value) for f in analyse(text)] == [("ME101", severity)]


def test_a_call_that_is_typed_makes_the_question_an_error() -> None:
    document = Document("", "def area(radius):\n    return pi * radius\n\n\nprint(1)\n\n# here\n")
    analysis = Analysis(document)
    assert [f.severity.value for f in analysis.findings()] == ["hint"]

    analysis.edited(document.splice((6, 0), (6, 6), "area(2)"))
    analysis.work()
    assert [f.severity.value for f in analysis.findings()] == ["error"]

    analysis.edited(document.splice((6, 0), (6, 7), ""))
    analysis.work()
    assert [f.severity.value for f in analysis.findings()] == ["hint"]


def test_a_rule_that_fails_costs_its_own_findings_only(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(subject: Subject) -> Iterator[Match]:
        raise KeyError(subject.facts.lines[0])
        yield

    rules = checking._checks_for
    broken = (RULES["ME214"], failing, frozenset[str]())
    monkeypatch.setattr(checking, "_checks_for", lambda types: (broken, *rules(types)))
    text = "secret = 1\nprint(secrte)\n"
    with pytest.raises(KeyError):
        analyse(text)

    monkeypatch.setattr(checking, "STRICT", False)
    assert [finding.rule for finding in analyse(text)] == ["ME101"]
    assert "The rule ME214 failed in one place (KeyError)." in caplog.messages
    assert "secret" not in "".join(caplog.messages)
